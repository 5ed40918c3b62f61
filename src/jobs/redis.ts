import { createClient } from "@keyv/redis";
import { createNodeRedisClient, type ConnectionOptions } from "bullmq";
import type { BullDatabase } from "./bullmq.ts";
import { JobsError } from "./job.ts";
import type { QueueParts } from "./queue.ts";
import { createRedisTurns } from "./redis-turns.ts";

interface RedisOptions extends Pick<QueueParts, "onError"> {
  readonly prefix: string | undefined;
  /** Which one holds the address, for the operator. */
  readonly variable: "STORE_URL" | "REDIS_URL";
}

/** Connects, or throws a `JobsError` within two seconds. */
export async function openRedis(
  url: string,
  { prefix = "chatdrive-jobs", variable, onError }: RedisOptions,
): Promise<BullDatabase> {
  // Much as the store connects to its Redis, which jobs know nothing of.
  let isConnected = false;
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 2000,
      reconnectStrategy: (retries: number) => (isConnected ? Math.min(100 * 2 ** retries, 2000) : false),
    },
  });
  client.on("error", (error: unknown) => onError(error));
  await client.connect().catch((error: unknown) => {
    const { protocol, host } = new URL(url);
    throw new JobsError(`the jobs at ${protocol}//${host} cannot be reached. Start it, or correct ${variable}.`, {
      cause: error,
    });
  });
  isConnected = true;
  // What blocks and what does jobs waits until the server is back, instead of asking at every turn whether it is.
  const waiting = client.duplicate({ disableOfflineQueue: false });
  waiting.on("error", (error: unknown) => onError(error));
  await waiting.connect();
  return {
    calls: adapted(client),
    waits: adapted(waiting),
    prefix,
    turns: (kind) => createRedisTurns(client, `${prefix}:${kind}`),
    async close() {
      client.destroy();
      waiting.destroy();
    },
  };
}

/** One adapter a client: BullMQ would make one for every queue, each with listeners of its own. */
function adapted(client: object): ConnectionOptions {
  const adapter = createNodeRedisClient(client);
  // It repeats the client's errors, and where nobody listened to that the process would end: the client has told of them.
  adapter.on("error", () => undefined);
  return adapter;
}
