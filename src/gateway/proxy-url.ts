import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** What a path of the download proxy stands for. */
export interface ProxyTarget {
  readonly mount: string;
  readonly entry: string;
  readonly variant?: string;
}

interface ProxyUrlOptions {
  /** Base address of the AList/OpenList download proxy; only its first line counts, a trailing `/` does not. */
  readonly url: string;
  /** The token shared with that proxy alone. */
  readonly token: string;
  /** The file's name as the drive has it; decoration. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The address of a file at the download proxy, signed as AList and OpenList sign. */
export function proxyUrl(target: ProxyTarget, { url, token, name, expiresAt }: ProxyUrlOptions): string {
  const path = proxyPath(target, name);
  const [base = ""] = url.split(/[\r\n]/);
  const sign = signPath(path, { token, expires: Math.ceil(expiresAt / 1000) });
  return `${base.trim().replace(/\/+$/, "")}${encodePath(path)}?sign=${sign}`;
}

/**
 * `/<mount>/<entry>/<name>`, or `/<mount>/<entry>/<variant>/<name>`: ids decide, so equal names in one folder stay
 * apart and a renamed file keeps its address.
 */
export function proxyPath({ mount, entry, variant }: ProxyTarget, name: string): string {
  const ids = [mount, entry, ...(variant === undefined ? [] : [variant])].map(plainId);
  return `/${[...ids, plainName(name)].join("/")}`;
}

/** What a path made by `proxyPath` stands for; undefined for any other. */
export function readProxyPath(path: string): ProxyTarget | undefined {
  const [start, ...segments] = path.split("/");
  const ids = segments.slice(0, -1).map(readId);
  const [mount, entry, variant] = ids;
  if (start !== "" || ids.length > 3 || ids.includes(undefined)) return undefined;
  if (mount === undefined || entry === undefined) return undefined;
  return { mount, entry, ...(variant === undefined ? {} : { variant }) };
}

/** Ids may hold anything; a path segment may not. `~` begins none that is kept as it is. */
function plainId(id: string): string {
  return /^[A-Za-z0-9_-]+$/.test(id) ? id : `~${Buffer.from(id, "utf8").toString("base64url")}`;
}

function readId(segment: string): string | undefined {
  if (/^[A-Za-z0-9_-]+$/.test(segment)) return segment;
  const coded = /^~([A-Za-z0-9_-]*)$/.exec(segment)?.[1];
  return coded === undefined ? undefined : Buffer.from(coded, "base64url").toString("utf8");
}

/** `/` and `\` as AList maps them; `.` and `..` are folded away by whoever normalises the address. */
function plainName(name: string): string {
  const mapped = name.toWellFormed().replaceAll(/[/\\]/g, "|");
  return /^\.{0,2}$/.test(mapped) ? "file" : mapped;
}

/** Base64url with its padding of HMAC-SHA256 over `<path>:<expires>`, then `:<expires>`. `expires`: Unix seconds, 0 = never. */
export function signPath(
  path: string,
  { token, expires }: { readonly token: string; readonly expires: number },
): string {
  const mac = createHmac("sha256", token).update(`${path}:${expires}`, "utf8").digest("base64");
  return `${mac.replaceAll("+", "-").replaceAll("/", "_")}:${expires}`;
}

/** Whether a sign is good for a path at a time in milliseconds, by the rules of the proxies, compared in constant time. */
export function checkSign(
  path: string,
  sign: string,
  { token, now }: { readonly token: string; readonly now: number },
): boolean {
  const written = sign.slice(sign.lastIndexOf(":") + 1);
  const expires = Number(written);
  if (!/^[0-9]{1,15}$/.test(written) || (expires !== 0 && expires < now / 1000)) return false;
  return equalTexts(signPath(path, { token, expires }), sign);
}

/** Compares without telling by the time it takes where two texts differ, or how long they are. */
export function equalTexts(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash("sha256").update(text, "utf8").digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

/** A path in a URL as Go's `url.PathEscape` writes its segments. */
export function encodePath(path: string): string {
  return path.split("/").map(escapeSegment).join("/");
}

function escapeSegment(segment: string): string {
  return encodeURIComponent(segment)
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll(/%(24|26|2B|3D|3A|40)/g, (code) => decodeURIComponent(code));
}
