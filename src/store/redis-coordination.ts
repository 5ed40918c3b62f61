import type { Coordination } from "./coordination.ts";
import { connectRedis, type Client } from "./redis-client.ts";
import { createRedisCounts } from "./redis-counts.ts";
import { withFallback } from "./redis-fallback.ts";
import { createRedisLine } from "./redis-line.ts";
import { openRedisNotices } from "./redis-notices.ts";

interface CoordinationOptions {
  readonly url: string;
  /** Milliseconds after which what a process held that was killed is free. */
  readonly lifetime: number;
  /** Told of what Redis did not answer. */
  readonly onError: (error: unknown) => void;
}

/** What processes share over a Redis beside the store. Connects, or rejects within two seconds. */
export async function openRedisCoordination(options: CoordinationOptions): Promise<Coordination> {
  const client = await connectRedis(options.url, options.onError);
  try {
    const { close, ...coordination } = await coordinateOver(client, options);
    return {
      ...coordination,
      close() {
        close();
        if (client.isOpen) client.destroy();
      },
    };
  } catch (error) {
    client.destroy();
    throw error;
  }
}

/** The same over a client, which stays open after the end; a second connection is made to hear the others. */
export async function coordinateOver(
  client: Client,
  { url, lifetime, onError }: CoordinationOptions,
): Promise<Coordination> {
  const subscriber = client.duplicate();
  subscriber.on("error", onError);
  await subscriber.connect();
  const notices = await openRedisNotices({ client, subscriber, database: databaseOf(url), onError });
  const ask = withFallback(onError);
  const { close: stopCounting, ...counts } = createRedisCounts(client, { lifetime, ask, onError });
  return {
    counts,
    notices,
    line: createRedisLine(client, ask, onError),
    close() {
      stopCounting();
      if (subscriber.isOpen) subscriber.destroy();
    },
  };
}

/** The number of a database in its address. */
function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1) || "0";
}
