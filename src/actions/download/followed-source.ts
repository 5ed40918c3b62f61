import type { Task } from "../../storage/task.ts";
import { createSpeedMeter, type SpeedMeter } from "../files/speed.ts";
import type { DownloadItem, DownloadState } from "../model/download-item.ts";
import type { WantedSource } from "../model/download.ts";
import type { Remembered } from "../model/session.ts";
import { itemOf, type BegunItem } from "./download-kind.ts";

/** One address of a batch, as it is followed. */
export interface FollowedSource {
  source: WantedSource;
  item: DownloadItem;
  /** Id of the task that fetches it, or fetched it; absent = it is not begun. */
  task?: string | undefined;
  pace?: SpeedMeter | undefined;
  /** The folder its task puts it into, or it was moved to; null = the root. */
  into: string | null;
  /** How often it could not be moved. */
  tries?: number;
  /** When it last got on, and how far it was. */
  moved?: { readonly at: number; readonly progress: number } | undefined;
}

/** ms without progress until that is worth a word. */
const stillAfter = 30 * 60_000;

/** An address as an attempt before this one has left it. `ordered`: the folder of the order, null = the root. */
export function followedOf(
  source: WantedSource,
  begun: BegunItem | null | undefined,
  ordered: string | null,
): FollowedSource {
  if (!begun) return { source, item: itemOf(source), into: ordered };
  const { task, into = ordered } = begun;
  if ("over" in begun) return { source, item: begun.over, task, into };
  return { source, item: { name: begun.name, state: { is: "running", progress: 0 } }, task, into };
}

/** What the next attempt needs of it; null = it is to be begun. */
export function begunOf({ item, task, into }: FollowedSource, ordered: string | null): BegunItem | null {
  const { is } = item.state;
  const where = into === ordered ? {} : { into };
  if (is !== "waiting" && is !== "running") return { over: item, ...(task !== undefined && { task }), ...where };
  return task === undefined ? null : { task, name: item.name, ...where };
}

/** An entry to open, or the address and the task to begin again. */
export function rowOf({ item: { state }, source, task }: FollowedSource): Remembered["rows"][number] {
  if (state.is === "done") return state.entry ?? "";
  return state.is === "failed" && task !== undefined ? `${task} ${source.url}` : `- ${source.url}`;
}

/** Whether it is to be begun, or fetched now. */
export function isOpen({ item: { state } }: FollowedSource): boolean {
  return state.is === "waiting" || state.is === "running";
}

/** It waits, and no task fetches it yet. */
export function isToBegin({ item: { state }, task }: FollowedSource): boolean {
  return state.is === "waiting" && task === undefined;
}

/** The task of one that does not get on; undefined = it does, or does not run. */
export function stuckTaskOf({ item: { state }, task }: FollowedSource): string | undefined {
  return state.is === "running" && state.still !== undefined ? task : undefined;
}

/** Goes on to a state, under the name it has. */
export function become(one: FollowedSource, state: DownloadState): void {
  one.item = { ...one.item, state };
}

/** It is to be begun as if it never was, into the folder `into`. */
export function reset(one: FollowedSource, into: string | null): void {
  const { source, item } = one;
  Object.assign(one, { task: undefined, pace: undefined, moved: undefined, into });
  one.source = { ...source, task: undefined };
  one.item = { name: item.name, state: { is: "waiting" } };
}

/** Takes over how far its task is. `now`: milliseconds since the epoch. */
export function noteProgress(one: FollowedSource, { name, progress, size }: Task, now: () => number): void {
  const at = now();
  one.pace ??= createSpeedMeter({ now, window: 60_000 });
  if (!one.moved || one.moved.progress !== progress) one.moved = { at, progress };
  const still = at - one.moved.at;
  const state: DownloadState = {
    is: "running",
    progress,
    size,
    ...(size !== undefined && speedOf(one.pace, size, (size * progress) / 100)),
    ...(still >= stillAfter && { still }),
  };
  one.item = { name: name === "" ? one.item.name : name, state };
}

/** Bytes a second, and ms until all is there; undefined = it cannot be told. */
function speedOf(pace: SpeedMeter, size: number, done: number) {
  pace.note(done);
  const speed = pace.speed();
  return speed !== undefined && speed > 0 ? { speed, left: ((size - done) / speed) * 1000 } : undefined;
}

/** ms since a task last got on, where that is long; undefined = it is not, or does not run. */
export function stillOf({ phase, updatedAt }: Task, now: number): number | undefined {
  if (phase !== "running" || updatedAt === undefined || now - updatedAt < stillAfter) return undefined;
  return now - updatedAt;
}
