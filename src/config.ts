import ipaddr from "ipaddr.js";
import { z } from "zod";
import { pikPakSettings, pikPakVariables, unfitPikPakVariables } from "./drivers/pikpak/config.ts";
import type { PikPakSettings } from "./drivers/pikpak/kinds.ts";
import { downloadMethods, type DownloadMethod } from "./storage/mount.ts";

/** Everything the process is told from outside. Made by `readConfig`, or by the emulated world. */
export interface Config {
  readonly telegram?: {
    readonly token: string;
    /** Bot API server, without a trailing slash. */
    readonly apiRoot: string;
    /** Absent = long polling. */
    readonly webhook?: { readonly url: string; readonly secret?: string };
  };
  readonly discord?: {
    readonly token: string;
    /** REST base without the version, `https://discord.com/api`. */
    readonly apiRoot: string;
  };
  /** Person ids of operators: `telegram:1001`. */
  readonly admins: readonly string[];
  readonly access: "open" | "allowlist";
  readonly storeUrl: string;
  readonly dataDir: string;
  /** 32-byte keys, newest last; absent = the key file in `dataDir`, made on first start. */
  readonly secretKeys?: readonly Uint8Array[];
  readonly gateway: {
    readonly host: string;
    /** 0 = any free port. */
    readonly port: number;
    /** Which client speaks to the file hosts; absent = ours. */
    readonly client?: "own" | "undici";
  };
  /** Bearer token of /metrics; absent = answered to this machine alone. */
  readonly metricsToken?: string;
  /** Addresses and networks whose forwarded headers are believed, `loopback` and `private` among them; absent = loopback. */
  readonly trustedProxies?: readonly string[];
  /** Without a trailing slash. Absent = direct links are handed out as they are. */
  readonly publicUrl?: string;
  readonly downloadMethod: DownloadMethod;
  /** What becomes of the name where a redirect leads to a host that does not say it; absent = `offer`. */
  readonly namedDownloads?: NamedDownloads;
  readonly downloadProxy?: { readonly url: string; readonly token: string };
  /** What streaming through the gateway may cost; what is absent is as `gateway/limits.ts` says. */
  readonly limits?: {
    /** Streams at once of everybody. */
    readonly streams?: number;
    readonly streamsPerPerson?: number;
    /** Bytes a second of everybody together. */
    readonly bytesPerSecond?: number;
  };
  /** Milliseconds. */
  readonly linkTtl: number;
  readonly pikpak: PikPakSettings;
  readonly logLevel: string;
}

/**
 * Where a file host does not name its files: `offer` an address through the gateway that does, beside the redirect; stream
 * `always`; or `off`, leave it.
 */
export type NamedDownloads = (typeof namedDownloads)[number];
const namedDownloads = ["offer", "always", "off"] as const;

