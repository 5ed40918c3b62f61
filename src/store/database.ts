import type { KeyvStoreAdapter } from "keyv";
import { inOrder } from "./coordination.ts";
import type { Counts } from "./counts.ts";
import { describe, StoreError, StoreUnavailable } from "./error.ts";
import type { Fences } from "./fence.ts";
import type { Leases } from "./lock.ts";
import type { Notices } from "./notices.ts";
import { ownFile } from "./owner.ts";
import type { Change, Row } from "./row.ts";
import { openSqlite } from "./sqlite.ts";

/** What the store needs of whatever it is kept in. */
export interface Database {
  /** For a namespace; a `Map` is the same one however often it is opened. */
  adapter(namespace: string): KeyvStoreAdapter | Map<string, unknown>;
  /** Milliseconds after which a call counts as failed; absent = it answers at once, or sees to that itself. */
  readonly timeout?: number;
  /** Every record; absent = they end with the process. */
  rows?(): AsyncIterable<Row>;
  /** Resolves with how many were changed; when they expire stays. Absent = nothing is ever sealed. */
  replace?(changes: readonly Change[]): Promise<number>;
  keys(namespace: string): AsyncIterable<string>;
  /** Absent = no other process shares it. */
  readonly leases?: Leases;
  /** Absent = one process counts for itself. */
  readonly counts?: Counts;
  /** Absent = processes over it tell each other nothing. */
  readonly notices?: Notices;
  /** Writes a record of its own, and fails for the same reasons as every other write. */
  probe(): Promise<void>;
  sweep(now: number): Promise<number>;
  scrub?(): Promise<void>;
  close(): Promise<void>;
}

interface DatabaseOptions {
  readonly fences: Fences;
  readonly onError: (error: unknown) => void;
  /** Milliseconds a call may take; absent = what suits the kind. */
  readonly timeout: number | undefined;
  /** Milliseconds after which what a process held that was killed is free; absent = 6000. */
  readonly lifetime?: number | undefined;
  /** A Redis beside a Postgres, for what processes share besides records; absent = none. */
  readonly redisUrl?: string | undefined;
}

/** Opens the database behind an address, or throws a `StoreError`. Only the client of that one is loaded. */
export async function openDatabase(url: string, options: DatabaseOptions): Promise<Database> {
  const scheme = /^([a-z]+):\/\//.exec(url)?.[1];
  const { fences, onError, lifetime = 6000, timeout = 3000 } = options;
  switch (scheme) {
    case "memory":
      return memoryDatabase();
    case "sqlite":
      return sqliteDatabase(url.slice("sqlite://".length), options.timeout ?? 5000);
    case "redis":
    case "rediss": {
      const { openRedis } = await import("./redis.ts");
      return reached(
        url,
        openRedis(url, { fences, onError, lifetime }).then((redis) => ({
          ...redis,
          ...probing(redis),
          timeout,
          sweep: async () => 0,
        })),
      );
    }
    case "postgres":
    case "postgresql": {
      const { openPostgres } = await import("./postgres.ts");
      const postgres = await reached(url, openPostgres(url, { fences, onError, timeout }));
      return options.redisUrl === undefined ? postgres : besideRedis(postgres, options.redisUrl, { onError, lifetime });
    }
    default:
      throw new StoreError(
        `STORE_URL: ${scheme ?? "no scheme"}; it takes sqlite://<file>, redis://…, postgres://… or memory://`,
      );
  }
}

function memoryDatabase(): Database {
  const namespaces = new Map<string, Map<string, unknown>>();
  const namespaceOf = (name: string) => {
    const namespace = namespaces.get(name) ?? new Map<string, unknown>();
    namespaces.set(name, namespace);
    return namespace;
  };
  return {
    adapter: namespaceOf,
    async *keys(name) {
      for (const key of namespaceOf(name).keys()) yield key.slice(name.length + 1);
    },
    probe: async () => {},
    sweep: async () => 0,
    close: async () => {},
  };
}

async function sqliteDatabase(file: string, timeout: number): Promise<Database> {
  try {
    const letGo = ownFile(file);
    try {
      const sqlite = await openSqlite(file, timeout);
      return {
        ...sqlite,
        ...probing(sqlite),
        close: async () => {
          await sqlite.close();
          letGo();
        },
      };
    } catch (error) {
      letGo();
      throw error;
    }
  } catch (error) {
    throw error instanceof StoreError ? error : new StoreError(adviceFor(file, error), { cause: error });
  }
}

function adviceFor(file: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/^E[A-Z]+$/.test(code)) {
    return `the database ${file} cannot be made or opened (${describe(error)}): DATA_DIR or STORE_URL has to be a place that this user can write to.`;
  }
  return `the database ${file} cannot be used (${describe(error)}). It was left as it is: put a backup in its place, or move it away to start empty.`;
}

/** A database whose processes share over a Redis what it does not: counts, notices, and the order of who waits for a lock. */
async function besideRedis(
  database: Database & { readonly leases: Leases },
  url: string,
  { onError, lifetime }: Pick<DatabaseOptions, "onError"> & { readonly lifetime: number },
): Promise<Database> {
  try {
    const { openRedisCoordination } = await import("./redis-coordination.ts");
    const { line, counts, notices, close } = await reached(
      url,
      openRedisCoordination({ url, lifetime, onError }),
      "REDIS_URL",
    );
    return {
      ...database,
      leases: inOrder(database.leases, line),
      counts,
      notices,
      async close() {
        close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function reached<T>(url: string, opening: Promise<T>, variable = "STORE_URL"): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    const { protocol, host } = new URL(url);
    throw new StoreUnavailable("away", {
      message: `the store at ${protocol}//${host} does not answer (${describe(error)}). Start it, or correct ${variable}.`,
      cause: error,
    });
  }
}

/** A record of no namespace's, written over each time. */
function probing({ adapter }: { adapter(): KeyvStoreAdapter }): Pick<Database, "probe"> {
  let probed: KeyvStoreAdapter | undefined;
  return {
    async probe() {
      const asked = (probed ??= adapter());
      asked.namespace = "probe";
      try {
        await asked.set("probe:written", JSON.stringify({ value: Date.now() }));
      } catch (error) {
        // One that was made while the server was away may never connect: the next probe makes its own.
        if (probed === asked) probed = undefined;
        throw error;
      }
    },
  };
}
