import { quotationMarks } from "../../storage/quotation-marks.ts";

/** A name as it stands in a typed path. */
export interface TypedName {
  /** Without the quotes around it and the signs before slashes. */
  readonly name: string;
  /** As it was typed: there are names with quotes of their own. */
  readonly written: string;
}

const quotes: Readonly<Record<string, string>> = { ...quotationMarks, "«": "»" };

/** The ways a typed path can be meant: as it stands, and where all of it is in quotes without them. */
export function readingsOf(path: string): readonly (readonly TypedName[])[] {
  const inner = unquoted(path.trim());
  return inner === path.trim() ? [namesIn(path)] : [namesIn(path), namesIn(inner)];
}

/** The names of a typed path: `/a//./b/../c` is `a`, `c`. A slash of a name is written `\\/`, or the name in quotes. */
export function namesIn(path: string): readonly TypedName[] {
  const names: TypedName[] = [];
  for (const typed of segmentsOf(path.trim())) {
    if (typed.written === "..") names.pop();
    else if (typed.name !== "" && typed.written !== ".") names.push(typed);
  }
  return names;
}

/** The words without quotes around all of them. */
export function unquoted(words: string): string {
  const close = quotes[words[0] ?? ""];
  return close !== undefined && words.length > 2 && words.endsWith(close) ? words.slice(1, -1).trim() : words;
}

function segmentsOf(path: string): readonly TypedName[] {
  // A quoted name up to the next slash, or anything up to a slash without a sign before it.
  const segment = /\s*(?:(["'`“‘「『«])((?:(?!\1).)*?)(["'`”’」』»])\s*(?=\/|$)|((?:\\[\s\S]|[^/\\])*))(?:\/|$)/gy;
  const found: TypedName[] = [];
  for (const { 0: whole, 1: open, 2: inner = "", 3: close, 4: bare } of path.matchAll(segment)) {
    const written = whole.replace(/\/$/, "").trim();
    const isQuoted = bare === undefined && open !== undefined && quotes[open] === close;
    found.push({ written, name: isQuoted ? inner.trim() : unescaped(bare ?? written).trim() });
  }
  return found;
}

function unescaped(name: string): string {
  return name.replaceAll(/\\([/\\])/g, "$1");
}

/** A name as it can be typed: its slashes with a sign before them, and of namesakes its place among them. */
export function typedName(name: string, place = 1): string {
  const escaped = name.replaceAll(/\\(?=[/\\]|$)|\//g, String.raw`\$&`);
  return place > 1 ? `${escaped}#${place}` : escaped;
}

/** `name#2` is the second of its name. */
export function countedName(name: string): { readonly name: string; readonly place: number } | undefined {
  const [, first = "", place = ""] = /^([\s\S]+)#([1-9]\d{0,3})$/.exec(name) ?? [];
  return first === "" ? undefined : { name: first.trim(), place: Number(place) };
}
