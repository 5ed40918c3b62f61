import { withoutTurns } from "../../storage/turning-marks.ts";

/** Most characters of a pattern, and of a name made by one. */
export const maxPattern = 200;
const maxName = 200;

/**
 * How what a feed brought is called: text with `{title}`, `{date}` and `{feed}`. Before `=>` may stand a title with `*` for
 * anything, whose parts are `{1}`, `{2}` … then; a title that is not like it keeps the name it has. No expression of the
 * reader's is run: a pattern is matched in one pass.
 */
export interface Pattern {
  /** What stands around the asterisks; absent = every title. */
  readonly around?: readonly string[] | undefined;
  readonly pieces: readonly Piece[];
}

type Piece = { readonly text: string } | { readonly name: "title" | "date" | "feed" } | { readonly part: number };

/** What a name is made of. */
export interface Named {
  readonly title: string;
  readonly feed: string;
  /** ms since the epoch; absent = it does not say. */
  readonly at?: number | undefined;
}

/** A pattern as it was typed; undefined = it is none. */
export function readPattern(typed: string): Pattern | undefined {
  if (typed.length > maxPattern) return undefined;
  const [before, after, ...more] = typed.split("=>").map((half) => half.trim());
  if (before === undefined || more.length > 0) return undefined;
  const around = after === undefined ? undefined : before.split("*");
  const pieces = piecesOf(after ?? before);
  const parts = around ? around.length - 1 : 0;
  const isWhole = pieces?.every((piece) => !("part" in piece) || piece.part <= parts);
  return pieces && pieces.length > 0 && isWhole && around?.join("") !== "" ? { around, pieces } : undefined;
}

function piecesOf(text: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  for (const [whole, inside] of text.matchAll(/\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    const piece = inside === undefined ? { text: whole } : namedPiece(inside);
    if (!piece || whole === "{" || whole === "}") return undefined;
    pieces.push(piece);
  }
  return pieces;
}

function namedPiece(inside: string): Piece | undefined {
  switch (inside) {
    case "title":
    case "date":
    case "feed":
      return { name: inside };
    default:
      return /^[1-9]$/.test(inside) ? { part: Number(inside) } : undefined;
  }
}

/** What an entry is called by a pattern; undefined = its title is not like it, or nothing would be left of the name. */
export function nameBy({ around, pieces }: Pattern, named: Named): string | undefined {
  const parts = around ? partsOf(named.title, around) : [];
  if (!parts) return undefined;
  const name = pieces.map((piece) => valueOf(piece, named, parts)).join("");
  const fit = fitName(name);
  return fit === "" ? undefined : fit;
}

function valueOf(piece: Piece, named: Named, parts: readonly string[]): string {
  if ("text" in piece) return piece.text;
  if ("part" in piece) return parts[piece.part - 1] ?? "";
  switch (piece.name) {
    case "title":
      return named.title;
    case "feed":
      return named.feed;
    case "date":
      return named.at === undefined ? "" : new Date(named.at).toISOString().slice(0, 10);
  }
}

/** What stands for each asterisk, as short as can be from the left; undefined = the title is not like this. */
function partsOf(title: string, around: readonly string[]): readonly string[] | undefined {
  const [first = "", ...rest] = around;
  const last = rest.pop();
  if (last === undefined) return title === first ? [] : undefined;
  if (!title.startsWith(first)) return undefined;
  const parts: string[] = [];
  let at = first.length;
  for (const text of rest) {
    const found = title.indexOf(text, at);
    if (found === -1) return undefined;
    parts.push(title.slice(at, found));
    at = found + text.length;
  }
  const end = title.length - last.length;
  return end >= at && title.endsWith(last) ? [...parts, title.slice(at, end)] : undefined;
}

/** A name that a drive takes: on one line, no path, of bounded length. */
function fitName(name: string): string {
  const flat = withoutTurns(name.toWellFormed())
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replaceAll(/[/\\:*?"<>|]/g, "_");
  return flat
    .slice(0, maxName)
    .toWellFormed()
    .replaceAll("\uFFFD", "")
    .replace(/^[. ]+|[. ]+$/g, "");
}
