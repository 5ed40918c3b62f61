import { setImmediate as yieldToOthers } from "node:timers/promises";
import MiniSearch from "minisearch";
import type { Entry } from "./entry.ts";
import { kindOf, type EntryKind } from "./file-kind.ts";
import { fold, gramsOf, stretchesOf, type Stretch } from "./fold.ts";

/** A folder on the way down to something. */
export interface Step {
  readonly id: string;
  readonly name: string;
}

/** An entry that was found, and where. */
export interface Hit {
  readonly entry: Entry;
  /** Folders from the mount's root (not included) down to the one it is in. */
  readonly trail: readonly Step[];
  /** How well the name fits: it is the words, it contains them, or it is alike. */
  readonly fit: "same" | "contains" | "alike";
}

/** What is looked for. Without words, whatever the rest lets through. */
export interface Query {
  readonly words: string;
  readonly kind?: EntryKind | undefined;
  /** Bytes, both included. */
  readonly least?: number | undefined;
  readonly most?: number | undefined;
  /** Folders from the root down to the one it is looked for below; empty = the whole mount. */
  readonly below: readonly Step[];
  /** Most hits. */
  readonly limit?: number;
}

/** A folder's entries when it was read. */
export interface FolderRecord {
  /** Empty = the mount's root. */
  readonly id: string;
  /** Milliseconds since the epoch; 0 = its files were let go for want of room. */
  readonly readAt: number;
  readonly entries: readonly Entry[];
}

interface Known {
  readonly entry: Entry;
  readonly folder: string;
  readonly folded: string;
  readonly readAt: number;
}

/** Hits one search gives: there may be more. */
export const maxHits = 5000;
/** With so many names that contain the words, those that are only alike are not wanted. */
const plenty = 100;
/** Names taken into the look-up at a time, so that nobody else has to wait for it. */
const atOnce = 250;
/** Folders below folders that are followed; deeper ones are a ring. */
const deepest = 200;

/** The names of one mount that are known, folder by folder, and the look-up over them. */
export class NameIndex {
  readonly #folders = new Map<string, FolderRecord>();
  readonly #known = new Map<string, Known>();
  readonly #text = new MiniSearch<{ id: string; folded: string }>({
    fields: ["folded"],
    tokenize: (folded) => stretchesOf(folded).flatMap((stretch) => Object.values(gramsOf(stretch)).flat()),
    processTerm: (term) => term,
  });
  readonly #most: number;
  /** Known, but not in the look-up yet. */
  readonly #waiting = new Set<string>();
  #digesting: Promise<void> | undefined;
  #isSearched = false;

  /** `most`: entries kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Somebody has searched it: its look-up is worth the memory. */
  get isSearched(): boolean {
    return this.#isSearched;
  }

  /** Entries known. */
  get size(): number {
    return this.#known.size;
  }

  get folders(): readonly FolderRecord[] {
    return [...this.#folders.values()];
  }

  /** A folder as it was read last; undefined = never. */
  folder(id: string): FolderRecord | undefined {
    return this.#folders.get(id);
  }

  /** Puts a folder in the place of what was known of it. Gives the folders whose files had to go to make room. */
  put(record: FolderRecord): readonly FolderRecord[] {
    const before = this.#folders.get(record.id)?.entries ?? [];
    const now = new Set(record.entries.map(({ id }) => id));
    for (const { id } of before) if (!now.has(id) && this.#known.get(id)?.folder === record.id) this.#drop(id);
    for (const entry of record.entries) this.#learn(entry, record);
    this.#folders.set(record.id, record);
    return this.#makeRoom(record.id);
  }

  /** What fits, best first. */
  async find({ limit = maxHits, ...query }: Query): Promise<readonly Hit[]> {
    this.#isSearched = true;
    const trails = this.#trailsBelow(query.below);
    const hitOf = (known: Known, fit: Hit["fit"]): readonly Hit[] => {
      const trail = passes(known.entry, query) ? trails(known.folder) : undefined;
      return trail ? [{ entry: known.entry, trail, fit }] : [];
    };
    const words = fold(query.words).trim();
    const literal = this.#literal(words).flatMap(({ known, fit }) => hitOf(known, fit));
    const first = fits
      .flatMap((fit) => literal.filter((hit) => hit.fit === fit).toSorted(compareNames))
      .slice(0, limit);
    if (words === "" || first.length >= Math.min(plenty, limit)) return first;
    await this.digest();
    const seen = new Set(first.map(({ entry }) => entry.id));
    const alike = this.#alike(words).filter(({ entry }) => !seen.has(entry.id));
    return [...first, ...alike.flatMap((known) => hitOf(known, "alike"))].slice(0, limit);
  }

  /** Takes what is known into the look-up, a little at a time. */
  digest(): Promise<void> {
    return (this.#digesting ??= this.#digest().finally(() => (this.#digesting = undefined)));
  }

  async #digest(): Promise<void> {
    while (this.#waiting.size > 0) {
      for (const id of [...this.#waiting].slice(0, atOnce)) {
        this.#waiting.delete(id);
        const folded = this.#known.get(id)?.folded;
        if (folded !== undefined) this.#text.add({ id, folded });
      }
      await yieldToOthers();
    }
  }

  #learn(entry: Entry, { id: folder, readAt }: FolderRecord): void {
    const before = this.#known.get(entry.id);
    // It was moved: the folder it was seen in last is where it is.
    if (before && before.folder !== folder && before.readAt > readAt) return;
    const known: Known = { entry, folder, folded: fold(entry.name), readAt };
    this.#known.set(entry.id, known);
    if (before?.folded === known.folded) return;
    this.#unlearn(entry.id);
    this.#waiting.add(entry.id);
  }

  #drop(id: string): void {
    this.#known.delete(id);
    this.#unlearn(id);
    this.#waiting.delete(id);
  }

  #unlearn(id: string): void {
    if (this.#text.has(id)) this.#text.discard(id);
  }

  /** Files of the folders read longest ago go first; folders stay, for they are the way to others. */
  #makeRoom(justRead: string): readonly FolderRecord[] {
    const shrunk: FolderRecord[] = [];
    if (this.size <= this.#most) return shrunk;
    const oldest = this.folders.filter(({ id, readAt }) => id !== justRead && readAt > 0);
    for (const record of oldest.toSorted((a, b) => a.readAt - b.readAt)) {
      if (this.size <= this.#most) break;
      const entries = record.entries.filter(({ kind }) => kind === "folder");
      for (const { id, kind } of record.entries) if (kind === "file") this.#drop(id);
      const less: FolderRecord = { ...record, readAt: 0, entries };
      this.#folders.set(record.id, less);
      shrunk.push(less);
    }
    return shrunk;
  }

  /** Names that are the words, or contain every one of them. */
  #literal(folded: string): readonly { readonly known: Known; readonly fit: Hit["fit"] }[] {
    const parts = folded.split(/\s+/);
    return [...this.#known.values()].flatMap((known) => {
      const fit = fitOf(known.folded, folded, parts);
      return fit ? [{ known, fit }] : [];
    });
  }

  /** By the index: every stretch of the words has to be there, but may be misspelt. */
  #alike(folded: string): readonly Known[] {
    const wanted = stretchesOf(folded);
    const terms = wanted.flatMap((stretch) => [...Object.values(gramsOf(stretch)).flat(), ...swapsOf(stretch)]);
    const spaced = new Set(wanted.filter((stretch) => stretch.spaced).map(({ text }) => text));
    const found = this.#text.search(folded, {
      tokenize: () => terms,
      prefix: (term) => spaced.has(term) && term.length > 1,
      fuzzy: (term) => (spaced.has(term) ? mistakesIn(term) : false),
    });
    return found
      .filter(({ queryTerms }) => wanted.every((stretch) => isThere(stretch, new Set(queryTerms))))
      .flatMap(({ id }) => this.#known.get(String(id)) ?? []);
  }

  /** The way to a folder, where it leads through the one searched below. */
  #trailsBelow(below: readonly Step[]): (folder: string) => readonly Step[] | undefined {
    const found = new Map<string, readonly Step[] | undefined>([[below.at(-1)?.id ?? "", below]]);
    const trailTo = (folder: string, depth: number): readonly Step[] | undefined => {
      if (found.has(folder) || depth > deepest) return found.get(folder);
      const itself = this.#known.get(folder);
      const above = itself && trailTo(itself.folder, depth + 1);
      const trail = above && [...above, { id: folder, name: itself.entry.name }];
      found.set(folder, trail);
      return trail;
    };
    return (folder) => trailTo(folder, 0);
  }
}

