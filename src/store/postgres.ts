import { KeyvPostgres } from "@keyv/postgres";
import type { KeyvStoreAdapter } from "keyv";
import pg from "pg";
import type { Fences, Lease } from "./fence.ts";
import type { Leases } from "./lock.ts";
import type { Change, Row } from "./row.ts";
import { createStatements, type Statements } from "./statements.ts";
import { timed } from "./timed.ts";

/** One Postgres database behind any number of namespaces. */
export interface PostgresStore {
  adapter(): KeyvStoreAdapter;
  /** Every record, by key. */
  rows(): AsyncGenerator<Row>;
  /** Keys of a namespace, without their records; some may have expired and not been swept yet. */
  keys(namespace: string): AsyncGenerator<string>;
  /** Resolves with how many were changed; when they expire stays. */
  replace(changes: readonly Change[]): Promise<number>;
  readonly leases: Leases;
  /** Writes a record of no namespace's, written over each time. */
  probe(): Promise<void>;
  /** Deletes what has expired: the adapter has no expiry column, so dead rows would stay until read. */
  sweep(now: number): Promise<number>;
  close(): Promise<void>;
}

/** Milliseconds. */
const closingGrace = 1000;
const table = "chatdrive";
const locks = "chatdrive_locks";
/** What ends stands last in every record; Postgres refuses to read JSON that holds an escaped NUL, which people can type. */
const sweep = `DELETE FROM ${table} WHERE substring(value FROM '"expires":(\\d+)\\}$')::bigint < $1`;
const probe = `INSERT INTO ${table} (key, value) VALUES ('probe:written', $1)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;

interface PostgresOptions {
  readonly fences: Fences;
  readonly onError: (error: unknown) => void;
  /** Milliseconds after which a silent server counts as failed. */
  readonly timeout: number;
}

/** Connects, or rejects within two seconds. */
export async function openPostgres(url: string, options: PostgresOptions): Promise<PostgresStore> {
  const { fences, onError, timeout } = options;
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 2000 });
  pool.on("error", onError);
  await prepare(pool).catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  const statements = createStatements(pool, timeout);
  return {
    adapter: () => new FencedPostgres(url, statements, fences),
    rows: () => allRows(statements),
    keys: (namespace) => keysOf(statements, namespace),
    replace: async (changes) => (await statements.run(replaceAll, columnsOf(changes))).rowCount ?? 0,
    leases: leasesIn(statements),
    probe: async () => void (await statements.run(probe, [JSON.stringify({ value: Date.now() })], { isUrgent: true })),
    sweep: async (now) => (await statements.run(sweep, [now], { isLong: true })).rowCount ?? 0,
    // What a silent server still owes is not waited for.
    close: () => timed(pool.end(), closingGrace).catch(onError),
  };
}

/**
 * Locks are rows, so that who waits for one holds no connection, and not advisory ones, which end with theirs. Unlogged:
 * a server that crashed forgets them, and the writes that were made under them are refused then.
 */
async function prepare(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    // Two processes that start together would both make what is missing, and one would fail.
    await client.query("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('chatdrive prepare', 0))");
    await client.query(`CREATE TABLE IF NOT EXISTS ${table} (key VARCHAR(255) PRIMARY KEY, value TEXT)`);
    await client.query(
      `CREATE UNLOGGED TABLE IF NOT EXISTS ${locks} (key TEXT PRIMARY KEY, token TEXT NOT NULL, until TIMESTAMPTZ NOT NULL)`,
    );
    await client.query("COMMIT");
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Over our own pool: the adapter's has nobody to hear that the server hung up, which ends the process. */
class FencedPostgres extends KeyvPostgres {
  readonly #fences: Fences;
  readonly #statements: Statements;

  constructor(uri: string, statements: Statements, fences: Fences) {
    super({ uri, table, iterationLimit: 500 });
    this.#statements = statements;
    this.#fences = fences;
  }

  override async connect() {
    // The constructor of the adapter calls this before the fields above are there.
    await Promise.resolve();
    return async (sql: string, values?: unknown[]): Promise<unknown[]> =>
      (await this.#statements.run(sql, values)).rows;
  }

  override async disconnect(): Promise<void> {}

  override set(key: string, value: string): Promise<void> {
    return this.#fences.guard(async (leases) => {
      if (leases.length === 0) await super.set(key, value);
      else return this.#fenced(fencedSet, leases, [key, value]).then(({ isHeld }) => isHeld);
      return true;
    });
  }

  override async delete(key: string): Promise<boolean> {
    let isDeleted = false;
    await this.#fences.guard(async (leases) => {
      if (leases.length === 0) isDeleted = await super.delete(key);
      else {
        const done = await this.#fenced(fencedDelete, leases, [key]);
        isDeleted = done.changes > 0;
        return done.isHeld;
      }
      return true;
    });
    return isDeleted;
  }

  async #fenced(sql: string, leases: readonly Lease[], values: readonly string[]) {
    const tokens = leases.map(({ token }) => token);
    const { rows } = await this.#statements.run<{ held: boolean; changes: string }>(sql, [tokens, ...values]);
    return { isHeld: rows[0]?.held === true, changes: Number(rows[0]?.changes) };
  }
}

/** FOR SHARE: whoever takes one of the locks over waits until this is written, and reads it then. */
const fence = `WITH fence AS MATERIALIZED (SELECT 1 FROM ${locks} WHERE token = ANY($1) FOR SHARE),
  held AS MATERIALIZED (SELECT count(*) = cardinality($1::text[]) AS held FROM fence)`;
const fencedSet = `${fence}, done AS (
  INSERT INTO ${table} (key, value) SELECT $2, $3 FROM held WHERE held
  ON CONFLICT (key) DO UPDATE SET value = excluded.value RETURNING 1)
  SELECT held, (SELECT count(*) FROM done) AS changes FROM held`;
const fencedDelete = `${fence}, done AS (
  DELETE FROM ${table} USING held WHERE key = $2 AND held RETURNING 1)
  SELECT held, (SELECT count(*) FROM done) AS changes FROM held`;

const lifetime = "clock_timestamp() + $3 * interval '1 millisecond'";

function leasesIn(statements: Statements): Leases {
  const changed = async (sql: string, values: readonly unknown[], isUrgent = false): Promise<boolean> =>
    (await statements.run(sql, values, { isUrgent })).rowCount === 1;
  return {
    take: (key, token, ms) =>
      changed(
        `INSERT INTO ${locks} (key, token, until) VALUES ($1, $2, ${lifetime})
         ON CONFLICT (key) DO UPDATE SET token = excluded.token, until = excluded.until
         WHERE ${locks}.until < clock_timestamp()`,
        [key, token, ms],
      ),
    renew: (key, token, ms) =>
      changed(`UPDATE ${locks} SET until = ${lifetime} WHERE key = $1 AND token = $2`, [key, token, ms], true),
    release: async (key, token) =>
      void (await changed(`DELETE FROM ${locks} WHERE key = $1 AND token = $2`, [key, token], true)),
  };
}

const replaceAll = `UPDATE ${table} SET value = new_value
  FROM unnest($1::text[], $2::text[], $3::text[]) AS changes (changed, old_value, new_value)
  WHERE key = changed AND value = old_value`;

function columnsOf(changes: readonly Change[]): string[][] {
  return [changes.map(({ key }) => key), changes.map(({ text }) => text), changes.map(({ newText }) => newText)];
}

/** Rows that are read at once. */
const pageOfRows = 500;

async function* allRows(statements: Statements): AsyncGenerator<Row> {
  let last = "";
  for (;;) {
    const { rows } = await statements.run<{ key: string; value: string }>(
      `SELECT key, value FROM ${table} WHERE key > $1 ORDER BY key LIMIT ${pageOfRows}`,
      [last],
    );
    for (const { key, value } of rows) yield { key, text: value };
    const end = rows.at(-1);
    if (!end) return;
    last = end.key;
  }
}

async function* keysOf(statements: Statements, namespace: string): AsyncGenerator<string> {
  let last = "";
  for (;;) {
    const { rows } = await statements.run<{ key: string }>(
      `SELECT key FROM ${table} WHERE starts_with(key, $1) AND key > $2 ORDER BY key LIMIT ${10 * pageOfRows}`,
      [`${namespace}:`, last],
    );
    for (const { key } of rows) yield key.slice(namespace.length + 1);
    const end = rows.at(-1);
    if (!end) return;
    last = end.key;
  }
}
