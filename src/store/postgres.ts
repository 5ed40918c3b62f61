import { KeyvPostgres } from "@keyv/postgres";
import type { KeyvStoreAdapter } from "keyv";
import pg from "pg";
import type { Claim } from "./lock.ts";

/** One Postgres database behind any number of namespaces. */
export interface PostgresStore {
  adapter(): KeyvStoreAdapter;
  /** Every record, by key. */
  rows(): AsyncGenerator<{ readonly key: string; readonly text: string }>;
  readonly claim: Claim;
  ping(): Promise<void>;
  /** Deletes what has expired: the adapter has no expiry column, so dead rows would stay until read. */
  sweep(now: number): Promise<number>;
  close(): Promise<void>;
}

const table = "chatdrive";

/** Connects, or rejects within two seconds. */
export async function openPostgres(url: string, onError: (error: unknown) => void): Promise<PostgresStore> {
  // Locks have connections of their own: who holds one reads and writes meanwhile, and must not wait for those who want one.
  const [pool, locks] = [openPool(url, onError), openPool(url, onError)];
  await pool.query("SELECT 1").catch(async (error: unknown) => {
    await Promise.all([pool.end(), locks.end()]);
    throw error;
  });
  /** Over our own pool: the adapter's has nobody to hear that the server hung up, which ends the process. */
  class Adapter extends KeyvPostgres {
    override async connect() {
      return async (sql: string, values?: unknown[]) => (await pool.query(sql, values)).rows;
    }
    override async disconnect() {}
  }
  return {
    adapter: () => new Adapter({ uri: url, table }),
    rows: () => allRows(pool),
    claim: (key) => claimKey(locks, key, onError),
    ping: async () => void (await pool.query("SELECT 1")),
    sweep: async (now) =>
      (await pool.query(`DELETE FROM ${table} WHERE (value::jsonb ->> 'expires')::bigint < $1`, [now])).rowCount ?? 0,
    close: async () => void (await Promise.all([pool.end(), locks.end()])),
  };
}

function openPool(url: string, onError: (error: unknown) => void): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 2000 });
  pool.on("error", onError);
  return pool;
}

async function* allRows(pool: pg.Pool): AsyncGenerator<{ readonly key: string; readonly text: string }> {
  // The adapter makes the table when it first has something to keep.
  const { rows: found } = await pool.query<{ made: boolean }>("SELECT to_regclass($1) IS NOT NULL AS made", [table]);
  if (found[0]?.made !== true) return;
  let last = "";
  for (;;) {
    const { rows } = await pool.query<{ key: string; value: string }>(
      `SELECT key, value FROM ${table} WHERE key > $1 ORDER BY key LIMIT 500`,
      [last],
    );
    for (const { key, value } of rows) yield { key, text: value };
    const end = rows.at(-1);
    if (!end) return;
    last = end.key;
  }
}

async function claimKey(pool: pg.Pool, key: string, onError: (error: unknown) => void): Promise<() => Promise<void>> {
  const client = await pool.connect();
  // The pool hears its idle connections only.
  client.on("error", onError);
  const letGo = (isBroken: boolean) => {
    client.off("error", onError);
    client.release(isBroken);
  };
  try {
    await client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [key]);
  } catch (error) {
    letGo(true);
    throw error;
  }
  return async () => {
    const isFreed = await client.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [key]).then(
      () => true,
      // A connection that broke took its locks with it.
      () => false,
    );
    letGo(!isFreed);
  };
}
