import type { Source } from "../../storage/source.ts";
import { sourceOf } from "../../storage/source.ts";
import { FeedError, type Feed, type FeedEntry } from "../model/follow.ts";

/** Entries of a feed beyond which it is not read on. */
const maxEntries = 10_000;
/** Most characters of a title, of an address, and of the text an address is looked for in. */
const [maxTitle, maxAddress, maxText] = [500, 8000, 20_000];
/** Elements inside each other, beyond which this is no feed. */
const maxDepth = 200;

/** What an entry says of itself. */
interface Raw {
  title: string;
  id: string;
  date: string;
  text: string;
  infoHash: string;
  size: string;
  /** Where it leads, and what it brings along. */
  readonly links: string[];
  readonly enclosures: string[];
}

/**
 * Reads RSS 2.0, RSS 1.0 (RDF) and Atom, with what torrent sites add (`nyaa:infoHash`, `torrent:magnetURI`, `torznab:attr`).
 * The parser knows no entities but those of XML and HTML: nothing that a document declares is expanded or fetched.
 * Throws `FeedError` for what is no feed.
 */
export async function readFeed(text: string): Promise<Feed> {
  // Few people follow feeds, and a process without any need not load it.
  const { Parser } = await import("htmlparser2");
  const reader = new Reader();
  const parser = new Parser(
    {
      onopentag: (name, attributes) => reader.open(name, attributes),
      ontext: (piece) => reader.hear(piece),
      onclosetag: (_name, isImplied) => reader.close(isImplied),
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(text);
  return reader.feed();
}

/** The names of elements, without the prefix of their namespace. */
function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1).toLowerCase();
}

