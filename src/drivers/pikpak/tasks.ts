import { isSince } from "../../storage/clock-skew.ts";
import { z } from "zod";
import type { CallOptions, CapabilityOf } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import { sourceOf } from "../../storage/source.ts";
import type { EndedTask, Task } from "../../storage/task.ts";
import type { WritingParts } from "./changes.ts";
import { fileIfThere, maxIds } from "./remote-files.ts";
import { phaseOf, readTask, readTasks, remotePhases, taskOf, type RemoteTask } from "./task-wire.ts";
import { entryOf, isFolder, readFile, timeOf, type RemoteFile } from "./wire.ts";
import { written } from "./written.ts";

type TaskName = "download" | "tasks" | "task" | "retryTask" | "cancelTasks" | "clearTasks";

/** What fetches by itself in a signed-in account. */
export type Tasks = { readonly [K in TaskName]: CapabilityOf<K> };

/** Tasks a page: clients of the service ask for many more, and one look has to tell of all that run. */
const pageSize = "500";

/** Offline downloads of a signed-in account. */
export function createTasks(parts: WritingParts): Tasks {
  const { client, root } = parts;
  return {
    download: (source, to = root, options = {}) => download(parts, source, { to, options }),
    async tasks({ phases, cursor = "", ...options } = {}) {
      const wanted = phases?.flatMap((phase) => remotePhases[phase]).join(",");
      const { tasks, next, again } = await list(parts, { phases: wanted, cursor }, options);
      if (next !== "" && next === cursor)
        throw new StorageError("upstream", { message: "PikPak repeats a page token" });
      return {
        items: tasks.map(taskOf),
        ...(next !== "" && tasks.length > 0 && { next }),
        again,
      };
    },
    task: async (id, options = {}) => taskOf(await one(parts, id, options)),
    retryTask: (id, options = {}) => retry(parts, id, options),
    async cancelTasks(ids, { withFiles = false, onDone, ...options } = {}) {
      for (let from = 0; from < ids.length; from += maxIds) {
        options.signal?.throwIfAborted();
        const some = ids.slice(from, from + maxIds);
        await forget(parts, some, { withFiles, options });
        onDone?.(some);
      }
    },
    async clearTasks(options = {}) {
      const send = async () => {
        const body = { type: "offline" };
        await client.call({ method: "POST", path: "/drive/v1/tasks:clear", body, ...options });
        return true;
      };
      const readBack = async () => {
        const over = [...remotePhases.done, ...remotePhases.failed].join(",");
        return (await list(parts, { phases: over, cursor: "" }, options)).tasks.length === 0 ? true : undefined;
      };
      await written(parts.context, { send, readBack, signal: options.signal });
    },
  };
}

interface Listing {
  /** Comma-joined; undefined = all. */
  readonly phases: string | undefined;
  readonly cursor: string;
}

async function list({ client }: WritingParts, { phases, cursor }: Listing, options: CallOptions) {
  const query = {
    type: "offline",
    limit: pageSize,
    page_token: cursor,
    thumbnail_size: "SIZE_SMALL",
    with: "reference_resource",
    ...(phases !== undefined && { filters: JSON.stringify({ phase: { in: phases } }) }),
  };
  return readTasks(await client.call({ method: "GET", path: "/drive/v1/tasks", query, ...options }));
}

async function one({ client }: WritingParts, id: string, options: CallOptions): Promise<RemoteTask> {
  const path = `/drive/v1/tasks/${encodeURIComponent(id)}`;
  return readTask(await client.call({ method: "GET", path, ...options }));
}

interface Fetching {
  readonly to: string;
  readonly options: CallOptions;
}

async function download(parts: WritingParts, given: string, { to, options }: Fetching): Promise<Task> {
  const source = sourceOf(given);
  if (!source) throw new StorageError("source-unsupported", { message: "no address that can be fetched" });
  const { client, context } = parts;
  const begun = context.now();
  const body = {
    kind: "drive#file",
    upload_type: "UPLOAD_TYPE_URL",
    url: { url: source.url },
    parent_id: to,
    folder_type: "",
  };
  const send = async () => readBegun(await client.call({ method: "POST", path: "/drive/v1/files", body, ...options }));
  const readBack = async () => {
    const { tasks } = await list(parts, { phases: undefined, cursor: "" }, options);
    const same = tasks.find((task) => isFrom(task, source.identity) && isUnderWayOrNew(task, begun));
    return same && taskOf(same);
  };
  return written(context, { send, readBack, signal: options.signal });
}

