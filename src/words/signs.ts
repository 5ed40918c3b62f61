import type { EntryKind } from "../storage/file-kind.ts";

export { kindOf, type EntryKind } from "../storage/file-kind.ts";

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
