import { isSince } from "../../storage/clock-skew.ts";
import type { Keyv } from "keyv";
import { JobCancelled } from "../../jobs/job.ts";
import type { JobQueue, RunningJob } from "../../jobs/queue.ts";
import type { Messengers } from "../../messaging/messenger.ts";
import { createProgressMessage, type ProgressMessage } from "../../messaging/progress-message.ts";
import type { Entry } from "../../storage/entry.ts";
import { StorageError, storageErrorKind, type StorageErrorCode } from "../../storage/error.ts";
import { sourceOf } from "../../storage/source.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Task } from "../../storage/task.ts";
import { nextOf, queueOf, sessionLife, withRemembered } from "../context/context.ts";
import { slim } from "../context/folder-view.ts";
import { createSpeedMeter, type SpeedMeter } from "../files/speed.ts";
import type { DownloadItem, DownloadState } from "../model/download-item.ts";
import type { WantedSource } from "../model/download.ts";
import type { DownloadView, Remembered, Session, ViewRef } from "../model/session.ts";
import { addEnding } from "./ending.ts";
import type { LentFolders } from "./lent-folder.ts";
import { withEnding } from "./with-ending.ts";
import { itemsOf, type Begun, type BegunItem, type Download, type Redirected } from "./download-kind.ts";

/** What a batch is followed with. */
export interface FollowedBy {
  readonly jobs: Pick<JobQueue, "add">;
  readonly storage: Storage;
  readonly sessions: Keyv<Session>;
  readonly messengers: Messengers;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Told that what a feed brought waits, because the drive takes no more; absent = nobody is. */
  readonly onHeld?: ((follow: string, code: StorageErrorCode) => Promise<void>) | undefined;
  /** Asked about what goes into lent folders; absent = nothing does. */
  readonly lentFolders?: LentFolders | undefined;
  /** One piece of work at a time for each key, over all processes. */
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  readonly log: { info(fields: object, event: string): void; warn(fields: object, event: string): void };
}

interface FollowingParts extends FollowedBy {
  readonly job: RunningJob<never, Begun>;
}

/** ms without progress until that is worth a word. */
const stillAfter = 30 * 60_000;
/** ms that something is followed; what is not there then can be looked at in the list of tasks. */
const maxFollowing = 7 * 24 * 3_600_000;
/** ms between looks where nothing says otherwise, and where the drive cannot be asked. */
const [usualPause, troublePause] = [3000, 30_000];
/** ms between tries where the drive takes no more today. */
const heldPause = 3_600_000;
/** Tries to move something that has come. */
const maxTries = 5;
/** ms that cancelling may take. */
const cancelWithin = 30_000;

/** ms since a task last got on, where that is long; undefined = it is not, or does not run. */
export function stillOf({ phase, updatedAt }: Task, now: number): number | undefined {
  if (phase !== "running" || updatedAt === undefined || now - updatedAt < stillAfter) return undefined;
  return now - updatedAt;
}

/** One address of a batch, as it is followed. */
interface FollowedSource {
  source: WantedSource;
  item: DownloadItem;
  task?: string | undefined;
  pace?: SpeedMeter | undefined;
  /** The folder its task puts it into, or it was moved to; null = the root. */
  into: string | null;
  /** How often it could not be moved. */
  tries?: number;
  /** When it last got on, and how far it was. */
  moved?: { readonly at: number; readonly progress: number } | undefined;
}

/** One attempt at following a batch: what is not begun is begun, each once. */
export class Following {
  readonly #download: Download;
  readonly #parts: FollowingParts;
  #message: ProgressMessage | undefined;
  /** Where it goes since somebody has chosen another folder, and the screen that says so. */
  #redirected: Redirected | undefined;
  /** What does not get on is to be begun again. */
  #restarts = false;
  /** Its message shows something else of it just now: the choice of a folder, or what it would bring. */
  #isAside = false;
  readonly #sources: readonly FollowedSource[];
  /** The one an attempt before this one may have begun without noting it. */
  #unsure: number | undefined;
  /** What was not begun was given back. */
  #isReturned: boolean;
  /** Since when, in ms since the epoch, and for how many ms no more are begun. */
  #rest = { from: 0, for: 0 };
  /** Ends what is written with the process alone: who cancels wants to know what was begun. */
  readonly #stopping = new AbortController();

