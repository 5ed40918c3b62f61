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
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 2000 });
  pool.on("error", onError);
  await pool.query("SELECT 1").catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  const adapters: KeyvPostgres[] = [];
  return {
    adapter: () => {
      const adapter = new KeyvPostgres({ uri: url, table, connectionTimeoutMillis: 2000 });
      adapters.push(adapter);
      return adapter;
    },
    rows: () => allRows(pool),
    claim: (key) => claimKey(pool, key),
    ping: async () => void (await pool.query("SELECT 1")),
    sweep: async (now) =>
      (await pool.query(`DELETE FROM ${table} WHERE (value::jsonb ->> 'expires')::bigint < $1`, [now])).rowCount ?? 0,
    close: async () => {
      // The adapters share one pool of their own; disconnecting one of them ends it for all.
      await adapters[0]?.disconnect();
      await pool.end();
    },
  };
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

async function claimKey(pool: pg.Pool, key: string): Promise<() => Promise<void>> {
  const client = await pool.connect();
  try {
    await client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [key]);
  } catch (error) {
    client.release(true);
    throw error;
  }
  return async () => {
    await client.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [key]);
    client.release();
  };
}