/** A task; where the service has it all there already, sometimes only the file. */
function readBegun(body: unknown): Task {
  const shape = z.looseObject({ task: z.unknown().optional(), file: z.unknown().optional() });
  const { task, file } = shape.parse(body);
  if (task !== undefined && task !== null) return taskOf(readTask(task));
  if (file !== undefined && file !== null) return fetched(readFile(file));
  throw new StorageError("upstream", { message: "PikPak's answer is neither a task nor a file" });
}

function fetched(file: RemoteFile): Task {
  const { id, name, size } = entryOf(file);
  return { id, name, phase: "done", progress: 100, entry: id, ...(!isFolder(file) && size !== undefined && { size }) };
}

function isFrom({ params }: RemoteTask, identity: string): boolean {
  const url = params?.["url"];
  return typeof url === "string" && sourceOf(url)?.identity === identity;
}

function isUnderWayOrNew(task: RemoteTask, begun: number): boolean {
  const phase = phaseOf(task);
  return phase === "running" || phase === "waiting" || isSince(timeOf(task.created_time), begun);
}

/** The service's own way to retry has been measured to fail always: then the same address is fetched anew, to the same folder. */
async function retry(
  parts: WritingParts,
  id: string,
  { stuck = false, onEnding, ...options }: NonNullable<Parameters<Tasks["retryTask"]>[1]>,
): Promise<Task> {
  const task = await one(parts, id, options);
  const phase = phaseOf(task);
  if (stuck && (phase === "running" || phase === "waiting")) return restart(parts, task, { onEnding, options });
  if (phase !== "failed") return taskOf(task);
  try {
    return await retryAsItIs(parts, id, options);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== "bad-argument") throw error;
  }
  const anew = await download(parts, addressOf(task), { to: await folderOf(parts, task, options), options });
  // It runs: that the old one is still listed fails nothing.
  if (anew.id !== id) await forget(parts, [id], { withFiles: false, options }).catch(ifRefused);
  return anew;
}

interface Restarting {
  readonly onEnding: ((left: EndedTask) => Promise<void>) | undefined;
  readonly options: CallOptions;
}

/** The same address under way would be the same task: it goes before it is fetched anew. */
async function restart(parts: WritingParts, task: RemoteTask, { onEnding, options }: Restarting): Promise<Task> {
  const url = addressOf(task);
  const to = await folderOf(parts, task, options);
  await onEnding?.({ source: url, ...(to !== parts.root && { folder: to }) });
  await forget(parts, [task.id], { withFiles: true, options });
  return download(parts, url, { to, options });
}

function addressOf({ name, params }: RemoteTask): string {
  const url = params?.["url"];
  if (typeof url !== "string" || url === "") throw new StorageError("source-unsupported", { subject: name });
  return url;
}

async function retryAsItIs(parts: WritingParts, id: string, options: CallOptions): Promise<Task> {
  const body = { type: "offline", create_type: "RETRY", id };
  const send = async () => {
    const answer = await parts.client.call({ method: "POST", path: "/drive/v1/task", body, ...options });
    return readTask(Object.keys(answer as object).length === 0 ? await oneOf() : answer);
  };
  const oneOf = () => one(parts, id, options);
  const readBack = async () => {
    const now = await oneOf();
    return phaseOf(now) === "failed" ? undefined : now;
  };
  return taskOf(await written(parts.context, { send, readBack, signal: options.signal }));
}

/** Where a task's file is, or was to be; the mount's root where nobody knows. */
async function folderOf({ client, root }: WritingParts, task: RemoteTask, options: CallOptions): Promise<string> {
  if (task.reference_resource) return task.reference_resource.parent_id;
  if (task.file_id === "") return root;
  const file = await fileIfThere(client, task.file_id, options);
  return file && !file.trashed ? file.parent_id : root;
}

interface Forgetting {
  readonly withFiles: boolean;
  readonly options: CallOptions;
}

async function forget(parts: WritingParts, ids: readonly string[], { withFiles, options }: Forgetting): Promise<void> {
  const query = { task_ids: ids.join(","), delete_files: String(withFiles) };
  const send = async () => {
    await parts.client.call({ method: "DELETE", path: "/drive/v1/tasks", query, ...options });
    return true;
  };
  const readBack = async () => {
    const [last = ""] = ids.slice(-1);
    const there = await one(parts, last, options).catch(ifGone);
    return there === undefined ? true : undefined;
  };
  await written(parts.context, { send, readBack, signal: options.signal });
}

function ifRefused(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
}

function ifGone(error: unknown): undefined {
  if (!(error instanceof StorageError) || error.code !== "not-found") throw error;
}
