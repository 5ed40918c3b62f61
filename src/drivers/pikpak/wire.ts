import { z } from "zod";
import type { Details, Entry, Variant } from "../../storage/entry.ts";
import type { Link, Quota } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";

// The API's shapes, checked once. 64-bit numbers are strings there, and any field may be missing, empty or null.
const text = z.string().catch("");
const count = z
  .union([z.string(), z.number()])
  .transform(Number)
  .pipe(z.number().nonnegative())
  .optional()
  .catch(undefined);

const linkShape = z.looseObject({ url: text, expire: z.union([z.string(), z.number()]).optional().catch(undefined) });
const mediaShape = z.looseObject({
  media_id: text,
  media_name: text,
  resolution_name: text,
  category: text,
  is_origin: z.boolean().catch(false),
  is_visible: z.boolean().catch(true),
  link: linkShape.nullish().catch(undefined),
  video: z
    .looseObject({ duration: z.number().optional().catch(undefined) })
    .nullish()
    .catch(undefined),
});
const fileShape = z.looseObject({
  kind: text,
  id: z.string().min(1),
  name: z.string(),
  size: count,
  mime_type: text,
  modified_time: text,
  user_modified_time: text,
  hash: text,
  phase: text,
  trashed: z.boolean().catch(false),
  thumbnail_link: text,
  web_content_link: text,
  links: z.record(z.string(), linkShape).catch({}),
  medias: z
    .array(mediaShape)
    .nullish()
    .catch([])
    .transform((medias) => medias ?? []),
  audit: z.looseObject({ status: text }).nullish().catch(undefined),
  params: z.looseObject({ duration: text }).nullish().catch(undefined),
});

/** A file or folder as the API gives it. */
export type RemoteFile = z.infer<typeof fileShape>;
type Media = z.infer<typeof mediaShape>;

const listShape = z.looseObject({
  files: z
    .array(fileShape)
    .nullish()
    .transform((files) => files ?? []),
  next_page_token: text,
});

/** A page of files. */
export interface RemotePage {
  readonly files: readonly RemoteFile[];
  /** Empty at the end. */
  readonly next: string;
}

export function readFile(body: unknown): RemoteFile {
  return read(fileShape, body, "a file");
}

export function readPage(body: unknown): RemotePage {
  const { files, next_page_token } = read(listShape, body, "a listing");
  return { files, next: next_page_token };
}

const shareShape = z.looseObject({ share_status: text, share_status_text: text, pass_code_token: text, title: text });

/** The head of every share answer: HTTP 200 even when the share cannot be read. */
export function readShare(body: unknown): z.infer<typeof shareShape> {
  return read(shareShape, body, "a share");
}

export function readShareFile(body: unknown): RemoteFile {
  return read(z.looseObject({ file_info: fileShape }), body, "a shared file").file_info;
}

const aboutShape = z.looseObject({
  quota: z.looseObject({ limit: count, usage: count, usage_in_trash: count, is_unlimited: z.boolean().catch(false) }),
});

export function readQuota(about: unknown, vip: unknown): Quota {
  const { quota } = read(aboutShape, about, "a quota");
  const plan = z.looseObject({ data: z.looseObject({ type: z.string() }) }).safeParse(vip);
  const limit = quota.is_unlimited || quota.limit === undefined || quota.limit === 0 ? {} : { limit: quota.limit };
  return {
    ...limit,
    used: quota.usage ?? 0,
    ...(quota.usage_in_trash !== undefined && { trashed: quota.usage_in_trash }),
    ...(plan.success && { plan: plan.data.data.type }),
  };
}

function read<T>(shape: z.ZodType<T>, body: unknown, what: string): T {
  const result = shape.safeParse(body);
  if (result.success) return result.data;
  throw new StorageError("upstream", { message: `PikPak's answer is not ${what}`, cause: result.error });
}

export function isFolder(file: RemoteFile): boolean {
  return file.kind === "drive#folder";
}

