import type { Film, Node } from "./state.ts";

/** Makes addresses: signed ones to the download host, and pictures. */
export interface Addresses {
  download(node: Node, variant: "original" | Film["transcodes"][number]): string;
  /** When a download address made now ends, ms since the epoch. */
  readonly expiresAt: number;
  thumbnail(node: Node): string;
  icon(node: Node): string;
}

/** What is left out of an answer: list answers carry no links, share answers no `web_content_link`. */
export type View = "list" | "detail" | "share-list" | "share-detail";

const zone = 8 * 3_600_000;

/** RFC 3339 with milliseconds, at the service's own +08:00. */
export function timeText(ms: number): string {
  return new Date(ms + zone).toISOString().replace("Z", "+08:00");
}

/** A file or folder as the API writes it, field for field. */
export function fileObject(node: Node, view: View, addresses: Addresses): object {
  const linked = linksOf(node, view, addresses);
  return {
    kind: node.folder ? "drive#folder" : "drive#file",
    id: node.id,
    parent_id: node.parentId,
    name: node.name,
    user_id: view.startsWith("share") ? "" : node.userId,
    size: String(node.size),
    revision: "0",
    file_extension: node.folder ? "" : extensionOf(node.name),
    mime_type: node.mimeType,
    starred: false,
    web_content_link: linked.web,
    created_time: timeText(node.createdAt),
    modified_time: timeText(node.modifiedAt),
    icon_link: addresses.icon(node),
    thumbnail_link: node.film || node.mimeType.startsWith("image/") ? addresses.thumbnail(node) : "",
    md5_checksum: "",
    hash: node.gcid,
    links: linked.links,
    phase: node.phase,
    ...(node.folder
      ? {}
      : {
          audit: {
            status: node.audit,
            message: node.audit === "STATUS_OK" ? "Normal resource" : "Resource unavailable",
            title: "",
          },
        }),
    medias: linked.medias,
    trashed: node.trashed,
    delete_time: "",
    original_url: "",
    params: paramsOf(node),
    original_file_index: 0,
    space: "",
    apps: [],
    writable: true,
    folder_type: node.folderType,
    sort_name: "",
    user_modified_time: timeText(node.modifiedAt),
    spell_name: [],
    file_category: categoryOf(node),
    tags: [],
    reference_events: [],
  };
}

function paramsOf(node: Node): object {
  if (!node.film) return {};
  return { duration: String(node.film.duration), width: String(node.film.width), height: String(node.film.height) };
}

interface Linked {
  readonly web: string;
  readonly links: object;
  readonly medias: readonly object[] | null;
}

function linksOf(node: Node, view: View, addresses: Addresses): Linked {
  const bare = { web: "", links: {}, medias: [] };
  const nothing = node.folder || node.size === 0 || node.phase !== "PHASE_TYPE_COMPLETE" || node.audit !== "STATUS_OK";
  if (view === "list" || view === "share-list" || nothing) return bare;
  const medias = mediasOf(node, addresses, view === "share-detail");
  if (view === "share-detail") return { ...bare, medias };
  const url = addresses.download(node, "original");
  return { web: url, links: { "application/octet-stream": linkObject(url, addresses) }, medias };
}

function linkObject(url: string, { expiresAt }: Addresses): object {
  return { url, token: "", expire: timeText(expiresAt), type: "" };
}

/** Films have renditions; in shares every file has at least its original, since that is where its address is. */
function mediasOf(node: Node, addresses: Addresses, shared: boolean): object[] | null {
  const { film } = node;
  if (film?.odd === "medias-null") return null;
  if (!film) return shared ? [originObject(node, undefined, addresses)] : [];
  const transcodes = film.transcodes.map((name, n) =>
    transcodeObject(node, { film, name, priority: 6 + n }, addresses),
  );
  const origin = originObject(node, film, addresses);
  return film.originHidden ? [...transcodes, origin] : [origin, ...transcodes];
}

function originObject(node: Node, film: Film | undefined, addresses: Addresses): object {
  const hidden = film?.originHidden || film?.odd === "link-null";
  return {
    ...mediaObject("", "Original"),
    video: film ? videoObject(film, film.height, "hevc", "matroska,webm") : null,
    link: hidden ? null : linkObject(addresses.download(node, "original"), addresses),
    is_default: !film?.originHidden,
    priority: 0,
    is_origin: true,
    resolution_name: film ? `${film.height}P` : "",
    is_visible: !film?.originHidden,
    category: "category_origin",
  };
}

interface Rendition {
  readonly film: Film;
  readonly name: Film["transcodes"][number];
  readonly priority: number;
}

function transcodeObject(node: Node, { film, name, priority }: Rendition, addresses: Addresses): object {
  return {
    ...mediaObject(`M${name}`, name),
    video: videoObject(film, Number.parseInt(name, 10), "h264", "mpegts"),
    link: film.odd === "link-null" ? null : linkObject(addresses.download(node, name), addresses),
    is_default: film.originHidden === true && priority === 6,
    priority,
    is_origin: false,
    resolution_name: name,
    is_visible: true,
    category: "category_transcode",
  };
}

function mediaObject(id: string, name: string): object {
  return {
    media_id: id,
    media_name: name,
    need_more_quota: false,
    vip_types: [],
    redirect_link: "",
    icon_link: "",
    ext_icon: "",
    audio: null,
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
  const kind = node.mimeType.split("/")[0] ?? "";
  return { video: "VIDEO", audio: "AUDIO", image: "IMAGE", text: "DOCUMENT" }[kind] ?? "OTHER";
}