class Reader {
  readonly #path: string[] = [];
  readonly #raws: Raw[] = [];
  #raw: Raw | undefined;
  #title = "";
  /** There was an element around everything, from its beginning to its end. */
  #isWhole = false;
  /** Where text goes now. */
  #heard: ((piece: string) => void) | undefined;

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    const local = localName(name);
    if (this.#path.length === 0 && !["rss", "feed", "rdf"].includes(local)) throw new FeedError("feed-not-a-feed");
    if (this.#path.length >= maxDepth) throw new FeedError("feed-not-a-feed");
    this.#path.push(local);
    if ((local === "item" || local === "entry") && !this.#raw) this.#raw = emptyRaw();
    else if (this.#raw) this.#heard = listenerIn(this.#raw, local, attributes) ?? this.#heard;
    else if (local === "title" && this.#path.length <= 3)
      this.#heard = (piece) => (this.#title = (this.#title + piece).slice(0, maxTitle));
  }

  hear(piece: string): void {
    this.#heard?.(piece);
  }

  /** `isImplied`: its end is missing, or comes too late. */
  close(isImplied: boolean): void {
    const local = this.#path.pop();
    this.#isWhole = this.#path.length === 0 && !isImplied;
    const isOutside = !this.#path.includes("item") && !this.#path.includes("entry");
    if ((local === "item" || local === "entry") && isOutside && this.#raw) {
      if (this.#raws.length < maxEntries) this.#raws.push(this.#raw);
      this.#raw = undefined;
    }
    this.#heard = undefined;
  }

  feed(): Feed {
    if (!this.#isWhole) throw new FeedError("feed-not-a-feed");
    const found = this.#raws.flatMap((raw) => {
      const source = sourceIn(raw);
      return source ? [entryOf(raw, source)] : [];
    });
    // Of several with one info hash the newest stands for all.
    const entries = [...new Map(found.toReversed().map((entry) => [entry.key, entry])).values()].toReversed();
    return { title: tidy(this.#title), entries, total: this.#raws.length };
  }
}

function emptyRaw(): Raw {
  return { title: "", id: "", date: "", text: "", infoHash: "", size: "", links: [], enclosures: [] };
}

/** What listens to the text of an element of an entry; what its attributes say is noted at once. */
function listenerIn(
  raw: Raw,
  local: string,
  { href, url, rel, length, name, value }: Readonly<Record<string, string>>,
): ((piece: string) => void) | undefined {
  const into = (field: "title" | "id" | "date" | "text" | "infoHash" | "size", most: number) => (piece: string) => {
    if (raw[field].length < most) raw[field] = (raw[field] + piece).slice(0, most);
  };
  switch (local) {
    case "title":
      return raw.title === "" ? into("title", maxTitle) : undefined;
    case "guid":
    case "id":
      return into("id", maxAddress);
    case "pubdate":
    case "published":
    case "updated":
    case "date":
      return raw.date === "" ? into("date", 100) : undefined;
    case "description":
    case "summary":
    case "encoded":
      return into("text", maxText);
    case "content":
      if (url !== undefined) note(raw.enclosures, url);
      return into("text", maxText);
    case "infohash":
      return into("infoHash", 64);
    case "magneturi":
      return listTo(raw.links);
    case "contentlength":
      return into("size", 20);
    case "attr":
      noteAttribute(raw, name, value);
      return undefined;
    case "enclosure":
      note(raw.enclosures, url);
      if (length !== undefined) raw.size = length.slice(0, 20);
      return undefined;
    case "link":
      if (href === undefined) return listTo(raw.links);
      note(rel === "enclosure" ? raw.enclosures : raw.links, href);
      return undefined;
    default:
      return undefined;
  }
}

function noteAttribute(raw: Raw, name: string | undefined, value: string | undefined): void {
  if (name === "infohash" && value !== undefined) raw.infoHash = value.slice(0, 64);
  if (name === "magneturl") note(raw.links, value);
}

/** Addresses an entry may have. */
const maxLinks = 20;

function note(list: string[], address: string | undefined): void {
  if (address !== undefined && address.length <= maxAddress && list.length < maxLinks) list.push(address);
}

/** Text that is an address, and may come in pieces. */
function listTo(list: string[]): (piece: string) => void {
  if (list.length >= maxLinks) return () => undefined;
  const at = list.push("") - 1;
  return (piece) => (list[at] = ((list[at] ?? "") + piece).slice(0, maxAddress));
}

/** What of an entry a drive can fetch: a magnet before anything else, since it says what it is. */
function sourceIn({ links, enclosures, id, text, infoHash, title }: Raw): Source | undefined {
  const told = [...links, ...enclosures, id].map((address) => sourceOf(address.trim()));
  const inText = /magnet:\?[^\s<>"']+/i.exec(text)?.[0]?.replaceAll("&amp;", "&");
  const magnet = [...told, sourceOf(inText ?? ""), sourceOf(infoHash.trim())].find((one) => one?.kind === "magnet");
  if (magnet) return named(magnet, title);
  const byHash = [...enclosures, ...links].map(hashNamed).find((hash) => hash !== undefined);
  if (byHash !== undefined) return named(sourceOf(byHash), title);
  const other = told.find((one) => one !== undefined && one.kind !== "http" && one.kind !== "magnet");
  return other ?? enclosures.map((url) => sourceOf(url.trim())).find(Boolean) ?? links.map(fileAt).find(Boolean);
}

/** A magnet says what it is called, so that a list of tasks does before anybody has told the drive. */
function named(source: Source | undefined, title: string): Source | undefined {
  if (!source || source.name !== undefined || title.trim() === "") return source;
  return { ...source, url: `${source.url}&dn=${encodeURIComponent(tidy(title).slice(0, 200).toWellFormed())}` };
}

/** Sites name their torrent files by the info hash. */
function hashNamed(address: string): string | undefined {
  return /\/([0-9a-f]{40})\.torrent(?:[?#].*)?$/i.exec(address.trim())?.[1];
}

/** A link to a file: others lead to pages for people. */
function fileAt(address: string): Source | undefined {
  const source = sourceOf(address.trim());
  if (source?.kind !== "http") return undefined;
  return /\.(torrent|mkv|mp4|avi|mov|webm|ts|mp3|flac|m4a|zip|7z|rar|iso|pdf|epub|cbz)$/i.test(
    new URL(source.url).pathname,
  )
    ? source
    : undefined;
}

function entryOf(raw: Raw, source: Source): FeedEntry {
  const at = Date.parse(raw.date);
  const size = Number(raw.size.trim() || Number.NaN);
  return {
    key: source.kind === "http" && raw.id.trim() !== "" ? `id:${raw.id.trim()}` : source.identity,
    title: tidy(raw.title) || (source.name ?? source.identity),
    url: source.url,
    ...(Number.isFinite(at) && { at }),
    ...(Number.isSafeInteger(size) && size > 0 && { size }),
  };
}

/** On one line, and well-formed. */
function tidy(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
}
