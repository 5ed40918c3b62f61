import { withoutTurns } from "../storage/turning-marks.ts";

/** Which way a ticket is used: redirect (or whatever the mount's method says), always through us, or the watch page. */
export type TicketWay = "d" | "p" | "w";

interface TicketUrlOptions {
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly way: TicketWay;
  /** As the drive has it; only decoration, so that players and people see a name. Shortened to fit. */
  readonly name: string;
}

/** Telegram's copy buttons take no more. */
export const longestTicketUrl = 256;

/** The whole address of a ticket, at most 256 characters, with as much of the name as fits and its extension kept. */
export function ticketUrl(ticket: string, { publicUrl, way, name }: TicketUrlOptions): string {
  const base = `${publicUrl}/${way}/${ticket}`;
  if (base.length > longestTicketUrl) {
    throw new RangeError(
      `PUBLIC_URL is too long: a ticket under it has ${base.length} characters, ${longestTicketUrl} can be had`,
    );
  }
  const segment = shortName(name, longestTicketUrl - base.length - 1);
  return segment === "" ? base : `${base}/${segment}`;
}

/** The watch page of a ticket. */
export function watchUrl(ticket: string, publicUrl: string): string {
  return `${publicUrl}/w/${ticket}`;
}

/** A name as one path segment of at most `room` characters; "" when nothing of it fits. */
export function shortName(name: string, room: number): string {
  const { stem, extension } = splitName(addressable(name));
  const ending = encodeSegment(extension);
  if (ending.length < room) {
    const start = encodeUpTo(stem, room - ending.length);
    if (start !== "") return start + ending;
  }
  return encodeUpTo(stem, room);
}

/** `.` and `..` would be folded away by every browser, percent-encoded or not. */
function addressable(name: string): string {
  const whole = withoutTurns(name.toWellFormed());
  return /^\.{0,2}$/.test(whole) ? "file" : whole;
}

/** `film.2024.mkv` → `film.2024` and `.mkv`; what looks like no extension is none. */
export function splitName(name: string): { stem: string; extension: string } {
  const match = /^(.+)(\.[A-Za-z0-9]{1,8})$/su.exec(name);
  return { stem: match?.[1] ?? name, extension: match?.[2] ?? "" };
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

function encodeUpTo(text: string, room: number): string {
  let out = "";
  for (const { segment } of graphemes.segment(text)) {
    const more = encodeSegment(segment);
    if (out.length + more.length > room) break;
    out += more;
  }
  // A cut may leave a lone dot or two, which is no file name but a way up.
  return /^\.{1,2}$/.test(out) ? "" : out;
}

/** Percent-encodes all but letters, digits and `-_.~`: nothing left that a shell, Markdown or HTML would read. */
export function encodeSegment(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
