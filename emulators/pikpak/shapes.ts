import type { Film, Node } from "./node.ts";

/** Makes addresses: signed ones to the download host, and pictures. */
export interface Addresses {
  download(node: Node, variant: "original" | Film["transcodes"][number], shared: boolean): string;
  /** When a download address made now ends, ms since the epoch. */
  readonly expiresAt: number;
  thumbnail(node: Node, size: string): string;
  icon(node: Node): string;
}

/** What is left out of an answer: list answers carry no links, share answers no `web_content_link`. */
export type View = "list" | "detail" | "upload" | "share-list" | "share-detail";

/** What a request asked for by its query. */
export interface ViewOptions {
  /** `with_audit=true`, without which a listing has no `audit`. */
  readonly audit: boolean;
  /** `SIZE_SMALL`, `SIZE_MEDIUM`, `SIZE_LARGE`: the thumbnail's. */
  readonly thumbnail: string;
}

export function viewOptionsIn(query: URLSearchParams): ViewOptions {
  return { audit: query.get("with_audit") === "true", thumbnail: query.get("thumbnail_size") ?? "" };
}

const noViewOptions: ViewOptions = { audit: false, thumbnail: "" };

const zone = 8 * 3_600_000;

/** RFC 3339 with milliseconds, at the service's own +08:00. */
export function timeText(ms: number): string {
  return new Date(ms + zone).toISOString().replace("Z", "+08:00");
}

/** A file or folder as the API writes it, field for field. */
export function fileObject(node: Node, view: View, addresses: Addresses, shown = noViewOptions): object {
  const linked = linksOf(node, view, addresses);
  return {
    kind: node.folder ? "drive#folder" : "drive#file",
    id: node.id,
    parent_id: node.parentId,
    name: node.name,
    user_id: isShared(view) ? "" : node.userId,
    size: String(node.size),
    revision: "0",
    file_extension: node.folder ? "" : extensionOf(node.name),
    mime_type: node.mimeType,
    // Stays false even for a starred file; its tag tells (measured 2026-09).
    starred: false,
    web_content_link: linked.web,
    created_time: timeText(node.createdAt),
    modified_time: timeText(node.modifiedAt),
    icon_link: addresses.icon(node),
    thumbnail_link: hasThumbnail(node) ? addresses.thumbnail(node, shown.thumbnail) : "",
    md5_checksum: "",
    hash: node.gcid,
    links: linked.links,
    phase: node.phase,
    ...(!node.folder && (shown.audit || view !== "list") && { audit: auditOf(node) }),
    medias: linked.medias,
    trashed: node.trashed,
    delete_time: node.trashed ? timeText(node.modifiedAt + trashLife) : "",
    original_url: node.originalUrl,
    params: paramsOf(node, view, addresses),
    original_file_index: 0,
    space: "",
    apps: [],
    writable: true,
    folder_type: node.folderType,
    sort_name: "",
    user_modified_time: timeText(node.modifiedAt),
    spell_name: [],
    file_category: categoryOf(node),
    tags: node.starred ? [{ id: "star", name: "STAR", type: 1 }] : [],
    reference_events: [],
  };
}

/** ms a trashed file is kept. */
const trashLife = 15 * 86_400_000;

function isShared(view: View): boolean {
  return view === "share-list" || view === "share-detail";
}

function hasThumbnail(node: Node): boolean {
  return node.film !== undefined || node.mimeType.startsWith("image/");
}

function auditOf(node: Node): object {
  const message = node.audit === "STATUS_OK" ? "Normal resource" : "Resource unavailable";
  return { status: node.audit, message, title: "" };
}

function paramsOf(node: Node, view: View, addresses: Addresses): object {
  const { film } = node;
  if (!film) return node.originalUrl === "" ? {} : { url: node.originalUrl };
  const { duration, width, height } = film;
  return {
    duration: String(duration),
    width: String(width),
    height: String(height),
    ...(node.originalUrl !== "" && { url: node.originalUrl }),
    // How far the anonymous may play it.
    ...(view === "share-detail" && {
      anonymous_play_seconds: "120",
      anonymous_play_range: "0.40",
      small_thumbnail: addresses.thumbnail(node, "SIZE_SMALL"),
    }),
  };
}

