import type { Keyv } from "keyv";
import type { Sealing } from "./bullmq-record.ts";
import { openEmbeddedJobs, type KeptJob } from "./embedded.ts";
import type { JobQueue, QueueParts } from "./queue.ts";
import { JobsError } from "./job.ts";

interface JobsOptions extends QueueParts {
  /** The address of the store. */
  readonly url: string;
  /** Seals what goes to Redis. */
  readonly seal: Sealing;
  /** Where the embedded queue keeps its jobs: a sealed namespace. Called only where there is one. */
  records(): Keyv<KeptJob>;
  /** Before all names in Redis; absent = `chatdrive-jobs`. */
  readonly prefix?: string | undefined;
  /** As `createBullJobs` takes it. */
  readonly lockFor?: number | undefined;
}

/**
 * The queue for a store: BullMQ on Redis for any number of processes, and the embedded one for one process anywhere else.
 * Throws a `JobsError` where neither serves.
 */
export async function openJobs({ url, records, seal, prefix, lockFor, ...parts }: JobsOptions): Promise<JobQueue> {
  const scheme = /^([a-z]+):\/\//.exec(url)?.[1];
  switch (scheme) {
    case "redis":
    case "rediss": {
      // Loaded where it is used: it costs every other start memory and time.
      const [{ createBullJobs }, { openRedis }] = await Promise.all([import("./bullmq.ts"), import("./redis.ts")]);
      return createBullJobs({ ...parts, seal, lockFor, database: await openRedis(url, { prefix, ...parts }) });
    }
    case "memory":
    case "sqlite":
    case "postgres":
    case "postgresql":
      return openEmbeddedJobs({ ...parts, records: records() });
    default:
      throw new JobsError(
        `STORE_URL: ${scheme ?? "no scheme"}; jobs are kept in sqlite://<file>, redis://…, postgres://… or memory://`,
      );
  }
}
