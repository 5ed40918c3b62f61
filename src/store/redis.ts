import KeyvRedis from "@keyv/redis";
import type { KeyvStoreAdapter } from "keyv";
import type { Counts } from "./counts.ts";
import { StoreUnavailable } from "./error.ts";
import type { Fences, Lease } from "./fence.ts";
import type { Leases } from "./lock.ts";
import type { Notices } from "./notices.ts";
import { connectRedis, type Client } from "./redis-client.ts";
import { coordinateOver } from "./redis-coordination.ts";
import { lineOf, standInLine } from "./redis-line.ts";
import { timed } from "./timed.ts";
import type { Change, Row } from "./row.ts";

/** One Redis connection behind any number of namespaces. */
export interface RedisStore {
  adapter(): KeyvStoreAdapter;
  /** Every record of ours, in no order: the database may hold others. */
  rows(): AsyncGenerator<Row>;
  /** Keys of a namespace, without their records. */
  keys(namespace: string): AsyncGenerator<string>;
  /** Resolves with how many were changed; when they expire stays. */
  replace(changes: readonly Change[]): Promise<number>;
  readonly leases: Leases;
  readonly counts: Counts;
  readonly notices: Notices;
  close(): Promise<void>;
}

interface RedisOptions {
  readonly fences: Fences;
  readonly onError: (error: unknown) => void;
  /** Milliseconds after which what a process held that was killed is free. */
  readonly lifetime: number;
}

/** Connects, or rejects within two seconds; afterwards calls fail at once while the server is away and work again when it is back. */
export async function openRedis(url: string, { fences, onError, lifetime }: RedisOptions): Promise<RedisStore> {
  const client = await connectRedis(url, onError);
  const { counts, notices, close: closeCoordination } = await coordinateOver(client, { url, lifetime, onError });
  const life = { isOver: false };
  return {
    adapter: () => redisAdapter({ client, fences, life }),
    rows: () => allRows(client),
    keys: (namespace) => keysOf(client, namespace),
    async replace(changes) {
      const replaced = changes.map(({ key, text, newText }) =>
        client.eval(replaceScript, { keys: [recordOf(key)], arguments: [text, newText] }),
      );
      return (await Promise.all(replaced)).filter((done) => done === 1).length;
    },
    leases: leasesIn(client),
    counts,
    notices,
    async close() {
      closeCoordination();
      life.isOver = true;
      // Answers come in order: with this one everything asked before has its own. What a silent server owes is not waited for.
      await timed(client.ping(), closingGrace).catch(() => undefined);
      if (client.isOpen) client.destroy();
    },
  };
}

/** Milliseconds. */
const closingGrace = 1000;

function redisAdapter(shared: Fencing): KeyvStoreAdapter {
  // The same class; the adapter's declaration of it differs in optional members only.
  const theirs = shared.client as unknown as ConstructorParameters<typeof KeyvRedis>[0];
  const options = { throwOnErrors: true, throwOnConnectError: true, connectionTimeout: 2000 };
  return new FencedRedis(theirs, options, shared);
}

interface Fencing {
  readonly client: Client;
  readonly fences: Fences;
  readonly life: { readonly isOver: boolean };
}

/** What is written under locks is written only while they are held. */
class FencedRedis extends KeyvRedis<string> {
  readonly #client: Client;
  readonly #fences: Fences;
  readonly #life: Fencing["life"];

  constructor(connect: ConstructorParameters<typeof KeyvRedis>[0], options: object, { client, fences, life }: Fencing) {
    super(connect, options);
    this.#client = client;
    this.#fences = fences;
    this.#life = life;
  }

