import type { CallOptions, Driver, DriverContext, Link, ListOptions, Page } from "../../storage/driver.ts";
import type { Entry } from "../../storage/entry.ts";
import { StorageError } from "../../storage/error.ts";
import { createChanges } from "./changes.ts";
import { fileAt } from "./remote-files.ts";
import type { Client } from "./client.ts";
import { createSaving } from "./saving.ts";
import { createSharing } from "./share-out.ts";
import type { Bucket } from "./bucket.ts";
import { preview } from "./preview.ts";
import { createTasks } from "./tasks.ts";
import { createUploading } from "./uploading.ts";
import {
  createdAt,
  detailsOf,
  entryOf,
  isFolder,
  originalLink,
  peekFirst,
  readPage,
  readQuota,
  transcodeLink,
  type RemoteDetails,
  type RemoteFile,
} from "./wire.ts";

interface AccountParts {
  readonly client: Client;
  /** Id of the folder that is the mount's root; empty = the drive's. */
  readonly root: string;
  readonly context: Pick<DriverContext, "now" | "wait" | "log">;
  /** Where the bytes of uploads go. */
  readonly bucket: Bucket;
  /** Whether the service is asked for the account's plan and what it may move: that is no affair of connected apps. */
  readonly tellsPlan: boolean;
  close(): Promise<void>;
}

/** Entries a page: the most the service is known to take. */
const pageSize = "500";
/** Entries of a long folder that are told of before the page: more than any chat shows at once. */
const firstEntries = 30;
/** What is whole and not in the trash. */
const filters = JSON.stringify({ phase: { eq: "PHASE_TYPE_COMPLETE" }, trashed: { eq: false } });
/** Without it the service may answer with a slower pool, or with a transcode first. */
const forDownload = { _magic: "2021", usage: "FETCH", thumbnail_size: "SIZE_LARGE" };
/** A file this young may not have its address yet. */
const youth = 120_000;
/** ms until a young file is asked for once more. */
const ripening = 3000;

/** A drive over a signed-in account. */
export function openAccount({
  client,
  root,
  context,
  bucket,
  tellsPlan,
  close,
}: AccountParts): Required<Pick<Driver, "quota" | "close">> & Driver {
  const detail = (id: string, options: CallOptions, query: Readonly<Record<string, string>> = {}) =>
    fileAt(client, id, options, query);
  const writing = { client, root, context };
  const changes = createChanges(writing);
  const tasks = createTasks(writing);
  return {
    ...changes,
    ...tasks,
    ...createUploading({ ...writing, bucket, changes, tasks }),
    ...createSharing(writing),
    save: createSaving(writing),
    preview: (source, options = {}) => preview(client, source, options),
    list: (folder, options = {}) => list({ client, detail }, folder ?? root, options),
    async stat(id, options = {}) {
      const file = await detail(id, options, { thumbnail_size: "SIZE_LARGE" });
      const { original, ...details } = detailsOf(file, originalLink);
      // A file just made may have its address in a moment.
      return original === false && !isYoung(file, context.now()) ? { ...details, original } : details;
    },
    async link(id, { prefer, ...options } = {}) {
      const file = await detail(id, options, forDownload);
      if (prefer !== undefined) return transcodeLink(file, prefer);
      if (!isUnripe(file, context.now())) return originalLink(file);
      await context.wait(ripening, options.signal);
      return ripeLink(await detail(id, options, forDownload));
    },
    async quota(options = {}) {
      const about = await client.call({ method: "GET", path: "/drive/v1/about", ...options });
      return readQuota(about, tellsPlan ? await accountAnswers(client, options) : {});
    },
    close,
  };
}

/** Whole, with bytes, just made, and still without an address: the service is not done with it. */
function isUnripe(file: RemoteDetails, now: number): boolean {
  return hasNoLink(file) && isYoung(file, now);
}

/** Made within the last moments; a time yet to come is another clock's. */
function isYoung(file: RemoteFile, now: number): boolean {
  return Math.abs(now - (createdAt(file) ?? 0)) < youth;
}

function hasNoLink(file: RemoteDetails): boolean {
  try {
    originalLink(file);
    return false;
  } catch (error) {
    if (error instanceof StorageError && error.code === "no-link") return true;
    throw error;
  }
}

function ripeLink(file: RemoteDetails): Link {
  if (hasNoLink(file)) throw new StorageError("still-processing", { retryAfter: ripening, subject: file.name });
  return originalLink(file);
}

interface Reading {
  readonly client: Client;
  detail(id: string, options: CallOptions): Promise<RemoteDetails>;
}

async function list({ client, detail }: Reading, folder: string, options: ListOptions): Promise<Page<Entry>> {
  const { cursor = "", onFirst, ...rest } = options;
  const query = {
    parent_id: folder,
    limit: pageSize,
    page_token: cursor,
    filters,
    thumbnail_size: "SIZE_MEDIUM",
    with_audit: "true",
  };
  const peek = onFirst && peekFirst(firstEntries, (first) => onFirst(first.map(entryOf)));
  const { files, next } = readPage(await client.call({ method: "GET", path: "/drive/v1/files", query, peek, ...rest }));
  // A folder that is gone lists as empty; only its detail tells.
  if (files.length === 0 && cursor === "" && folder !== "") assertFolder(await detail(folder, rest));
  if (next !== "" && next === cursor) throw new StorageError("upstream", { message: "PikPak repeats a page token" });
  return { items: files.map(entryOf), ...(next !== "" && files.length > 0 && { next }) };
}

function assertFolder(file: RemoteFile): void {
  if (file.trashed) throw new StorageError("trashed");
  if (!isFolder(file)) throw new StorageError("not-a-folder");
}

/** What the account is, and what it may move; where one is not told, the quota does without it. */
async function accountAnswers(client: Client, options: CallOptions): Promise<Parameters<typeof readQuota>[1]> {
  const [vip, quantities] = await Promise.all([
    ifTold(client.call({ method: "GET", path: "/drive/v1/privilege/vip", ...options })),
    ifTold(
      client.call({
        method: "GET",
        path: "/vip/v1/quantity/list",
        query: { type: "transfer", limit: "200" },
        ...options,
      }),
    ),
  ]);
  return { vip, quantities };
}

async function ifTold(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}
