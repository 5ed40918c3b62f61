import type { Keyv } from "keyv";
import type { SharedJobs } from "./bullmq.ts";
import type { Sealing } from "./bullmq-record.ts";
import { openEmbeddedJobs, type KeptJob } from "./embedded.ts";
import type { JobQueue, QueueParts } from "./queue.ts";
import { JobsError } from "./job.ts";

interface JobsOptions extends QueueParts {
  /** The address of the store. */
  readonly url: string;
  /** A Redis beside it, for the jobs of several processes; absent = none. */
  readonly redisUrl?: string | undefined;
  /** Seals what goes to Redis. */
  readonly seal: Sealing;
  /** Where the embedded queue keeps its jobs, or left them: a sealed namespace. Called only where there are any. */
  records(): Keyv<KeptJob>;
  /** The embedded queue may have left jobs in the store, which a Redis was put beside or which was moved to one. */
  readonly mayBeLeft?: boolean | undefined;
  /** Before all names in Redis; absent = `chatdrive-jobs`. */
  readonly prefix?: string | undefined;
  /** As `createBullJobs` takes it. */
  readonly lockFor?: number | undefined;
}

/**
 * The queue for a store: BullMQ on Redis for any number of processes, and the embedded one for one process anywhere else.
 * Throws a `JobsError` where neither serves.
 */
export async function openJobs(options: JobsOptions): Promise<JobQueue> {
  const { url: storeUrl, redisUrl, records, mayBeLeft, seal, prefix, lockFor, ...parts } = options;
  const url = redisUrl ?? storeUrl;
  const variable = redisUrl === undefined ? "STORE_URL" : "REDIS_URL";
  const scheme = /^([a-z]+):\/\//.exec(url)?.[1];
  switch (scheme) {
    case "redis":
    case "rediss": {
      // Loaded where it is used: it costs every other start memory and time.
      const [{ createBullJobs }, { openRedis }] = await Promise.all([import("./bullmq.ts"), import("./redis.ts")]);
      const database = await openRedis(url, { prefix, variable, ...parts });
      const queue = createBullJobs({ ...parts, seal, lockFor, database });
      try {
        if (mayBeLeft) await adoptAll(records(), queue);
        return queue;
      } catch (error) {
        await queue.stop();
        throw error;
      }
    }
    case "memory":
    case "sqlite":
    case "postgres":
    case "postgresql":
      return openEmbeddedJobs({ ...parts, records: records() });
    default:
      throw new JobsError(
        `${variable}: ${scheme ?? "no scheme"}; jobs are kept in sqlite://<file>, redis://…, postgres://… or memory://`,
      );
  }
}

/** In their order. A job leaves the store once it is durable where it goes: a start that is cut off is made good by the next. */
async function adoptAll(records: Keyv<KeptJob>, queue: SharedJobs): Promise<void> {
  const left: [string, KeptJob][] = [];
  for await (const [name, kept] of records.iterator?.({}) ?? []) left.push([String(name), kept as KeptJob]);
  for (const [name, kept] of left.toSorted(([, a], [, b]) => a.order - b.order)) {
    await queue.adopt(kept);
    await records.delete(name);
  }
}
