import type { Host } from "./refusal.ts";

/** Where a request was sent, and what the addresses in its answer are built on. */
export interface Place {
  readonly host: Host | "download" | "bucket" | "connect" | "page" | "admin";
  /** Without the prefix of the one-port mode. */
  readonly path: string;
  readonly bases: Bases;
}

/** Bases of addresses, without a slash at the end. */
export interface Bases {
  /** Signed links: a `dl-…` host, never the API's own. */
  readonly download: string;
  readonly user: string;
  readonly thumbnail: string;
  /** The web app: share pages, and the page where a person agrees to an app. */
  readonly web: string;
  /** The hosted MCP server's host. */
  readonly mcp: string;
  /** Hosts that upload tickets name, without a scheme: the web's, and Android's that has the bucket in its name. */
  readonly endpoint: string;
  readonly androidEndpoint: string;
  /** Where forms are posted. */
  readonly form: string;
}

/** The roots whose hosts it answers to by their `Host` header. */
const roots = ["mypikpak.com", "mypikpak.net", "pikpak.me", "pikpakdrive.com"];
/** The MCP server has a host of its own, below no root. */
const mcpHost = "pikpak.ai";
const node = "dl-a10b-1558";
/** The one bucket there is. */
export const bucketName = "vip-lixian-07";

interface Arrival {
  readonly url: string;
  readonly hostHeader: string;
  /** `X-Forwarded-Proto` of whoever ends TLS before this server; "" = none. */
  readonly scheme: string;
}

/** Which host is meant: by the prefix on the one port, else by the `Host` header. */
export function placeOf({ url, hostHeader, scheme }: Arrival): Place {
  const pathname = pathOf(url);
  const [name = "", given = ""] = hostHeader.toLowerCase().split(":");
  const port = given === "443" ? "" : given;
  const root = name === mcpHost ? roots[0] : roots.find((known) => name === known || name.endsWith(`.${known}`));
  const prefixed = /^\/(drive|user|bucket)-host(\/.*)$/.exec(pathname);
  if (prefixed) {
    const [, word = "", path = "/"] = prefixed;
    return { host: prefixHost(word, path), path, bases: basesOnOnePort(hostHeader) };
  }
  if (root === undefined)
    return { host: hostOnOnePort(name, pathname), path: pathname, bases: basesOnOnePort(hostHeader) };
  const label = name.slice(0, Math.max(0, name.length - root.length - 1));
  // The real hosts speak TLS; a port shows that a test reached this one directly.
  const by = scheme || (port === "" ? "https" : "http");
  return {
    host: hostLabelled(label, pathname),
    path: pathname,
    bases: basesBelow(root, { scheme: by, port: port === "" ? "" : `:${port}` }),
  };
}

/** The path of a request line, which may hold anything. */
function pathOf(url: string): string {
  const bare = url.replace(/^https?:\/\/[^/?#]*/i, "");
  return bare.replace(/[?#].*$/s, "") || "/";
}

function prefixHost(word: string, path: string): Place["host"] {
  if (word === "bucket") return "bucket";
  if (isChallenge(path)) return "page";
  if (word === "user") return isConnect(path) ? "connect" : "user";
  return "drive";
}

function hostOnOnePort(name: string, path: string): Place["host"] {
  if (path.startsWith("/admin/")) return "admin";
  if (name.startsWith(`${bucketName}.`) || isObject(path)) return "bucket";
  if (isConnect(path)) return "connect";
  return path.startsWith("/download/") ? "download" : "page";
}

function hostLabelled(label: string, path: string): Place["host"] {
  if (path.startsWith("/admin/")) return "admin";
  if (label === "api-drive") return "drive";
  if (/^(dl-|vod)/.test(label)) return "download";
  if (label.startsWith(bucketName) || (label === "" && isObject(path))) return "bucket";
  if (isConnect(path)) return "connect";
  if (label === "user") return isChallenge(path) ? "page" : "user";
  return "page";
}

function basesOnOnePort(hostHeader: string): Bases {
  const base = `http://${hostHeader}`;
  return {
    download: base,
    user: `${base}/user-host`,
    thumbnail: base,
    web: base,
    mcp: base,
    endpoint: hostHeader,
    androidEndpoint: hostHeader,
    form: `${base}/bucket-host/`,
  };
}

function basesBelow(root: string, { scheme, port }: { readonly scheme: string; readonly port: string }): Bases {
  const at = (label: string) => `${scheme}://${label}.${root}${port}`;
  return {
    download: at(node),
    user: at("user"),
    thumbnail: at("sg-thumbnail-drive"),
    web: `${scheme}://${root}${port}`,
    mcp: `${scheme}://${mcpHost}${port}`,
    endpoint: `mypikpak.net${port}`,
    androidEndpoint: `${bucketName}.mypikpak.net${port}`,
    form: `${at(bucketName)}/`,
  };
}

/** The key of an upload, whose slashes may be escaped and which the bucket's name may precede. */
function isObject(path: string): boolean {
  return /^\/(vip-lixian-07(\/|%2f))?upload_tmp(\/|%2f)/i.test(path);
}

/** The page where a human proves to be one is the account host's. */
function isChallenge(path: string): boolean {
  return path.startsWith("/captcha/v2/");
}

/** What connected apps use: the MCP server, its metadata, and the pages and calls of the approval flows. */
function isConnect(path: string): boolean {
  return (
    path === "/mcp" ||
    path.startsWith("/.well-known/") ||
    path === "/drive/auth-center" ||
    path === "/drive/device" ||
    path === "/v1/auth/device/code" ||
    path === "/v1/auth/revoke" ||
    path === "/v1/clients-registrations/openid-connect"
  );
}
