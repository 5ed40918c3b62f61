import { isSince } from "../../storage/clock-skew.ts";
import { z } from "zod";
import type { CallOptions, CapabilityOf, ChangeOptions, DriverContext } from "../../storage/driver.ts";
import type { Entry } from "../../storage/entry.ts";
import { StorageError } from "../../storage/error.ts";
import type { Client } from "./client.ts";
import { below, fileAt, fileIfThere, isFresh, isNamed, maxIds, pathOf } from "./remote-files.ts";
import { readTaskId, readTasks } from "./task-wire.ts";
import { createdAt, entryOf, isFolder, read, readFile, readPage, timeOf, type RemoteFile } from "./wire.ts";
import { finished, written } from "./written.ts";

export interface WritingParts {
  readonly client: Client;
  /** Id of the folder that is the mount's root; empty = the drive's. */
  readonly root: string;
  readonly context: Pick<DriverContext, "now" | "wait">;
}

type ChangeName =
  | "makeFolder"
  | "rename"
  | "move"
  | "copy"
  | "trash"
  | "restore"
  | "listTrash"
  | "emptyTrash"
  | "remove";

/** What tidies up in a signed-in account. */
export type Changes = { readonly [K in ChangeName]: CapabilityOf<K> };

/** Tidying up over a signed-in account. */
export function createChanges(given: WritingParts): Changes {
  const parts: ChangeParts = { ...given, told: new Set() };
  const { root } = parts;
  return {
    makeFolder: (parent, name, options = {}) => makeFolder(parts, parent ?? root, { name, options }),
    rename: (id, name, options = {}) => rename(parts, id, { name, options }),
    move: (ids, to = root, options = {}) =>
      batch(parts, ids, {
        verb: "batchMove",
        target: to,
        options,
        seen: (file) => file?.parent_id === to && !file.trashed,
      }),
    copy: (ids, to = root, options = {}) => batch(parts, ids, { verb: "batchCopy", target: to, options }),
    trash: (ids, options = {}) =>
      batch(parts, ids, { verb: "batchTrash", options, seen: (file) => file?.trashed ?? false }),
    restore: (ids, options = {}) =>
      batch(parts, ids, { verb: "batchUntrash", options, seen: (file) => file?.trashed === false }),
    remove: (ids, options = {}) =>
      batch(parts, ids, { verb: "batchDelete", options, seen: (file) => file === undefined }),
    async listTrash({ cursor = "", ...options } = {}) {
      const { files, next } = readPage(await trash(parts, cursor, options));
      if (next !== "" && next === cursor)
        throw new StorageError("upstream", { message: "PikPak repeats a page token" });
      return { items: files.map(entryOf), ...(next !== "" && files.length > 0 && { next }) };
    },
    emptyTrash: (options = {}) => emptyTrash(parts, options),
  };
}

/** The trash is listed with `*`: otherwise only what was deleted from the root comes. */
function trash({ client }: WritingParts, cursor: string, options: CallOptions): Promise<unknown> {
  const filters = JSON.stringify({ trashed: { eq: true } });
  const query = { parent_id: "*", limit: "500", page_token: cursor, filters, thumbnail_size: "SIZE_MEDIUM" };
  return client.call({ method: "GET", path: "/drive/v1/files", query, ...options });
}

interface ChangeParts extends WritingParts {
  /** Tasks whose ids were answered: of those, none is one whose answer was lost. */
  readonly told: Set<string>;
}

interface Naming {
  readonly name: string;
  readonly options: CallOptions;
}

async function makeFolder(parts: WritingParts, parent: string, { name, options }: Naming): Promise<Entry> {
  const { client, context } = parts;
  const begun = context.now();
  const body = { kind: "drive#folder", parent_id: parent, name, folder_type: "NORMAL" };
  const send = async () => {
    const answer = await client.call({ method: "POST", path: "/drive/v1/files", body, ...options });
    return readFile(read(z.looseObject({ file: z.unknown() }), answer, "a made folder").file);
  };
  const readBack = async () =>
    newest(
      await below(parts.client, parent, options),
      (file) => isFolder(file) && isNamed(file.name, name) && isFresh(file, begun),
    );
  return entryOf(await written(context, { send, readBack, signal: options.signal }));
}

