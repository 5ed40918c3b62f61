import type { Keyv } from "keyv";
import { JobCancelled } from "../../jobs/job.ts";
import type { RunningJob } from "../../jobs/queue.ts";
import type { Messengers } from "../../messaging/messenger.ts";
import type { Entry } from "../../storage/entry.ts";
import { StorageError, storageErrorKind, type StorageErrorCode } from "../../storage/error.ts";
import { sourceOf } from "../../storage/source.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Task } from "../../storage/task.ts";
import { sessionLife } from "../context/context.ts";
import { slim } from "../context/folder-view.ts";
import { createSpeedMeter, type SpeedMeter } from "../files/speed.ts";
import type { DownloadItem, DownloadState } from "../model/download-item.ts";
import type { WantedSource } from "../model/download.ts";
import type { Remembered, Session } from "../model/session.ts";
import { displayOf, type Display } from "./display.ts";
import { withEnding } from "./with-ending.ts";
import { itemsOf, type Begun, type BegunItem, type Download } from "./download-kind.ts";

/** What a batch is followed with. */
export interface FollowedBy {
  readonly storage: Storage;
  readonly sessions: Keyv<Session>;
  readonly messengers: Messengers;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Told that what a feed brought waits, because the drive takes no more; absent = nobody is. */
  readonly onHeld?: ((follow: string, code: StorageErrorCode) => Promise<void>) | undefined;
  readonly log: { info(fields: object, event: string): void };
}

interface FollowingParts extends FollowedBy {
  readonly job: RunningJob<never, Begun>;
}

/** ms without progress until that is worth a word. */
export const stillAfter = 30 * 60_000;
/** ms that something is followed; what is not there then can be looked at in the list of tasks. */
const longest = 7 * 24 * 3_600_000;
/** ms between looks where nothing says otherwise, and where the drive cannot be asked. */
const [usualPause, troublePause] = [3000, 30_000];
/** ms between tries where the drive takes no more today. */
const heldPause = 3_600_000;
/** ms that cancelling may take. */
const cancelWithin = 30_000;
/** ms that the drive's clock may be behind ours. */
const skew = 60_000;

/** One address of a batch, as it is followed. */
interface Way {
  readonly source: WantedSource;
  item: DownloadItem;
  task?: string | undefined;
  pace?: SpeedMeter | undefined;
  /** When it last got on, and how far it was. */
  moved?: { readonly at: number; readonly progress: number } | undefined;
}

/** One attempt at following a batch: what is not begun is begun, each once. */
export class Following {
  readonly #download: Download;
  readonly #parts: FollowingParts;
  readonly #display: Display;
  readonly #ways: readonly Way[];
  /** The one an attempt before this one may have begun without noting it. */
  #unsure: number | undefined;
  /** No more are begun before this, ms since the epoch. */
  #nextAt = 0;
  /** Ends what is written with the process alone: who cancels wants to know what was begun. */
  readonly #stopping = new AbortController();

