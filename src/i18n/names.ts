import { withoutTurns } from "../storage/turning-marks.ts";

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns of a button's label we let a name have. */
const labelWidth = 34;
/** Of these, how many are kept for the end of the name, where episodes and extensions are. */
const tailWidth = 12;

/** A name for a button: one line, its middle left out when it is long, so that its head and its extension stay. */
export function elideName(name: string, width: number = labelWidth): string {
  const flat = oneLine(name);
  return isPlain(flat) ? elidePlain(flat, width) : isolate(elideMiddle(graphemesOf(flat), width));
}

/** The same as `elideMiddle` does, where characters are columns. */
function elidePlain(name: string, width: number): string {
  if (name.length <= width) return name;
  const tail = name.slice(-Math.min(tailWidth, Math.floor(width / 2)));
  const head = name.slice(0, width - 1 - tail.length);
  return `${head.trimEnd()}…${tail.trimStart()}`;
}

function elideMiddle(graphemes: readonly string[], width: number): string {
  if (widthOf(graphemes) <= width) return graphemes.join("");
  const tail = takeWidth(graphemes.toReversed(), Math.min(tailWidth, Math.floor(width / 2))).toReversed();
  const head = takeWidth(graphemes, width - 1 - widthOf(tail));
  return `${head.join("").trimEnd()}…${tail.join("").trimStart()}`;
}

/** A name with a place of its own in a list; `width` is how many columns it may take there. */
interface Listed {
  readonly name: string;
  readonly width: number;
}

/** Columns a common beginning must have for leaving it out to help. */
const worthSharing = 6;

/**
 * The names of one list, each in its width and no two alike. A long one loses its middle; where two would read the same
 * then, what the long ones begin with alike is left out instead; those that still do show where they differ, and
 * namesakes are counted.
 */
export function elideTogether(listed: readonly Listed[]): string[] {
  const elided = listed.map(({ name, width }) => elideName(name, width));
  return new Set(elided).size === elided.length ? elided : toldApart(listed);
}

function toldApart(listed: readonly Listed[]): string[] {
  const names = listed.map(({ name }) => graphemesOf(oneLine(name)));
  const elided = names.map((name, at) => elideMiddle(name, listed[at]?.width ?? 0));
  const isLong = names.map((name, at) => widthOf(name) > (listed[at]?.width ?? 0));
  const shared = sharedBeginning(names.filter((_, at) => isLong[at]));
  const isWorthIt = widthOf((names[isLong.indexOf(true)] ?? []).slice(0, shared)) >= worthSharing;
  const labels = names.map((name, at) =>
    isLong[at] && isWorthIt ? elideMiddle(["…", ...name.slice(shared)], listed[at]?.width ?? 0) : (elided[at] ?? ""),
  );
  return numbered(apart(names, labels, listed)).map(isolate);
}

/** How many graphemes names begin with alike, back to the last that ends a word: `Show S01` leaves `E02` whole. */
function sharedBeginning(names: readonly string[][]): number {
  const [first = [], ...rest] = names;
  if (rest.length === 0) return 0;
  let shared = 0;
  while (shared < first.length && rest.every((name) => name[shared] === first[shared])) shared += 1;
  const isEnd = (at: number) => /[^\p{L}\p{N}\p{M}]/u.test(first[at - 1] ?? "");
  for (let at = shared; at > 0; at -= 1) if (isEnd(at)) return at;
  return 0;
}

/** Different names with one label show the place where they differ. */
function apart(names: readonly string[][], labels: readonly string[], listed: readonly Listed[]): string[] {
  const alike = Map.groupBy(labels.keys(), (at) => labels[at] ?? "");
  return labels.map((label, at) => {
    const others = (alike.get(label) ?? []).map((other) => names[other] ?? []);
    if (others.length < 2) return label;
    const name = names[at] ?? [];
    const differs = firstDifference(others);
    if (differs >= name.length && others.every((other) => other.length === name.length)) return label;
    return elideMiddle(["…", ...name.slice(Math.max(0, differs - 3))], listed[at]?.width ?? 0);
  });
}

function firstDifference([first = [], ...rest]: readonly (readonly string[])[]): number {
  let at = 0;
  while (at < first.length && rest.every((other) => other[at] === first[at])) at += 1;
  return at;
}

