/** An address that a drive can fetch by itself. */
export interface Source {
  readonly kind: "magnet" | "http" | "ed2k" | "hash";
  /** In the form drives take. */
  readonly url: string;
  /** What is known to be fetched, the same for the same thing however it was written. */
  readonly identity: string;
  /** What it says it is called; absent = it does not say. */
  readonly name?: string | undefined;
}

/** The one address a text is; undefined = it is none. */
export function sourceOf(text: string): Source | undefined {
  const typed = text.trim();
  return magnetOf(typed) ?? hashOf(typed) ?? fileOf(typed) ?? webOf(typed);
}

/** Every address in free text, in its order, each thing once. Bare hashes count where they stand alone on their line. */
export function sourcesIn(text: string): readonly Source[] {
  const found = text.split(/\r?\n/).flatMap(sourcesInLine);
  return [...new Map(found.toReversed().map((source) => [source.identity, source])).values()].toReversed();
}

/** Chinese is written without blanks: an address ends where its punctuation begins. */
const within = String.raw`[^\s<>"，。；：！？、（）【】「」《》]`;
const anywhere = new RegExp(
  [
    String.raw`magnet:\?${within}+`,
    String.raw`ed2k://\|file\|[^|]+\|\d+\|[0-9a-f]{32}\|${within}*`,
    String.raw`\bpikpak://[^|]+\|\d+\|[0-9a-f]{40}`,
    String.raw`https?://${within}+`,
  ].join("|"),
  "gi",
);

function sourcesInLine(line: string): readonly Source[] {
  const alone = hashOf(line.trim());
  if (alone) return [alone];
  return [...line.matchAll(anywhere)].flatMap(
    ([found]) => sourceOf(found === line.trim() ? found : unended(found)) ?? [],
  );
}

/** Without what ends a sentence and not an address. */
function unended(found: string): string {
  const text = found.replace(/[,.;:!?]+$/, "");
  return text.endsWith(")") && !text.includes("(") ? text.slice(0, -1) : text;
}

function magnetOf(typed: string): Source | undefined {
  if (!/^magnet:\?/i.test(typed) || /\s/.test(typed)) return undefined;
  const query = typed.slice("magnet:?".length);
  const parts = query.split("&");
  const topic = parts.map((part) => /^xt(?:\.\d+)?=urn(?::|%3a)btih(?::|%3a)([0-9a-z]+)$/i.exec(part)?.[1]);
  const hash = topic.map((told) => told && infoHashOf(told)).find((told) => told !== undefined && told !== "");
  if (!hash) return undefined;
  const rest = parts.filter((part) => part !== "" && !/^xt(\.\d+)?=/i.test(part));
  const name = rest.map((part) => /^dn=(.+)$/i.exec(part)?.[1]).find((told) => told !== undefined);
  return magnet(hash, rest, name && decoded(name.replaceAll("+", " ")));
}

function hashOf(typed: string): Source | undefined {
  // Thirty-two letters alone may be any word; of an info hash some are figures.
  const isHash = /^[0-9a-f]{40}$/i.test(typed) || (/^([A-Z2-7]{32}|[a-z2-7]{32})$/.test(typed) && /[2-7]/.test(typed));
  const hash = isHash ? infoHashOf(typed) : undefined;
  return hash === undefined ? undefined : magnet(hash, []);
}

function magnet(hash: string, rest: readonly string[], name?: string): Source {
  const url = [`magnet:?xt=urn:btih:${hash}`, ...rest].join("&");
  return { kind: "magnet", url, identity: `btih:${hash}`, ...(name && { name }) };
}

/** The figure of 40 hexadecimal digits that both ways of writing mean, in lower case. */
function infoHashOf(told: string): string | undefined {
  if (/^[0-9a-f]{40}$/i.test(told)) return told.toLowerCase();
  return /^[a-z2-7]{32}$/i.test(told) ? hexOfBase32(told.toUpperCase()) : undefined;
}

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function hexOfBase32(told: string): string {
  const bits = Array.from(told, (letter) => base32.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return (bits.match(/.{4}/g) ?? []).map((four) => Number.parseInt(four, 2).toString(16)).join("");
}

function fileOf(typed: string): Source | undefined {
  const ed2k = /^ed2k:\/\/\|file\|([^|]+)\|(\d+)\|([0-9a-f]{32})\|/i.exec(typed);
  if (ed2k) {
    const [, name = "", size = "", hash = ""] = ed2k;
    const url = withoutSpaces(typed);
    return { kind: "ed2k", url, identity: `ed2k:${hash.toLowerCase()}:${size}`, name: decoded(name) };
  }
  const own = /^pikpak:\/\/([^|]+)\|(\d+)\|([0-9a-f]{40})$/i.exec(typed);
  if (!own) return undefined;
  const [, name = "", size = "", hash = ""] = own;
  const url = `PikPak://${name}|${size}|${hash.toUpperCase()}`;
  return { kind: "hash", url, identity: `gcid:${hash.toLowerCase()}`, name: decoded(name) };
}

function webOf(typed: string): Source | undefined {
  if (!/^https?:\/\/\S+$/i.test(typed) || !URL.canParse(typed)) return undefined;
  const { hostname, pathname } = new URL(typed);
  if (hostname === "") return undefined;
  const last = decoded(pathname.split("/").at(-1) ?? "");
  return { kind: "http", url: typed, identity: typed, ...(last !== "" && { name: last }) };
}

function withoutSpaces(typed: string): string {
  return typed.replaceAll(/\s/g, "%20");
}

/** A stray percent sign leaves it as it is written. */
function decoded(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}
