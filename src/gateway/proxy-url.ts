import { createHmac } from "node:crypto";
import { equalTexts } from "./equal-texts.ts";
import { withoutTurns } from "../storage/turning-marks.ts";

/** What a path of the download proxy stands for. */
export interface ProxyTarget {
  readonly mount: string;
  readonly entry: string;
  readonly variant?: string | undefined;
  /** Person id of who asked: the link works while they may fetch the file. */
  readonly person: string;
  /** When links like this one were last taken back, ms since the epoch; 0 = never. A link of before is over. */
  readonly takenBack: number;
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
 * `/<mount>/<entry>/@<person>/<name>`, with the variant after the entry: ids decide, so equal names in one folder stay
 * apart and a renamed file keeps its address. A person's path to a file is the same each time, until it is taken back:
 * from then on it says since when, `@<person>.<time>`.
 */
export function proxyPath({ mount, entry, variant, person, takenBack }: ProxyTarget, name: string): string {
  const ids = [mount, entry, ...(variant === undefined ? [] : [variant])].map(plainId);
  const since = takenBack === 0 ? "" : `.${takenBack.toString(36)}`;
  return `/${[...ids, `@${plainId(person)}${since}`, plainName(name)].join("/")}`;
}

/** What a path made by `proxyPath` stands for; undefined for any other. */
export function readProxyPath(path: string): ProxyTarget | undefined {
  const [start, ...segments] = path.split("/");
  const [whose = "", name] = segments.splice(-2);
  const [, plain = "", since = "0"] = /^@([^.]+)(?:\.([0-9a-z]{1,10}))?$/.exec(whose) ?? [];
  const ids = [plain, ...segments].map(readId);
  const [person, mount, entry, variant] = ids;
  if (start !== "" || name === undefined || ids.length > 4 || ids.includes(undefined)) return undefined;
  if (person === undefined || mount === undefined || entry === undefined) return undefined;
  const takenBack = Number.parseInt(since, 36);
  return { mount, entry, person, takenBack, ...(variant === undefined ? {} : { variant }) };
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
  const mapped = withoutTurns(name.toWellFormed()).replaceAll(/[/\\]/g, "|");
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

/** A path in a URL as Go's `url.PathEscape` writes its segments. */
export function encodePath(path: string): string {
  return path.split("/").map(escapeSegment).join("/");
}

function escapeSegment(segment: string): string {
  return encodeURIComponent(segment)
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll(/%(24|26|2B|3D|3A|40)/g, (code) => decodeURIComponent(code));
}