/** The environment is wrong; the message names every variable at once and says what each takes. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Reads the environment, an empty variable counting as unset. Values of secrets never get into the message. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ""),
  );
  const read = variables.safeParse(given);
  const problems = read.success ? [] : read.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
  const unfit = unfitVariables(given);
  if (!read.success || unfit.length > 0) {
    throw new ConfigError(["The configuration cannot be used:", ...problems, ...unfit].join("\n"));
  }
  return toConfig(read.data);
}

const address = (protocols: RegExp, example: string) =>
  z.url({ protocol: protocols, error: `takes an address like ${example}` }).transform((url) => url.replace(/\/+$/, ""));
const http = (example: string) => address(/^https?$/, example);
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `takes ${values.join(", ")}` });
const count = (takes: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}$/, takes)
    .transform(Number)
    .optional();

const variables = z.object({
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[A-Za-z0-9_-]+$/, "takes the token BotFather gave: digits, a colon, letters")
    .optional(),
  TELEGRAM_API_ROOT: http("https://api.telegram.org").default("https://api.telegram.org"),
  TELEGRAM_WEBHOOK_URL: http("https://bot.example.com/telegram").optional(),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,256}$/, "takes 1 to 256 of A-Z a-z 0-9 _ -")
    .optional(),
  DISCORD_BOT_TOKEN: z.string().regex(/^\S+$/, "takes the token of the Developer Portal, without spaces").optional(),
  DISCORD_API_ROOT: http("https://discord.com/api").default("https://discord.com/api"),
  ADMINS: z
    .string()
    .transform((text) =>
      text
        .split(",")
        .map((id) => id.trim())
        .filter((id) => id !== ""),
    )
    .pipe(
      z.array(
        z.string().regex(/^(telegram|discord):\d+$/, "takes telegram:<id> and discord:<id>, separated by commas"),
      ),
    )
    .default([]),
  ACCESS: oneOf(["open", "allowlist"]).default("open"),
  STORE_URL: z
    .string()
    .regex(/^(sqlite|rediss?|postgres(ql)?|memory):\/\//, "takes sqlite://<file>, redis://…, postgres://… or memory://")
    .optional(),
  DATA_DIR: z.string().default("./data"),
  SECRET_KEY: z
    .string()
    .transform((text) => text.split(",").map((key) => Buffer.from(key.trim(), "base64")))
    .refine(
      (keys) => keys.every((key) => key.length === 32),
      "takes 32 bytes in base64 (openssl rand -base64 32), or old,new during a rotation",
    )
    .optional(),
  GATEWAY_HOST: z.string().default("127.0.0.1"),
  GATEWAY_PORT: z.coerce
    .number({ error: "takes a port, 1 to 65535" })
    .int("takes a port, 1 to 65535")
    .min(1, "takes a port, 1 to 65535")
    .max(65_535, "takes a port, 1 to 65535")
    .default(8080),
  GATEWAY_CLIENT: oneOf(["own", "undici"]).default("own"),
  METRICS_TOKEN: z.string().min(16, "takes 16 characters or more (openssl rand -hex 16)").optional(),
  TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim()))
    .refine(
      (all) => all.every(isNetwork),
      "takes addresses and networks like 10.0.0.7 or 10.0.0.0/8, loopback, private, separated by commas",
    )
    .optional(),
  PUBLIC_URL: http("https://drive.example.com").optional(),
  DOWNLOAD_METHOD: oneOf(downloadMethods).default("redirect"),
  NAMED_DOWNLOADS: oneOf(namedDownloads).default("offer"),
  DOWNLOAD_PROXY_URL: http("https://dl.example.com").optional(),
  DOWNLOAD_PROXY_TOKEN: z.string().optional(),
  PROXY_STREAMS: count("takes a number of streams, 1 to 999999; 512 when absent"),
  PROXY_STREAMS_PER_PERSON: count("takes a number of streams, 1 to 999999; 16 when absent"),
  PROXY_BANDWIDTH: z
    .string()
    .regex(/^[1-9]\d{0,11}[KMG]?$/, "takes bytes a second, like 500K, 20M or 1G (of 1024); absent = no limit")
    .transform(toBytes)
    .optional(),
  LINK_TTL: z
    .string()
    .regex(/^[1-9]\d*[smhd]$/, "takes a time like 30m, 24h or 7d")
    .transform(toMilliseconds)
    .default(24 * 3_600_000),
  ...pikPakVariables,
  LOG_LEVEL: oneOf(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
});

function isNetwork(text: string): boolean {
  return text === "loopback" || text === "private" || ipaddr.isValid(text) || ipaddr.isValidCIDR(text);
}

type Variables = z.infer<typeof variables>;

/** What only the variables together show: one that is missing for another, or does not go with it. */
function unfitVariables(given: Readonly<Record<string, string | undefined>>): string[] {
  const unfit: string[] = [];
  const needs = (when: boolean, name: string, why: string) =>
    when && given[name] === undefined && unfit.push(`  ${name}: ${why}`);
  needs(
    given["DISCORD_BOT_TOKEN"] === undefined,
    "TELEGRAM_BOT_TOKEN",
    "set it, DISCORD_BOT_TOKEN, or both; or see the bot without any: npm run demo",
  );
  needs(given["DOWNLOAD_METHOD"] === "proxy-url", "DOWNLOAD_PROXY_URL", "DOWNLOAD_METHOD=proxy-url needs it");
  needs(given["DOWNLOAD_PROXY_URL"] !== undefined, "DOWNLOAD_PROXY_TOKEN", "the token shared with the download proxy");
  needs(
    given["DOWNLOAD_METHOD"] === "proxy" || given["DOWNLOAD_PROXY_URL"] !== undefined,
    "PUBLIC_URL",
    "proxying needs the address people reach the gateway by",
  );
  needs(
    given["TELEGRAM_WEBHOOK_SECRET"] !== undefined,
    "TELEGRAM_WEBHOOK_URL",
    "a secret without a webhook does nothing",
  );
  unfit.push(...unfitPikPakVariables(given));
  return unfit;
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function toMilliseconds(text: string): number {
  return Number.parseInt(text, 10) * (units[text.slice(-1)] ?? 0);
}

const binaryUnits: Readonly<Record<string, number>> = { K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

function toBytes(text: string): number {
  return Number.parseInt(text, 10) * (binaryUnits[text.slice(-1)] ?? 1);
}

function toConfig(v: Variables): Config {
  return {
    ...(v.TELEGRAM_BOT_TOKEN && { telegram: telegramOf(v, v.TELEGRAM_BOT_TOKEN) }),
    ...(v.DISCORD_BOT_TOKEN && { discord: { token: v.DISCORD_BOT_TOKEN, apiRoot: v.DISCORD_API_ROOT } }),
    admins: v.ADMINS,
    access: v.ACCESS,
    storeUrl: v.STORE_URL ?? `sqlite://${v.DATA_DIR}/chatdrive.sqlite`,
    dataDir: v.DATA_DIR,
    ...(v.SECRET_KEY && { secretKeys: v.SECRET_KEY }),
    gateway: { host: v.GATEWAY_HOST, port: v.GATEWAY_PORT, client: v.GATEWAY_CLIENT },
    ...(v.METRICS_TOKEN && { metricsToken: v.METRICS_TOKEN }),
    ...(v.TRUSTED_PROXIES && { trustedProxies: v.TRUSTED_PROXIES }),
    ...(v.PUBLIC_URL && { publicUrl: v.PUBLIC_URL }),
    downloadMethod: v.DOWNLOAD_METHOD,
    namedDownloads: v.NAMED_DOWNLOADS,
    ...(v.DOWNLOAD_PROXY_URL &&
      v.DOWNLOAD_PROXY_TOKEN && { downloadProxy: { url: v.DOWNLOAD_PROXY_URL, token: v.DOWNLOAD_PROXY_TOKEN } }),
    ...limitsOf(v),
    linkTtl: v.LINK_TTL,
    pikpak: pikPakSettings(v),
    logLevel: v.LOG_LEVEL,
  };
}

function limitsOf(v: Variables): Pick<Config, "limits"> {
  const limits = {
    ...(v.PROXY_STREAMS !== undefined && { streams: v.PROXY_STREAMS }),
    ...(v.PROXY_STREAMS_PER_PERSON !== undefined && { streamsPerPerson: v.PROXY_STREAMS_PER_PERSON }),
    ...(v.PROXY_BANDWIDTH !== undefined && { bytesPerSecond: v.PROXY_BANDWIDTH }),
  };
  return Object.keys(limits).length > 0 ? { limits } : {};
}

function telegramOf(v: Variables, token: string): NonNullable<Config["telegram"]> {
  const { TELEGRAM_API_ROOT: apiRoot, TELEGRAM_WEBHOOK_URL: url, TELEGRAM_WEBHOOK_SECRET: secret } = v;
  if (!url) return { token, apiRoot };
  return { token, apiRoot, webhook: secret ? { url, secret } : { url } };
}
