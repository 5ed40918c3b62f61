import { isSince } from "../../storage/clock-skew.ts";
import { z } from "zod";
import type {
  CallOptions,
  CapabilityOf,
  Saved,
  SavingOptions,
  SharedGroup,
  SharedSource,
} from "../../storage/driver.ts";
import type { Entry } from "../../storage/entry.ts";
import { StorageError } from "../../storage/error.ts";
import { shareAddressIn } from "./address.ts";
import type { WritingParts } from "./changes.ts";
import { below, fileIfThere, isFresh, isNamed, maxIds } from "./remote-files.ts";
import { shareCodes } from "./share.ts";
import { phaseOf, readTasks, type RemoteTask } from "./task-wire.ts";
import { entryOf, isFolder, read, readPage, readShare, readShareFile, text, timeOf, type RemoteFile } from "./wire.ts";
import { finished, written } from "./written.ts";

/** What of a share is saved, and with which token. */
interface Chosen {
  readonly shareId: string;
  readonly token: string;
  /** By the folders of the share they are in. */
  readonly groups: readonly SharedGroup[];
}

/** What one call asks for. */
interface Some extends SharedGroup, Pick<Chosen, "shareId" | "token"> {}

/** Saving shares into a signed-in account. */
export function createSaving(parts: WritingParts): CapabilityOf<"save"> {
  return async (source, to, options = {}) => {
    if (source.kind !== "pikpak-share") throw new StorageError("unsupported", { message: `no share: ${source.kind}` });
    const target = to ?? parts.root;
    const { groups, ...share } = await choose(parts, source, options);
    const all = groups.flatMap(({ entries }) => entries);
    const saved = options.askedAt === undefined ? new Map() : await savedSince(parts, all, { target, options });
    const before = await inTarget(parts, target, options);
    const present = new Map<string, RemoteFile>();
    for (const entry of all) {
      const same = saved.has(entry.id) ? undefined : sameIn(before, entry);
      if (same) present.set(entry.id, same);
    }
    const found = new Map<string, RemoteFile>([...present, ...saved]);
    for (const group of callsFor(groups, found)) {
      options.signal?.throwIfAborted();
      // What came by an earlier call is not what this one brings.
      const known = [...before, ...found.values()];
      const some = { ...share, ...group };
      for (const [id, file] of await restoreSome(parts, some, { target, before: known, options })) found.set(id, file);
    }
    const files = distinct(found);
    const folder = await ownFolder(parts, files, { target, options });
    return { entries: files.map(entryOf), present: distinct(present).length, folder } satisfies Saved;
  };
}

/**
 * What is not there yet, call by call: the service takes so many ids at once, and the folders above them once, so that a call is
 * about one folder.
 */
function callsFor(groups: readonly SharedGroup[], found: Found): readonly SharedGroup[] {
  return groups.flatMap(({ entries, above }) => {
    const missing = entries.filter(({ id }) => !found.has(id));
    return Array.from({ length: Math.ceil(missing.length / maxIds) }, (_, n) => ({
      above,
      entries: missing.slice(n * maxIds, (n + 1) * maxIds),
    }));
  });
}

/** Alike files of several folders may be there once. */
function distinct(found: Found): readonly RemoteFile[] {
  return [...new Map([...found.values()].map((file) => [file.id, file])).values()];
}

/** By their ids in the share. */
type Found = ReadonlyMap<string, RemoteFile>;

interface Targeted {
  readonly target: string;
  readonly options: SavingOptions;
}

/** The service's own folder for what is saved into the root, in its languages. */
const ownNames: ReadonlySet<string> = new Set(["Pack From Shared", "转存自分享"]);

/** What is in the target; with the root, what is in the service's own folder for it as well. */
async function inTarget(parts: WritingParts, target: string, options: CallOptions): Promise<readonly RemoteFile[]> {
  const files = await below(parts.client, target, options);
  const own = target === "" ? files.find((file) => isFolder(file) && ownNames.has(file.name)) : undefined;
  return own ? [...files, ...(await below(parts.client, own.id, options))] : files;
}

/** The one folder that all of them are in, where that is another than was asked for. */
async function ownFolder(
  parts: WritingParts,
  files: readonly RemoteFile[],
  { target, options }: Targeted,
): Promise<Entry | undefined> {
  const [parent = target, ...others] = new Set(files.map((file) => file.parent_id));
  if (others.length > 0 || parent === target) return undefined;
  const file = await fileOutOfTrash(parts, parent, options);
  return file && entryOf(file);
}

