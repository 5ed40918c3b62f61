import { DelayedError, WaitingError, type Job, type Queue } from "bullmq";
import { runAttempt, tellOver, type AnyWorker } from "./attempt.ts";
import { notesOf, turnOf, type JobCodec, type JobData, type JobNotes } from "./bullmq-record.ts";
import { plainJson, type AnyJobKind, type JobOutcome } from "./job.ts";
import type { QueueParts } from "./queue.ts";
import type { Turns } from "./turns.ts";

/** What BullMQ's worker needs to do the jobs of a kind. */
interface DoerParts extends QueueParts {
  readonly kind: AnyJobKind;
  readonly worker: AnyWorker;
  readonly queue: Queue;
  readonly turns: Turns;
  readonly codec: JobCodec;
  /** The caller's id of a job. */
  idOf(bullId: string): string;
}

/** What BullMQ hands over: the job, the token of its lock, and what aborts it. */
interface Handed {
  readonly job: Job;
  readonly token: string;
  readonly signal: AbortSignal;
  /** The lock is another's by now, and nothing may be written any more. */
  isLost(): boolean;
}

/** Milliseconds between two reports of a job. */
const reportEvery = 400;
/** Until a job whose key is taken is woken; whoever has the key does it long before. Further off, the score would lose digits. */
const parkedFor = 10 * 365 * 24 * 3_600_000;

/** Does one job that BullMQ handed over: to its end, or away to be handed over again. */
export async function doJob(handed: Handed, parts: DoerParts): Promise<null> {
  const { queue, turns, codec } = parts;
  const bullId = handed.job.id ?? "";
  // Read again: it may have been cancelled between being handed over and being known here.
  const job: Job | undefined = await queue.getJob(bullId);
  if (!job) return null;
  const data = codec.data.read(bullId, job.data);
  const notes = notesOf(bullId, job, codec);
  const doing = new Doing({ ...handed, job }, { data, notes }, parts);
  if (notes.outcome) return doing.end(notes.outcome);
  if (await turns.isCancelled(bullId)) return doing.end({ is: "cancelled" });
  if (!(await turns.isNext({ id: bullId, ...turnOf(data) }))) return doing.park();
  if (handed.signal.aborted) return doing.putBack();
  return doing.run();
}

/** Lets a job begin whose turn within its key has come; one that waits already, or backs off no more, is left as it is. */
export async function wake(queue: Queue, bullId: string): Promise<void> {
  const job: Job | undefined = await queue.getJob(bullId);
  if (!job || !(await job.isDelayed())) return;
  await job.promote().catch(async (error: unknown) => {
    if (await job.isDelayed()) throw error;
  });
  // It has waited its time already: before all that came after it.
  await job.changePriority({ lifo: true });
}

class Doing {
  readonly #handed: Handed;
  readonly #data: JobData;
  readonly #parts: DoerParts;
  readonly #id: string;
  readonly #bullId: string;
  #notes: JobNotes;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(handed: Handed, { data, notes }: { readonly data: JobData; readonly notes: JobNotes }, parts: DoerParts) {
    this.#handed = handed;
    this.#data = data;
    this.#parts = parts;
    this.#bullId = handed.job.id ?? "";
    this.#id = parts.idOf(this.#bullId);
    this.#notes = notes;
  }

  async run(): Promise<null> {
    const { turns } = this.#parts;
    const { job, signal, isLost } = this.#handed;
    const { failures = 0, checkpoint } = this.#notes;
    // A process that was killed is counted by BullMQ, a worker that failed by us.
    const attempt = failures + job.stalledCounter + 1;
    await turns.begin(this.#bullId);
    await this.#note({ attempt, failures, checkpoint });
    const over = new AbortController();
    const end = await runAttempt(
      this.#data.input?.value,
      {
        id: this.#id,
        key: this.#data.key,
        signal,
        attempt,
        checkpoint,
        progress: this.#reporter(over.signal),
        save: (kept) => this.#note({ ...this.#notes, checkpoint: plainJson(kept) }),
      },
      this.#parts,
    );
    over.abort();
    await this.#writing.catch(() => undefined);
    if (isLost()) throw new WaitingError();
    switch (end.is) {
      case "over":
        return this.end(end.outcome);
      case "again":
        return this.#again(end.after, failures + 1);
      case "stopped":
        return this.putBack();
    }
  }

  /** The outcome is durable before the key is let go of, and that before BullMQ is told: a kill in between repeats no work. */
  async end(outcome: JobOutcome): Promise<null> {
    const { turns, queue, codec } = this.#parts;
    const { job } = this.#handed;
    const { input, ...rest } = this.#data;
    const { checkpoint } = this.#notes;
    // Whoever is told is told again after a kill, and then needs it, too.
    await this.#note({ outcome, checkpoint });
    if (input) await tellOver({ id: this.#id, input: input.value, checkpoint }, outcome, this.#parts);
    const next = await turns.leave({ id: this.#bullId, ...turnOf(this.#data) });
    if (next !== undefined) await wake(queue, next);
    await job.updateData(codec.data.write(this.#bullId, rest));
    if (checkpoint !== undefined) await this.#note({ outcome });
    return null;
  }

  /** Another of its key is at work. */
  async park(): Promise<never> {
    const { turns, queue, now } = this.#parts;
    const { job, token } = this.#handed;
    await job.moveToDelayed(now() + parkedFor, token);
    // The other may have ended meanwhile, and have found nobody to wake.
    if (await turns.isNext({ id: this.#bullId, ...turnOf(this.#data) })) await wake(queue, this.#bullId);
    throw new DelayedError();
  }

  /** This process ends; another goes on, and first. */
  async putBack(): Promise<never> {
    const { job, token, isLost } = this.#handed;
    const { failures, checkpoint } = this.#notes;
    if (isLost()) throw new WaitingError();
    const { order } = turnOf(this.#data);
    await this.#note({ failures, checkpoint });
    if (order !== undefined) await this.#parts.turns.putBack(this.#bullId, order);
    await job.moveToWait(token);
    throw new WaitingError();
  }

  async #again(after: number, failures: number): Promise<never> {
    const { job, token } = this.#handed;
    const retryAt = this.#parts.now() + after;
    await this.#note({ failures, checkpoint: this.#notes.checkpoint, retryAt });
    await job.moveToDelayed(retryAt, token);
    throw new DelayedError();
  }

  /** Writes the newest report, then none for a while. */
  #reporter(over: AbortSignal): (report: unknown) => void {
    const { wait, onError, kind } = this.#parts;
    let isBusy = false;
    let isNew = false;
    const write = async () => {
      while (isNew && !over.aborted) {
        isNew = false;
        await this.#note(this.#notes).catch((error: unknown) => onError(error, { kind: kind.name, id: this.#id }));
        await wait(reportEvery, over).catch(() => undefined);
      }
      isBusy = false;
    };
    return (report) => {
      if (over.aborted) return;
      this.#notes = { ...this.#notes, report: plainJson(report) };
      isNew = true;
      if (isBusy) return;
      isBusy = true;
      void write();
    };
  }

  #note(notes: JobNotes): Promise<void> {
    const { codec } = this.#parts;
    this.#notes = notes;
    const write = async () => {
      if (!this.#handed.isLost()) await this.#handed.job.updateProgress(codec.notes.write(this.#bullId, this.#notes));
    };
    const written = this.#writing.then(write, write);
    this.#writing = written;
    return written;
  }
}
