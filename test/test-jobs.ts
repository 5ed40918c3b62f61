import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Keyv } from "keyv";
import { openEmbeddedJobs, type KeptJob } from "../src/jobs/embedded.ts";
import type { JobQueue, QueueParts } from "../src/jobs/queue.ts";

interface TestJobsOptions extends Partial<Pick<QueueParts, "now" | "wait">> {
  /** Told of what threw something unnamed; absent = it fails the test as an unhandled rejection would. */
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

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false });
}

function complain(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
