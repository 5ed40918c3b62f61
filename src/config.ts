import type { DownloadMethod } from "./storage/mount.ts";

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
  readonly gateway: { readonly host: string; /** 0 = any free port. */ readonly port: number };
  /** Without a trailing slash. Absent = direct links are handed out as they are. */
  readonly publicUrl?: string;
  readonly downloadMethod: DownloadMethod;
  readonly downloadProxy?: { readonly url: string; readonly token: string };
  /** Milliseconds. */
  readonly linkTtl: number;
  readonly pikpak: {
    readonly domain: string;
    /** Complete bases without a trailing slash; they win over the domain. */
    readonly driveUrl?: string;
    readonly userUrl?: string;
    readonly platform: "web" | "android" | "pc";
    /** A JSON file that replaces or adds client identities. */
    readonly identitiesFile?: string;
  };
  readonly logLevel: string;
}
