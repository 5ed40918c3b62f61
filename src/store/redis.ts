import { setTimeout as pause } from "node:timers/promises";
import { randomUUID } from "node:crypto";
import KeyvRedis, { createClient } from "@keyv/redis";
import type { KeyvStoreAdapter } from "keyv";
import type { Claim } from "./lock.ts";

/** One Redis connection behind any number of namespaces. */
export interface RedisStore {
  adapter(): KeyvStoreAdapter;
  /** Every record of ours, in no order: the database may hold others. */
  rows(): AsyncGenerator<{ readonly key: string; readonly text: string }>;
  readonly claim: Claim;
  ping(): Promise<void>;
  close(): Promise<void>;
}

const heldFor = 30_000;
const releaseScript = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end`;
const renewScript = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) else return 0 end`;

/** Connects, or rejects within two seconds; afterwards calls fail at once while the server is away and work again when it is back. */
export async function openRedis(url: string, onError: (error: unknown) => void): Promise<RedisStore> {
  const client = await connect(url, onError);
  return {
    adapter: () => redisAdapter(client),
    rows: () => allRows(client),
    claim: (key) => claimKey(client, `chatdrive:lock:${key}`),
    ping: async () => void (await client.ping()),
    close: async () => void (await client.close()),
  };
}

async function connect(url: string, onError: (error: unknown) => void) {
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
  await client.connect();
  connected = true;
  return client;
}

type Client = Awaited<ReturnType<typeof connect>>;

function redisAdapter(client: Client): KeyvStoreAdapter {
  // The same class; the adapter's declaration of it differs in optional members only.
  const theirs = client as unknown as ConstructorParameters<typeof KeyvRedis>[0];
  return new KeyvRedis(theirs, {
    throwOnErrors: true,
    throwOnConnectError: true,
    connectionTimeout: 2000,
  });
}

/** The adapter writes `namespace::namespace:key`, and nobody else does. */
const ours = /^([A-Za-z0-9-]+)::(\1:[^]*)$/;

async function* allRows(client: Client): AsyncGenerator<{ readonly key: string; readonly text: string }> {
  for await (const keys of client.scanIterator({ MATCH: "*::*", COUNT: 500 })) {
    for (const name of keys) {
      const key = ours.exec(name)?.[2];
      const text = key === undefined ? null : await client.get(name);
      if (key !== undefined && text !== null) yield { key, text };
    }
  }
}

async function claimKey(client: Client, key: string): Promise<() => Promise<void>> {
  const token = randomUUID();
  while ((await client.set(key, token, { condition: "NX", expiration: { type: "PX", value: heldFor } })) !== "OK")
    await pause(20);
  const renewal = setInterval(() => {
    client.eval(renewScript, { keys: [key], arguments: [token, String(heldFor)] }).catch(() => undefined);
  }, heldFor / 3);
  return async () => {
    clearInterval(renewal);
    await client.eval(releaseScript, { keys: [key], arguments: [token] });
  };
}
