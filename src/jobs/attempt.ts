import { JobCancelled, JobFailure, plainJson, type AnyJobKind, type JobOutcome } from "./job.ts";
import type { EndedJob, JobWorker, QueueParts, RunningJob } from "./queue.ts";

/** A worker of any kind; which one it is for, the queue knows by the name. */
export type AnyWorker = JobWorker<unknown, unknown, unknown, unknown>;

/** What became of an attempt. `again`: in that many ms. `stopped`: the process ends, and it counts for nothing. */
export type AttemptEnd =
  | { readonly is: "over"; readonly outcome: JobOutcome }
  | { readonly is: "again"; readonly after: number }
  | { readonly is: "stopped" };

interface AttemptParts {
  readonly kind: AnyJobKind;
  readonly worker: AnyWorker;
  readonly onError: QueueParts["onError"];
}

/** Runs a worker once. Never rejects. */
export async function runAttempt(
  input: unknown,
  job: RunningJob<unknown, unknown>,
  { kind, worker, onError }: AttemptParts,
): Promise<AttemptEnd> {
  if (job.attempt > kind.maxAttempts) return over({ is: "failed", code: "job-interrupted" });
  try {
    const result = plainJson(await worker.run(input, job));
    return over({ is: "done", result });
  } catch (error) {
    const { signal } = job;
    if (signal.aborted) return signal.reason instanceof JobCancelled ? over({ is: "cancelled" }) : { is: "stopped" };
    if (error instanceof JobFailure) return named(error, job, kind);
    onError(error, { kind: kind.name, id: job.id });
    return job.attempt < kind.maxAttempts
      ? { is: "again", after: kind.retryAfter(job.attempt) }
      : over({ is: "failed", code: "job-failed" });
  }
}

function named({ code, detail, retryAfter }: JobFailure, { attempt }: { readonly attempt: number }, kind: AnyJobKind) {
  if (retryAfter !== undefined && attempt < kind.maxAttempts) return { is: "again", after: retryAfter } as const;
  return over({ is: "failed", code, ...(detail === undefined ? {} : { detail: plainJson(detail) }) });
}

function over(outcome: JobOutcome): AttemptEnd {
  return { is: "over", outcome };
}

/** Tells the worker that a job is over. Never rejects. */
export async function tellOver(
  { input, ...job }: EndedJob<unknown> & { readonly input: unknown },
  outcome: JobOutcome,
  { kind, worker, onError }: AttemptParts,
): Promise<void> {
  try {
    await worker.over?.(input, outcome, job);
  } catch (error) {
    onError(error, { kind: kind.name, id: job.id });
  }
}