interface Linked {
  readonly web: string;
  readonly links: object;
  readonly medias: readonly object[] | null;
}

function linksOf(node: Node, view: View, addresses: Addresses): Linked {
  const bare = { web: "", links: {}, medias: [] };
  const nothing = node.folder || node.size === 0 || node.phase !== "PHASE_TYPE_COMPLETE" || node.audit !== "STATUS_OK";
  if (view === "list" || view === "upload" || view === "share-list" || nothing) return bare;
  const medias = mediasOf(node, addresses, view === "share-detail");
  if (view === "share-detail") return { ...bare, medias };
  const url = addresses.download(node, "original", false);
  return { web: url, links: { "application/octet-stream": linkObject(url, addresses) }, medias };
}

/** In shares a token stands beside the address. */
function linkObject(url: string, { expiresAt }: Addresses, shared = false): object {
  return { url, token: shared ? "eyJhbGciOiJIUzI1NiJ9.e30.c2hhcmVk" : "", expire: timeText(expiresAt), type: "" };
}

/** Films have renditions; in shares every file has at least its original, since that is where its address is. */
function mediasOf(node: Node, addresses: Addresses, shared: boolean): object[] | null {
  const { film } = node;
  if (film?.odd === "medias-null") return null;
  if (!film) return shared ? [originObject(node, undefined, addresses, shared)] : [];
  const transcodes = film.transcodes.map((name, n) =>
    transcodeObject(node, { film, name, priority: 6 - n, shared }, addresses),
  );
  const origin = originObject(node, film, addresses, shared);
  return film.originHidden ? [...transcodes, origin] : [origin, ...transcodes];
}

/** An original that cannot be played is invisible and its address empty. */
function originObject(node: Node, film: Film | undefined, addresses: Addresses, shared: boolean): object {
  const hidden = film?.originHidden === true;
  const link = linkObject(hidden ? "" : addresses.download(node, "original", shared), addresses, shared);
  return {
    ...mediaObject("", "Original", shared),
    video: film ? videoObject(film, film.height, "hevc", "matroska,webm") : null,
    link: film?.odd === "link-null" ? null : link,
    is_default: !hidden,
    priority: 0,
    is_origin: true,
    resolution_name: film ? `${film.height}P` : "",
    is_visible: !hidden,
    category: "category_origin",
  };
}

interface Rendition {
  readonly film: Film;
  readonly name: Film["transcodes"][number];
  readonly priority: number;
  readonly shared: boolean;
}

function transcodeObject(node: Node, { film, name, priority, shared }: Rendition, addresses: Addresses): object {
  return {
    ...mediaObject(`M${name}`, name, shared),
    video: videoObject(film, Number.parseInt(name, 10), "h264", "mpegts"),
    link: film.odd === "link-null" ? null : linkObject(addresses.download(node, name, shared), addresses, shared),
    is_default: film.originHidden === true && priority === 6,
    priority,
    is_origin: false,
    resolution_name: name,
    is_visible: true,
    category: "category_transcode",
  };
}

/** Shares leave two of the fields out. */
function mediaObject(id: string, name: string, shared: boolean): object {
  return {
    media_id: id,
    media_name: name,
    need_more_quota: false,
    vip_types: [],
    redirect_link: "",
    icon_link: "",
    ...(!shared && { ext_icon: "", audio: null }),
  };
}

function videoObject(film: Film, height: number, codec: string, type: string): object {
  return {
    height,
    width: Math.round((height * film.width) / film.height),
    duration: film.duration,
    bit_rate: 2_860_547,
    frame_rate: 23,
    video_codec: codec,
    audio_codec: "aac",
    video_type: type,
    hdr_type: "",
  };
}

function extensionOf(name: string): string {
  return /\.[^.]{1,10}$/.exec(name)?.[0] ?? "";
}

function categoryOf(node: Node): string {
  if (/\.(zip|rar|7z|tar|gz)$/i.test(node.name)) return "ARCHIVE";
  const kind = node.mimeType.split("/")[0] ?? "";
  return { video: "VIDEO", audio: "AUDIO", image: "IMAGE", text: "DOCUMENT" }[kind] ?? "OTHER";
}