/** Undefined = there is no such file any more, or it lies in the trash. */
async function fileOutOfTrash(
  { client }: WritingParts,
  id: string,
  options: CallOptions,
): Promise<RemoteFile | undefined> {
  const file = await fileIfThere(client, id, options);
  return file?.trashed ? undefined : file;
}

/** What an attempt that nobody saw the end of has brought, once the service is done with it. */
async function savedSince(
  parts: WritingParts,
  wanted: readonly Entry[],
  { target, options }: Targeted,
): Promise<Found> {
  const { askedAt: begun = 0 } = options;
  const hints = (await restoresSince(parts, begun, options)).map((task) => hintsOf(task, ""));
  const found = new Map<string, RemoteFile>();
  for (const hint of hints.length > 0 ? hints : [hintsOf(undefined, "")]) {
    const left = wanted.filter(({ id }) => !found.has(id));
    const before = [...found.values()];
    for (const [id, file] of await findSaved(parts, left, { target, before, options, begun, hints: hint }))
      found.set(id, file);
  }
  return found;
}

/** Savings begun since then, waited for; those that failed have brought nothing. */
async function restoresSince(parts: WritingParts, begun: number, options: CallOptions): Promise<readonly RemoteTask[]> {
  const query = { type: "restore", limit: "50" };
  const body = await parts.client.call({ method: "GET", path: "/drive/v1/tasks", query, ...options });
  const since = readTasks(body).tasks.filter((task) => isSince(timeOf(task.created_time), begun));
  const over: RemoteTask[] = [];
  for (const task of since) {
    const isOver = phaseOf(task) === "done" ? task : await finished(parts, task.id, options).catch(ifFailed);
    if (isOver) over.push(isOver);
  }
  return over;
}

function ifFailed(error: unknown): undefined {
  if (!(error instanceof StorageError) || waited.has(error.code)) throw error;
}

/** The task is not over, or nobody can tell. */
const waited: ReadonlySet<StorageError["code"]> = new Set([
  "still-moving",
  "unreachable",
  "upstream",
  "too-frequent",
] satisfies StorageError["code"][]);

/** The file that is there already: of that name and size, and of that hash where both have one. A folder's name proves nothing. */
function sameIn(files: readonly RemoteFile[], entry: Entry): RemoteFile | undefined {
  if (entry.kind === "folder") return undefined;
  return files.find(
    (file) =>
      !isFolder(file) &&
      file.size === entry.size &&
      (file.hash !== "" && entry.hash !== undefined ? file.hash === entry.hash : file.name === entry.name),
  );
}

async function choose(parts: WritingParts, source: SharedSource, options: CallOptions): Promise<Chosen> {
  const address = shareAddressIn(source.values["link"] ?? "", { asked: true });
  if (!address) throw new StorageError("share-not-found", { message: "no share's address" });
  const { shareId, inside } = address;
  const passCode = source.values["passCode"] ?? address.passCode ?? "";
  const { token, top } = await openShare(parts, { shareId, passCode, wantsAll: !source.entries }, options);
  const { above = [], others = [] } = source;
  if (source.entries) return { shareId, token, groups: [{ entries: source.entries, above }, ...others] };
  if (inside === undefined) return { shareId, token, groups: [{ entries: top, above }] };
  const query = { share_id: shareId, file_id: inside, pass_code_token: token };
  const body = await parts.client.call({ method: "GET", path: "/drive/v1/share/file_info", query, ...options });
  assertReadable(body);
  return { shareId, token, groups: [{ entries: [entryOf(readShareFile(body))], above }] };
}

interface Opening {
  readonly shareId: string;
  readonly passCode: string;
  /** All of its top is wanted, and not only its token. */
  readonly wantsAll: boolean;
}

async function openShare(
  { client }: WritingParts,
  { shareId, passCode, wantsAll }: Opening,
  options: CallOptions,
): Promise<{ readonly token: string; readonly top: readonly Entry[] }> {
  const top: Entry[] = [];
  const seen = new Set<string>();
  let token = "";
  let cursor = "";
  do {
    seen.add(cursor);
    const query = { share_id: shareId, pass_code: passCode, limit: "100", page_token: cursor };
    const body = await client.call({ method: "GET", path: "/drive/v1/share", query, ...options });
    ({ pass_code_token: token } = assertReadable(body));
    const page = readPage(body);
    top.push(...page.files.map(entryOf));
    cursor = wantsAll && page.files.length > 0 ? page.next : "";
  } while (cursor !== "" && !seen.has(cursor));
  return { token, top };
}

