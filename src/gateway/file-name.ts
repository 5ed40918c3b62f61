import { splitName } from "./ticket-url.ts";

/** Bytes of a name: file systems take 255, and downloaders append something of their own while they are busy. */
const longestName = 240;

/** Turns text around, or is not seen: what a name looks like it ends in is what it ends in (`exe.fdp` is no `pdf.exe`). */
const misleading = /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A drive's name as a file can be called: no path, no control character, nothing that reads backwards, not too long, its extension kept. */
export function fileName(name: string): string {
  const plain = name
    .toWellFormed()
    .replaceAll(misleading, "")
    .replaceAll(/[/\\\p{Cc}\p{Zl}\p{Zp}]/gu, "_")
    .trim();
  if (/^\.{0,2}$/.test(plain)) return "file";
  return shortened(plain);
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= longestName) return name;
  const { stem, extension } = splitName(name);
  let kept = "";
  let length = Buffer.byteLength(extension);
  for (const { segment } of graphemes.segment(stem)) {
    length += Buffer.byteLength(segment);
    if (length > longestName) break;
    kept += segment;
  }
  return kept.trimEnd() + extension;
}

/** The same in ASCII, for clients that know nothing else: letters without their accents, other scripts as `_`. */
export function asciiName(name: string): string {
  const { stem, extension } = splitName(fileName(name));
  const plain = stem
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/["\\%]/g, "_")
    .replaceAll(/[^\x20-\x7e]+/g, "_");
  return (/[A-Za-z0-9]/.test(plain) ? plain : "file") + extension;
}
