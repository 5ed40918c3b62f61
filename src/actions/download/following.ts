import { JobCancelled } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import { misplacedOf, moveMisplaced, settle } from "./arrived.ts";
import { Beginning, type BeginningParts } from "./beginning.ts";
import type { Download } from "./download-kind.ts";
import { isPassing, refusalOf } from "./drive-refusal.ts";
import { addEnding } from "./ending.ts";
import { FollowedDownload, troublePause, usualPause, type FollowedDownloadParts } from "./followed-download.ts";
import { become, noteProgress, rowOf, type FollowedSource } from "./followed-source.ts";

/** What a batch is followed with. */
export interface FollowedBy extends Omit<FollowedDownloadParts, "job">, BeginningParts {
  readonly jobs: Pick<JobQueue, "add">;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  readonly log: { info(fields: object, event: string): void; warn(fields: object, event: string): void };
}

type FollowingParts = FollowedBy & FollowedDownloadParts;

/** ms that something is followed; what is not there then can be looked at in the list of tasks. */
const maxFollowing = 7 * 24 * 3_600_000;
/** ms that cancelling may take. */
const cancelWithin = 30_000;

/** One attempt at following a batch: what is not begun is begun, each once, and looked at until it has come. */
export class Following {
  readonly #batch: FollowedDownload;
  readonly #beginning: Beginning;
  readonly #parts: FollowedBy;

  constructor(download: Download, parts: FollowingParts) {
    this.#parts = parts;
    this.#batch = new FollowedDownload(download, parts);
    this.#beginning = new Beginning(this.#batch, parts);
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
    return this.#batch.reading.signal;
  }

  async #follow(): Promise<void> {
    const batch = this.#batch;
    const until = batch.download.askedAt + maxFollowing;
    for (;;) {
      await batch.message.noteChoice();
      await this.#beginning.forgetStuck();
      await this.#beginning.beginSome();
      const pause = await this.#look();
      await moveMisplaced(batch);
      const misplaced = misplacedOf(batch).length;
      if (batch.open.length + misplaced === 0) return;
      if (this.#parts.now() > until) return;
      await batch.message.show(batch.items);
      await this.#pause(misplaced > 0 ? Math.min(pause, troublePause) : pause);
    }
  }

  /** Looks at all that run; ms until it is worth looking again. */
  async #look(): Promise<number> {
    let pause = Infinity;
    for (const one of this.#batch.open) {
      const again =
        one.task === undefined ? Math.max(usualPause, this.#beginning.restLeft) : await this.#lookAt(one, one.task);
      pause = Math.min(pause, again);
    }
    return Number.isFinite(pause) ? Math.max(1000, pause) : usualPause;
  }

  async #lookAt(one: FollowedSource, id: string): Promise<number> {
    const batch = this.#batch;
    const to = one.into ?? undefined;
    try {
      const { task, again, ended } = await batch.storage.taskNow(batch.mount, id, { to, ...batch.reading });
      if (ended) await settle(batch, one, task);
      else noteProgress(one, task, this.#parts.now);
      if (ended) await batch.save();
      return again;
    } catch (error) {
      this.#signal.throwIfAborted();
      const refusal = refusalOf(error);
      const { code, retryAfter } = refusal;
      if (isPassing(refusal)) return Math.max(troublePause, retryAfter ?? 0);
      const isGone = code === "not-found" && (await batch.storage.find(batch.mount)) !== undefined;
      become(one, isGone ? { is: "gone" } : { is: "failed", code, retryAfter });
      await batch.save();
      return usualPause;
    }
  }

  /** Waits; whoever chooses another folder meanwhile need not. */
  async #pause(ms: number): Promise<void> {
    const { message, download } = this.#batch;
    for (let left = ms; left > 0; left -= usualPause) {
      await this.#parts.wait(download.shown ? Math.min(left, usualPause) : left, this.#signal);
      if (!download.shown || (left > usualPause && (await message.noteChoice()))) return;
    }
  }

  /**
   * What has come stays; what has not is let go of, with the part of it that is there. A drive that was taken off, as it is
   * before its owner is forgotten, goes on with what it fetches.
   */
  async #cancelRest(): Promise<void> {
    const { storage, mount, open, download } = this.#batch;
    if (!(await storage.find(mount))) return;
    const tasks = open.flatMap(({ task }) => task ?? []);
    for (const one of open) become(one, { is: "cancelled" });
    if (tasks.length === 0) return;
    const options = { withFiles: true, asker: download.person, signal: AbortSignal.timeout(cancelWithin) };
    await storage
      .cancelTasks(mount, tasks, options)
      .catch((err: unknown) => this.#parts.log.warn({ err, mount }, "downloads not cancelled at the drive"));
  }

  async #end(): Promise<void> {
    const batch = this.#batch;
    const { message, sources, download } = batch;
    const isLost = batch.open.length > 0;
    await this.#beginning.giveBack();
    while (!(await message.remember(sources.map(rowOf)))) await moveMisplaced(batch);
    await addEnding(this.#parts.jobs, download, message.screen(isLost ? "lost" : "over", batch.items));
  }
}