function newest(files: readonly RemoteFile[], fits: (file: RemoteFile) => boolean): RemoteFile | undefined {
  return files.filter(fits).toSorted((a, b) => (createdAt(b) ?? 0) - (createdAt(a) ?? 0))[0];
}

async function rename({ client, context }: WritingParts, id: string, { name, options }: Naming): Promise<Entry> {
  const detail = () => fileAt(client, id, options);
  const send = async () => {
    await client.call({ method: "PATCH", path: pathOf(id), body: { name }, ...options });
    return undefined;
  };
  const readBack = async () => {
    const file = await detail();
    return file.name === name ? file : undefined;
  };
  const file = await written<RemoteFile | undefined>(context, { send, readBack, signal: options.signal });
  // The service calls the same name a failure and says nothing then: the detail tells how it is called.
  return entryOf(file ?? (await detail()));
}

interface Batch {
  readonly verb: "batchMove" | "batchCopy" | "batchTrash" | "batchUntrash" | "batchDelete";
  readonly target?: string;
  readonly options: ChangeOptions;
  /** What a file is once it has happened (undefined = it is gone); absent = only the task tells. */
  seen?(file: RemoteFile | undefined): boolean;
}

/** One call after another, each waited for: what was done stays done when a later one is refused. */
async function batch(parts: ChangeParts, ids: readonly string[], change: Batch): Promise<void> {
  const { signal, onDone } = change.options;
  for (let from = 0; from < ids.length; from += maxIds) {
    signal?.throwIfAborted();
    const some = ids.slice(from, from + maxIds);
    await changeSome(parts, some, change);
    onDone?.(some);
  }
}

/** The work is over; nothing is left to wait for. */
const over = "";

async function changeSome(parts: ChangeParts, ids: readonly string[], change: Batch): Promise<void> {
  const { client, context } = parts;
  const { verb, target, options } = change;
  const begun = context.now();
  const body = { ids, ...(target !== undefined && { to: { parent_id: target } }) };
  const send = async () =>
    readTaskId(await client.call({ method: "POST", path: `/drive/v1/files:${verb}`, body, ...options }));
  const readBack = async () =>
    change.seen
      ? (await areSeen(parts, ids, change))
        ? over
        : undefined
      : copyTask(parts, ids.length, begun, options);
  const task = await written(context, { send, readBack, signal: options.signal });
  if (task === over) return;
  parts.told.add(task);
  await finished(parts, task, options);
}

/** A batch is one piece of work, done in order: its first and its last tell of all. */
async function areSeen(parts: WritingParts, ids: readonly string[], { seen, options }: Batch): Promise<boolean> {
  const ends = new Set([ids[0], ids.at(-1)].filter((id) => id !== undefined));
  for (const id of ends) if (!(seen?.(await fileIfThere(parts.client, id, options)) ?? false)) return false;
  return true;
}

/** Copies have ids nobody knows yet: a task of that kind and that many files, begun since, is the one. */
async function copyTask(
  { client, told }: ChangeParts,
  files: number,
  begun: number,
  options: CallOptions,
): Promise<string | undefined> {
  const query = { type: "copy", limit: "50" };
  const { tasks } = readTasks(await client.call({ method: "GET", path: "/drive/v1/tasks", query, ...options }));
  const since = tasks.filter(
    (task) =>
      !told.has(task.id) && isSince(timeOf(task.created_time), begun) && Number(task["status_size"] ?? files) === files,
  );
  return since[0]?.id;
}

async function emptyTrash(parts: WritingParts, options: CallOptions): Promise<void> {
  const { client, context } = parts;
  const send = async () =>
    readTaskId(await client.call({ method: "PATCH", path: "/drive/v1/files/trash:empty", body: {}, ...options }));
  const readBack = async () => (readPage(await trash(parts, "", options)).files.length === 0 ? over : undefined);
  const task = await written(context, { send, readBack, signal: options.signal });
  if (task !== over) await finished(parts, task, options);
}