export function entryOf(file: RemoteFile): Entry {
  const modifiedAt = timeOf(file.user_modified_time) ?? timeOf(file.modified_time);
  return {
    id: file.id,
    kind: isFolder(file) ? "folder" : "file",
    name: file.name,
    ...(!isFolder(file) && file.size !== undefined && { size: file.size }),
    ...(modifiedAt !== undefined && { modifiedAt }),
    ...(file.mime_type !== "" && { mimeType: file.mime_type }),
    ...(file.thumbnail_link !== "" && !isFolder(file) && { thumbnail: file.thumbnail_link }),
    ...(file.hash !== "" && { hash: file.hash }),
  };
}

export function detailsOf(file: RemoteFile): Details {
  const variants = transcodesOf(file).map(variantOf);
  const duration =
    Number(file.params?.duration ?? "") ||
    file.medias.map((media) => media.video?.duration).find((seconds) => seconds !== undefined);
  return { ...entryOf(file), ...(variants.length > 0 && { variants }), ...(duration !== undefined && { duration }) };
}

/** Renditions that are not the original, that people may see and that have an address. */
export function transcodesOf(file: RemoteFile): Media[] {
  return file.medias.filter((media) => !isOrigin(media) && media.is_visible && (media.link?.url ?? "") !== "");
}

function isOrigin(media: Media): boolean {
  return media.is_origin || media.category === "category_origin";
}

function variantOf(media: Media): Variant {
  const name = media.media_name || media.resolution_name;
  return { id: media.media_id || name, name };
}

export function transcodeLink(file: RemoteFile, id: string): Link {
  const media = transcodesOf(file).find((candidate) => variantOf(candidate).id === id);
  if (!media?.link) throw new StorageError("variant-gone");
  return linkOf(media.link);
}

/** The original's address of an own file, in the documented order; never a transcode. */
export function originalLink(file: RemoteFile): Link {
  const octets = file.links["application/octet-stream"];
  const direct = octets && octets.url !== "" ? octets : { url: file.web_content_link };
  if (direct.url !== "") return linkOf(direct, file.size);
  const origin = file.medias.find((media) => isOrigin(media) && (media.link?.url ?? "") !== "");
  if (origin?.link) return linkOf(origin.link, file.size);
  return withoutLink(file);
}

/** The original's address of a shared file: in `medias` since 2024-05, elsewhere before. */
export function sharedLink(file: RemoteFile): Link {
  const origin = file.medias.find((media) => isOrigin(media) && (media.link?.url ?? "") !== "");
  return origin?.link ? linkOf(origin.link, file.size) : originalLink(file);
}

function withoutLink(file: RemoteFile): never | Link {
  if (isFolder(file)) throw new StorageError("not-a-file");
  if (file.trashed) throw new StorageError("trashed");
  if (/SENSITIVE/.test(file.audit?.status ?? "")) throw new StorageError("blocked");
  if (file.phase === "PHASE_TYPE_PENDING" || file.phase === "PHASE_TYPE_RUNNING")
    throw new StorageError("still-processing");
  if (file.size === 0) return { kind: "empty" };
  throw new StorageError("no-link");
}

function linkOf({ url, expire }: { url: string; expire?: string | number | undefined }, size?: number): Link {
  const expiresAt = expiryInside(url) ?? expiryBeside(expire);
  return { kind: "url", url, ...(expiresAt !== undefined && { expiresAt }), ...(size !== undefined && { size }) };
}

/** The `expire` parameter of the address, in Unix seconds, is the truth about its life. */
function expiryInside(url: string): number | undefined {
  if (!URL.canParse(url)) throw new StorageError("upstream", { message: "a link that is no address" });
  const seconds = Number(new URL(url).searchParams.get("expire") ?? "");
  return seconds > 0 ? seconds * 1000 : undefined;
}

/** Met as RFC 3339, as epoch seconds and as epoch milliseconds. */
function expiryBeside(expire: string | number | undefined): number | undefined {
  if (expire === undefined || expire === "") return undefined;
  const number = Number(expire);
  if (Number.isFinite(number)) return number >= 1e12 ? number : number * 1000 || undefined;
  return timeOf(String(expire));
}

function timeOf(time: string): number | undefined {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? undefined : ms;
}
