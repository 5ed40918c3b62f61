import { z } from "zod";
import type { CallOptions } from "../../../storage/driver.ts";
import type { Entry } from "../../../storage/entry.ts";
import { StorageError } from "../../../storage/error.ts";
import { entryOf, readPage, type RemoteFile } from "../wire.ts";
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
  /** Begins an offline download; its task's id. */
  download(parent: string, link: string, options?: CallOptions): Promise<string>;
  task(id: string, options?: CallOptions): Promise<McpTask>;
  /** The files stay. */
  removeTask(id: string, options?: CallOptions): Promise<void>;
}

export interface McpTask {
  readonly name: string;
  readonly state: "pending" | "running" | "complete" | "error";
  /** 0 to 100 */
  readonly progress: number;
  /** The file or folder it made; absent until then. */
  readonly file?: string;
}

export function mcpWrites(client: McpClient): McpWrites {
  return {
    makeFolder: (parent, name, options = {}) => makeFolder(client, { parent, name }, options),
    rename: (id, name, options = {}) =>
      once(
        () => client.call("rename", { id, name }, one("write", options)),
        async () => (await getFile(client, id, options)).name === name,
      ),
    move: (id, target, options = {}) =>
      once(
        () => client.call("mv", { id, target }, one("manage", options)),
        async () => parentOf(await getFile(client, id, options)) === target,
      ),
    trash: (ids, options = {}) =>
      once(
        () => client.call("rm", { ids }, write("manage", options)),
        async () => (await Promise.all(ids.map((id) => isGone(client, id, options)))).every(Boolean),
      ),
    download: (parent, link, options = {}) => download(client, { parent, link }, options),
    task: async (id, options = {}) =>
      taskIn(await client.call("task_get", { task: id }, { ...options, purpose: "download", isOneThing: true })),
    removeTask: (id, options = {}) =>
      once(
        () => client.call("task_rm", { ids: [id], deleteFiles: false }, write("download", options)),
        () => isTaskGone(client, id, options),
      ),
  };
}

function write(purpose: Purpose, options: CallOptions): ToolCall {
  return { ...options, purpose, isWrite: true };
}

function one(purpose: Purpose, options: CallOptions): ToolCall {
  return { ...write(purpose, options), isOneThing: true };
}

/** Failures after which it is not known whether it happened. */
function isOpen(error: unknown): error is StorageError {
  return error instanceof StorageError && (error.code === "unreachable" || error.code === "upstream");
}

async function once(send: () => Promise<unknown>, isDone: () => Promise<boolean>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!isOpen(error)) throw error;
    if (!(await lookedUp(isDone, error))) throw error;
  }
}

/** What reading back shows; where it fails too, nobody knows. */
async function lookedUp<T>(look: () => Promise<T>, cause: StorageError): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new StorageError("outcome-unknown", { cause, message: "a change was sent and could not be read back" });
  }
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

async function isTaskGone(client: McpClient, id: string, options: CallOptions): Promise<boolean> {
  try {
    await client.call("task_get", { task: id }, { ...options, purpose: "download", isOneThing: true });
    return false;
  } catch (error) {
    if (error instanceof StorageError && error.code === "not-found") return true;
    throw error;
  }
}

interface NewFolder {
  readonly parent: string;
  readonly name: string;
}

const made = z.looseObject({ id: z.string().min(1) });

async function makeFolder(client: McpClient, { parent, name }: NewFolder, options: CallOptions): Promise<Entry> {
  const before = new Set((await foldersNamed(client, { parent, name }, options)).map(({ id }) => id));
  try {
    const answer = made.safeParse(await client.call("mkdir", { folder: parent, name }, write("write", options)));
    if (answer.success) return entryOf(await getFile(client, answer.data.id, options));
    throw new StorageError("upstream", { message: "mkdir without an id" });
  } catch (error) {
    if (!isOpen(error)) throw error;
    const now = await lookedUp(() => foldersNamed(client, { parent, name }, options), error);
    const added = now.find(({ id }) => !before.has(id));
    if (added) return entryOf(added);
    throw error;
  }
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

function isNamed(given: string, name: string): boolean {
  return given === name || (given.startsWith(name) && /^ ?\(\d+\)$/.test(given.slice(name.length)));
}

const begun = z.looseObject({ id: z.string().catch(""), task_id: z.string().catch("") });

interface NewDownload {
  readonly parent: string;
  readonly link: string;
}

/** Without an id it may have begun all the same, and no tool lists the tasks: it is never sent again. */
async function download(client: McpClient, { parent, link }: NewDownload, options: CallOptions): Promise<string> {
  try {
    const answer = begun.parse(await client.call("add_link", { folder: parent, link }, write("download", options)));
    const id = answer.task_id || answer.id;
    if (id !== "") return id;
    throw new StorageError("outcome-unknown", { message: "add_link without an id" });
  } catch (error) {
    if (!isOpen(error)) throw error;
    throw new StorageError("outcome-unknown", { cause: error, message: "the answer of add_link was lost" });
  }
}

const taskShape = z.looseObject({
  name: z.string().catch(""),
  status: z.string().catch(""),
  progress: z.union([z.string(), z.number()]).nullish().catch(undefined),
  file_id: z.string().catch(""),
});

const states: Readonly<Record<string, McpTask["state"]>> = {
  pending: "pending",
  running: "running",
  complete: "complete",
  completed: "complete",
  error: "error",
  failed: "error",
};

function taskIn(answer: unknown): McpTask {
  const { name, status, progress, file_id: file } = taskShape.parse(answer);
  const word = (/PHASE_TYPE_(\w+)/.exec(status)?.[1] ?? status).trim().toLowerCase();
  const state = states[word];
  if (!state) throw new StorageError("upstream", { message: "a task in a state nobody knows" });
  return { name, state, progress: percentOf(progress), ...(file !== "" && { file }) };
}

/** `50`, `"50"`, `"50%"`, or nothing. */
function percentOf(progress: string | number | null | undefined): number {
  const number = Number.parseFloat(String(progress ?? 0));
  return Number.isFinite(number) ? Math.min(100, Math.max(0, number)) : 0;
}
