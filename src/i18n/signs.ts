import type { EntryKind } from "../storage/file-kind.ts";

export { kindOf, type EntryKind } from "../storage/file-kind.ts";

/** The signs of what is asked before it is done. */
export const questionSigns = {
  "remove-mount": "🗑",
  forget: "🗑",
  broadcast: "📣",
  "revoke-links": "🚫",
  "revoke-every-link": "🚫",
} as const;

/** The sign of each kind, as people know them from all lists. */
export const kindSigns: Readonly<Record<EntryKind, string>> = {
  folder: "📁",
  video: "🎬",
  audio: "🎵",
  image: "🖼",
  archive: "📦",
  document: "📝",
  file: "📄",
};
