/** A file somebody sent, as its platform keeps it. Plain JSON; it belongs into a sealed store, since some ids are addresses. */
export interface SentFile {
  /** What the platform gives its bytes for: an id of Telegram's, the address of an attachment of Discord's. */
  readonly id: string;
  /** Where its platform can be asked for it once its id is too old; absent = it does not get too old, or cannot be asked for. */
  readonly message?: SentMessage | undefined;
  /** As it is to be called: never empty, without signs that nobody sees. */
  readonly name: string;
  /** Bytes; absent = the platform does not say. */
  readonly size?: number | undefined;
}

/** The message a file stands in, by the platform's own ids. */
export interface SentMessage {
  readonly channel: string;
  readonly id: string;
}

/** Bytes of a name that drives and file systems take. */
const maxName = 255;

/** The name of a sent file, of which nobody knows who chose it; `otherwise` where nothing of it is left. */
export function sentName(given: string, otherwise: string): string {
  const name = given
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, " ")
    .replaceAll(/[/\\]/g, "_")
    .trim()
    .replace(/^\.+$/, "");
  return shortened(name === "" ? otherwise : name);
}

/** Cut in front of its extension, between two characters. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= maxName) return name;
  const extension = /\.[^.\s]{1,20}$/u.exec(name)?.[0] ?? "";
  let left = maxName - Buffer.byteLength(extension);
  let stem = "";
  for (const sign of name.slice(0, name.length - extension.length)) {
    left -= Buffer.byteLength(sign);
    if (left < 0) break;
    stem += sign;
  }
  return stem.trimEnd() + extension;
}
