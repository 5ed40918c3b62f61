import type { Host } from "./refusal.ts";

/** Where a request was sent. */
export interface Place {
  readonly host: Host | "download" | "page" | "admin";
  /** Without the prefix of the one-port mode. */
  readonly path: string;
  /** What addresses in answers are built on. */
  readonly base: string;
  /** Base of the account host. */
  readonly userBase: string;
}

/** The roots whose hosts it answers to by their `Host` header. */
const roots = ["mypikpak.com", "mypikpak.net", "pikpak.me", "pikpakdrive.com"];

/** Which host is meant: by the prefix on the one port, else by the `Host` header. */
export function placeOf(url: string, hostHeader: string): Place {
  const { pathname } = new URL(url, "http://pikpak");
  const base = `http://${hostHeader}`;
  const prefixed = /^\/(drive|user)-host(\/.*)$/.exec(pathname);
  if (prefixed) {
    const path = prefixed[2] ?? "/";
    const host = isChallenge(path) ? "page" : prefixed[1] === "user" ? "user" : "drive";
    return { host, path, base, userBase: `${base}/user-host` };
  }
  return { host: hostOf(hostHeader, pathname), path: pathname, base, userBase: base };
}

function hostOf(hostHeader: string, path: string): Place["host"] {
  const bare = hostHeader.split(":")[0] ?? "";
  if (path.startsWith("/admin/")) return "admin";
  if (isChallenge(path)) return "page";
  if (roots.some((root) => bare === `user.${root}`)) return "user";
  if (roots.some((root) => bare === `api-drive.${root}`)) return "drive";
  return path.startsWith("/download/") ? "download" : "page";
}

/** The page where a human proves to be one is the account host's. */
function isChallenge(path: string): boolean {
  return path.startsWith("/captcha/v2/");
}
