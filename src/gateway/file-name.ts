import { splitName } from "./ticket-url.ts";

/** Bytes of a name: file systems take 255, and downloaders append something of their own while they are busy. */
const longestName = 240;

/** Turns text around, or is not seen: what a name looks like it ends in is what it ends in (`exe.fdp` is no `pdf.exe`). */
const misleading = /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A drive's name as a file can be called: no path, no control character, nothing that reads backwards. */
export function fileName(name: string): string {
  const plain = name
    .toWellFormed()
    .replaceAll(misleading, "")
    .replaceAll(/[/\\\p{Cc}\p{Zl}\p{Zp}]/gu, "_")
    .trim();
  return /^\.{0,2}$/.test(plain) ? "file" : plain;
}

/** The same, not longer than a file system takes, its extension kept: for who saves by the name it is told and no other. */
export function shortFileName(name: string): string {
  const plain = fileName(name);
  if (Buffer.byteLength(plain) <= longestName) return plain;
  const { stem, extension } = splitName(plain);
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
  const { stem, extension } = splitName(shortFileName(name));
  const plain = stem
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/["\\%]/g, "_")
    .replaceAll(/[^\x20-\x7e]+/g, "_");
  return (/[A-Za-z0-9]/.test(plain) ? plain : "file") + extension;
}