const fits: readonly Hit["fit"][] = ["same", "contains"];
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compareNames(a: Hit, b: Hit): number {
  return collator.compare(a.entry.name, b.entry.name) || (a.entry.id < b.entry.id ? -1 : 1);
}

function fitOf(name: string, words: string, parts: readonly string[]): Hit["fit"] | undefined {
  if (name === words || name.replace(/\.[^.]{1,8}$/, "") === words) return "same";
  return parts.every((part) => name.includes(part)) ? "contains" : undefined;
}

function passes(entry: Entry, { kind, least, most }: Omit<Query, "limit">): boolean {
  if (kind && kindOf(entry) !== kind) return false;
  if (least === undefined && most === undefined) return true;
  const { size } = entry;
  return entry.kind === "file" && size !== undefined && size >= (least ?? 0) && size <= (most ?? Infinity);
}

/** Letters that may be wrong. Numbers are never nearly right: the next episode is another one. */
function mistakesIn(term: string): number | false {
  if (/\p{N}/u.test(term) || term.length < 4) return false;
  return term.length < 8 ? 1 : 2;
}

/** A word with two neighbours changed about: the commonest typing error, which counts as two wrong letters otherwise. */
function swapsOf({ text, spaced }: Stretch): readonly string[] {
  if (!spaced || mistakesIn(text) !== 1) return [];
  const letters = Array.from(text);
  return letters
    .slice(1)
    .map((letter, at) => [...letters.slice(0, at), letter, letters[at], ...letters.slice(at + 2)].join(""))
    .filter((swapped) => swapped !== text);
}

/** Of signs without spaces one in four may be wrong, but some two have to stand together. */
function isThere(stretch: Stretch, found: ReadonlySet<string>): boolean {
  if (swapsOf(stretch).some((swapped) => found.has(swapped))) return true;
  const { ones, twos } = gramsOf(stretch);
  const right = ones.filter((one) => found.has(one)).length;
  return right >= Math.ceil(ones.length * 0.75) && (twos.length === 0 || twos.some((two) => found.has(two)));
}
