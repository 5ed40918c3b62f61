import { isSince } from "../../storage/clock-skew.ts";
import { StorageError, type StorageErrorCode } from "../../storage/error.ts";
import { sourceOf } from "../../storage/source.ts";
import type { Task } from "../../storage/task.ts";
import type { WantedSource } from "../model/download.ts";
import { settle } from "./arrived.ts";
import { isForAll, isForNow, isPassing, isUsedUp, refusalOf } from "./drive-refusal.ts";
import { troublePause, usualPause, type FollowedDownload } from "./followed-download.ts";
import { become, isToBegin, noteProgress, reset, stuckTaskOf, type FollowedSource } from "./followed-source.ts";
import type { LentFolders } from "./lent-folder.ts";

export interface BeginningParts {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Told that what a feed brought waits, because the drive takes no more; absent = nobody is. */
  readonly onHeld?: ((follow: string, code: StorageErrorCode) => Promise<void>) | undefined;
  /** Asked about what goes into lent folders; absent = nothing does. */
  readonly lentFolders?: LentFolders | undefined;
}

/** ms between tries where the drive takes no more today. */
const heldPause = 3_600_000;

/** Begins the addresses of a batch at its drive, each once, as fast as the drive takes them. */
export class Beginning {
  readonly #batch: FollowedDownload;
  readonly #parts: BeginningParts;
  /** Since when, in ms since the epoch, and for how many ms no more are begun. */
  #rest = { from: 0, for: 0 };

  constructor(batch: FollowedDownload, parts: BeginningParts) {
    this.#batch = batch;
    this.#parts = parts;
  }

  /** ms for which no more are begun; 0 or less = they are. */
  get restLeft(): number {
    const now = this.#parts.now();
    // The clock was set back meanwhile: it is counted anew.
    if (now < this.#rest.from) this.#letBe(this.#rest.for);
    return this.#rest.from + this.#rest.for - now;
  }

  #letBe(ms: number): void {
    this.#rest = { from: this.#parts.now(), for: ms };
  }

  /** Where somebody has chosen that, lets go of what does not get on, with the part of it that is there: it is begun anew. */
  async forgetStuck(): Promise<void> {
    const { message, open } = this.#batch;
    if (!message.takeRestart()) return;
    for (const one of open) {
      const task = stuckTaskOf(one);
      if (task !== undefined) await this.#forget(one, task);
    }
  }

  async #forget(one: FollowedSource, task: string): Promise<void> {
    const { storage, mount, message, writing } = this.#batch;
    const before = { ...one };
    reset(one, message.to);
    // After a kill it is begun: a drive that has the task still goes on with it.
    await this.#batch.save();
    const refusal = await storage.cancelTasks(mount, [task], { withFiles: true, ...writing }).then(nothing, refusalOf);
    writing.signal.throwIfAborted();
    // It goes on as it did, and its button is still there.
    if (refusal && refusal.code !== "not-found") Object.assign(one, before);
  }

  /** Begins what is not begun, until the drive says that it is enough for now. What no other could do either ends all of them. */
  async beginSome(): Promise<void> {
    if (this.restLeft > 0) return;
    const { sources, reading, writing } = this.#batch;
    for (const [n, one] of sources.entries()) {
      if (!isToBegin(one)) continue;
      reading.signal.throwIfAborted();
      try {
        await this.#begin(one, n);
      } catch (error) {
        writing.signal.throwIfAborted();
        const refusal = refusalOf(error);
        const rest = await this.#restAfter(refusal, n);
        if (rest !== undefined) return this.#letBe(rest);
        await this.#fail(one, refusal);
      }
    }
  }

  async #begin(one: FollowedSource, n: number): Promise<void> {
    const batch = this.#batch;
    const { source } = one;
    const { to } = batch.message;
    const found = batch.unsure === n ? await this.#found(source.url) : undefined;
    if (found === undefined) await this.#checkLent();
    batch.unsure = undefined;
    await batch.save(n);
    const begun = found ?? (await this.#ask(source, to));
    one.task = begun.id;
    // What was begun before goes on to where it went.
    if (found === undefined && source.task === undefined) one.into = to;
    noteProgress(one, begun, this.#parts.now);
    // A file without a task is there at once.
    if (begun.phase === "done" && begun.entry === begun.id) await settle(batch, one, begun);
    await batch.save();
  }

  /** A task for the same thing, begun since this was asked for. */
  async #found(url: string): Promise<Task | undefined> {
    const { storage, mount, sources, reading, download } = this.#batch;
    const identity = sourceOf(url)?.identity;
    const { items } = await storage.tasks(mount, reading);
    const taken = new Set(sources.map(({ task }) => task));
    return items.find(
      ({ id, source = "", createdAt }) =>
        !taken.has(id) && isSince(createdAt, download.askedAt) && sourceOf(source)?.identity === identity,
    );
  }

  /** What goes into a lent folder is begun only while it is lent. */
  async #checkLent(): Promise<void> {
    const { download } = this.#batch;
    if (download.lent && (await this.#parts.lentFolders?.mayBegin(download)) !== true)
      throw new StorageError("not-lent");
  }

  /** Lets the drive fetch it; one that has failed goes on in its task, while that is there. */
  async #ask({ url, task }: WantedSource, to: string | null): Promise<Task> {
    const { storage, mount, writing } = this.#batch;
    const anew = () => storage.download(mount, url, to ?? undefined, writing);
    if (task === undefined) return anew();
    return storage.retryTask(mount, task, writing).catch((error: unknown) => {
      // It was let go of by an attempt before this one.
      if (refusalOf(error).code !== "not-found") throw error;
      return anew();
    });
  }

  /** ms for which no more are begun after a refusal; undefined = only this one is not. */
  async #restAfter(refusal: StorageError, n: number): Promise<number | undefined> {
    const { retryAfter } = refusal;
    // Until the drive tells what was begun before, this one is not begun.
    if (isForNow(refusal) || (this.#batch.unsure === n && isPassing(refusal)))
      return Math.max(usualPause, retryAfter ?? troublePause);
    return (await this.#isHeld(refusal)) ? Math.max(heldPause, retryAfter ?? 0) : undefined;
  }

  /** What nobody asked for just now waits until the drive takes it, and that is said. */
  async #isHeld(refusal: StorageError): Promise<boolean> {
    const { follow } = this.#batch.download;
    if (follow === undefined || !isUsedUp(refusal)) return false;
    await this.#parts.onHeld?.(follow, refusal.code);
    return true;
  }

  async #fail(one: FollowedSource, refusal: StorageError): Promise<void> {
    const { code, retryAfter } = refusal;
    const failed = isForAll(refusal) ? [one, ...this.#batch.sources.filter(isToBegin)] : [one];
    for (const each of failed) become(each, { is: "failed", code, retryAfter });
    await this.#batch.save();
  }

  /** What was not begun does not count. After a kill in between it does: nothing is given back twice. */
  async giveBack(): Promise<void> {
    const batch = this.#batch;
    const many = batch.sources.filter(({ task, item }) => task === undefined && item.state.is !== "done").length;
    if (!batch.download.lent || batch.isReturned || many === 0) return;
    batch.isReturned = true;
    await batch.save();
    await this.#parts.lentFolders?.giveBack(batch.download, many);
  }
}

function nothing(): undefined {
  return undefined;
}
