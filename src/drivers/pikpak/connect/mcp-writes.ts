import { z } from "zod";
import type { CallOptions, DriverContext } from "../../../storage/driver.ts";
import type { Entry } from "../../../storage/entry.ts";
import { StorageError } from "../../../storage/error.ts";
import { isNamed } from "../remote-files.ts";
import { entryOf, readPage, type RemoteFile } from "../wire.ts";
import { written } from "../written.ts";
import type { McpClient, ToolCall } from "./mcp-client.ts";
import { getFile } from "./mcp-drive.ts";
import type { Purpose } from "./permission.ts";

/**
 * What can be changed through the MCP server. Each change is sent once; where its answer was lost, the drive is looked at,
 * and `outcome-unknown` says that this did not tell.
 */
export interface McpWrites {
  /** `parent`: "" = the root. */
  makeFolder(parent: string, name: string, options?: CallOptions): Promise<Entry>;
  rename(id: string, name: string, options?: CallOptions): Promise<void>;
  move(id: string, target: string, options?: CallOptions): Promise<void>;
  /** To the bin: nothing is deleted for ever this way. */
  trash(ids: readonly string[], options?: CallOptions): Promise<void>;
}

interface McpWritesParts {
  readonly client: McpClient;
  readonly context: Pick<DriverContext, "wait">;
}

export function mcpWrites(parts: McpWritesParts): McpWrites {
  const { client, context } = parts;
  const once = async (send: () => Promise<unknown>, isDone: () => Promise<boolean>, { signal }: CallOptions) => {
    const readBack = async () => ((await isDone()) ? true : undefined);
    await written<unknown>(context, { send, readBack, signal });
  };
  return {
    makeFolder: (parent, name, options = {}) => makeFolder(parts, { parent, name }, options),
    rename: (id, name, options = {}) =>
      once(
        () => client.call("rename", { id, name }, one("write", options)),
        async () => (await getFile(client, id, options)).name === name,
        options,
      ),
    move: (id, target, options = {}) =>
      once(
        () => client.call("mv", { id, target }, one("manage", options)),
        async () => parentOf(await getFile(client, id, options)) === target,
        options,
      ),
    trash: (ids, options = {}) =>
      once(
        () => client.call("rm", { ids }, write("manage", options)),
        async () => (await Promise.all(ids.map((id) => isGone(client, id, options)))).every(Boolean),
        options,
      ),
  };
}

function write(purpose: Purpose, options: CallOptions): ToolCall {
  return { ...options, purpose, isWrite: true };
}

function one(purpose: Purpose, options: CallOptions): ToolCall {
  return { ...write(purpose, options), isOneThing: true };
}

const parentShape = z.looseObject({ parent_id: z.string() });

function parentOf(file: RemoteFile): string | undefined {
  return parentShape.safeParse(file).data?.parent_id;
}

async function isGone(client: McpClient, id: string, options: CallOptions): Promise<boolean> {
  try {
    return (await getFile(client, id, options)).trashed;
  } catch (error) {
    if (error instanceof StorageError && (error.code === "not-found" || error.code === "trashed")) return true;
    throw error;
  }
}

interface NewFolder {
  readonly parent: string;
  readonly name: string;
}

const made = z.looseObject({ id: z.string().min(1) });

async function makeFolder(
  { client, context }: McpWritesParts,
  folder: NewFolder,
  options: CallOptions,
): Promise<Entry> {
  const { parent, name } = folder;
  const before = new Set((await foldersNamed(client, folder, options)).map(({ id }) => id));
  const send = async () => {
    const answer = made.safeParse(await client.call("mkdir", { folder: parent, name }, write("write", options)));
    if (answer.success) return getFile(client, answer.data.id, options);
    throw new StorageError("upstream", { message: "mkdir without an id" });
  };
  const readBack = async () => (await foldersNamed(client, folder, options)).find(({ id }) => !before.has(id));
  return entryOf(await written(context, { send, readBack, signal: options.signal }));
}

/** Folders of that name; a clash may have been numbered. */
async function foldersNamed(
  client: McpClient,
  { parent, name }: NewFolder,
  options: CallOptions,
): Promise<RemoteFile[]> {
  const found: RemoteFile[] = [];
  let page = "";
  for (let left = maxPages; left > 0; left -= 1) {
    const wanted = { folder: parent, page, limit: 100, raw: true };
    const { files, next } = readPage(await client.call("ls", wanted, { ...options, purpose: "read" }));
    found.push(...files.filter((file) => file.kind.endsWith("folder") && isNamed(file.name, name)));
    if (next === "" || next === page) break;
    page = next;
  }
  return found;
}

const maxPages = 100;
