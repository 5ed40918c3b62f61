import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import shipped from "./identities.json" with { type: "json" };

/**
 * What we say we are. Client id, version, package and salts must fit each other or the signature is refused; they age,
 * so they are data: `identities.json`, which a file of the operator's can add to or replace.
 */
export interface Identity {
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  readonly clientVersion: string;
  readonly packageName: string;
  /** `{clientId}`, `{deviceId}`, `{deviceSign}`, `{userId}` and `{now}` are filled in. */
  readonly userAgent: string;
  /** In order; an empty one still costs its round. */
  readonly salts: readonly string[];
}

const identity = z.object({
  clientId: z.string().min(1),
  clientSecret: z.string().optional(),
  clientVersion: z.string().min(1),
  packageName: z.string().min(1),
  userAgent: z.string().min(1),
  salts: z.array(z.string()).min(1),
});
const identities = z.record(z.string(), identity);

/** The identities by name: those shipped, then those of a file. Throws with the file's name when it cannot be used. */
export function loadIdentities(file?: string): ReadonlyMap<string, Identity> {
  const own = file === undefined ? {} : readOwn(file);
  return new Map(Object.entries({ ...identities.parse(shipped), ...own }));
}

const platforms = ["web", "android", "pc"];

/** The names people can choose from: the three platforms, and what a file of the operator's added. */
export function offeredPlatforms(known: ReadonlyMap<string, Identity>): readonly string[] {
  return [...platforms, ...[...known.keys()].filter((name) => !(name in shipped))];
}

function readOwn(file: string): Record<string, Identity> {
  try {
    return identities.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Error(`PIKPAK_IDENTITIES: ${file} cannot be used: ${why}`, { cause: error });
  }
}

/** The signature of a captcha request: an md5 chain over who we are, the device and the time, one round a salt. */
export function captchaSign(who: Identity, deviceId: string, timestamp: string): string {
  const start = who.clientId + who.clientVersion + who.packageName + deviceId + timestamp;
  return `1.${who.salts.reduce((text, salt) => md5(text + salt), start)}`;
}

/** The device's signature inside the Android user agent. */
export function deviceSign(deviceId: string, packageName: string): string {
  const inner = createHash("sha1").update(`${deviceId}${packageName}1appkey`).digest("hex");
  return `div101.${deviceId}${md5(inner)}`;
}

/** The user agent sent to the API, never to the download hosts. */
export function userAgentOf(
  who: Identity,
  { deviceId, userId, now }: { deviceId: string; userId: string; now: number },
): string {
  const filled: Readonly<Record<string, string>> = {
    clientId: who.clientId,
    deviceId,
    deviceSign: deviceSign(deviceId, who.packageName),
    userId,
    now: String(now),
  };
  return who.userAgent.replace(/\{(\w+)\}/g, (whole, name: string) => filled[name] ?? whole);
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
