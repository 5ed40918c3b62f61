import type { CallOptions, Driver, Page } from "../../storage/driver.ts";
import type { Entry } from "../../storage/entry.ts";
import { StorageError } from "../../storage/error.ts";
import type { Client } from "./client.ts";
import {
  detailsOf,
  entryOf,
  isFolder,
  originalLink,
  readFile,
  readPage,
  readQuota,
  transcodeLink,
  type RemoteFile,
} from "./wire.ts";

interface AccountParts {
  readonly client: Client;
  /** Id of the folder that is the mount's root; empty = the drive's. */
  readonly root: string;
  close(): Promise<void>;
}

/** Entries a page: the most the service is known to take. */
const pageSize = "500";
/** What is whole and not in the trash. */
const filters = JSON.stringify({ phase: { eq: "PHASE_TYPE_COMPLETE" }, trashed: { eq: false } });

/** A drive over a signed-in account. */
export function openAccount({ client, root, close }: AccountParts): Driver {
  const detail = async (
    id: string,
    { signal }: CallOptions,
    query: Readonly<Record<string, string>> = {},
  ): Promise<RemoteFile> =>
    readFile(await client.call({ method: "GET", path: `/drive/v1/files/${encodeURIComponent(id)}`, query, signal }));
  return {
    list: (folder, options = {}) => list({ client, detail }, folder ?? root, options),
    stat: async (id, options = {}) => detailsOf(await detail(id, options, { thumbnail_size: "SIZE_LARGE" })),
    async link(id, { prefer, ...options } = {}) {
      const file = await detail(id, options, { _magic: "2021", usage: "FETCH", thumbnail_size: "SIZE_LARGE" });
      return prefer === undefined ? originalLink(file) : transcodeLink(file, prefer);
    },
    async quota({ signal } = {}) {
      const about = await client.call({ method: "GET", path: "/drive/v1/about", signal });
      return readQuota(about, await planOf(client, signal));
    },
    close,
  };
}

interface Reading {
  readonly client: Client;
  detail(id: string, options: CallOptions): Promise<RemoteFile>;
}

async function list(
  { client, detail }: Reading,
  folder: string,
  options: CallOptions & { cursor?: string },
): Promise<Page<Entry>> {
  const { cursor = "", signal } = options;
  const query = {
    parent_id: folder,
    limit: pageSize,
    page_token: cursor,
    filters,
    thumbnail_size: "SIZE_MEDIUM",
    with_audit: "true",
  };
  const { files, next } = readPage(await client.call({ method: "GET", path: "/drive/v1/files", query, signal }));
  // A folder that is gone lists as empty; only its detail tells.
  if (files.length === 0 && cursor === "" && folder !== "")
    await assertFolder(await detail(folder, signal ? { signal } : {}));
  if (next !== "" && next === cursor) throw new StorageError("upstream", { message: "PikPak repeats a page token" });
  return { items: files.map(entryOf), ...(next !== "" && files.length > 0 && { next }) };
}

async function assertFolder(file: RemoteFile): Promise<void> {
  if (file.trashed) throw new StorageError("trashed");
  if (!isFolder(file)) throw new StorageError("not-a-folder");
}

/** What the account is; an account host that will not tell leaves the quota without it. */
async function planOf(client: Client, signal: AbortSignal | undefined): Promise<unknown> {
  try {
    return await client.call({ method: "GET", path: "/drive/v1/privilege/vip", signal });
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}
