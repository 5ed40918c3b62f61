import { createHash } from "node:crypto";
import { sourceOf, type Source } from "./source.ts";

/** What a `.torrent` file is to a drive: a magnet; `v2-only`: its info hash is of the newer kind alone, which drives do not take. */
export type TorrentReading =
  | { readonly ok: true; readonly source: Source }
  | { readonly ok: false; readonly why: "no-torrent" | "v2-only" };

/** Bytes of the largest file that is read. */
export const maxTorrent = 5 * 1024 * 1024;
/** Most trackers that are named, and characters of one and of the name. */
const [maxTrackers, maxTracker, maxName] = [10, 300, 200];
/** How deep lists and dictionaries may stand in one another: a hybrid torrent's file tree is as deep as its folders. */
const maxDepth = 100;

/**
 * Reads a torrent (BEP 3, BEP 12, BEP 52). Nothing of it is built up but what a magnet says, and the info hash is that of
 * the very bytes: encoding them again would mend what another writer did wrong, and so change it.
 */
export function readTorrent(bytes: Uint8Array): TorrentReading {
  const top = bytes.length <= maxTorrent ? dictionaryAt(bytes, 0) : undefined;
  const info = top?.get("info");
  const inside = info && dictionaryAt(bytes, info.from);
  if (!top || !info || !inside) return { ok: false, why: "no-torrent" };
  const pieces = textAt(bytes, inside.get("pieces"));
  if (!pieces || pieces.length === 0 || pieces.length % 20 !== 0)
    return { ok: false, why: inside.has("file tree") ? "v2-only" : "no-torrent" };
  const hash = createHash("sha1").update(bytes.subarray(info.from, info.to)).digest("hex");
  const name = nameIn(bytes, inside);
  const url = [
    `magnet:?xt=urn:btih:${hash}`,
    ...(name === "" ? [] : [`dn=${encodeURIComponent(name)}`]),
    ...trackersIn(bytes, top).map((tracker) => `tr=${encodeURIComponent(tracker)}`),
  ].join("&");
  const source = sourceOf(url);
  return source ? { ok: true, source } : { ok: false, why: "no-torrent" };
}

/** Where a value stands: its first byte, and the one after its last. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const [integer, list, dictionary, end, colon, minus] = Buffer.from("ilde:-");
/** The figures from 0 to 9. */
const [zero, nine] = [0x30, 0x39];

/** The values of the dictionary there, by their keys; undefined = there is none, or it names something twice. */
function dictionaryAt(bytes: Uint8Array, from: number): ReadonlyMap<string, Span> | undefined {
  if (bytes[from] !== dictionary) return undefined;
  const found = new Map<string, Span>();
  let at = from + 1;
  while (bytes[at] !== end) {
    const key = stringAt(bytes, at);
    const to = key && endOf(bytes, key.to);
    if (!key || to === undefined) return undefined;
    const name = Buffer.from(bytes.subarray(key.from, key.to)).toString("latin1");
    if (found.has(name)) return undefined;
    found.set(name, { from: key.to, to });
    at = to;
  }
  return found;
}

/** The end of the value that begins there, however deep; undefined = it has none. */
function endOf(bytes: Uint8Array, from: number): number | undefined {
  let at = from;
  let depth = 0;
  do {
    const sign = bytes[at];
    if (sign === list || sign === dictionary) {
      depth += 1;
      at += 1;
    } else if (sign === end && depth > 0) {
      depth -= 1;
      at += 1;
    } else {
      const to = sign === integer ? integerEnd(bytes, at) : stringAt(bytes, at)?.to;
      if (to === undefined) return undefined;
      at = to;
    }
    if (depth > maxDepth) return undefined;
  } while (depth > 0);
  return at;
}

/** Most digits of a number: those of 64 bits. */
const maxDigits = 20;

function integerEnd(bytes: Uint8Array, from: number): number | undefined {
  const first = bytes[from + 1] === minus ? from + 2 : from + 1;
  const at = afterDigits(bytes, first);
  return at > first && bytes[at] === end ? at + 1 : undefined;
}

/** The bytes of the string there. */
function stringAt(bytes: Uint8Array, from: number): Span | undefined {
  let length = 0;
  let at = from;
  for (let sign = bytes[at]; isDigit(sign) && at - from < maxDigits; sign = bytes[at]) {
    length = length * 10 + sign - zero;
    at += 1;
  }
  if (at === from || bytes[at] !== colon) return undefined;
  const to = at + 1 + length;
  return to <= bytes.length ? { from: at + 1, to } : undefined;
}

function afterDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at - from < maxDigits && isDigit(bytes[at])) at += 1;
  return at;
}

function isDigit(sign: number | undefined): sign is number {
  return sign !== undefined && sign >= zero && sign <= nine;
}

/** The bytes of the string that is a value; undefined = it is none. */
function textAt(bytes: Uint8Array, span: Span | undefined): Uint8Array | undefined {
  const found = span && stringAt(bytes, span.from);
  return found && bytes.subarray(found.from, found.to);
}

/** What it is called, without what would turn a line, break one, or lead out of a folder. */
function nameIn(bytes: Uint8Array, info: ReadonlyMap<string, Span>): string {
  const told = textAt(bytes, info.get("name.utf-8")) ?? textAt(bytes, info.get("name"));
  return Buffer.from(told?.subarray(0, 4 * maxName) ?? [])
    .toString("utf8")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFD/\\]+/gu, " ")
    .trim()
    .slice(0, maxName)
    .toWellFormed();
}

/** The first trackers: the one, then those of the list, each once. */
function trackersIn(bytes: Uint8Array, top: ReadonlyMap<string, Span>): readonly string[] {
  const found = new Set<string>();
  for (const span of [top.get("announce"), top.get("announce-list")])
    for (const text of stringsIn(bytes, span)) {
      if (found.size === maxTrackers) break;
      if (isTracker(text)) found.add(text);
    }
  return [...found];
}

/** The strings of a value that is one, or a list of some, or a list of lists. */
function* stringsIn(bytes: Uint8Array, span: Span | undefined): Generator<string> {
  if (!span) return;
  let at = span.from;
  while (at < span.to) {
    const text = stringAt(bytes, at);
    // Signs of lists, and of anything else that does not belong here, are passed over one by one.
    if (text && text.to - text.from <= maxTracker)
      yield Buffer.from(bytes.subarray(text.from, text.to)).toString("utf8").trim();
    at = text?.to ?? at + 1;
  }
}

function isTracker(text: string): boolean {
  return /^(?:udp|https?|wss?):\/\/[^\s/]/i.test(text) && URL.canParse(text);
}