  constructor(download: Download, parts: FollowingParts) {
    this.#download = download;
    this.#parts = parts;
    const { shown, person } = download;
    this.#message = shown && createProgressMessage({ shown, person }, parts);
    const items = itemsOf(download);
    const { checkpoint, signal } = parts.job;
    this.#redirected = checkpoint?.redirected;
    const ordered = download.to ?? null;
    this.#sources = download.sources.map((source, n) => ({
      into: ordered,
      ...followedOf(source, items[n], checkpoint?.items[n]),
    }));
    this.#unsure = checkpoint?.trying;
    this.#isReturned = checkpoint?.returned === true;
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
    const until = this.#download.askedAt + maxFollowing;
    for (;;) {
      await this.#noteChoice();
      await this.#restartStuck();
      await this.#beginSome();
      const pause = await this.#look();
      await this.#moveWhatCame();
      const left = this.#open.length + this.#misplaced.length;
      if (left === 0) return;
      if (this.#parts.now() > until) return;
      if (!this.#isAside) await this.#message?.show(this.#screen("running"));
      await this.#pause(this.#misplaced.length > 0 ? Math.min(pause, troublePause) : pause);
    }
  }

  /** Waits; whoever chooses another folder meanwhile need not. */
  async #pause(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= usualPause) {
      await this.#parts.wait(this.#download.shown ? Math.min(left, usualPause) : left, this.#signal);
      if (!this.#download.shown || (left > usualPause && (await this.#noteChoice()))) return;
    }
  }

  /** Looks whether another folder was chosen, which the session of its message tells. */
  async #noteChoice(): Promise<boolean> {
    const { shown, card } = this.#download;
    return shown !== undefined && this.#takeChoice(await this.#parts.sessions.get(card.view.id));
  }

  /** Goes by the newest screen of the batch there is; true = it is another one. */
  #takeChoice(session: Session | undefined): boolean {
    const { shown, person, id } = this.#download;
    this.#isAside = session !== undefined && asideOf(session, id) !== undefined;
    const screen = session && screenOf(session, id);
    if (!shown || !screen || screen.view.revision <= this.#view.revision) return false;
    this.#restarts ||= screen.again !== undefined && screen.again !== this.#redirected?.again;
    this.#redirected = screen;
    this.#message = createProgressMessage({ shown, person }, { ...this.#parts, isDue: true });
    return true;
  }

  /** Lets go of what does not get on, with the part of it that is there: it is begun like one that never was. */
  async #restartStuck(): Promise<void> {
    if (!this.#restarts) return;
    this.#restarts = false;
    const { mount, person: asker } = this.#download;
    for (const one of this.#open) {
      const { item, task } = one;
      if (task === undefined || item.state.is !== "running" || item.state.still === undefined) continue;
      const before = { ...one };
      Object.assign(one, { task: undefined, pace: undefined, moved: undefined, into: this.#to });
      one.source = { ...one.source, task: undefined };
      one.item = { name: item.name, state: { is: "waiting" } };
      // After a kill it is begun: a drive that has the task still goes on with it.
      await this.#save();
      const options = { withFiles: true, asker, signal: this.#stopping.signal };
      const refusal = await this.#parts.storage.cancelTasks(mount, [task], options).then(nothing, storageErrorOf);
      this.#stopping.signal.throwIfAborted();
      // It goes on as it did, and its button is still there.
      if (refusal && refusal.code !== "not-found") Object.assign(one, before);
    }
  }

  get #view(): ViewRef {
    return this.#redirected?.view ?? this.#download.card.view;
  }

  /** Id of the folder it goes into; null = the root. */
  get #to(): string | null {
    return (this.#redirected ? this.#redirected.trail.at(-1)?.id : this.#download.to) ?? null;
  }

  /** What has come to another folder than the one that was chosen meanwhile. */
  get #misplaced(): readonly FollowedSource[] {
    return this.#sources.filter(
      ({ item: { state }, into }) =>
        state.is === "done" && state.entry !== undefined && state.stayed === undefined && into !== this.#to,
    );
  }

  async #moveWhatCame(): Promise<void> {
    for (const one of this.#misplaced) {
      await this.#move(one);
      await this.#save();
    }
  }

  /** One that cannot be moved stays where it is, and that is said. */
  async #move(one: FollowedSource): Promise<void> {
    const { state } = one.item;
    if (state.is !== "done" || !state.entry) return;
    const { mount, person: asker } = this.#download;
    const to = this.#to;
    try {
      const options = { signal: this.#stopping.signal, asker };
      await this.#parts.storage.move(mount, [state.entry.id], to ?? undefined, options);
      one.into = to;
    } catch (error) {
      this.#stopping.signal.throwIfAborted();
      if (!(error instanceof StorageError)) throw error;
      one.tries = (one.tries ?? 0) + 1;
      // An attempt before this one has moved it.
      if (error.code === "same-folder") one.into = to;
      else if (!isPassing(error) || one.tries >= maxTries)
        one.item = { ...one.item, state: { ...state, stayed: error.code } };
    }
  }

  get #open(): readonly FollowedSource[] {
    return this.#sources.filter(({ item: { state } }) => state.is === "waiting" || state.is === "running");
  }

  #letBe(ms: number): void {
    this.#rest = { from: this.#parts.now(), for: ms };
  }

  get #restLeft(): number {
    const now = this.#parts.now();
    // The clock was set back meanwhile: it is counted anew.
    if (now < this.#rest.from) this.#letBe(this.#rest.for);
    return this.#rest.from + this.#rest.for - now;
  }

  /** Begins what is not begun, until the drive says that it is enough for now. What no other could do either ends all of them. */
  async #beginSome(): Promise<void> {
    if (this.#restLeft > 0) return;
    for (const [n, one] of this.#sources.entries()) {
      if (one.task !== undefined || one.item.state.is !== "waiting") continue;
      this.#signal.throwIfAborted();
      try {
        await this.#begin(one, n);
      } catch (error) {
        this.#stopping.signal.throwIfAborted();
        if (!(error instanceof StorageError)) throw error;
        const { code, retryAfter } = error;
        // Until the drive tells what was begun before, this one is not begun.
        if (isForNow(error) || (this.#unsure === n && isPassing(error))) {
          this.#letBe(Math.max(usualPause, retryAfter ?? troublePause));
          return;
        }
        if (await this.#isHeld(code)) {
          this.#letBe(Math.max(heldPause, retryAfter ?? 0));
          return;
        }
        one.item = { ...one.item, state: { is: "failed", code, retryAfter } };
        if (failsAll.has(code)) this.#failRest(code, retryAfter);
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

  async #begin(one: FollowedSource, n: number): Promise<void> {
    const { mount, person: asker } = this.#download;
    const { storage } = this.#parts;
    const options = { signal: this.#stopping.signal, asker };
    const { url, task } = one.source;
    const to = this.#to;
    const begun = this.#unsure === n ? await this.#found(url) : undefined;
    if (begun === undefined) await this.#checkLent();
    this.#unsure = undefined;
    await this.#save(n);
    const now =
      begun ??
      (await (task === undefined
        ? storage.download(mount, url, to ?? undefined, options)
        : storage.retryTask(mount, task, options).catch((error: unknown) => {
            // It was let go of by an attempt before this one.
            if (storageErrorOf(error).code !== "not-found") throw error;
            return storage.download(mount, url, to ?? undefined, options);
          })));
    one.task = now.id;
    // What was begun before goes on to where it went.
    if (begun === undefined && task === undefined) one.into = to;
    this.#note(one, now);
    // A file without a task is there at once.
    if (now.phase === "done" && now.entry === now.id) await this.#settle(one, now);
    await this.#save();
  }

  /** A task for the same thing, begun since this was asked for. */
  async #found(url: string): Promise<Task | undefined> {
    const { mount, askedAt, person: asker } = this.#download;
    const identity = sourceOf(url)?.identity;
    const { items } = await this.#parts.storage.tasks(mount, { signal: this.#signal, asker });
    const taken = new Set(this.#sources.map(({ task }) => task));
    return items.find(
      ({ id, source = "", createdAt }) =>
        !taken.has(id) && isSince(createdAt, askedAt) && sourceOf(source)?.identity === identity,
    );
  }

  /** What goes into a lent folder is begun only while it is lent. */
  async #checkLent(): Promise<void> {
    const { lentFolders } = this.#parts;
    if (this.#download.lent && (await lentFolders?.mayBegin(this.#download)) !== true)
      throw new StorageError("not-lent");
  }

  /** What was not begun does not count. After a kill in between it does: nothing is given back twice. */
  async #giveBack(): Promise<void> {
    const many = this.#sources.filter(({ task, item }) => task === undefined && item.state.is !== "done").length;
    if (!this.#download.lent || this.#isReturned || many === 0) return;
    this.#isReturned = true;
    await this.#save();
    await this.#parts.lentFolders?.giveBack(this.#download, many);
  }

  #failRest(code: StorageError["code"], retryAfter: number | undefined): void {
    for (const one of this.#sources)
      if (one.task === undefined && one.item.state.is === "waiting")
        one.item = { ...one.item, state: { is: "failed", code, retryAfter } };
  }

  /** Looks at all that run; ms until it is worth looking again. */
  async #look(): Promise<number> {
    let pause = Infinity;
    for (const one of this.#open) {
      if (one.task === undefined) {
        pause = Math.min(pause, Math.max(usualPause, this.#restLeft));
        continue;
      }
      pause = Math.min(pause, await this.#lookAt(one, one.task));
    }
    return Number.isFinite(pause) ? Math.max(1000, pause) : usualPause;
  }

  async #lookAt(one: FollowedSource, id: string): Promise<number> {
    const { mount, person: asker } = this.#download;
    const to = one.into ?? undefined;
    try {
      const { task, again, ended } = await this.#parts.storage.taskNow(mount, id, { to, signal: this.#signal, asker });
      if (ended) await this.#settle(one, task);
      else this.#note(one, task);
      if (ended) await this.#save();
      return again;
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!(error instanceof StorageError)) throw error;
      const { code, retryAfter } = error;
      if (isPassing(error)) return Math.max(troublePause, retryAfter ?? 0);
      const isGone = code === "not-found" && (await this.#parts.storage.find(mount)) !== undefined;
      one.item = { ...one.item, state: isGone ? { is: "gone" } : { is: "failed", code, retryAfter } };
      await this.#save();
      return usualPause;
    }
  }

  #note(one: FollowedSource, { name, progress, size }: Task): void {
    const at = this.#parts.now();
    one.pace ??= createSpeedMeter({ now: this.#parts.now, window: 60_000 });
    if (!one.moved || one.moved.progress !== progress) one.moved = { at, progress };
    const done = size === undefined ? undefined : (size * progress) / 100;
    if (done !== undefined) one.pace.note(done);
    const speed = done === undefined ? undefined : one.pace.speed();
    const left = speed && size !== undefined && done !== undefined ? ((size - done) / speed) * 1000 : undefined;
    const still = at - one.moved.at;
    const state: DownloadState = {
      is: "running",
      progress,
      size,
      ...(speed !== undefined && speed > 0 && { speed, left }),
      ...(still >= stillAfter && { still }),
    };
    one.item = { name: name === "" ? one.item.name : name, state };
  }

  async #settle(one: FollowedSource, task: Task): Promise<void> {
    const name = task.name === "" ? one.item.name : task.name;
    if (task.phase === "failed") {
      one.item = { name, state: { is: "failed", code: task.reason ?? "download-failed" } };
      return;
    }
    const { mount, person: asker } = this.#download;
    const { storage } = this.#parts;
    const entry =
      task.entry === undefined
        ? undefined
        : await storage.stat(mount, task.entry, { signal: this.#signal, asker }).catch(ifNotThere);
    const kept = entry && (await this.#named(entry, one.source.rename));
    one.item = { name: kept?.name ?? name, state: { is: "done", ...(kept && { entry: slim(kept) }) } };
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

  /**
   * What has come stays; what has not is let go of, with the part of it that is there. A drive that was taken off, as it is
   * before its owner is forgotten, goes on with what it fetches.
   */
  async #cancelRest(): Promise<void> {
    const { mount, person: asker } = this.#download;
    if (!(await this.#parts.storage.find(mount))) return;
    const open = this.#open;
    const tasks = open.flatMap(({ task }) => task ?? []);
    for (const one of open) one.item = { ...one.item, state: { is: "cancelled" } };
    if (tasks.length === 0) return;
    const options = { withFiles: true, asker, signal: AbortSignal.timeout(cancelWithin) };
    await this.#parts.storage
      .cancelTasks(mount, tasks, options)
      .catch((err: unknown) => this.#parts.log.warn({ err, mount }, "downloads not cancelled at the drive"));
  }

  async #end(): Promise<void> {
    const isLost = this.#open.length > 0;
    await this.#giveBack();
    while (!(await this.#remember())) await this.#moveWhatCame();
    await addEnding(this.#parts.jobs, this.#download, this.#screen(isLost ? "lost" : "over"));
  }

  #screen(is: "running" | "over" | "lost") {
    const moved = this.#redirected;
    return {
      ...this.#download.card,
      ...(moved && { view: moved.view, trail: moved.trail.map(({ name }) => name) }),
      is,
      items: this.#sources.map(({ item }) => item),
    };
  }

  /**
   * Its buttons open what has come, and begin again what has not. Where its message shows something else the end is shown
   * instead, from which what has come can be moved. False = another folder was chosen just now.
   */
  #remember(): Promise<boolean> {
    const { sessions, exclusive } = this.#parts;
    const { person, card } = this.#download;
    const rows = this.#sources.map(rowOf);
    return exclusive(queueOf({ person: { id: person } }), async () => {
      const session = await sessions.get(card.view.id);
      if (!session) return true;
      if (this.#takeChoice(session)) return false;
      const ended = this.#isAside ? this.#endOver(session) : session;
      await sessions.set(ended.id, withRemembered(ended, this.#view.revision, { rows }), sessionLife);
      return true;
    });
  }

  /** The session with the end of the batch as its next screen. */
  #endOver(session: Session): Session {
    const view = asideOf(session, this.#download.id);
    if (!view) return session;
    const next = nextOf(session, view, []);
    this.#redirected = { view: { id: next.id, revision: next.revision }, trail: view.folder.trail, again: view.again };
    return next;
  }

  async #save(trying = this.#unsure): Promise<void> {
    const redirected = this.#redirected;
    const items = this.#sources.map((one) => begunOf(one, this.#download.to ?? null));
    await this.#parts.job.save({
      items,
      trying,
      ...(redirected && { redirected }),
      ...(this.#isReturned && { returned: true }),
    });
  }
}

/** What fails every other one of a drive, too. */
const failsAll: ReadonlySet<StorageError["code"]> = new Set([
  "not-lent",
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

function nothing(): undefined {
  return undefined;
}

function storageErrorOf(error: unknown): StorageError {
  if (!(error instanceof StorageError)) throw error;
  return error;
}

function ifNotThere(error: unknown): undefined {
  if (!(error instanceof StorageError)) throw error;
}

/** The view of a batch that a session has left for something else of it; undefined = it has not. */
function asideOf({ state }: Session, download: string): DownloadView | undefined {
  const isAside = state.at === "preview" || (state.at === "target" && state.carrying === "fetch");
  return isAside && state.of.at === "download" && state.of.download === download ? state.of : undefined;
}

/** The newest screen of a batch, and the folder it goes into. */
function screenOf({ id, remembered }: Session, download: string): Redirected | undefined {
  const screen = remembered.findLast(({ state }) => state.at === "download" && state.download === download);
  if (screen?.state.at !== "download") return undefined;
  const { folder, again } = screen.state;
  return { view: { id, revision: screen.revision }, trail: folder.trail, ...(again !== undefined && { again }) };
}

function followedOf(
  source: WantedSource,
  item: DownloadItem | undefined,
  begun: BegunItem | null | undefined,
): Omit<FollowedSource, "into"> & Partial<Pick<FollowedSource, "into">> {
  const fresh = item ?? { name: source.url, state: { is: "waiting" } };
  if (!begun) return { source, item: fresh };
  const where = begun.into === undefined ? {} : { into: begun.into };
  if ("over" in begun) return { source, item: begun.over, task: begun.task, ...where };
  return { source, item: { name: begun.name, state: { is: "running", progress: 0 } }, task: begun.task, ...where };
}

function begunOf({ item, task, into }: FollowedSource, ordered: string | null): BegunItem | null {
  const { is } = item.state;
  const where = into === ordered ? {} : { into };
  if (is !== "waiting" && is !== "running") return { over: item, ...(task !== undefined && { task }), ...where };
  return task === undefined ? null : { task, name: item.name, ...where };
}

/** An entry to open, or the address and the task to begin again. */
function rowOf({ item: { state }, source, task }: FollowedSource): Remembered["rows"][number] {
  if (state.is === "done") return state.entry ?? "";
  return state.is === "failed" && task !== undefined ? `${task} ${source.url}` : `- ${source.url}`;
}
