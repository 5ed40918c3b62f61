import { Queue, QueueEvents, Worker, type ConnectionOptions, type Job, type QueueEventsListener } from "bullmq";
import type { AnyWorker } from "./attempt.ts";
import {
  createCodec,
  notesOf,
  runningState,
  stateOf,
  type JobCodec,
  type JobData,
  type Sealing,
} from "./bullmq-record.ts";
import { doJob, wake } from "./bullmq-run.ts";
import type { KeptJob } from "./embedded.ts";
import {
  JobCancelled,
  JobStopped,
  JobsUnavailable,
  plainJson,
  type AnyJobKind,
  type JobKind,
  type JobState,
} from "./job.ts";
import type { AddOptions, JobName, JobQueue, JobWorker, OpenJob, QueueParts } from "./queue.ts";
import type { Turns } from "./turns.ts";
import { createWatch, type Watch } from "./watch.ts";

/** The database behind BullMQ, and what of it BullMQ does not cover. Another backend of BullMQ's brings another one of these. */
export interface BullDatabase {
  /** For commands of callers: they fail at once while the database is away. */
  readonly calls: ConnectionOptions;
  /** For workers and events: it waits for the database, and copies of it block. */
  readonly waits: ConnectionOptions;
  /** Before the names of all that is kept. */
  readonly prefix: string;
  turns(kind: string): Turns;
  close(): Promise<void>;
}

interface BullParts extends QueueParts {
  readonly database: BullDatabase;
  readonly seal: Sealing;
  /**
   * Milliseconds after which a job whose process says nothing is another's; absent = 20 s. The same in every process: BullMQ
   * looks as seldom as the one that waits longest.
   */
  readonly lockFor?: number | undefined;
}

/** A queue for any number of processes. */
export interface SharedJobs extends JobQueue {
  /** Goes on with a job of the embedded queue; where one of its id is known, nothing is added. */
  adopt(kept: KeptJob): Promise<void>;
}

/** A queue over BullMQ: one of its queues a kind. */
export function createBullJobs(parts: BullParts): SharedJobs {
  return new BullJobs(parts);
}

/** Milliseconds a call may take. */
const callTimeout = 3000;
/** Outcomes kept of a kind at most, however young. */
const maxKept = 10_000;
/** BullMQ's own attempts are for a database that fails amidst a job; ours are counted in the notes. */
const mends = { attempts: 1000, backoff: { type: "fixed", delay: 1000 } } as const;
const kindsOfOpen = ["active", "waiting", "prioritized", "delayed"] as const;

/** What there is of one kind in this process. */
interface Line {
  readonly name: string;
  readonly queue: Queue;
  readonly turns: Turns;
  readonly codec: JobCodec;
  readonly watch: Watch;
  /** By BullMQ's id. */
  readonly running: Map<string, { readonly control: AbortController; isLost: boolean }>;
  events?: Promise<QueueEvents>;
  doer?: { readonly kind: AnyJobKind; readonly worker: AnyWorker };
  worker?: Worker;
}

class BullJobs implements SharedJobs {
  readonly #parts: BullParts;
  readonly #lines = new Map<string, Line>();
  readonly #lockFor: number;
  #isStarted = false;
  #isStopped = false;

  constructor(parts: BullParts) {
    this.#parts = parts;
    this.#lockFor = parts.lockFor ?? 20_000;
  }

  add<Input>(kind: JobKind<Input, unknown, unknown, unknown>, input: Input, options?: AddOptions): Promise<string> {
    return this.#answered(this.#add(kind, { value: plainJson(input) }, options));
  }

  async adopt({ kind, id, key, dueAt, keepFor, input, failures, checkpoint, ...kept }: KeptJob): Promise<void> {
    const before = { failures: kept.isRunning ? failures + 1 : failures, checkpoint, outcome: kept.outcome };
    await this.#answered(this.#add({ name: kind, keepFor }, input, { id, key, dueAt, before }));
    if (kept.isCancelled) await this.cancel({ name: kind }, id);
  }

  postpone(kind: JobName, id: string, dueAt: number): Promise<boolean> {
    return this.#answered(this.#postpone(kind, id, dueAt));
  }

  cancel(kind: JobName, id: string): Promise<boolean> {
    return this.#answered(this.#cancel(kind, id));
  }

  list<Input, Report, Result>(
    kind: JobKind<Input, Report, Result, unknown>,
    options?: { readonly key?: string | undefined },
  ): Promise<readonly OpenJob<Input, Report, Result>[]> {
    return this.#answered(this.#list(kind, options));
  }

