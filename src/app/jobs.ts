import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { KeptJob } from "../jobs/embedded.ts";
import { JobsError } from "../jobs/job.ts";
import { openJobs } from "../jobs/open.ts";
import type { JobQueue } from "../jobs/queue.ts";
import { createSeal } from "../store/sealed.ts";
import type { Store } from "../store/store.ts";
import { newId } from "./drives.ts";

interface QueueDependencies {
  /** The address of the store. */
  readonly url: string;
  readonly store: Store;
  readonly keys: readonly Uint8Array[];
  readonly log: Logger;
}

interface OpenedQueue {
  readonly jobs: JobQueue;
  /** Ends what runs here; more than once does no harm. */
  stop(): Promise<void>;
  /** Stops, and lets another process have the jobs. */
  close(): Promise<void>;
}

/** The job queue over a store. Throws a `JobsError` where the operator has to choose another one. */
export async function openQueue({ url, store, keys, log }: QueueDependencies): Promise<OpenedQueue> {
  const release = /^postgres(ql)?:/.test(url) ? await ownJobs(store) : async () => undefined;
  try {
    const jobs = await openJobs({
      url,
      seal: createSeal(keys),
      records: () => store.open<KeptJob>("jobs", { sealed: true }),
      now: Date.now,
      monotonic: () => performance.now(),
      wait: async (ms, signal) => sleep(ms, undefined, { signal }),
      newId,
      onError: (err, job) => log.error({ err, job }, "job failed"),
    });
    let stopping: Promise<void> | undefined;
    const stop = () => (stopping ??= jobs.stop());
    return {
      jobs,
      stop,
      async close() {
        try {
          await stop();
        } finally {
          await release();
        }
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Milliseconds another process may take to leave: longer than the lock of one that was killed lasts. */
const leaveWithin = 8000;

/** A server of Postgres is one that several processes can reach, and the queue over it is one process's. */
async function ownJobs(store: Pick<Store, "exclusive">): Promise<() => Promise<void>> {
  const [taken, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = store.exclusive("jobs-owner", async () => {
    taken.resolve();
    await released.promise;
  });
  holding.catch(taken.reject);
  const over = new AbortController();
  try {
    await Promise.race([taken.promise, heldFor(leaveWithin, over.signal)]);
  } catch (error) {
    // Should its turn still come, it lets go at once.
    released.resolve();
    throw error;
  } finally {
    over.abort();
  }
  return async () => {
    released.resolve();
    await holding.catch(() => undefined);
  };
}

async function heldFor(ms: number, signal: AbortSignal): Promise<never> {
  await sleep(ms, undefined, { signal });
  throw new JobsError(
    "STORE_URL: another ChatDrive process works over this Postgres: stop that one first, or use redis://… for several processes.",
  );
}
