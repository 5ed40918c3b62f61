import type { Call } from "./call.ts";
import { fileOf, isUpload, type StoredFile, type Upload } from "./files.ts";
import { badRequest } from "./refusal.ts";
import type { Content } from "./world.ts";

/** Kinds of files in messages. */
export type MediaKind = "photo" | "document" | "video" | "audio" | "animation" | "voice" | "sticker";

/** Bytes of a photo, and of what the service fetches itself. */
const photoLimit = 10 * 1024 * 1024;
const webLimit = 20 * 1024 * 1024;
const webPhotoLimit = 5 * 1024 * 1024;

interface Media {
  readonly kind: MediaKind;
  readonly file: Upload | string;
  /** The other parameters: sizes, durations, titles. */
  readonly more: object;
}

/** A file in the fields of a message: uploaded, known by its id, or fetched from the web. */
export async function mediaContent(call: Call, { kind, file, more }: Media): Promise<Content> {
  const stored = isUpload(file) ? upload(call, kind, file) : await known(call, kind, file);
  const thumbnail =
    "thumbnail" in more && isUpload(more.thumbnail) ? call.files.add(more.thumbnail, "thumbnails") : undefined;
  return contentOf(kind, { stored, more: more as Readonly<Record<string, unknown>>, ...(thumbnail && { thumbnail }) });
}

function upload({ files }: Call, kind: MediaKind, file: Upload): StoredFile {
  if (file.size === 0) throw badRequest("file must be non-empty");
  if (kind === "photo" && file.size > photoLimit) {
    throw badRequest(`file of size ${file.size} bytes is too big for a photo; the maximum size is ${photoLimit} bytes`);
  }
  return files.add(file, folderOf[kind]);
}

const folderOf: Readonly<Record<MediaKind, string>> = {
  photo: "photos",
  document: "documents",
  video: "videos",
  audio: "music",
  animation: "animations",
  voice: "voice",
  sticker: "stickers",
};

async function known(call: Call, kind: MediaKind, reference: string): Promise<StoredFile> {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(reference)) return call.files.get(reference);
  if (!/^https?:/i.test(reference)) throw badRequest("wrong HTTP URL specified");
  const url = URL.parse(reference);
  const found = url ? await call.web(url) : undefined;
  if (!found) throw badRequest("failed to get HTTP URL content");
  if (found.bytes.length > (kind === "photo" ? webPhotoLimit : webLimit))
    throw badRequest("failed to get HTTP URL content");
  if (kind === "photo" && !found.type.startsWith("image/")) throw badRequest("wrong type of the web page content");
  return call.files.add(fileOf(found.bytes, found), folderOf[kind]);
}

interface Parts {
  readonly stored: StoredFile;
  readonly thumbnail?: StoredFile;
  readonly more: Readonly<Record<string, unknown>>;
}

/** The fields a kind of file has in a message. */
export function contentOf(kind: MediaKind, { stored, thumbnail, more }: Parts): Content {
  const small = thumbnail && { thumbnail: { ...fields(thumbnail), width: 320, height: 180 } };
  const named = { ...(stored.clean !== "" && { file_name: stored.clean }), mime_type: typeOf(stored) };
  const spoiler = more["has_spoiler"] === true ? { has_media_spoiler: true } : {};
  const sizes = { width: Number(more["width"] ?? 0), height: Number(more["height"] ?? 0) };
  const duration = { duration: Number(more["duration"] ?? 0) };
  switch (kind) {
    case "photo":
      return { photo: [{ ...fields(stored), width: 1280, height: 720 }], ...spoiler };
    case "document":
      return { document: { ...fields(stored), ...named, ...small } };
    case "video":
      return { video: { ...fields(stored), ...named, ...sizes, ...duration, ...small }, ...spoiler };
    case "animation": {
      const animation = { ...fields(stored), ...named, ...sizes, ...duration, ...small };
      return { animation, document: { ...fields(stored), ...named, ...small }, ...spoiler };
    }
    case "audio":
      return { audio: { ...fields(stored), ...named, ...duration, ...picked(more, ["performer", "title"]), ...small } };
    case "voice":
      return { voice: { ...fields(stored), mime_type: typeOf(stored), ...duration } };
    case "sticker":
      return {
        sticker: {
          ...fields(stored),
          type: "regular",
          width: 512,
          height: 512,
          is_animated: false,
          is_video: false,
          ...picked(more, ["emoji"]),
        },
      };
  }
}

function fields({ id, uniqueId, size }: StoredFile): object {
  return { file_id: id, file_unique_id: uniqueId, file_size: size };
}

function picked(from: Readonly<Record<string, unknown>>, names: readonly string[]): object {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
}

/** By the name first, as the service does. */
function typeOf({ clean, type }: StoredFile): string {
  const extension = /\.([^.]+)$/.exec(clean)?.[1]?.toLowerCase() ?? "";
  return typesByExtension[extension] ?? (type === "" ? "application/octet-stream" : type);
}

const typesByExtension: Readonly<Record<string, string>> = {
  txt: "text/plain",
  mp4: "video/mp4",
  mkv: "video/x-matroska",
  mp3: "audio/mpeg",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  pdf: "application/pdf",
  zip: "application/zip",
};

/** Which field of a message holds its file. */
export const mediaFields = ["photo", "video", "animation", "audio", "document", "voice", "sticker"] as const;