/** What still reads the same is told apart by its number among the same. */
function numbered(labels: readonly string[]): string[] {
  const taken = new Set(labels);
  const seen = new Set<string>();
  return labels.map((label) => {
    let free = label;
    for (let n = 2; seen.has(label) && taken.has(free); n += 1) free = `${label} (${n})`;
    seen.add(label);
    taken.add(free);
    return free;
  });
}

/** A name of at most `most` UTF-16 units on one line, its middle left out where it is longer. */
export function shorten(name: string, most: number): string {
  const flat = oneLine(name);
  if (flat.length <= most) return flat;
  const graphemes = graphemesOf(flat);
  const tail = takeUnits(graphemes.toReversed(), Math.floor(most / 3))
    .toReversed()
    .join("");
  const head = takeUnits(graphemes, most - 1 - tail.length).join("");
  return `${head.trimEnd()}…${tail.trimStart()}`;
}

/** What a text ends with where it was shortened. */
export const ellipsis = "…";

/** Shortens a text at its end, never inside a character; `ellipsis` stands there then. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = "";
  for (const { segment } of segmenter.segment(text)) {
    if (kept.length + segment.length + 1 > most) break;
    kept += segment;
  }
  return `${kept}${ellipsis}`;
}

/** Columns of a name and what is said of it, beside its sign. */
const wholeLabel = 38;

/** Columns a name has beside its sign and what is said of it, so that a phone shows the whole button. */
export function columnsBeside(said: string): number {
  const width = isPlain(said) ? said.length : widthOf(graphemesOf(said));
  return Math.min(labelWidth, Math.max(12, wholeLabel - width));
}

const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u200E\u200F]/;
const firstStrong = "\u2068";
const popIsolate = "\u2069";

/** Keeps a name that is (or pretends to be) written from right to left from turning itself or what stands around it. Halves of characters are replaced. */
export function isolate(name: string): string {
  if (isPlain(name)) return name;
  const whole = cleaned(name);
  return rightToLeft.test(whole) ? `${firstStrong}${whole}${popIsolate}` : whole;
}

/** Private-use characters around what a chat draws as a date of its own (`telegram/screens/painter.ts`); a name that brings them would forge one. */
export const dateMarks = { start: "\uE0F0", text: "\uE0F1", end: "\uE0F2" } as const;

/** A name without what would turn the text around it, or forge a date in it. */
function cleaned(name: string): string {
  return withoutTurns(name.toWellFormed()).replaceAll(/[\uE0F0-\uE0F2]/g, "");
}

function oneLine(name: string): string {
  const flat = isPlain(name) ? name : cleaned(name).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  return flat.trim() || "…";
}

/** Printable ASCII and Latin letters. */
const plain = /^[\u0020-\u007E\u00A1-\u00AC\u00AE-\u02FF]*$/;

/** Every character is one column wide, joins with no neighbour and turns nothing: such a name, as most are, is drawn as it stands. */
function isPlain(text: string): boolean {
  return plain.test(text);
}

/** Characters that join with no neighbour: printable ASCII, Latin letters, dashes and quotation marks, kana, Han, full-width forms. */
const standsAlone =
  /^[\u0020-\u007E\u00A1-\u00AC\u00AE-\u02FF\u2010-\u2027\u3000-\u3029\u3041-\u3096\u30A1-\u30FE\u3400-\u4DBF\u4E00-\u9FFF\uFF01-\uFF9D]*$/;

/** What readers see as one character each. Most names need no segmenter, which is most of the cost of drawing a listing. */
export function graphemesOf(text: string): string[] {
  if (standsAlone.test(text)) return Array.from(text);
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

const wide = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\u{1F000}-\u{3FFFD}]/u;

function widthOf(graphemes: readonly string[]): number {
  return graphemes.reduce((sum, grapheme) => sum + columnsOf(grapheme), 0);
}

/** A grapheme can be a tower of marks; each ten units of it count as one column more, so that labels stay bounded. */
function columnsOf(grapheme: string): number {
  // Before the first wide one: most characters there are.
  if (grapheme.length === 1 && grapheme < "\u1100") return 1;
  return (wide.test(grapheme) ? 2 : 1) + Math.floor(grapheme.length / 12);
}

function takeWidth(graphemes: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const grapheme of graphemes) {
    used += columnsOf(grapheme);
    if (used > width) break;
    taken.push(grapheme);
  }
  return taken;
}

function takeUnits(graphemes: readonly string[], most: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const grapheme of graphemes) {
    used += grapheme.length;
    if (used > most) break;
    taken.push(grapheme);
  }
  return taken;
}
