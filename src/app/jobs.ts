import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { KeptJob } from "../jobs/embedded.ts";
import { openJobs } from "../jobs/open.ts";
import type { JobQueue } from "../jobs/queue.ts";
import { createSeal } from "../store/sealed.ts";
import type { Store } from "../store/store.ts";
import { newId } from "./drives.ts";
import { agreeOnJobs, lastKeeper } from "./job-keepers.ts";

interface QueueDependencies {
  /** The address of the store. */
  readonly url: string;
  /** A Redis beside it; absent = none. */
  readonly redisUrl?: string | undefined;
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
export async function openQueue({ url, redisUrl, store, keys, log }: QueueDependencies): Promise<OpenedQueue> {
  const keeper = /^rediss?:/.test(redisUrl ?? url) ? "redis" : "store";
  const letGo = /^postgres(ql)?:/.test(url) ? await agreeOnJobs(store, keeper) : async () => undefined;
  try {
    const last = lastKeeper(store);
    const keptBy = await last.get();
    const mayBeLeft = keptBy !== keeper;
    if (keeper === "store" && keptBy === "redis")
      log.warn("jobs that were kept in Redis stay there: set REDIS_URL, or the STORE_URL of before, to have them done");
    const jobs = await openJobs({
      url,
      redisUrl,
      seal: createSeal(keys),
      records: () => store.open<KeptJob>("jobs", { sealed: true }),
      mayBeLeft,
      now: Date.now,
      monotonic: () => performance.now(),
      wait: async (ms, signal) => sleep(ms, undefined, { signal }),
      newId,
      onError: (err, job) => log.error({ err, job }, "job failed"),
    });
    if (mayBeLeft) await last.set(keeper);
    let stopping: Promise<void> | undefined;
    const stop = () => (stopping ??= jobs.stop());
    return {
      jobs,
      stop,
      async close() {
        try {
          await stop();
        } finally {
          await letGo();
        }
      },
    };
  } catch (error) {
    await letGo();
    throw error;
  }
}