  /** The adapter's own would connect again for whoever comes after the end, and keep the process alive with it. */
  override async getClient(): ReturnType<KeyvRedis<string>["getClient"]> {
    if (this.#life?.isOver) throw new StoreUnavailable("closed");
    return super.getClient();
  }

  override set(key: string, value: string, ttl?: number): Promise<void> {
    return this.#fences.guard(async (leases) => {
      if (leases.length === 0) await super.set(key, value, ttl);
      else return this.#fenced(setScript, key, leases, [value, String(ttl ?? "")]).then((done) => done !== null);
      return true;
    });
  }

  override async delete(key: string): Promise<boolean> {
    let isDeleted = false;
    await this.#fences.guard(async (leases) => {
      if (leases.length === 0) isDeleted = await super.delete(key);
      else {
        const deleted = await this.#fenced(deleteScript, key, leases, []);
        isDeleted = deleted === 1;
        return deleted !== null;
      }
      return true;
    });
    return isDeleted;
  }

  #fenced(script: string, key: string, leases: readonly Lease[], values: readonly string[]): Promise<unknown> {
    return this.#client.eval(script, {
      keys: [this.createKeyPrefix(key, this.namespace), ...leases.map((lease) => lockOf(lease.key))],
      arguments: [...values, ...leases.map(({ token }) => token)],
    });
  }
}

/** Ends a script with null unless each lock has its token; the arguments before the tokens number `given`. */
const held = (given: number) =>
  `for i = 2, #KEYS do if redis.call("get", KEYS[i]) ~= ARGV[i - 1 + ${given}] then return false end end`;
const setScript = `${held(2)}
if ARGV[2] == "" then redis.call("set", KEYS[1], ARGV[1]) else redis.call("set", KEYS[1], ARGV[1], "PX", ARGV[2]) end
return 1`;
const deleteScript = `${held(0)} return redis.call("unlink", KEYS[1])`;
const takeInOrderScript = `${standInLine}
if not redis.call("set", KEYS[3], ARGV[1], "NX", "PX", ARGV[3]) then return 0 end
redis.call("zrem", KEYS[1], ARGV[1])
redis.call("zrem", KEYS[2], ARGV[1])
return 1
`;
const replaceScript = `if redis.call("get", KEYS[1]) ~= ARGV[1] then return 0 end
redis.call("set", KEYS[1], ARGV[2], "KEEPTTL") return 1`;
const renewScript = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) else return 0 end`;
const releaseScript = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end`;

function leasesIn(client: Client): Leases {
  return {
    take: async (key, token, ms) =>
      (await client.set(lockOf(key), token, { condition: "NX", expiration: { type: "PX", value: ms } })) === "OK",
    takeInOrder: async (key, token, { ms, order }) =>
      (await client.eval(takeInOrderScript, {
        keys: [...lineOf(key), lockOf(key)],
        arguments: [token, order, ms].map(String),
      })) === 1,
    renew: async (key, token, ms) =>
      (await client.eval(renewScript, { keys: [lockOf(key)], arguments: [token, String(ms)] })) === 1,
    release: async (key, token) => void (await client.eval(releaseScript, { keys: [lockOf(key)], arguments: [token] })),
  };
}

const lockOf = (key: string) => `chatdrive:lock:${key}`;

/** The adapter writes `namespace::namespace:key`, and nobody else does. */
const ours = /^([A-Za-z0-9-]+)::(\1:[^]*)$/;
const recordOf = (key: string) => `${key.slice(0, key.indexOf(":"))}::${key}`;

async function* allRows(client: Client): AsyncGenerator<Row> {
  for await (const names of client.scanIterator({ MATCH: "*::*", COUNT: 500 })) {
    const found = names.filter((name) => ours.test(name));
    const texts = found.length === 0 ? [] : await client.mGet(found);
    for (const [at, name] of found.entries()) {
      const key = ours.exec(name)?.[2];
      const text = texts[at];
      if (key !== undefined && typeof text === "string") yield { key, text };
    }
  }
}

async function* keysOf(client: Client, namespace: string): AsyncGenerator<string> {
  const prefix = `${namespace}::${namespace}:`;
  for await (const names of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 500 })) {
    for (const name of names) yield name.slice(prefix.length);
  }
}
