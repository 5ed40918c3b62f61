import { z } from "zod";
import type { Details, Entry, Variant } from "../../storage/entry.ts";
import type { Allowance, Link, Quota } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";

// The API's shapes, checked once. 64-bit numbers are strings there, and any field may be missing, empty or null.
export const text = z.string().catch("");
/** An empty string is no number: it must not read as a file of no bytes. */
export const count = z
  .union([z.string().min(1), z.number()])
  .transform(Number)
  .pipe(z.number().int().nonnegative())
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
/** What is wanted of a file in a list. Zod checks it six times as fast as a shape that keeps what it does not name. */
const listedShape = z.object({
  kind: text,
  id: z.string().min(1),
  parent_id: text,
  name: text,
  size: count,
  mime_type: text,
  created_time: text,
  modified_time: text,
  user_modified_time: text,
  hash: text,
  phase: text,
  trashed: z.boolean().catch(false),
  thumbnail_link: text,
});
const fileShape = listedShape.extend({
  web_content_link: text,
  links: z.record(z.string(), linkShape.nullish().catch(undefined)).catch({}),
  medias: z
    .array(mediaShape.nullish().catch(undefined))
    .nullish()
    .catch([])
    .transform((medias) => (medias ?? []).filter((media) => media !== undefined && media !== null)),
  audit: z.looseObject({ status: text }).nullish().catch(undefined),
  params: z.looseObject({ duration: text }).nullish().catch(undefined),
});

/** A file or folder as the API gives it, by itself or in a list. */
export type RemoteFile = z.infer<typeof listedShape>;
/** One that was asked for by itself, with what leads to its bytes. */
export type RemoteDetails = z.infer<typeof fileShape>;
type Media = z.infer<typeof mediaShape>;

const listShape = z.looseObject({
  files: z.array(z.unknown()).nullish(),
  next_page_token: text,
});

/** A page of files. */
export interface RemotePage {
  readonly files: readonly RemoteFile[];
  /** Empty at the end. */
  readonly next: string;
}

export function readFile(body: unknown): RemoteDetails {
  return read(fileShape, body, "a file");
}

/** One odd entry does not cost the folder; a page of nothing else is no page. */
export function readPage(body: unknown): RemotePage {
  const { files, next_page_token } = read(listShape, body, "a listing");
  const given = files ?? [];
  const good = goodOf(given);
  if (given.length > 0 && good.length === 0) read(listedShape, given[0], "a listing of files");
  return { files: good, next: next_page_token };
}

function goodOf(files: readonly unknown[]): readonly RemoteFile[] {
  return files.map((one) => listedShape.safeParse(one).data).filter((one) => one !== undefined);
}

/** Characters an entry takes, about, and how often twice as many are looked at where it takes more. */
const [entryLength, doublings] = [1024, 2];
/** Where an entry may end. Inside of one such a place leaves brackets open, and what is before it is no JSON. */
const entryEnd = "},{";
/** Places that are tried: an entry has fewer of them inside. */
const maxTries = 30;

/**
 * Looks for the first `count` files of a long listing in what has come of its text. The service names the next page before
 * the files: where there is none the page is all there is, and nothing is told of it before its end.
 */
