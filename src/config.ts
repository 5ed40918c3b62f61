import { existsSync } from "node:fs";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { pikPakSettings, pikPakVariables, unfitPikPakVariables } from "./drivers/pikpak/config.ts";
import type { PikPakSettings } from "./drivers/pikpak/kinds.ts";
import { downloadMethods, type DownloadMethod } from "./storage/mount.ts";

/** Everything the process is told from outside. Made by `readConfig`, or by the emulated world. */
export interface Config {
  readonly telegram?:
    | {
        readonly token: string;
        /** Bot API server, without a trailing slash. */
        readonly apiRoot: string;
        /** Absent = long polling. */
        readonly webhook?: { readonly url: string; readonly secret?: string } | undefined;
      }
    | undefined;
  readonly discord?:
    | {
        readonly token: string;
        /** Where Discord posts interactions; absent = they come over its socket. */
        readonly endpoint?: string | undefined;
        /** REST base without the version, `https://discord.com/api`. */
        readonly apiRoot: string;
      }
    | undefined;
  /** Person ids of operators: `telegram:1001`. */
  readonly admins: readonly string[];
  readonly access: "open" | "allowlist";
  readonly storeUrl: string;
  /** A Redis beside a Postgres of several processes; absent = none. */
  readonly redisUrl?: string | undefined;
  readonly dataDir: string;
  /** 32-byte keys, newest last; absent = the key file in `dataDir`, made on first start. */
  readonly secretKeys?: readonly Uint8Array[] | undefined;
  readonly gateway: {
    readonly host: string;
    /** 0 = any free port. */
    readonly port: number;
    /** Which client speaks to the file hosts; absent = ours. */
    readonly client?: "own" | "undici" | undefined;
    /** Bearer for `/metrics`; absent = answered on loopback only. */
    readonly metricsToken?: string | undefined;
    /** Addresses and networks whose forwarded headers are believed, `loopback` and `private` among them; absent = loopback. */
    readonly trustedProxies?: readonly string[] | undefined;
  };
  /** Without a trailing slash. Absent = direct links are handed out as they are. */
  readonly publicUrl?: string | undefined;
  readonly downloadMethod: DownloadMethod;
  /** What becomes of the name where a redirect leads to a host that does not say it; absent = `offer`. */
  readonly namedDownloads?: NamedDownloads;
  readonly downloadProxy?: { readonly url: string; readonly token: string } | undefined;
  /** What streaming through the gateway may cost; what is absent is as `gateway/limits.ts` says. */
  readonly limits?: {
    /** Streams at once of everybody. */
    readonly streams?: number | undefined;
    readonly streamsPerPerson?: number | undefined;
    /** Bytes a second of everybody together. */
    readonly bytesPerSecond?: number | undefined;
  };
  /** The way out where services are blocked; absent = straight out. */
  readonly outbound?: OutboundSettings | undefined;
  /** What people may follow; what is absent is as `actions/follow/follows.ts` says. */
  readonly follow?: {
    /** Milliseconds between two looks, at least. */
    readonly minEvery?: number | undefined;
    /** How much a person may follow. */
    readonly max?: number | undefined;
  };
  /** Milliseconds. */
  readonly linkTtl: number;
  /** The longest life of a link that its giver chooses one for, in ms; absent = 30 days. */
  readonly linkTtlMax?: number | undefined;
  /** People's own aria2 may stand in a private network; absent = it may not. */
  readonly pushPrivate?: boolean | undefined;
  /** Bytes of the largest file that people send and that goes into a drive; absent = of any. */
  readonly uploadLimit?: number | undefined;
  readonly pikpak: PikPakSettings;
  readonly logLevel: string;
}

/**
 * Where a file host does not name its files: `offer` an address through the gateway that does, beside the redirect; stream
 * `always`; or `off`, leave it.
 */
export type NamedDownloads = (typeof namedDownloads)[number];
const namedDownloads = ["offer", "always", "off"] as const;

