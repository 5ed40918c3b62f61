import { z } from "zod";
import type { CallOptions, CapabilityOf, Saved, SharedSource } from "../../storage/driver.ts";
import type { Entry } from "../../storage/entry.ts";
import { StorageError } from "../../storage/error.ts";
import { shareAddressIn } from "./address.ts";
import { below, isFresh, isNamed, maxIds, only, type WritingParts } from "./changes.ts";
import { shareCodes } from "./share.ts";
import type { RemoteTask } from "./task-wire.ts";
import { entryOf, isFolder, read, readPage, readShare, readShareFile, text, type RemoteFile } from "./wire.ts";
import { finished, written } from "./written.ts";

/** What of a share is saved, and with which token. */
interface Chosen {
  readonly shareId: string;
  readonly token: string;
  readonly entries: readonly Entry[];
  readonly above: readonly string[];
}

/** Saving shares into a signed-in account. */
export function createSaving(parts: WritingParts): CapabilityOf<"save"> {
  return async (source, to, options = {}) => {
    if (source.kind !== "pikpak-share") throw new StorageError("unsupported", { message: `no share: ${source.kind}` });
    const target = to ?? parts.root;
    const chosen = await choose(parts, source, options);
    const before = await below(parts, target, options);
    const there = chosen.entries.flatMap((entry) => sameIn(before, entry) ?? []);
    const missing = chosen.entries.filter((entry) => !sameIn(before, entry));
    const entries = there.map(entryOf);
    for (let from = 0; from < missing.length; from += maxIds) {
      options.signal?.throwIfAborted();
      const some = { ...chosen, entries: missing.slice(from, from + maxIds) };
      entries.push(...(await restoreSome(parts, some, { target, before, options })));
    }
    return { entries, present: there.length } satisfies Saved;
  };
}

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
  const { above = [] } = source;
  if (source.entries) return { shareId, token, entries: source.entries, above };
  if (inside === undefined) return { shareId, token, entries: top, above };
  const query = { share_id: shareId, file_id: inside, pass_code_token: token };
  const body = await parts.client.call({ method: "GET", path: "/drive/v1/share/file_info", query, ...only(options) });
  assertReadable(body);
  return { shareId, token, entries: [entryOf(readShareFile(body))], above };
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
    const body = await client.call({ method: "GET", path: "/drive/v1/share", query, ...only(options) });
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

interface Landing {
  readonly target: string;
  /** What was in the target before. */
  readonly before: readonly RemoteFile[];
  readonly options: CallOptions;
}

async function restoreSome(parts: WritingParts, chosen: Chosen, landing: Landing): Promise<readonly Entry[]> {
  const { target, options } = landing;
  const { client, context } = parts;
  const begun = context.now();
  const body = {
    share_id: chosen.shareId,
    pass_code_token: chosen.token,
    file_ids: chosen.entries.map(({ id }) => id),
    ancestor_ids: chosen.above,
    ...(target !== "" && { parent_id: target, specify_parent_id: true }),
  };
  const send = async () => {
    const answer = await client.call({ method: "POST", path: "/drive/v1/share/restore", body, ...only(options) });
    assertReadable(answer);
    const { restore_status: status, restore_task_id: id, file_id: made } = read(restoreShape, answer, "a restore");
    if (status === "RESTORE_ERROR")
      throw new StorageError("task-refused", { message: "PikPak did not save the share" });
    const task = id === "" || status === "RESTORE_COMPLETE" ? undefined : await finished(parts, id, options);
    return landed(parts, chosen.entries, { ...landing, begun, hints: hintsOf(task, made) });
  };
  const readBack = async () => {
    const found = await landed(parts, chosen.entries, { ...landing, begun, hints: hintsOf(undefined, "") });
    return found.length >= chosen.entries.length ? found : undefined;
  };
  return written(context, { send, readBack, signal: options.signal });
}

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

interface Looking extends Landing {
  readonly begun: number;
  readonly hints: Hints;
}

/** The entries saved, looked for where they were to go, and where the answer says they went: it may name only a folder. */
async function landed(
  parts: WritingParts,
  wanted: readonly Entry[],
  { target, before, options, begun, hints }: Looking,
): Promise<readonly Entry[]> {
  const old = new Set(before.map(({ id }) => id));
  const places = [...new Set([target, ...(hints.at === "" ? [] : [hints.at])])];
  const found: Entry[] = [];
  for (const place of places) {
    const files = await below(parts, place, options).catch(ifNoFolder);
    for (const entry of wanted) {
      if (found.length >= wanted.length) break;
      const made = hints.traces[entry.id];
      const file = files.find(
        (candidate) =>
          candidate.id === made || (!old.has(candidate.id) && isFresh(candidate, begun) && isCopyOf(candidate, entry)),
      );
      if (file && !found.some(({ id }) => id === file.id)) found.push(entryOf(file));
    }
  }
  return found;
}

function isCopyOf(file: RemoteFile, entry: Entry): boolean {
  if (isFolder(file) !== (entry.kind === "folder") || !isNamed(file.name, entry.name)) return false;
  return entry.kind === "folder" || entry.size === undefined || file.size === entry.size;
}

/** What was named was the file itself. */
function ifNoFolder(error: unknown): readonly RemoteFile[] {
  if (error instanceof StorageError && error.code === "not-found") return [];
  throw error;
}