export function peekFirst(count: number, onFirst: (files: readonly RemoteFile[]) => void): (text: string) => boolean {
  let length = count * entryLength;
  const longest = length * 2 ** doublings;
  return (text) => {
    for (; text.length >= length; length *= 2) {
      if (length > longest) return true;
      if (!/^\s*\{[^[]*"next_page_token"\s*:\s*"[^"]/.test(text)) return true;
      const files = firstFiles(text.slice(0, length), count);
      if (files && files.length > 0) onFirst(files);
      if (files) return true;
    }
    return false;
  };
}

function firstFiles(text: string, count: number): readonly RemoteFile[] | undefined {
  let end = text.length;
  for (let tries = 0; tries < maxTries; tries += 1) {
    end = text.lastIndexOf(entryEnd, end - 1);
    if (end === -1) return undefined;
    const { files } = listShape.safeParse(parseJson(`${text.slice(0, end)}}]}`)).data ?? {};
    if (files) return files.length < count ? undefined : goodOf(files.slice(0, count));
  }
  return undefined;
}

const shareShape = z.looseObject({ share_status: text, share_status_text: text, pass_code_token: text, title: text });

/** The head of every share answer: HTTP 200 even when the share cannot be read. */
export function readShare(body: unknown): z.infer<typeof shareShape> {
  return read(shareShape, body, "a share");
}

export function readShareFile(body: unknown): RemoteDetails {
  return read(z.looseObject({ file_info: fileShape }), body, "a shared file").file_info;
}

const aboutShape = z.looseObject({
  quota: z.looseObject({ limit: count, usage: count, usage_in_trash: count, is_unlimited: z.boolean().catch(false) }),
  quotas: z
    .looseObject({
      cloud_download: z.looseObject({ limit: count, usage: count }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** What an account is told of itself beside its room; an answer that did not come is undefined. */
interface AccountAnswers {
  readonly vip?: unknown;
  readonly quantities?: unknown;
}

export function readQuota(about: unknown, { vip, quantities }: AccountAnswers = {}): Quota {
  const { quota, quotas } = read(aboutShape, about, "a quota");
  const plan = z.looseObject({ data: z.looseObject({ type: z.string() }) }).safeParse(vip);
  const limit = quota.is_unlimited || quota.limit === undefined || quota.limit === 0 ? {} : { limit: quota.limit };
  const tasks = allowanceOf(quotas?.cloud_download?.limit, quotas?.cloud_download?.usage);
  const transfer = readTransfer(quantities);
  return {
    ...limit,
    used: quota.usage ?? 0,
    trashed: quota.usage_in_trash,
    ...(plan.success && { plan: plan.data.data.type }),
    tasks,
    transfer,
  };
}

// `assets` beside `base` are bytes; those in it have been seen as words ("10T"), with the bytes in `size`.
const band = z.looseObject({ total_assets: count, assets: count, size: count }).optional().catch(undefined);
const bands = z
  .looseObject({ offline: band, download: band, upload: band, download_daily: band })
  .optional()
  .catch(undefined);
const quantitiesShape = z.looseObject({ base: bands, transfer: bands });

/** What may be moved this month and today; undefined = nothing of it is told. */
function readTransfer(quantities: unknown): Quota["transfer"] {
  const { base, transfer } = quantitiesShape.safeParse(quantities).data ?? {};
  const told = (name: "offline" | "download" | "upload" | "download_daily") => {
    const [apart, among] = [transfer?.[name], base?.[name]];
    return allowanceOf(apart?.total_assets ?? among?.total_assets, apart?.assets ?? among?.size ?? among?.assets);
  };
  const all = Object.entries({
    offline: told("offline"),
    download: told("download"),
    upload: told("upload"),
    "download-day": told("download_daily"),
  }).filter(([, allowance]) => allowance !== undefined);
  return all.length > 0 ? Object.fromEntries(all) : undefined;
}

/** A limit of 0 is how the service says that there is none. */
function allowanceOf(limit: number | undefined, used: number | undefined): Allowance | undefined {
  return limit === undefined || limit === 0 || used === undefined ? undefined : { limit, used };
}

/** Undefined = it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The answer in its shape, or `upstream`. `what`: for the log. */
export function read<T>(shape: z.ZodType<T>, body: unknown, what: string): T {
  const result = shape.safeParse(body);
  if (result.success) return result.data;
  throw new StorageError("upstream", { message: `PikPak's answer is not ${what}`, cause: result.error });
}

export function isFolder(file: Pick<RemoteFile, "kind">): boolean {
  return file.kind === "drive#folder";
}

export function entryOf(file: RemoteFile): Entry {
  const modifiedAt = timeOf(file.user_modified_time) ?? timeOf(file.modified_time);
  return {
    id: file.id,
    kind: isFolder(file) ? "folder" : "file",
    name: file.name,
    ...(!isFolder(file) && file.size !== undefined && { size: file.size }),
    modifiedAt,
    ...(file.mime_type !== "" && { mimeType: file.mime_type }),
    ...(file.thumbnail_link !== "" && !isFolder(file) && { thumbnail: file.thumbnail_link }),
    ...(file.hash !== "" && { hash: file.hash }),
  };
}

/** `link` finds the original's address, as this kind of drive gives it. */
export function detailsOf(file: RemoteDetails, link: (file: RemoteDetails) => Link): Details {
  const variants = transcodesOf(file).map(variantOf);
  const duration =
    Number(file.params?.duration ?? "") ||
    file.medias.map((media) => media.video?.duration).find((seconds) => seconds !== undefined);
  return {
    ...entryOf(file),
    ...(variants.length > 0 && { variants }),
    duration,
    ...(isWithoutOriginal(file, link) && { original: false }),
  };
}

/** Its details have no address for the original, or the service withholds it. */
function isWithoutOriginal(file: RemoteDetails, link: (file: RemoteDetails) => Link): boolean {
  if (isFolder(file)) return false;
  try {
    link(file);
    return false;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return error.code === "no-link" || error.code === "blocked";
  }
}

/** Renditions that are not the original, that people may see and that have an address. */
export function transcodesOf(file: RemoteDetails): Media[] {
  return file.medias.filter(
    (media) => !isOrigin(media) && media.is_visible && (media.link?.url ?? "") !== "" && variantOf(media).id !== "",
  );
}

function isOrigin(media: Media): boolean {
  return media.is_origin || media.category === "category_origin";
}

/** A rendition by the name `link`'s `prefer` takes. */
export function variantOf(media: Media): Variant {
  const name = media.media_name || media.resolution_name;
  return { id: media.media_id || name, name };
}

export function transcodeLink(file: RemoteDetails, id: string): Link {
  const media = transcodesOf(file).find((candidate) => variantOf(candidate).id === id);
  if (!media?.link) throw new StorageError("variant-gone", { subject: file.name });
  return linkTo(file, media.link);
}

/** The original's address of an own file, in the documented order; never a transcode. */
export function originalLink(file: RemoteDetails): Link {
  const direct = directLink(file);
  if (direct) return linkTo(file, direct, file.size);
  const origin = originMedia(file);
  return origin?.link ? linkTo(file, origin.link, file.size) : withoutLink(file);
}

/** The original's address of a shared file: in `medias` since 2024-05, elsewhere before. */
export function sharedLink(file: RemoteDetails): Link {
  const origin = originMedia(file);
  return origin?.link ? linkTo(file, origin.link, file.size) : originalLink(file);
}

function directLink(file: RemoteDetails): Address | undefined {
  const octets = file.links["application/octet-stream"];
  if (octets && octets.url !== "") return octets;
  return file.web_content_link === "" ? undefined : { url: file.web_content_link };
}

/**
 * The rendition that says it is the original, unless its address says otherwise: `fid` names the content on the download
 * host and `f` its size, and a "first" media has been seen that was a transcode.
 */
function originMedia(file: RemoteDetails): Media | undefined {
  const fid = parameterOf(directLink(file)?.url ?? "", "fid");
  return file.medias.find((media) => {
    const url = media.link?.url ?? "";
    if (!isOrigin(media) || url === "") return false;
    const ownFid = parameterOf(url, "fid");
    const ownSize = parameterOf(url, "f");
    return (
      (fid === "" || ownFid === fid) && (ownSize === "" || file.size === undefined || Number(ownSize) === file.size)
    );
  });
}

function parameterOf(url: string, name: string): string {
  return URL.canParse(url) ? (new URL(url).searchParams.get(name) ?? "") : "";
}

function withoutLink(file: RemoteDetails): never | Link {
  const subject = file.name;
  if (isFolder(file)) throw new StorageError("not-a-file", { subject });
  if (file.trashed) throw new StorageError("trashed", { subject });
  if (/SENSITIVE/.test(file.audit?.status ?? "")) throw new StorageError("blocked", { subject });
  if (file.phase === "PHASE_TYPE_PENDING" || file.phase === "PHASE_TYPE_RUNNING")
    throw new StorageError("still-processing", { subject });
  if (file.size === 0) return { kind: "empty", entry: entryOf(file) };
  throw new StorageError("no-link", { subject });
}

interface Address {
  readonly url: string;
  readonly expire?: string | number | undefined;
}

/** `size`: of what the address gives, which of a transcode is not known. */
function linkTo(file: RemoteDetails, { url, expire }: Address, size?: number): Link {
  const expiresAt = expiryInside(url) ?? expiryBeside(expire);
  return {
    kind: "url",
    url,
    entry: entryOf(file),
    expiresAt,
    size,
  };
}

/** The `expire` parameter of the address, in Unix seconds, is the truth about its life. */
function expiryInside(url: string): number | undefined {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new StorageError("upstream", { message: "a link that is no address" });
  const seconds = Number(parameterOf(url, "expire"));
  return seconds > 0 ? instant(seconds * 1000) : undefined;
}

/** Met as RFC 3339, as epoch seconds and as epoch milliseconds. */
function expiryBeside(expire: string | number | undefined): number | undefined {
  if (expire === undefined || expire === "") return undefined;
  const number = Number(expire);
  if (Number.isNaN(number)) return timeOf(String(expire));
  return number > 0 ? instant(number >= 1e12 ? number : number * 1000) : undefined;
}

export function timeOf(time: string): number | undefined {
  return instant(Date.parse(time));
}

/** Undefined where no calendar reaches. */
function instant(ms: number): number | undefined {
  return Number.isNaN(new Date(ms).getTime()) ? undefined : ms;
}

/** When the file came to be, ms since the epoch. */
export function createdAt(file: RemoteFile): number | undefined {
  return timeOf(file.created_time);
}