/** Proxies for what this process asks of others: `http://`, `https://` or `socks5://`, credentials and all. */
export interface OutboundSettings {
  /** For every service; absent = straight out. */
  readonly proxy?: string | undefined;
  /** Hosts that are asked straight out: `example.com` with its subdomains, an address, with `:port` or without, `*` for all. */
  readonly direct?: readonly string[] | undefined;
  /** For Telegram alone; absent = as for the others. */
  readonly telegramProxy?: string | undefined;
}

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
  const problems = read.success ? [] : read.error.issues.map(describeProblem);
  const unfit = unfitVariables(given);
  if (!read.success || unfit.length > 0) {
    throw new ConfigError(["The configuration cannot be used:", ...new Set([...problems, ...unfit])].join("\n"));
  }
  return toConfig(read.data);
}

/** Reads the environment of the process, and before it `.env` in the working directory, which real variables win over. */
export function readEnvironment(): Config {
  try {
    if (existsSync(".env")) process.loadEnvFile(".env");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`.env cannot be read (${why}). Give it to the user the bot runs as, or move it away.`, {
      cause: error,
    });
  }
  return readConfig(process.env);
}

/** A list's members are problems of the variable that holds the list. */
function describeProblem({ path, message }: z.core.$ZodIssue): string {
  return `  ${String(path[0])}: ${message}`;
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

const proxy = address(/^(https?|socks5h?)$/, "http://127.0.0.1:8118 or socks5://127.0.0.1:1080").optional();
/** Members of a list with commas, without the blanks around them. */
const listed = z.string().transform((text) =>
  text
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== ""),
);

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
  DISCORD_INTERACTIONS: z.enum(["gateway", "http"]).default("gateway"),
  ADMINS: listed
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
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, "takes redis://… or rediss://…")
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
  METRICS_TOKEN: z
    .string()
    .regex(/^[A-Za-z0-9._~+/=-]{16,}$/, "takes 16 or more of A-Z a-z 0-9 . _ ~ + / = - (openssl rand -hex 24)")
    .optional(),
  TRUSTED_PROXIES: listed
    .refine(
      (all) => all.every(isNetwork),
      "takes addresses and networks like 10.0.0.7 or 10.0.0.0/8, loopback, private, separated by commas",
    )
    .optional(),
  HTTPS_PROXY: proxy,
  NO_PROXY: listed.optional(),
  TELEGRAM_PROXY: proxy,
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
  UPLOAD_LIMIT: z
    .string()
    .regex(/^[1-9]\d{0,11}[KMG]?$/, "takes the bytes of a file, like 500M or 2G (of 1024); absent = no limit")
    .transform(toBytes)
    .optional(),
  LINK_TTL: z
    .string()
    .regex(/^[1-9]\d*[smhd]$/, "takes a time like 30m, 24h or 7d")
    .transform(toMilliseconds)
    .default(24 * 3_600_000),
  FOLLOW_MIN_INTERVAL: z
    .string()
    .regex(/^[1-9]\d{0,5}[smhd]$/, "takes a time like 5m or 1h")
    .transform(toMilliseconds)
    .optional(),
  FOLLOW_MAX: count("takes a number of folders and feeds, 1 to 999999; 30 when absent"),
  PUSH_PRIVATE: oneOf(["on", "off"]).default("off"),
  LINK_TTL_MAX: z
    .string()
    .regex(/^[1-9]\d{0,3}[hd]$/, "takes a time like 24h or 30d")
    .transform(toMilliseconds)
    .optional(),
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
  if (given["REDIS_URL"] !== undefined && !/^postgres(ql)?:/.test(given["STORE_URL"] ?? ""))
    unfit.push("  REDIS_URL: goes with STORE_URL=postgres://… alone: over Redis the store is all that processes share");
  needs(given["DISCORD_INTERACTIONS"] === "http", "PUBLIC_URL", "Discord posts interactions to an address below it");
  unfit.push(...unfitWebhook(given), ...unfitPikPakVariables(given));
  return unfit;
}

