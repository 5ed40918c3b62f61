import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Keyv, type KeyvOptions, type KeyvStoreAdapter } from "keyv";
import { createLocks, type Claim, type Locks } from "./lock.ts";
import { guarded } from "./guarded.ts";
import { openPostgres } from "./postgres.ts";
import { openRedis } from "./redis.ts";
import { createSeal, type Seal } from "./sealed.ts";
import { openSqlite } from "./sqlite.ts";

/** Everything that is kept: Keyv namespaces over one database, and the locks of that database. */
export interface Store extends Locks {
  /** A namespace. `sealed` = encrypted at rest. Calls reject when the database fails: nothing is ever taken for absent. */
  open<T>(namespace: string, options?: { readonly sealed?: boolean; readonly ttl?: number }): Keyv<T>;
  /** Rejects when the database does not answer. */
  check(): Promise<void>;
  /** What was deleted is gone from the disk too, as far as that is ours to say: a server keeps its own logs. */
  scrub(): Promise<void>;
  close(): Promise<void>;
}

interface StoreOptions {
  /** `sqlite://<file>`, `redis://…`, `postgres://…` or `memory://`. */
  readonly url: string;
  /** 32-byte keys for what is sealed, newest last. */
  readonly keys: readonly Uint8Array[];
  /** Told of every failure of the database, besides the call that rejects. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds between sweeps of what has expired. */
  readonly sweepEvery?: number;
}

/** The database cannot be used; the message says which, why and how to go on. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** Opens the database behind an address, or throws a `StoreError`: there is no silent fallback to memory. */
export async function openStore({ url, keys, onError, sweepEvery = 10 * 60_000 }: StoreOptions): Promise<Store> {
  const database = await openDatabase(url, onError);
  const seal = createSeal(keys);
  const sweeper = setInterval(() => void database.sweep(Date.now()).catch(onError), sweepEvery).unref();
  const store: Store = {
    ...createLocks(database.claim),
    open: (namespace, options = {}) =>
      openNamespace({ database, namespace, seal: options.sealed ? seal : undefined, ttl: options.ttl, onError }),
    check: () => database.check(),
    scrub: async () => database.scrub?.(),
    close: async () => {
      clearInterval(sweeper);
      await database.close();
    },
  };
  await migrate(store).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  return store;
}

/** A record as it stands in the database: sealed ones stay sealed. */
export interface Row {
  /** `namespace:key` */
  readonly key: string;
  /** JSON, with `expires` in ms since the epoch where it ends. */
  readonly text: string;
}

