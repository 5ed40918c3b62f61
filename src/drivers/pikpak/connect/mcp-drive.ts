import { z } from "zod";
import type { CallOptions, Driver, Page, Quota } from "../../../storage/driver.ts";
import type { Entry } from "../../../storage/entry.ts";
import { StorageError } from "../../../storage/error.ts";
import {
  detailsOf,
  entryOf,
  isFolder,
  originalLink,
  readFile,
  readPage,
  transcodeLink,
  type RemoteDetails,
  type RemoteFile,
} from "../wire.ts";
import type { McpClient } from "./mcp-client.ts";

interface McpDriveParts {
  readonly client: McpClient;
  /** Id of the folder that is the mount's root; empty = the drive's. */
  readonly root: string;
}

/** Entries a page. */
const pageSize = 100;
/** Pages of one folder, beyond which the server is taken to run in a circle. */
const maxPages = 1000;

/** A drive over the hosted MCP server. What its tools hand out as it is ("raw") is what the drive API gives. */
export function openMcpDrive({ client, root }: McpDriveParts): Required<Pick<Driver, "quota">> & Driver {
  const get = async (id: string, options: CallOptions) => getFile(client, id, options);
  return {
    list: (folder, options = {}) => list(client, folder ?? root, options),
    stat: async (id, options = {}) => detailsOf(await get(id, options), originalLink),
    async link(id, { prefer, ...options } = {}) {
      const file = await get(id, options);
      return prefer === undefined ? originalLink(file) : transcodeLink(file, prefer);
    },
    quota: async (options = {}) => quotaIn(await client.call("account_info", {}, { ...options, purpose: "account" })),
  };
}

/** One file or folder by its id. */
export async function getFile(client: McpClient, id: string, options: CallOptions): Promise<RemoteDetails> {
  const call = { ...options, purpose: "read", isOneThing: true } as const;
  return readFile(inOurForm(await client.call("get", { id, raw: true }, call)));
}

/** What people are shown calls a folder `folder`. */
function inOurForm(file: Readonly<Record<string, unknown>>): object {
  return file["kind"] === "folder" ? { ...file, kind: "drive#folder" } : file;
}

const files = z.array(z.record(z.string(), z.unknown())).catch([]);

async function list(
  client: McpClient,
  folder: string,
  { cursor, ...options }: CallOptions & { readonly cursor?: string | undefined },
): Promise<Page<Entry>> {
  const { page, token } = cursorIn(cursor);
  const wanted = { folder, page: token, limit: pageSize, raw: true };
  const answer = await client.call("ls", wanted, { ...options, purpose: "read" });
  const read = readPage({ ...answer, files: files.parse(answer["files"]).map(inOurForm) });
  // A folder that is gone lists as empty; only its detail tells.
  if (read.files.length === 0 && page === 0 && folder !== "") assertFolder(await getFile(client, folder, options));
  const isEndless = (read.next !== "" && read.next === token) || page >= maxPages;
  if (isEndless) throw new StorageError("upstream", { message: "the MCP server repeats a page token" });
  const items = read.files.filter((file) => !file.trashed).map(entryOf);
  return read.next === "" ? { items } : { items, next: `${page + 1} ${read.next}` };
}

function cursorIn(cursor: string | undefined): { readonly page: number; readonly token: string } {
  const [, page = "0", token = ""] = /^(\d+) (.*)$/s.exec(cursor ?? "") ?? [];
  return { page: Number(page), token };
}

function assertFolder(file: RemoteFile): void {
  if (file.trashed) throw new StorageError("trashed");
  if (!isFolder(file)) throw new StorageError("not-a-folder");
}

const bytes = z.coerce.number().int().nonnegative().catch(0);
const info = z.looseObject({ storage: z.looseObject({ total: bytes, used: bytes }) });

function quotaIn(answer: unknown): Quota {
  const read = info.safeParse(answer);
  if (!read.success) throw new StorageError("upstream", { message: "account_info without storage", cause: read.error });
  const { total, used } = read.data.storage;
  return total === 0 ? { used } : { limit: total, used };
}
