import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Keyv } from "keyv";
import { openEmbeddedJobs, type KeptJob } from "../src/jobs/embedded.ts";
import type { JobQueue, QueueParts } from "../src/jobs/queue.ts";

interface TestJobsOptions extends Partial<Pick<QueueParts, "now" | "wait">> {
  /** Told of what threw something unnamed; absent = it fails the test as anything that nobody catches. */
  readonly onError?: QueueParts["onError"];
}

/** The embedded queue over a shelf: it opens, and starts when everybody has said in the same turn what they do. */
export function testJobs(records: Keyv<KeptJob>, options: TestJobsOptions = {}): JobQueue {
  const { now = Date.now, wait = rest, onError = complain } = options;
  const handled: ((queue: JobQueue) => void)[] = [];
  const opening = (async () => {
    const queue = await openEmbeddedJobs({ records, now, wait, newId: randomUUID, onError });
    for (const handle of handled) handle(queue);
    await queue.start();
    return queue;
  })();
  return {
    add: async (kind, input, more) => (await opening).add(kind, input, more),
    postpone: async (kind, id, dueAt) => (await opening).postpone(kind, id, dueAt),
    cancel: async (kind, id) => (await opening).cancel(kind, id),
    list: async (kind, more) => (await opening).list(kind, more),
    async *follow(kind, id, more) {
      yield* (await opening).follow(kind, id, more);
    },
    handle: (kind, worker) => void handled.push((queue) => queue.handle(kind, worker)),
    start: async () => void (await opening),
    stop: async () => (await opening).stop(),
  };
}

/** Waits by a clock that a test sets. */
export function waitBy(now: () => number): QueueParts["wait"] {
  return async (ms, signal) => {
    const until = now() + ms;
    while (now() < until) await sleep(5, undefined, { signal, ref: false });
  };
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false });
}

function complain(error: unknown): void {
  // Nobody waits for what the queue does: this fails the test that runs.
  queueMicrotask(() => {
    throw error;
  });
}

/** Inputs of a kind of jobs that are not over, as they are kept. */
export async function keptInputs(records: Keyv<KeptJob>, kind: string): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const [, kept] of records.iterator?.({}) ?? []) {
    // Only the queue writes there.
    const job = kept as KeptJob;
    if (job.kind === kind && job.input) found.push(job.input.value);
  }
  return found;
}
