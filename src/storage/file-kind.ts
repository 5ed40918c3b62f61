import { LRUCache } from "lru-cache";
import mime from "mime";
import type { Entry } from "./entry.ts";

/** What an entry is to people: the end of the locale key `kind-<kind>`. */
export const entryKinds = ["folder", "video", "audio", "image", "archive", "document", "file"] as const;
export type EntryKind = (typeof entryKinds)[number];

const archives = /zip|rar|7z|tar|gzip|bzip|xz|compressed|iso9660|zstd/;
const documents = /pdf|msword|officedocument|opendocument|ms-excel|ms-powerpoint|rtf|epub|json|xml|subrip/;

/** The kind of an entry, by what the drive says of it, else by its extension. */
export function kindOf({ kind, mimeType, name }: Pick<Entry, "kind" | "mimeType" | "name">): EntryKind {
  if (kind === "folder") return "folder";
  return kindOfType(mimeType) ?? kindOfExtension(name.slice(name.lastIndexOf(".") + 1));
}

/** Kinds by extension, of those seen lately. */
const known = new LRUCache<string, EntryKind>({ max: 500 });

function kindOfExtension(extension: string): EntryKind {
  const kind = known.get(extension) ?? kindOfType(mime.getType(extension) ?? undefined) ?? "file";
  known.set(extension, kind);
  return kind;
}

/** A picture that does not move, of a format every chat shows. */
export function isStill({ kind, name, mimeType = "" }: Pick<Entry, "kind" | "mimeType" | "name">): boolean {
  return kind === "file" && (/^image\/(jpeg|png|webp)$/i.test(mimeType) || /\.(jpe?g|png|webp)$/i.test(name));
}

function kindOfType(type: string | undefined): EntryKind | undefined {
  if (type === undefined) return undefined;
  const [family, rest = ""] = type.toLowerCase().split("/");
  if (family === "video" || family === "audio" || family === "image") return family;
  if (archives.test(rest)) return "archive";
  return family === "text" || documents.test(rest) ? "document" : undefined;
}