/** The whole database, record by record, for what moves it elsewhere. */
export interface Records {
  all(): AsyncIterable<Row>;
  /** Puts a record as it stood; one that has expired is left out. Resolves with whether it was put. */
  put(row: Row): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens the records behind an address without a key: what is sealed stays closed. Throws `StoreError`. */
export async function openRecords(url: string, onError: (error: unknown) => void): Promise<Records> {
  const database = await openDatabase(url, onError);
  const { rows } = database;
  const adapter = database.adapter("");
  if (!rows || adapter instanceof Map) {
    await database.close();
    throw new StoreError("STORE_URL: memory:// ends with its process, so there is nothing to move.");
  }
  return {
    all: rows,
    async put({ key, text }) {
      const { expires } = JSON.parse(text) as { readonly expires?: number | null };
      const ttl = typeof expires === "number" ? expires - Date.now() : undefined;
      if (ttl !== undefined && ttl <= 0) return false;
      adapter.namespace = key.slice(0, key.indexOf(":"));
      await adapter.set(key, text, ttl);
      return true;
    },
    close: () => database.close(),
  };
}

/** The newest shape of records this version knows. */
export const schemaVersion = 1;

interface Database {
  /** For a namespace; however often it is opened, it is the same one. */
  adapter(namespace: string): KeyvStoreAdapter | Map<string, unknown>;
  /** Milliseconds after which it counts as failed; absent = it is no server, and answers at once. */
  readonly timeout?: number;
  /** Every record; absent = they end with the process. */
  rows?(): AsyncIterable<Row>;
  readonly claim?: Claim;
  check(): Promise<void>;
  sweep(now: number): Promise<number>;
  scrub?(): void;
  close(): Promise<void>;
}

/** Of a server. */
const timeout = 3000;

async function openDatabase(url: string, onError: (error: unknown) => void): Promise<Database> {
  const scheme = /^([a-z]+):\/\//.exec(url)?.[1];
  switch (scheme) {
    case "memory":
      return memoryDatabase();
    case "sqlite":
      return sqliteDatabase(url.slice("sqlite://".length));
    case "redis":
    case "rediss":
      return reached(
        url,
        openRedis(url, onError).then((redis) => ({ ...redis, timeout, check: redis.ping, sweep: async () => 0 })),
      );
    case "postgres":
    case "postgresql":
      return reached(
        url,
        openPostgres(url, onError).then((postgres) => ({ ...postgres, timeout, check: postgres.ping })),
      );
    default:
      throw new StoreError(
        `STORE_URL: ${scheme ?? "no scheme"}; it takes sqlite://<file>, redis://…, postgres://… or memory://`,
      );
  }
}

function memoryDatabase(): Database {
  const namespaces = new Map<string, Map<string, unknown>>();
  return {
    adapter(name) {
      const namespace = namespaces.get(name) ?? new Map<string, unknown>();
      namespaces.set(name, namespace);
      return namespace;
    },
    check: async () => {},
    sweep: async () => 0,
    close: async () => {},
  };
}

function sqliteDatabase(file: string): Database {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const sqlite = openSqlite(file);
    return {
      adapter: sqlite.adapter,
      rows: sqlite.rows,
      check: async () => void sqlite.sweep(0),
      sweep: async (now) => sqlite.sweep(now),
      scrub: sqlite.scrub,
      close: async () => sqlite.close(),
    };
  } catch (error) {
    throw new StoreError(
      `the database ${file} cannot be used (${said(error)}). It was left as it is: put a backup in its place, or move it away to start empty.`,
      { cause: error },
    );
  }
}

async function reached(url: string, opening: Promise<Database>): Promise<Database> {
  try {
    return await opening;
  } catch (error) {
    const { protocol, host } = new URL(url);
    throw new StoreError(
      `the store at ${protocol}//${host} does not answer (${said(error)}). Start it, or correct STORE_URL.`,
      { cause: error },
    );
  }
}

interface NamespaceOptions {
  readonly database: Database;
  readonly namespace: string;
  readonly seal: Seal | undefined;
  readonly ttl: number | undefined;
  readonly onError: (error: unknown) => void;
}

function openNamespace<T>({ database, namespace, seal, ttl, onError }: NamespaceOptions): Keyv<T> {
  const adapter = database.adapter(namespace);
  const keyv = new Keyv<T>({
    store: adapter instanceof Map ? adapter : guarded(adapter, { seal, timeout: database.timeout }),
    namespace,
    throwOnErrors: true,
    ...plainJson,
    ...(ttl === undefined ? {} : { ttl }),
  });
  keyv.on("error", onError);
  return keyv;
}

/** All that is kept is plain JSON; Keyv's own way looks at every value for buffers and costs several times as much. */
const plainJson: Required<Pick<KeyvOptions, "serialize" | "deserialize">> = {
  serialize: (kept) => JSON.stringify(kept),
  // What comes back was written by the line above.
  deserialize: (text) => JSON.parse(text) as never,
};

/** Notes the version of what is stored, and refuses what a newer version wrote. */
async function migrate(store: Store): Promise<void> {
  const about = store.open<number>("schema");
  const found = await about.get("version");
  if (found !== undefined && found > schemaVersion) {
    throw new StoreError(
      `the store was written by a newer version (schema ${found}, this one knows ${schemaVersion}): update, or use another STORE_URL.`,
    );
  }
  if (found !== schemaVersion) await about.set("version", schemaVersion);
}

function said(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(said).join(", ");
  return error instanceof Error ? error.message : String(error);
}
