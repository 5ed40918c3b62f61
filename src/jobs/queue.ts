import type { AnyJobKind, JobKind, JobOutcome, JobState } from "./job.ts";

/**
 * Durable work as data. A job that was added is done at least once, whatever becomes of the process: workers are idempotent,
 * or go on from a checkpoint. Ids are unique within a kind. Calls reject when the store does not answer.
 */
export interface JobQueue {
  /**
   * Adds a job and resolves with its id once it is durable. Where a job of that id is known – waiting, running, or over and
   * still kept – nothing is added.
   */
  add<Input>(
    kind: JobKind<Input, unknown, unknown, unknown>,
    input: NoInfer<Input>,
    options?: AddOptions,
  ): Promise<string>;
  /** Gives a job that waits for its time another one. False = it is not waiting for one. */
  postpone(kind: JobName, id: string, dueAt: number): Promise<boolean>;
  /**
   * Ends a job, whichever process has it: one that waits does not begin, one that runs has its signal aborted. A worker that
   * finishes all the same is believed. False = there is none, or it is over.
   */
  cancel(kind: JobName, id: string): Promise<boolean>;
  /**
   * Where a job is, whichever process has it: now and whenever it changes. States that were replaced before anybody looked
   * are skipped, the outcome never is. Ends after the outcome, at the signal and when the queue stops; at once for a job that
   * nobody knows (any more).
   */
  follow<Report, Result>(
    kind: JobKind<unknown, Report, Result, unknown>,
    id: string,
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<JobState<Report, Result>>;
  /** Jobs that are not over, in the order they were added; with a key, those of it. */
  list<Input, Report, Result>(
    kind: JobKind<Input, Report, Result, unknown>,
    options?: { readonly key?: string | undefined },
  ): Promise<readonly OpenJob<Input, Report, Result>[]>;
  /** Says who does the jobs of a kind in this process. Before `start`, and once a kind. */
  handle<Input, Report, Result, Checkpoint>(
    kind: JobKind<Input, Report, Result, Checkpoint>,
    worker: JobWorker<Input, Report, Result, Checkpoint>,
  ): void;
  /** Begins to do jobs. Adding, cancelling and following work before. */
  start(): Promise<void>;
  /** Aborts what runs, waits until the workers have let go, and leaves their jobs to the next process. */
  stop(): Promise<void>;
}

/** A kind where only its name is needed. */
export type JobName = Pick<AnyJobKind, "name">;

export interface AddOptions {
  /** Absent = a new one. */
  readonly id?: string | undefined;
  /** When it may begin, ms since the epoch; absent = now. */
  readonly dueAt?: number | undefined;
  /**
   * At most one job of a key and kind runs at a time, in the order they were added – from their time on where they have one.
   * Between two attempts of a job its key stays taken. Absent = it waits for no other.
   */
  readonly key?: string | undefined;
}

export interface OpenJob<Input, Report, Result> {
  readonly id: string;
  readonly key?: string | undefined;
  readonly input: Input;
  readonly state: Exclude<JobState<Report, Result>, JobOutcome<Result>>;
}

export interface JobWorker<Input, Report, Result, Checkpoint> {
  /** Does a job and resolves with its result. Throws `JobFailure` where it knows why it cannot; anything else is tried again. */
  run(input: Input, job: RunningJob<Report, Checkpoint>): Promise<Result>;
  /**
   * Told once or, after a kill, more often that a job is over, also where `run` was never called: cancelled while it waited, or
   * killed in its last attempt. The outcome is durable by then, and the key still taken. Its failures are logged only.
   */
  over?(input: Input, outcome: JobOutcome<Result>, job: EndedJob<Checkpoint>): Promise<void>;
}

/** What is left of a job that is over. */
export interface EndedJob<Checkpoint> {
  readonly id: string;
  /** What its last attempt kept; absent = nothing. */
  readonly checkpoint?: Checkpoint | undefined;
}

/** What a worker is given besides the input. */
export interface RunningJob<Report, Checkpoint> {
  readonly id: string;
  readonly key?: string | undefined;
  /** Aborted with `JobCancelled` or `JobStopped`; whoever goes on after it holds up the end of the process. */
  readonly signal: AbortSignal;
  /** 1 = the first. */
  readonly attempt: number;
  /** What an attempt before this one kept; absent = nothing. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Shows followers how far it is. Free to call at every turn: reports that come too fast are replaced by later ones. */
  progress(report: Report): void;
  /** Keeps where another attempt goes on; resolves once that is durable. A few kilobytes at most. */
  save(checkpoint: Checkpoint): Promise<void>;
}

/** What both queues are given. */
export interface QueueParts {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since some moment, by a clock that nobody sets; absent = that of `now`. */
  monotonic?(): number;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  newId(): string;
  /** Told of what threw something unnamed, and of failures of the store that no call rejects with. */
  onError(error: unknown, job?: { readonly kind: string; readonly id: string }): void;
}