/** Ports that the public Bot API sends updates to, as its `setWebhook` documents. */
const webhookPorts: readonly string[] = ["443", "80", "88", "8443"];

/** A Bot API server of one's own takes any address. */
function unfitWebhook(given: Readonly<Record<string, string | undefined>>): string[] {
  const { TELEGRAM_WEBHOOK_URL: text, TELEGRAM_API_ROOT: apiRoot } = given;
  if (text === undefined || !URL.canParse(text)) return [];
  if (apiRoot !== undefined && URL.canParse(apiRoot) && new URL(apiRoot).hostname !== "api.telegram.org") return [];
  const { protocol, port } = new URL(text);
  if (protocol === "http:")
    return ["  TELEGRAM_WEBHOOK_URL: takes an https:// address: Telegram sends updates over TLS alone"];
  if (port !== "" && !webhookPorts.includes(port))
    return [`  TELEGRAM_WEBHOOK_URL: takes one of the ports ${webhookPorts.join(", ")}: Telegram sends to no other`];
  return [];
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
    telegram: telegramOf(v),
    discord: discordOf(v),
    admins: v.ADMINS,
    access: v.ACCESS,
    storeUrl: v.STORE_URL ?? `sqlite://${v.DATA_DIR}/chatdrive.sqlite`,
    redisUrl: v.REDIS_URL,
    dataDir: v.DATA_DIR,
    secretKeys: v.SECRET_KEY,
    gateway: {
      host: v.GATEWAY_HOST,
      port: v.GATEWAY_PORT,
      client: v.GATEWAY_CLIENT,
      metricsToken: v.METRICS_TOKEN,
      trustedProxies: v.TRUSTED_PROXIES,
    },
    publicUrl: v.PUBLIC_URL,
    downloadMethod: v.DOWNLOAD_METHOD,
    namedDownloads: v.NAMED_DOWNLOADS,
    downloadProxy:
      v.DOWNLOAD_PROXY_URL && v.DOWNLOAD_PROXY_TOKEN
        ? { url: v.DOWNLOAD_PROXY_URL, token: v.DOWNLOAD_PROXY_TOKEN }
        : undefined,
    limits: {
      streams: v.PROXY_STREAMS,
      streamsPerPerson: v.PROXY_STREAMS_PER_PERSON,
      bytesPerSecond: v.PROXY_BANDWIDTH,
    },
    uploadLimit: v.UPLOAD_LIMIT,
    outbound: { proxy: v.HTTPS_PROXY, direct: v.NO_PROXY, telegramProxy: v.TELEGRAM_PROXY },
    follow: { minEvery: v.FOLLOW_MIN_INTERVAL, max: v.FOLLOW_MAX },
    linkTtl: v.LINK_TTL,
    linkTtlMax: v.LINK_TTL_MAX,
    pushPrivate: v.PUSH_PRIVATE === "on",
    pikpak: pikPakSettings(v),
    logLevel: v.LOG_LEVEL,
  };
}

function discordOf(v: Variables): Config["discord"] {
  const { DISCORD_BOT_TOKEN: token, DISCORD_API_ROOT: apiRoot, DISCORD_INTERACTIONS: by, PUBLIC_URL: address } = v;
  if (!token) return undefined;
  return { token, apiRoot, endpoint: by === "http" ? `${address ?? ""}/discord/interactions` : undefined };
}

function telegramOf(v: Variables): Config["telegram"] {
  const { TELEGRAM_API_ROOT: apiRoot, TELEGRAM_WEBHOOK_URL: url, TELEGRAM_WEBHOOK_SECRET: secret } = v;
  if (!v.TELEGRAM_BOT_TOKEN) return undefined;
  const webhook = url ? (secret ? { url, secret } : { url }) : undefined;
  return { token: v.TELEGRAM_BOT_TOKEN, apiRoot, webhook };
}
