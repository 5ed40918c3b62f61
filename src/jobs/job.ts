/**
 * A kind of job: its name, how many run at once, and how often one is tried. Declared once and used by whoever adds, follows,
 * cancels or does such jobs. What a job is given, reports, keeps and results in is plain JSON: any process can read it.
 */
export interface JobKind<Input, Report = never, Result = void, Checkpoint = never> extends JobLimits {
  /** Lower-case letters and hyphens; it names the queue, so it stays as it is once jobs were added. */
  readonly name: string;
  /** Never there; it carries the types. */
  readonly of?: readonly [Input, Report, Result, Checkpoint];
}

interface JobLimits {
  /** Jobs of this kind that run at once in one process. */
  readonly concurrency: number;
  /** Attempts until a job has failed for good. One whose process was killed counts, one whose process was stopped does not. */
  readonly maxAttempts: number;
  /** Milliseconds until the next attempt after that many failed ones, where the failure names no time itself. */
  readonly retryAfter: (failures: number) => number;
  /** Milliseconds for which the outcome of a job is kept. */
  readonly keepFor: number;
}

export type AnyJobKind = JobKind<unknown, unknown, unknown, unknown>;

/** Declares a kind. Absent limits: one at a time, three attempts 5 s and more apart, outcomes kept for a day. */
export function jobKind<Input, Report = never, Result = void, Checkpoint = never>(
  name: string,
  limits: Partial<JobLimits> = {},
): JobKind<Input, Report, Result, Checkpoint> {
  if (!/^[a-z][a-z-]*$/.test(name))
    throw new TypeError(`"${name}" names no job kind: lower-case letters and hyphens do`);
  return { name, concurrency: 1, maxAttempts: 3, retryAfter: doubling, keepFor: 24 * 3_600_000, ...limits };
}

/** 5 s, 10 s, 20 s … and never more than five minutes. */
function doubling(failures: number): number {
  return Math.min(5000 * 2 ** (failures - 1), 5 * 60_000);
}

/** Where a job is. */
export type JobState<Report = unknown, Result = unknown> =
  /** It waits its turn; `place` 1 is the next of its kind. A key that is taken may let later ones pass. */
  | { readonly is: "waiting"; readonly place: number }
  /** It waits for a time, ms since the epoch: the one it was added for, or that of its next attempt. */
  | { readonly is: "due"; readonly at: number }
  /** `report` is the last one; absent = none yet in this attempt. After a kill it stays so until another process takes over. */
  | { readonly is: "running"; readonly attempt: number; readonly report?: Report | undefined }
  | JobOutcome<Result>;

/** How a job ended. */
export type JobOutcome<Result = unknown> =
  | { readonly is: "done"; readonly result: Result }
  | { readonly is: "cancelled" }
  /**
   * `code` is that of a `JobFailure`, or one of the queue's: `job-failed` = every attempt threw something unnamed,
   * `job-interrupted` = the process was killed in the last one.
   */
  | { readonly is: "failed"; readonly code: string; readonly detail?: unknown };

/** What a worker throws where it knows why it failed. */
export class JobFailure extends Error {
  override readonly name = "JobFailure";
  readonly code: string;
  /** What else there is to say, plain JSON. */
  readonly detail: unknown;
  /** Milliseconds until another attempt is worth while; absent = none is. */
  readonly retryAfter: number | undefined;

  constructor(code: string, { detail, retryAfter, ...options }: JobFailureOptions = {}) {
    super(code, options);
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

interface JobFailureOptions extends ErrorOptions {
  readonly detail?: unknown;
  readonly retryAfter?: number | undefined;
}

/** Why the signal of a running job was aborted: somebody cancelled it. */
export class JobCancelled extends Error {
  override readonly name = "JobCancelled";
}

/** Why the signal of a running job was aborted: this process goes without it, and the next attempt is another's. */
export class JobStopped extends Error {
  override readonly name = "JobStopped";
}

/** A value as it would come back from a store: what is not plain JSON is refused or left out here, whichever queue it goes to. */
export function plainJson<T>(value: T): T {
  const text: string | undefined = JSON.stringify(value);
  // What comes back is the value without what JSON leaves out.
  return text === undefined ? value : (JSON.parse(text) as T);
}

/** The jobs cannot be kept where the store is; the message says why and how to go on. */
export class JobsError extends Error {
  override readonly name = "JobsError";
}

/** Where the jobs are kept cannot be reached, or does not answer. Nothing is known of what was asked; it may work later. */
export class JobsUnavailable extends Error {
  override readonly name = "JobsUnavailable";
  /** A locale key: people are told what they are told of the store. */
  readonly code = "store-unavailable";
}
