const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns of a button's label we let a name have. */
const labelWidth = 34;
/** Of these, how many are kept for the end of the name, where episodes and extensions are. */
const tailWidth = 12;

/** A name for a button: one line, its middle left out when it is long, so that its head and its extension stay. */
export function elideName(name: string, width: number = labelWidth): string {
  const graphemes = graphemesOf(oneLine(name));
  if (widthOf(graphemes) <= width) return isolate(graphemes.join(""));
  const tail = takeWidth(graphemes.toReversed(), Math.min(tailWidth, Math.floor(width / 2))).toReversed();
  const head = takeWidth(graphemes, width - 1 - widthOf(tail));
  return isolate(`${head.join("").trimEnd()}…${tail.join("").trimStart()}`);
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

/** Shortens a text at its end, never inside a character. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = "";
  for (const { segment } of segmenter.segment(text)) {
    if (kept.length + segment.length + 1 > most) break;
    kept += segment;
  }
  return `${kept}…`;
}

const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u200E\u200F\u202A-\u202E]/;
const firstStrong = "\u2068";
const popIsolate = "\u2069";

/** Keeps a name that is (or pretends to be) written from right to left from turning what stands around it. Halves of characters are replaced. */
export function isolate(name: string): string {
  const whole = name.toWellFormed();
  return rightToLeft.test(whole) ? `${firstStrong}${whole}${popIsolate}` : whole;
}

function oneLine(name: string): string {
  const flat = name
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
  return flat === "" ? "…" : flat;
}

function graphemesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

const wide = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\u{1F000}-\u{3FFFD}]/u;

function widthOf(graphemes: readonly string[]): number {
  return graphemes.reduce((sum, grapheme) => sum + columnsOf(grapheme), 0);
}

/** A grapheme can be a tower of marks; each ten units of it count as one column more, so that labels stay bounded. */
function columnsOf(grapheme: string): number {
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
