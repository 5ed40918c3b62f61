import { createHash } from "node:crypto";
import { request } from "undici";
import identities from "../../../emulators/pikpak/identities.json" with { type: "json" };
import { startPikPak, type PikPakEmulator } from "../../../emulators/pikpak/pikpak.ts";
import type { Account } from "../../../emulators/pikpak/state.ts";

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Its JSON; an empty object where it has none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A client that knows nothing but HTTP and the protocol. */
export interface RawClient {
  readonly pikpak: PikPakEmulator;
  readonly mia: Account;
  /** A time of its own, which `advance` moves. */
  advance(ms: number): void;
  now(): number;
  /** A request as it is given, without anything added. */
  send(method: string, url: string, options?: Sent): Promise<Answer>;
  /** A request on the drive host with device, client, captcha and session. */
  drive(method: string, path: string, options?: Sent): Promise<Answer>;
  captcha(
    meta?: object,
    options?: { readonly action?: string; readonly headers?: Record<string, string> },
  ): Promise<Answer>;
  signIn(changes?: object, headers?: Record<string, string>): Promise<Answer>;
}

interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

export const deviceId = "be7bad09dbf40fe22b56e9ce8f85c4e7";
export const clientId = "YUMx5nI8ZU8Ap8pm";
export const username = "mia@example.com";
export const password = "correct-horse";
export const device = { "x-device-id": deviceId, "x-client-id": clientId };

export async function rawClient(start = Date.parse("2026-11-20T10:00:00Z")): Promise<RawClient> {
  let skipped = 0;
  const now = () => start + skipped;
  const pikpak = await startPikPak({ now });
  const mia = pikpak.build.account({ username, email: username, password });
  let session: Record<string, string> | undefined;
  const { userUrl, driveUrl } = pikpak;
  const captcha: RawClient["captcha"] = (
    meta = { email: username },
    { action = "POST:/v1/auth/signin", headers = device } = {},
  ) =>
    send("POST", `${userUrl}/v1/shield/captcha/init`, {
      headers,
      body: {
        action,
        client_id: clientId,
        device_id: deviceId,
        meta,
        redirect_uri: "https://mypikpak.com/loading?state=1",
      },
    });
  const signIn: RawClient["signIn"] = async (changes = {}, headers = device) => {
    const { body } = await captcha();
    const asked = { client_id: clientId, username, password, captcha_token: body["captcha_token"], ...changes };
    return send("POST", `${userUrl}/v1/auth/signin`, { headers, body: asked });
  };
  const opened = async () => {
    const { body } = await signIn();
    const drive = await captcha(signedMeta(now(), String(body["sub"])), { action: "GET:/drive/v1/files" });
    return {
      ...device,
      authorization: `Bearer ${String(body["access_token"])}`,
      "x-captcha-token": String(drive.body["captcha_token"]),
    };
  };
  return {
    pikpak,
    mia,
    now,
    advance: (ms) => (skipped += ms),
    send,
    captcha,
    signIn,
    async drive(method, path, { headers = {}, ...rest } = {}) {
      session ??= await opened();
      return send(method, `${driveUrl}${path}`, { headers: { ...session, ...headers }, ...rest });
    },
  };
}

/** What a request for a captcha token says of itself after signing in, or for the anonymous. */
export function signedMeta(now: number, userId = "", version = "2.0.0"): Record<string, string> {
  const who = identities.find((one) => one.clientId === clientId && one.clientVersion === version);
  if (!who) throw new Error("no such identity");
  const timestamp = String(now);
  const chain = who.salts.reduce(
    (text, salt) =>
      createHash("md5")
        .update(text + salt)
        .digest("hex"),
    who.clientId + who.clientVersion + who.packageName + deviceId + timestamp,
  );
  return {
    captcha_sign: `1.${chain}`,
    client_version: version,
    package_name: who.packageName,
    timestamp,
    user_id: userId,
  };
}

async function send(method: string, url: string, { headers = {}, body }: Sent = {}): Promise<Answer> {
  const answer = await request(url, {
    method: method as "GET",
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, text, body: parsed(text) };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? { ...json } : {};
  } catch {
    return {};
  }
}

/** The shape of an answer: field names and types. Free `params` are told apart only by holding strings. */
export function shapeOf(value: unknown, field = ""): unknown {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== "object") return typeof value;
  const entries = Object.entries(value);
  if (field === "params") return entries.every(([, text]) => typeof text === "string") ? "strings" : "mixed";
  return Object.fromEntries(entries.map(([name, inner]) => [name, shapeOf(inner, name)]));
}
