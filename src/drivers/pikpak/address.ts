import { plainText } from "../../storage/plain-text.ts";
import { codeIn, type Code } from "./pass-code.ts";

/** What a share link says. */
export interface ShareAddress extends Code {
  readonly shareId: string;
  /** A folder or file inside the share. */
  readonly inside?: string | undefined;
}

interface Reading {
  /** The text answers "which share?": an id of any look will do then, and any host. */
  readonly asked?: boolean | undefined;
}

const id = "[A-Za-z0-9_-]";
/** Ids of shares, files and tasks look the same: 25 to 27 characters, `V…o1` or `V…o2`. */
const typicalId = `V${id}{22,24}o[12]`;
/** The web roots, and landing-page mirrors seen in the wild. */
const hosts =
  "(?:[a-z0-9-]+\\.)*(?:mypikpak\\.(?:com|net)|pikpak\\.me|pikpakdrive\\.com|filepax\\.(?:com|net)|pikpakse\\.com|pikpax\\.net|pickpackapp\\.com)";
/** Characters an address may have; Chinese words are often glued to its end. */
const query = "\\?[\\w.~!$&'()*+,;=:@/%-]*";
const rest = `((?:/${id}{4,64})*)/?(${query})?`;
const knownHost = `(?:https?://)?(?<![A-Za-z0-9.-])${hosts}(?::\\d+)?/s/(${id}{4,64})${rest}`;
/** Mirrors come and go: on another host the id itself has to look like one. */
const anyHost = `https?://[^\\s/]+/s/(${typicalId})(?!${id})${rest}`;
const anything = `https?://[^\\s/]+/s/(${id}{4,64})${rest}`;
/** An id that stands by itself among other words. */
const bareId = `(?<![\\w/=-])(${typicalId})(?![\\w/-])`;
/** An id of any look, as the first word of an answer. */
const firstWord = `^\\s*(${id}{4,64})(?=\\s|$)`;

/** The first share in a text; undefined = there is none of PikPak's. */
export function shareAddressIn(text: string, reading: Reading = {}): ShareAddress | undefined {
  return shareAddressesIn(text, reading)[0];
}

/** Every share in a text by its link or its id, each once, with the code from its query or from the words around it. */
export function shareAddressesIn(text: string, { asked = false }: Reading = {}): readonly ShareAddress[] {
  const words = plainText(text);
  const found = linksIn(words, asked);
  const segments = segmentsOf(words, found);
  const byShare = Map.groupBy(
    found.map((link, at) => ({ ...link, words: segments[at] ?? "" })),
    ({ shareId, inside = "" }) => `${shareId}/${inside}`,
  );
  return [...byShare.values()].map((same) => addressOf(same));
}

interface FoundLink {
  readonly shareId: string;
  readonly inside: string | undefined;
  readonly asked: string;
  readonly from: number;
  readonly to: number;
}

function linksIn(words: string, asked: boolean): readonly FoundLink[] {
  const linked = [knownHost, anyHost].flatMap((pattern) => matches(words, pattern));
  if (linked.length > 0) return inOrder(linked);
  const named = [...(asked ? matches(words, anything) : []), ...matches(words, bareId)];
  if (named.length > 0 || !asked) return inOrder(named);
  const [first] = matches(words, firstWord);
  // More words than a code: a sentence, and no id.
  const isAnswer = first && isCodeAtMost(words.slice(first.to));
  return isAnswer ? [first] : [];
}

function isCodeAtMost(after: string): boolean {
  const { passCode, maybe } = codeIn([after]);
  return after.trim() === "" || passCode !== undefined || maybe !== undefined;
}

function matches(words: string, pattern: string): readonly FoundLink[] {
  return [...words.matchAll(new RegExp(pattern, "gi"))]
    .filter(([, shareId = ""]) => !pattern.includes(typicalId) || new RegExp(`^${typicalId}$`).test(shareId))
    .map(({ index, 0: whole, 1: shareId = "", 2: path = "", 3: given = "" }) => ({
      shareId,
      inside: path.split("/").findLast((part) => part !== ""),
      asked: given,
      from: index,
      to: index + whole.length,
    }));
}

/** From first to last; of two that overlap the first. */
function inOrder(links: readonly FoundLink[]): readonly FoundLink[] {
  const sorted = links.toSorted((a, b) => a.from - b.from);
  return sorted.filter((link, at) => !sorted.slice(0, at).some((other) => other.to > link.from));
}

/** For each link the words that speak of it: those behind it, or those before it where that is how the text is written. */
function segmentsOf(words: string, links: readonly FoundLink[]): readonly string[] {
  const [first] = links;
  if (!first) return [];
  const before = words.slice(0, first.from);
  const behind = links.map((link, at) => words.slice(link.to, links[at + 1]?.from));
  const shares = new Set(links.map(({ shareId }) => shareId));
  if (shares.size === 1) return links.map((_link, at) => (at === 0 ? [behind.join("\n"), before].join("\n\n") : ""));
  const isBefore = codeIn([before]).passCode !== undefined && codeIn([behind.at(-1) ?? ""]).passCode === undefined;
  return isBefore ? [before, ...behind.slice(0, -1)] : behind;
}

function addressOf(same: readonly (FoundLink & { readonly words: string })[]): ShareAddress {
  const [{ shareId, inside } = { shareId: "", inside: undefined }] = same;
  const given = same.map(({ asked }) => codeInQuery(asked)).find((code) => code !== undefined);
  const code = given === undefined ? codeIn(same.map(({ words }) => words)) : { passCode: given };
  return { shareId, inside, ...code };
}

/** `?pwd=`, `?pass_code=`; a full stop or bracket behind the link belongs to the sentence. */
function codeInQuery(asked: string): string | undefined {
  const given = new URLSearchParams(asked.replaceAll("&amp;", "&"));
  const named = [...given].find(([name, value]) => /^(?:pwd|pass_?code|password|code)$/i.test(name) && value !== "");
  const code = named?.[1].replace(/[^A-Za-z0-9]+$/, "") ?? "";
  return code === "" ? undefined : code;
}

/** A root folder: empty or `root` is the drive's own (""), an id is itself, an address gives its last id; undefined = none of these. */
export function folderIdOf(answer: string): string | undefined {
  const text = answer.trim();
  if (text === "" || /^root$/i.test(text)) return "";
  if (new RegExp(`^${id}{1,64}$`).test(text)) return text;
  const address = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  if (!/^[^\s/]+\.[^\s/]+\//.test(address.slice(address.indexOf("//") + 2)) || !URL.canParse(address)) return undefined;
  return idInPath(new URL(address).pathname.split("/").filter((segment) => segment !== ""));
}

/** `/drive/all/<id>`, also with the folders above it; `/s/<share>/<id>`. `/drive/all` alone is the root, `/s/<share>` no folder. */
function idInPath(segments: readonly string[]): string | undefined {
  const [first, second] = segments;
  const last = segments.at(-1) ?? "";
  if (first === "drive" && (segments.length === 1 || (segments.length === 2 && second === "all"))) return "";
  if (first === "s" && segments.length < 3) return undefined;
  return new RegExp(`^${id}{8,64}$`).test(last) ? last : undefined;
}
