import type { TextPart } from "../stage.ts";

interface Reader {
  readonly locale: string;
  /** ms since the epoch, which relative times count from. */
  readonly now: number;
  userName(id: string): string;
  channelName(id: string): string;
}

/** Discord's markdown as its clients show it. */
export function readMarkdown(text: string, reader: Reader): TextPart[] {
  const parts: TextPart[] = [];
  const blocks = text.split(/```(?:[\w+-]*\n)?([\s\S]*?)```/);
  for (const [n, block] of blocks.entries()) {
    if (n % 2 === 1) parts.push({ text: block.replace(/\n$/, ""), style: "code" });
    else if (block !== "") parts.push(...readLines(block, reader));
  }
  return merged(parts);
}

/** The same without any looks, as one reads it aloud. */
export function plainText(parts: readonly TextPart[]): string {
  return parts.map((part) => (part.style === "rule" ? "\n---\n" : part.text)).join("");
}

function readLines(block: string, reader: Reader): TextPart[] {
  const lines = block.split("\n");
  return lines.flatMap((line, n) => {
    const end = n < lines.length - 1 ? [{ text: "\n" }] : [];
    const heading = /^\s*#{1,3}\s+(.+)$/.exec(line)?.[1];
    // A heading and a quote are lines by themselves.
    if (heading !== undefined) return [{ text: flat(readInline(heading, reader)), style: "heading" as const }];
    const quote = /^>(?:>>)?\s+(.*)$/.exec(line)?.[1];
    if (quote !== undefined) return [{ text: flat(readInline(quote, reader)), style: "quote" as const }];
    const small = /^-#\s+(.*)$/.exec(line)?.[1];
    if (small !== undefined) return [...readInline(small, reader), ...end];
    const item = /^(\s*)[-*]\s+(.*)$/.exec(line);
    if (item) return [{ text: `${item[1]}• ` }, ...readInline(item[2] ?? "", reader), ...end];
    return [...readInline(line, reader), ...end];
  });
}

function flat(parts: readonly TextPart[]): string {
  return parts.map(({ text }) => text).join("");
}

/** The forms within a line, in the order they are tried at each place. */
const forms: readonly { readonly pattern: RegExp; read(match: RegExpExecArray, reader: Reader): TextPart[] }[] = [
  { pattern: /\\([^0-9A-Za-z\s])/y, read: ([, own = ""]) => [{ text: own }] },
  { pattern: /(`{1,2})([\s\S]+?)\1(?!`)/y, read: ([, , code = ""]) => [{ text: code, style: "code" }] },
  {
    pattern: /\[((?:\\.|\[[^\]]*\]|[^\\[\]])+)\]\(\s*<?(https?:\/\/[^\s>]+?|discord:\/\/[^\s>]+?)>?(?:\s+"[^"]*")?\)/y,
    read: ([, label = "", href = ""], reader) => [{ text: flat(readInline(label, reader)), style: "link", href }],
  },
  {
    pattern: /<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y,
    read: ([, at, style], reader) => [{ text: timeOf(Number(at), style ?? "f", reader) }],
  },
  { pattern: /<@!?(\d{1,20})>/y, read: ([, id = ""], reader) => [{ text: `@${reader.userName(id)}`, style: "bold" }] },
  { pattern: /<#(\d{1,20})>/y, read: ([, id = ""], reader) => [{ text: `#${reader.channelName(id)}`, style: "bold" }] },
  { pattern: /<\/([^:>]+):\d{1,20}>/y, read: ([, name = ""]) => [{ text: `/${name}`, style: "bold" }] },
  { pattern: /<a?:(\w+):\d{1,20}>/y, read: ([, name = ""]) => [{ text: `:${name}:` }] },
  { pattern: /<(https?:\/\/[^\s>]+)>/y, read: ([, href = ""]) => [{ text: href, style: "link", href }] },
  { pattern: /https?:\/\/[^\s<]+[^\s<.,:;"')\]]/y, read: ([href]) => [{ text: href, style: "link", href }] },
  { pattern: /\*\*((?:\\.|[^\\])+?)\*\*(?!\*)/y, read: styled("bold") },
  { pattern: /__((?:\\.|[^\\])+?)__(?!_)/y, read: styled("underline") },
  { pattern: /~~((?:\\.|[^\\])+?)~~/y, read: styled("strike") },
  { pattern: /\|\|((?:\\.|[^\\])+?)\|\|/y, read: ([, inner = ""], reader) => readInline(inner, reader) },
  { pattern: /\*(?!\s)((?:\\.|[^\\*])+?)\*(?!\*)/y, read: styled("italic") },
  { pattern: /_((?:\\.|[^\\_])+?)_(?!\w)/y, read: styled("italic") },
];

function styled(style: "bold" | "underline" | "strike" | "italic") {
  return ([, inner = ""]: RegExpExecArray, reader: Reader): TextPart[] =>
    readInline(inner, reader).map((part) => (part.style === undefined ? { ...part, style } : part));
}

function readInline(line: string, reader: Reader): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  while (at < line.length) {
    const found = matchAt(line, at);
    if (found) parts.push(...found.form.read(found.match, reader));
    else parts.push({ text: line[at] ?? "" });
    at += found ? found.match[0].length : 1;
  }
  return merged(parts);
}

function matchAt(line: string, at: number) {
  // An underscore inside a word is no sign.
  const inWord = line[at] === "_" && /\w/.test(line[at - 1] ?? "");
  if (inWord) return undefined;
  for (const form of forms) {
    form.pattern.lastIndex = at;
    const match = form.pattern.exec(line);
    if (match) return { form, match };
  }
  return undefined;
}

/** Neighbours of the same look become one. */
function merged(parts: readonly TextPart[]): TextPart[] {
  const all: TextPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (last && last.style === undefined && part.style === undefined)
      all[all.length - 1] = { text: last.text + part.text };
    else all.push(part);
  }
  return all;
}

const looks: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};

const units = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

/** A moment in the reader's language; their zone is UTC. */
function timeOf(seconds: number, style: string, { locale, now }: Reader): string {
  if (style !== "R")
    return new Intl.DateTimeFormat(locale, { ...looks[style], timeZone: "UTC" }).format(
      Math.max(-8e15, Math.min(8e15, seconds * 1000)),
    );
  const away = seconds - now / 1000;
  const [unit, size] = units.find(([, length]) => Math.abs(away) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.round(away / size), unit);
}
