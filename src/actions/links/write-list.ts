import mime from "mime";
import { withoutTurns } from "../../storage/turning-marks.ts";
import type { Entry } from "../../storage/entry.ts";
import type { ListFormat } from "../model/screen.ts";
import type { ListCaps } from "../model/screen.ts";

/** One line of a list. */
export interface ListItem {
  /** Names of the folders from the listed one down to the file. */
  readonly path: readonly string[];
  readonly name: string;
  readonly url: string;
}

interface ListHead {
  /** What the folder is called. */
  readonly title: string;
  /** When the first of the links ends, ms since the epoch; absent = not known. */
  readonly expiresAt?: number;
  /** What ended it before everything was in it; absent = it is whole. */
  readonly capped?: ListCaps;
}

/** A list as text, for programs: its only words are the format's own, when its links end, and that it is not whole. */
export function writeList(format: ListFormat, head: ListHead, items: readonly ListItem[]): string {
  const lines = { m3u8: playlist, aria2: aria2Input, plain: plainLines }[format](head, items);
  return `${lines.join("\n")}\n`;
}

/** The list's own file name. */
export function listName(format: ListFormat, title: string, part: number): string {
  const endings: Readonly<Record<ListFormat, string>> = { m3u8: ".m3u8", aria2: ".aria2.txt", plain: ".links.txt" };
  const which = part === 1 ? "" : `.part${part}`;
  return shortened(safeSegment(title), longestSegment - 30) + which + endings[format];
}

/** Whether a playlist can hold it. */
export function isMedia({ mimeType, name }: Pick<Entry, "mimeType" | "name">): boolean {
  return [mimeType, mime.getType(name)].some((type) => /^(video|audio)\//.test(type ?? ""));
}

function playlist(head: ListHead, items: readonly ListItem[]): string[] {
  return [
    "#EXTM3U",
    `#PLAYLIST:${oneLine(head.title)}`,
    ...bounds(head),
    ...items.flatMap(({ path, name, url }) => [`#EXTINF:-1,${oneLine([...path, name].join(" / "))}`, url]),
  ];
}

/** As `aria2c --input-file` reads it: an address a line, its options below it, indented. */
function aria2Input(head: ListHead, items: readonly ListItem[]): string[] {
  const places = safePaths(items.map(({ path, name }) => [...path, name]));
  return [
    `# ${oneLine(head.title)}`,
    ...bounds(head),
    ...items.flatMap(({ url }, at) => [url, `  out=${places[at] ?? ""}`]),
  ];
}

/** Names of folders and a file, each as a path on any system below wherever it is put; no two are the same. */
export function safePaths(all: readonly (readonly string[])[]): readonly string[] {
  const taken = new Set<string>();
  return all.map((names) => unused(names.map(safeSegment), taken));
}

/** Nothing but addresses: `wget -i` knows no comments. */
function plainLines(_head: ListHead, items: readonly ListItem[]): string[] {
  return items.map(({ url }) => url);
}

/** `# expires 2026-11-25T21:00:00Z` and where the list ends: comments where the format has them. */
function bounds({ expiresAt, capped }: ListHead): string[] {
  return [
    ...(expiresAt === undefined ? [] : [`# expires ${new Date(expiresAt).toISOString().replace(/\.\d+Z$/, "Z")}`]),
    ...(capped ? [`# incomplete: at most ${capped.files} files from ${capped.folders} folders`] : []),
  ];
}

/** A name that cannot end its line, however it tries. */
function oneLine(name: string): string {
  return withoutTurns(name.toWellFormed())
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
}

/** Bytes of one name: 255 is what file systems take, and a twin gets a number. */
const longestSegment = 240;

/** A name as one step of a path on any system: no way up, no way out, no sign a file system forbids. */
function safeSegment(name: string): string {
  const plain = oneLine(name)
    .replaceAll(/[/\\:*?"<>|]/g, "_")
    // Windows drops dots and blanks at an end; and `.` and `..` are no names.
    .replace(/[. ]+$/, (end) => "_".repeat(end.trim().length))
    .replace(/^~/, "_");
  return plain === "" ? "_" : shortened(plain, longestSegment);
}

/** At most so many bytes, with the extension kept, and never half a character. */
function shortened(name: string, most: number): string {
  if (Buffer.byteLength(name) <= most) return name;
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? "";
  let kept = "";
  for (const { segment } of graphemes.segment(name)) {
    if (Buffer.byteLength(kept + segment) > most - extension.length) break;
    kept += segment;
  }
  return kept.trimEnd() + extension;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Equal names in a folder would be written over one another. Many systems tell no capitals apart. */
function unused(segments: readonly string[], taken: Set<string>): string {
  const path = segments.join("/");
  const [, stem = path, extension = ""] = /^(.*?)(\.[A-Za-z0-9]{1,8})?$/su.exec(path) ?? [];
  let free = path;
  for (let n = 2; taken.has(free.normalize("NFC").toLowerCase()); n += 1) free = `${stem} (${n})${extension}`;
  taken.add(free.normalize("NFC").toLowerCase());
  return free;
}
