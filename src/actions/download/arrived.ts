import type { Entry } from "../../storage/entry.ts";
import type { Task } from "../../storage/task.ts";
import { slim } from "../context/folder-view.ts";
import { isPassing, refusalOf } from "./drive-refusal.ts";
import type { FollowedDownload } from "./followed-download.ts";
import { become, type FollowedSource } from "./followed-source.ts";
import { withEnding } from "./with-ending.ts";

/** Tries to move something that has come. */
const maxTries = 5;

/** Takes over what has come of a task that is over, under the name it is to have. */
export async function settle(batch: FollowedDownload, one: FollowedSource, task: Task): Promise<void> {
  const name = task.name === "" ? one.item.name : task.name;
  if (task.phase === "failed") {
    one.item = { name, state: { is: "failed", code: task.reason ?? "download-failed" } };
    return;
  }
  const { storage, mount, reading } = batch;
  const entry = task.entry === undefined ? undefined : await storage.stat(mount, task.entry, reading).catch(ifRefused);
  const kept = entry && (await named(batch, entry, one.source.rename));
  one.item = { name: kept?.name ?? name, state: { is: "done", ...(kept && { entry: slim(kept) }) } };
}

/** What has come, called as it is to be; where that cannot be, it stays as it is called. */
async function named(batch: FollowedDownload, entry: Entry, rename: string | undefined): Promise<Entry> {
  const { storage, mount, writing } = batch;
  const name = rename === undefined ? entry.name : withEnding(rename, entry);
  if (name === entry.name) return entry;
  const renamed = await storage.rename(mount, entry.id, name, writing).catch(ifRefused);
  return renamed ? { ...entry, name: renamed.name } : entry;
}

/** What has come to another folder than the one that was chosen meanwhile. */
export function misplacedOf({ sources, message }: FollowedDownload): readonly FollowedSource[] {
  return sources.filter(
    ({ item: { state }, into }) =>
      state.is === "done" && state.entry !== undefined && state.stayed === undefined && into !== message.to,
  );
}

/** Moves what has come to the folder that was chosen meanwhile. */
export async function moveMisplaced(batch: FollowedDownload): Promise<void> {
  for (const one of misplacedOf(batch)) {
    await move(batch, one);
    await batch.save();
  }
}

/** One that cannot be moved stays where it is, and that is said. */
async function move({ storage, mount, message, writing }: FollowedDownload, one: FollowedSource): Promise<void> {
  const { state } = one.item;
  if (state.is !== "done" || !state.entry) return;
  const { to } = message;
  try {
    await storage.move(mount, [state.entry.id], to ?? undefined, writing);
    one.into = to;
  } catch (error) {
    writing.signal.throwIfAborted();
    const refusal = refusalOf(error);
    one.tries = (one.tries ?? 0) + 1;
    // An attempt before this one has moved it.
    if (refusal.code === "same-folder") one.into = to;
    else if (!isPassing(refusal) || one.tries >= maxTries) become(one, { ...state, stayed: refusal.code });
  }
}

function ifRefused(error: unknown): undefined {
  refusalOf(error);
}