  constructor(download: Download, parts: FollowingParts) {
    this.#download = download;
    this.#parts = parts;
    this.#display = displayOf(download, { ...parts, signal: parts.job.signal });
    const items = itemsOf(download);
    const { checkpoint, signal } = parts.job;
    this.#ways = download.sources.map((source, n) => wayOf(source, items[n], checkpoint?.items[n]));
    this.#unsure = checkpoint?.trying;
    const stop = () => {
      if (!(signal.reason instanceof JobCancelled)) this.#stopping.abort(signal.reason);
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  }

  async run(): Promise<void> {
    try {
      await this.#follow();
    } catch (error) {
      if (!(this.#signal.reason instanceof JobCancelled)) throw error;
      await this.#cancelRest();
    }
    await this.#end();
  }

  get #signal(): AbortSignal {
    return this.#parts.job.signal;
  }

  async #follow(): Promise<void> {
    const until = this.#download.askedAt + longest;
    for (;;) {
      await this.#beginSome();
      const pause = await this.#look();
      if (this.#open.length === 0) return;
      if (this.#parts.now() > until) return;
      await this.#display.now(this.#screen("running"));
      await this.#parts.wait(pause, this.#signal);
    }
  }

  get #open(): readonly Way[] {
    return this.#ways.filter(({ item: { state } }) => state.is === "waiting" || state.is === "running");
  }

  /** Begins what is not begun, until the drive says that it is enough for now. What no other could do either ends all of them. */
  async #beginSome(): Promise<void> {
    if (this.#parts.now() < this.#nextAt) return;
    for (const [n, way] of this.#ways.entries()) {
      if (way.task !== undefined || way.item.state.is !== "waiting") continue;
      this.#signal.throwIfAborted();
      try {
        await this.#begin(way, n);
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        const { code, retryAfter } = error;
        if (isForNow(error)) {
          this.#nextAt = this.#parts.now() + Math.max(usualPause, retryAfter ?? troublePause);
          return;
        }
        if (await this.#isHeld(code)) {
          this.#nextAt = this.#parts.now() + Math.max(heldPause, retryAfter ?? 0);
          return;
        }
        way.item = { ...way.item, state: { is: "failed", code, retryAfter } };
        if (hinders.has(code)) this.#failRest(code, retryAfter);
        await this.#save();
      }
    }
  }

  /** What nobody asked for just now waits until the drive takes it, and that is said. */
  async #isHeld(code: StorageError["code"]): Promise<boolean> {
    const { follow } = this.#download;
    if (follow === undefined || (code !== "daily-limit" && code !== "no-space")) return false;
    await this.#parts.onHeld?.(follow, code);
    return true;
  }

  async #begin(way: Way, n: number): Promise<void> {
    const { mount, to, person: asker } = this.#download;
    const { storage } = this.#parts;
    const options = { signal: this.#stopping.signal, asker };
    const { url, task } = way.source;
    const begun = this.#unsure === n ? await this.#found(url) : undefined;
    this.#unsure = undefined;
    await this.#save(n);
    const now =
      begun ??
      (await (task === undefined
        ? storage.download(mount, url, to, options)
        : storage.retryTask(mount, task, options)));
    way.task = now.id;
    this.#note(way, now);
    // A file without a task is there at once.
    if (now.phase === "done" && now.entry === now.id) await this.#settle(way, now);
    await this.#save();
  }

  /** A task for the same thing, begun since this was asked for. */
  async #found(url: string): Promise<Task | undefined> {
    const { mount, askedAt, person: asker } = this.#download;
    const identity = sourceOf(url)?.identity;
    const { items } = await this.#parts.storage.tasks(mount, { signal: this.#signal, asker });
    const taken = new Set(this.#ways.map(({ task }) => task));
    return items.find(
      ({ id, source = "", createdAt = 0 }) =>
        !taken.has(id) && createdAt >= askedAt - skew && sourceOf(source)?.identity === identity,
    );
  }

  #failRest(code: StorageError["code"], retryAfter: number | undefined): void {
    for (const way of this.#ways)
      if (way.task === undefined && way.item.state.is === "waiting")
        way.item = { ...way.item, state: { is: "failed", code, retryAfter } };
  }

  /** Looks at all that run; ms until it is worth looking again. */
  async #look(): Promise<number> {
    let pause = Infinity;
    for (const way of this.#open) {
      if (way.task === undefined) {
        pause = Math.min(pause, Math.max(usualPause, this.#nextAt - this.#parts.now()));
        continue;
      }
      pause = Math.min(pause, await this.#lookAt(way, way.task));
    }
    return Number.isFinite(pause) ? Math.max(1000, pause) : usualPause;
  }

  async #lookAt(way: Way, id: string): Promise<number> {
    const { mount, to, person: asker } = this.#download;
    try {
      const { task, again, ended } = await this.#parts.storage.taskNow(mount, id, { to, signal: this.#signal, asker });
      if (ended) await this.#settle(way, task);
      else this.#note(way, task);
      if (ended) await this.#save();
      return again;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      const { code, retryAfter } = error;
      if (isPassing(error)) return Math.max(troublePause, retryAfter ?? 0);
      const isGone = code === "not-found" && (await this.#parts.storage.find(mount)) !== undefined;
      way.item = { ...way.item, state: isGone ? { is: "gone" } : { is: "failed", code, retryAfter } };
      await this.#save();
      return usualPause;
    }
  }

  #note(way: Way, { name, progress, size }: Task): void {
    const at = this.#parts.now();
    way.pace ??= createSpeedMeter({ now: this.#parts.now, window: 60_000 });
    if (!way.moved || way.moved.progress !== progress) way.moved = { at, progress };
    const done = size === undefined ? undefined : (size * progress) / 100;
    if (done !== undefined) way.pace.note(done);
    const speed = done === undefined ? undefined : way.pace.speed();
    const left = speed && size !== undefined && done !== undefined ? ((size - done) / speed) * 1000 : undefined;
    const still = at - way.moved.at;
    const state: DownloadState = {
      is: "running",
      progress,
      size,
      ...(speed !== undefined && speed > 0 && { speed, left }),
      ...(still >= stillAfter && { still }),
    };
    way.item = { name: name === "" ? way.item.name : name, state };
  }

  async #settle(way: Way, task: Task): Promise<void> {
    const name = task.name === "" ? way.item.name : task.name;
    if (task.phase === "failed") {
      way.item = { name, state: { is: "failed", code: task.reason ?? "download-failed" } };
      return;
    }
    const { mount, person: asker } = this.#download;
    const { storage } = this.#parts;
    const entry =
      task.entry === undefined
        ? undefined
        : await storage.stat(mount, task.entry, { signal: this.#signal, asker }).catch(ifNotThere);
    const kept = entry && (await this.#named(entry, way.source.rename));
    way.item = { name: kept?.name ?? name, state: { is: "done", ...(kept && { entry: slim(kept) }) } };
  }

  /** What has come, called as it is to be; where that cannot be, it stays as it is called. */
  async #named(entry: Entry, rename: string | undefined): Promise<Entry> {
    const { mount, person: asker } = this.#download;
    const name = rename === undefined ? entry.name : withEnding(rename, entry);
    if (name === entry.name) return entry;
    const renamed = await this.#parts.storage
      .rename(mount, entry.id, name, { signal: this.#stopping.signal, asker })
      .catch(ifNotThere);
    return renamed ? { ...entry, name: renamed.name } : entry;
  }

  /** What has come stays; what has not is let go of, with the part of it that is there. */
  async #cancelRest(): Promise<void> {
    const { mount, person: asker } = this.#download;
    const open = this.#open;
    const tasks = open.flatMap(({ task }) => task ?? []);
    for (const way of open) way.item = { ...way.item, state: { is: "cancelled" } };
    if (tasks.length === 0) return;
    const options = { withFiles: true, asker, signal: AbortSignal.timeout(cancelWithin) };
    await this.#parts.storage
      .cancelTasks(mount, tasks, options)
      .catch((err: unknown) => this.#parts.log.info({ err }, "downloads not cancelled at the drive"));
  }

  async #end(): Promise<void> {
    const isLost = this.#open.length > 0;
    await this.#remember();
    const display = this.#signal.aborted
      ? displayOf(this.#download, { ...this.#parts, signal: AbortSignal.timeout(cancelWithin) })
      : this.#display;
    if (this.#download.shown === undefined) {
      if (this.#parts.job.checkpoint?.told) return;
      await this.#save(undefined, true);
    }
    await display.last(this.#screen(isLost ? "lost" : "over"));
  }

  #screen(is: "running" | "over" | "lost") {
    return { ...this.#download.card, is, items: this.#ways.map(({ item }) => item) };
  }

  /** Its buttons open what has come, and begin again what has not. */
  async #remember(): Promise<void> {
    const { sessions } = this.#parts;
    const { id, revision } = this.#download.card.view;
    const session = await sessions.get(id);
    if (!session) return;
    const rows = this.#ways.map(rowOf);
    const remembered = session.remembered.map((screen): Remembered =>
      screen.revision === revision ? { ...screen, rows } : screen,
    );
    await sessions.set(id, { ...session, remembered }, sessionLife);
  }

  async #save(trying?: number, told?: boolean): Promise<void> {
    await this.#parts.job.save({ items: this.#ways.map(begunOf), trying, told });
  }
}

/** What fails every other one of a drive, too. */
const hinders: ReadonlySet<StorageError["code"]> = new Set([
  "daily-limit",
  "no-space",
  "signed-out",
  "wrong-credentials",
  "sign-in-refused",
  "verification-needed",
  "account-suspended",
  "unsupported",
] satisfies StorageError["code"][]);

/** There are enough under way, or the drive wants to be left alone for a while. */
function isForNow({ code }: StorageError): boolean {
  return code === "task-limit" || code === "too-frequent" || code === "risk-limited";
}

/** It says nothing of the task, and will be over. */
function isPassing({ code }: StorageError): boolean {
  const { mends } = storageErrorKind(code);
  return code !== "account-suspended" && (mends.includes("again") || mends.includes("wait"));
}

function ifNotThere(error: unknown): undefined {
  if (!(error instanceof StorageError)) throw error;
}

function wayOf(source: WantedSource, item: DownloadItem | undefined, begun: BegunItem | null | undefined): Way {
  const fresh = item ?? { name: source.url, state: { is: "waiting" } };
  if (!begun) return { source, item: fresh };
  if ("over" in begun) return { source, item: begun.over, task: begun.task };
  return { source, item: { name: begun.name, state: { is: "running", progress: 0 } }, task: begun.task };
}

function begunOf({ item, task }: Way): BegunItem | null {
  const { is } = item.state;
  if (is !== "waiting" && is !== "running") return { over: item, ...(task !== undefined && { task }) };
  return task === undefined ? null : { task, name: item.name };
}

/** An entry to open, or the address and the task to begin again. */
function rowOf({ item: { state }, source, task }: Way): Remembered["rows"][number] {
  if (state.is === "done") return state.entry ?? "";
  return state.is === "failed" && task !== undefined ? `${task} ${source.url}` : `- ${source.url}`;
}
