/** Extensions of subtitles that can be shown beside a film. */
export const subtitleExtensions = ["vtt", "srt", "ass", "ssa"] as const;

interface Cue {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A subtitle file as WebVTT, the one form browsers show; `extension` without its dot. */
export function toWebVtt(bytes: Uint8Array, extension: string): string {
  const text = decode(bytes).replaceAll(/\r\n?/g, "\n");
  switch (extension.toLowerCase()) {
    case "vtt":
      return text.startsWith("WEBVTT") ? text : write(readBlocks(text));
    case "ass":
    case "ssa":
      return write(readEvents(text));
    default:
      return write(readBlocks(text));
  }
}

/** By its mark, else UTF-8, else the encoding most old subtitles that are not UTF-8 have. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

const timing = /^\s*((?:\d+:)?\d{1,2}:\d{2}[,.]\d{1,3})\s*-->\s*((?:\d+:)?\d{1,2}:\d{2}[,.]\d{1,3})/;

/** SubRip: blocks of a number, a line of times, and text. */
function readBlocks(text: string): Cue[] {
  return text.split(/\n{2,}/).flatMap((block) => {
    const lines = block.split("\n");
    const index = lines.findIndex((line) => timing.test(line));
    const [, from, to] = timing.exec(lines[index] ?? "") ?? [];
    if (from === undefined || to === undefined) return [];
    return [{ from: readTime(from), to: readTime(to), text: plainTags(lines.slice(index + 1).join("\n")) }];
  });
}

/** Advanced SubStation Alpha: the `Dialogue` lines of `[Events]`, named by its `Format` line. */
function readEvents(text: string): Cue[] {
  const events = text.slice(text.search(/^\[Events\]/im)).split("\n");
  const format =
    valueOf(events, "Format")
      .at(0)
      ?.split(",")
      .map((name) => name.trim().toLowerCase()) ?? [];
  const [start, end, said] = ["start", "end", "text"].map((name) => format.indexOf(name));
  if (start === undefined || end === undefined || said === undefined || Math.min(start, end, said) < 0) return [];
  return valueOf(events, "Dialogue").map((line) => {
    const parts = line.split(",");
    const words = parts.slice(said).join(",");
    return { from: readTime(parts[start] ?? ""), to: readTime(parts[end] ?? ""), text: plainOverrides(words) };
  });
}

function valueOf(lines: readonly string[], name: string): string[] {
  return lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());
}

/** `01:02:03,4` → milliseconds; the hours may be missing. */
function readTime(text: string): number {
  const [clock = "", fraction = "0"] = text.trim().split(/[,.]/);
  const seconds = clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return seconds * 1000 + Number(fraction.padEnd(3, "0").slice(0, 3));
}

function plainTags(text: string): string {
  return text
    .replaceAll(/<(?!\/?[ibu]>)[^>\n]*>/gi, "")
    .replaceAll(/\{\\[^}\n]*\}/g, "")
    .trim();
}

function plainOverrides(text: string): string {
  return text
    .replaceAll(/\{[^}]*\}/g, "")
    .replaceAll(/\\[Nn]/g, "\n")
    .replaceAll("\\h", " ")
    .trim();
}

function write(cues: readonly Cue[]): string {
  const shown = cues
    .filter(({ from, to, text }) => to > from && text !== "")
    .toSorted((one, other) => one.from - other.from);
  const blocks = shown.map(({ from, to, text }) => `${writeTime(from)} --> ${writeTime(to)}\n${oneBlock(text)}`);
  return ["WEBVTT", ...blocks].join("\n\n") + "\n";
}

/** An empty line would end the cue, an arrow would begin another. */
function oneBlock(text: string): string {
  return text.replaceAll(/\n{2,}/g, "\n").replaceAll("-->", "→");
}

function writeTime(ms: number): string {
  const pad = (value: number, length = 2): string => String(Math.floor(value)).padStart(length, "0");
  return `${pad(ms / 3_600_000)}:${pad((ms / 60_000) % 60)}:${pad((ms / 1000) % 60)}.${pad(ms % 1000, 3)}`;
}
