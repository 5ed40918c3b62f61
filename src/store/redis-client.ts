import { createClient } from "@keyv/redis";

/** A connection of our own to a Redis. */
export type Client = Awaited<ReturnType<typeof connectRedis>>;

/** Connects, or rejects within two seconds; afterwards calls fail at once while the server is away and work again when it is back. */
export async function connectRedis(url: string, onError: (error: unknown) => void) {
  let connected = false;
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 2000,
      // Before the first connection an unreachable server is a start-up failure; later it is waited for.
      reconnectStrategy: (retries: number) => (connected ? Math.min(100 * 2 ** retries, 2000) : false),
    },
  });
  client.on("error", onError);
  // One listener of each kind for every namespace: their number is bounded, and no leak.
  client.setMaxListeners(0);
  await client.connect();
  connected = true;
  return client;
}