/** The head of an answer about a share that can be saved from. */
function assertReadable(body: unknown): ReturnType<typeof readShare> {
  const head = readShare(body);
  const { share_status: status, share_status_text: said } = head;
  if (status === "OK") return head;
  const message = `share ${status}: ${said}`;
  if (status === "MAX_RESTORE_COUNT") throw new StorageError("share-restore-limit", { message });
  const code = Object.hasOwn(shareCodes, status) ? shareCodes[status] : undefined;
  throw new StorageError(code ?? "upstream", { message });
}

const restoreShape = z.looseObject({ restore_status: text, restore_task_id: text, file_id: text });

interface SaveTarget extends Targeted {
  /** What was in the target before. */
  readonly before: readonly RemoteFile[];
}

async function restoreSome(parts: WritingParts, chosen: Some, saveTarget: SaveTarget): Promise<Found> {
  const { target, options } = saveTarget;
  const { client, context } = parts;
  const begun = context.now();
  const body = {
    share_id: chosen.shareId,
    pass_code_token: chosen.token,
    file_ids: chosen.entries.map(({ id }) => id),
    ancestor_ids: chosen.above,
    ...(target !== "" && { parent_id: target, specify_parent_id: true }),
  };
  const send = async (): Promise<Restored> => {
    const answer = await client.call({ method: "POST", path: "/drive/v1/share/restore", body, ...options });
    assertReadable(answer);
    const { restore_status: status, restore_task_id: id, file_id: made } = read(restoreShape, answer, "a restore");
    if (status === "RESTORE_ERROR")
      throw new StorageError("task-refused", { message: "PikPak did not save the share" });
    return { task: status === "RESTORE_COMPLETE" ? "" : id, made };
  };
  const readBack = async () => {
    const found = await findSaved(parts, chosen.entries, { ...saveTarget, begun, hints: hintsOf(undefined, "") });
    return found.size >= chosen.entries.length ? { found } : undefined;
  };
  await options.onSend?.();
  const restored = await written<Restored>(context, { send, readBack, signal: options.signal });
  if ("found" in restored) return restored.found;
  const task = restored.task === "" ? undefined : await finished(parts, restored.task, options);
  return findSaved(parts, chosen.entries, { ...saveTarget, begun, hints: hintsOf(task, restored.made) });
}

/** What the service answers: the task that goes on with it ("" = none does), and what it made; else what is seen of it. */
type Restored = { readonly task: string; readonly made: string } | { readonly found: Found };

/** What the service says of where things went. */
interface Hints {
  /** New ids by those in the share. */
  readonly traces: Readonly<Record<string, string>>;
  /** A folder to look in, or the one file made; "" = not said. */
  readonly at: string;
}

function hintsOf(task: RemoteTask | undefined, made: string): Hints {
  const told = task?.params?.["trace_file_ids"];
  return { traces: tracesIn(typeof told === "string" ? told : ""), at: task?.file_id || made };
}

function tracesIn(json: string): Hints["traces"] {
  try {
    return z.record(z.string(), z.string()).catch({}).parse(JSON.parse(json));
  } catch {
    return {};
  }
}

interface Looking extends SaveTarget {
  readonly begun: number;
  readonly hints: Hints;
}

/** The entries saved, looked for where they were to go, and where the answer says they went: it may name only a folder. */
async function findSaved(parts: WritingParts, wanted: readonly Entry[], looking: Looking): Promise<Found> {
  const { target, before, options, begun, hints } = looking;
  const taken = new Set(before.map(({ id }) => id));
  const found = new Map<string, RemoteFile>();
  const take = (entry: Entry, file: RemoteFile | undefined) => {
    if (!file) return;
    taken.add(file.id);
    found.set(entry.id, file);
  };
  const files = [...(await inTarget(parts, target, options)), ...(await inFolder(parts, hints.at, options))];
  for (const entry of wanted) {
    const made = hints.traces[entry.id];
    const isNew = (file: RemoteFile) => !taken.has(file.id) && isFresh(file, begun) && isCopyOf(file, entry);
    take(entry, files.find(({ id }) => id === made) ?? files.find(isNew));
    if (made !== undefined && !found.has(entry.id)) take(entry, await fileOutOfTrash(parts, made, options));
  }
  return found;
}

function isCopyOf(file: RemoteFile, entry: Entry): boolean {
  if (isFolder(file) !== (entry.kind === "folder") || !isNamed(file.name, entry.name)) return false;
  return entry.kind === "folder" || entry.size === undefined || file.size === entry.size;
}

/** What is in the folder the service named; nothing where that was the file itself. */
async function inFolder(parts: WritingParts, id: string, options: CallOptions): Promise<readonly RemoteFile[]> {
  if (id === "") return [];
  try {
    return await below(parts.client, id, options);
  } catch (error) {
    if (error instanceof StorageError && error.code === "not-found") return [];
    throw error;
  }
}