  async *follow<Report, Result>(
    kind: JobKind<unknown, Report, Result, unknown>,
    id: string,
    { signal }: { readonly signal: AbortSignal },
  ): AsyncGenerator<JobState<Report, Result>> {
    const line = this.#line(kind);
    await this.#events(line);
    // Reports and results of a kind are what its worker gave.
    if (!this.#isStopped) yield* line.watch.follow(bullIdOf(id), signal) as AsyncGenerator<JobState<Report, Result>>;
  }

  handle<Input, Report, Result, Checkpoint>(
    kind: JobKind<Input, Report, Result, Checkpoint>,
    worker: JobWorker<Input, Report, Result, Checkpoint>,
  ): void {
    const line = this.#line(kind);
    if (line.doer || this.#isStarted) throw new Error(`jobs of kind ${kind.name} are handled already, or too late`);
    line.doer = { kind, worker };
  }

  async start(): Promise<void> {
    this.#isStarted = true;
    for (const line of this.#lines.values()) if (line.doer) await this.#begin(line, line.doer);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    const lines = [...this.#lines.values()];
    for (const { running, watch } of lines) {
      for (const { control } of running.values()) control.abort(new JobStopped());
      watch.stop();
    }
    const over = new AbortController();
    // A process that cannot reach its database for as long as its locks hold has lost its jobs anyway.
    await Promise.race([closeAll(lines), this.#parts.wait(this.#lockFor, over.signal).catch(() => undefined)]);
    over.abort();
    await this.#parts.database.close();
  }

  async #add(
    kind: Pick<AnyJobKind, "name" | "keepFor">,
    input: JobData["input"],
    { before, ...options }: AddOptions & Pick<JobData, "before"> = {},
  ) {
    const { now, newId } = this.#parts;
    const { id = newId(), key, dueAt } = options;
    const { queue, turns, codec } = this.#line(kind);
    const jobId = bullIdOf(id);
    if (await queue.getJob(jobId)) return id;
    const order = await (dueAt === undefined ? turns.take(jobId, key) : turns.number());
    const data = { input, key, order, dueAt, before };
    const keep = { age: Math.ceil(kind.keepFor / 1000), count: maxKept };
    await queue.add(kind.name, codec.data.write(jobId, data), {
      jobId,
      ...mends,
      delay: Math.max(0, (dueAt ?? 0) - now()),
      removeOnComplete: keep,
      removeOnFail: keep,
    });
    return id;
  }

  async #postpone(kind: JobName, id: string, dueAt: number): Promise<boolean> {
    const { queue, codec } = this.#line(kind);
    const job: Job | undefined = await queue.getJob(bullIdOf(id));
    const data = job && codec.data.read(bullIdOf(id), job.data);
    const { now } = this.#parts;
    if (data?.dueAt === undefined || data.dueAt <= now() || !(await job?.isDelayed())) return false;
    await job?.updateData(codec.data.write(bullIdOf(id), { ...data, dueAt }));
    await job?.changeDelay(Math.max(0, dueAt - now()));
    return true;
  }

  async #cancel(kind: JobName, id: string): Promise<boolean> {
    const { queue, turns, codec } = this.#line(kind);
    const jobId = bullIdOf(id);
    const job: Job | undefined = await queue.getJob(jobId);
    if (!job || job.finishedOn !== undefined || notesOf(jobId, job, codec).outcome) return false;
    await turns.cancel(jobId);
    // Whoever does such jobs next finds the mark, and lets go of it.
    await wake(queue, jobId);
    return true;
  }

  async #list<Input, Report, Result>(
    kind: JobKind<Input, Report, Result, unknown>,
    { key }: { readonly key?: string | undefined } = {},
  ): Promise<readonly OpenJob<Input, Report, Result>[]> {
    const line = this.#line(kind);
    const jobs: readonly (Job | undefined)[] = await line.queue.getJobs([...kindsOfOpen]);
    const found = jobs.flatMap((job) => {
      const data = job?.id === undefined ? undefined : line.codec.data.read(job.id, job.data);
      return job && data && (key === undefined || data.key === key) ? [{ job, data }] : [];
    });
    found.sort((a, b) => (a.data.order ?? 0) - (b.data.order ?? 0));
    const open = await Promise.all(
      found.map(async ({ job, data }) => ({
        id: idOf(job.id ?? ""),
        key: data.key,
        input: data.input?.value,
        state: await this.#state(line, job),
      })),
    );
    // What was added under a kind is of its types.
    return open.filter(({ state }) => isOpen(state)) as unknown as readonly OpenJob<Input, Report, Result>[];
  }

  #line({ name }: JobName): Line {
    const known = this.#lines.get(name);
    if (known) return known;
    const { database, seal, wait, onError } = this.#parts;
    const queue = new Queue(name, { connection: database.calls, prefix: database.prefix });
    queue.on("error", (error) => this.#fail(error));
    const codec = createCodec(name, seal);
    const look = async (bullId: string) => {
      const job: Job | undefined = await queue.getJob(bullId);
      return job && this.#state(line, job);
    };
    const watch = createWatch({ look, wait, onError });
    const line: Line = { name, queue, codec, watch, turns: database.turns(name), running: new Map() };
    this.#lines.set(name, line);
    return line;
  }

  async #begin(line: Line, { kind, worker: doer }: NonNullable<Line["doer"]>): Promise<void> {
    const { database } = this.#parts;
    await this.#events(line);
    const parts = { ...this.#parts, ...line, kind, worker: doer, idOf };
    const worker = new Worker(line.name, (job, token) => this.#do(line, { job, token: token ?? "" }, parts), {
      connection: database.waits,
      prefix: database.prefix,
      concurrency: kind.concurrency,
      lockDuration: this.#lockFor,
      stalledInterval: this.#lockFor / 2,
      // Attempts are ours to count: whatever ends, ends with its outcome noted and its key let go of.
      maxStalledCount: 1_000_000,
      runRetryDelay: 1000,
    });
    worker.on("error", (error) => this.#fail(error));
    worker.on("lockRenewalFailed", (ids) => ids.forEach((id) => lose(line, id)));
    line.worker = worker;
    await worker.waitUntilReady();
  }

  async #do(line: Line, { job, token }: { readonly job: Job; readonly token: string }, parts: DoParts): Promise<null> {
    const id = job.id ?? "";
    const one = { control: new AbortController(), isLost: false };
    line.running.set(id, one);
    if (this.#isStopped) one.control.abort(new JobStopped());
    try {
      return await doJob({ job, token, signal: one.control.signal, isLost: () => one.isLost }, parts);
    } finally {
      line.running.delete(id);
    }
  }

  #events(line: Line): Promise<QueueEvents> {
    return (line.events ??= this.#listen(line).catch((error: unknown) => {
      delete line.events;
      throw error;
    }));
  }

  async #listen(line: Line): Promise<QueueEvents> {
    const { database } = this.#parts;
    const events = new QueueEvents(line.name, {
      connection: database.waits,
      prefix: database.prefix,
      lastEventId: await line.turns.lastEvent(),
    });
    events.on("error", (error) => this.#fail(error));
    events.on("progress", ({ jobId, data }) => {
      const notes = line.codec.notes.read(jobId, data);
      const state = notes.outcome ?? (notes.attempt === undefined ? undefined : runningState(notes.attempt, notes));
      if (state) line.watch.saw(jobId, state);
      // It has just begun, and left the line.
      if (notes.report === undefined) line.watch.lookAgain();
    });
    for (const event of ["waiting", "delayed", "completed", "failed", "removed"] as const)
      events.on(event, ({ jobId }: { readonly jobId: string }) => line.watch.lookAgain(jobId));
    events.on<CancelListener>("cancelled", ({ jobId }: { readonly jobId: string }) => {
      line.running.get(jobId)?.control.abort(new JobCancelled());
      line.watch.lookAgain(jobId);
      line.watch.lookAgain();
    });
    await events.waitUntilReady();
    return events;
  }

  async #state({ codec, turns }: Line, job: Job): Promise<JobState> {
    const id = job.id ?? "";
    const notes = notesOf(id, job, codec);
    const [isCancelled, place] = await Promise.all([turns.isCancelled(id), turns.place(id)]);
    return stateOf({
      data: codec.data.read(id, job.data),
      notes,
      isCancelled,
      isFinished: job.finishedOn !== undefined,
      place,
      now: this.#parts.now(),
    });
  }

  /** A server that is frozen says nothing, and its client waits for ever. */
  async #answered<T>(call: Promise<T>): Promise<T> {
    const over = new AbortController();
    const late = this.#parts.wait(callTimeout, over.signal).then(
      () => Promise.reject(new JobsUnavailable("the database of the jobs does not answer")),
      () => call,
    );
    try {
      return await Promise.race([call, late]);
    } catch (error) {
      if (error instanceof JobsUnavailable) throw error;
      throw new JobsUnavailable(`the database of the jobs failed: ${String(error)}`, { cause: error });
    } finally {
      over.abort();
    }
  }

  #fail(error: unknown): void {
    // What was closed under a blocking read says so.
    if (!this.#isStopped) this.#parts.onError(error);
  }
}

async function closeAll(lines: readonly Line[]): Promise<void> {
  await Promise.all(lines.map(async ({ worker }) => worker?.close()));
  await Promise.all(lines.map(async ({ events }) => (await events?.catch(() => undefined))?.close()));
  await Promise.all(lines.map(({ queue }) => queue.close()));
}

type DoParts = Parameters<typeof doJob>[1];

interface CancelListener extends QueueEventsListener {
  cancelled(args: { readonly jobId: string }, id: string): void;
}

function lose(line: Line, bullId: string): void {
  const one = line.running.get(bullId);
  if (!one) return;
  one.isLost = true;
  one.control.abort(new JobStopped());
}

function isOpen({ is }: JobState): boolean {
  return is === "waiting" || is === "due" || is === "running";
}

/** BullMQ takes no colons and no bare numbers. */
function bullIdOf(id: string): string {
  return `j${Buffer.from(id).toString("base64url")}`;
}

function idOf(bullId: string): string {
  return Buffer.from(bullId.slice(1), "base64url").toString();
}
