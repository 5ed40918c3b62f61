import { EventEmitter } from "node:events";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { KeyvStoreAdapter, StoredData } from "keyv";
import { createBatches, type Batches } from "./batch.ts";
import { BusyError, createRun, type Run } from "./busy.ts";
import { closeToOthers, makePrivate } from "./private-file.ts";
import { absent, createRecent, type Recent } from "./recent.ts";
import type { Change, Row } from "./row.ts";

/** One SQLite file behind any number of Keyv namespaces. A write that resolved is on disk (WAL, synchronous=FULL). */
export interface SqliteFile {
  /** A Keyv adapter of its own (adapters must not be shared between Keyvs) over the one connection. */
  adapter(): KeyvStoreAdapter;
  /** Every record, by key. */
  rows(): AsyncGenerator<Row>;
  /** Keys of a namespace that have not expired, without their records. */
  keys(namespace: string): AsyncGenerator<string>;
  /** Resolves with how many were changed; when they expire stays. */
  replace(changes: readonly Change[]): Promise<number>;
  /** Deletes what has expired; resolves with how many rows went. */
  sweep(now: number): Promise<number>;
  /** What was deleted or written over is gone from the disk as well, the write-ahead log included. */
  scrub(): Promise<void>;
  /** What was asked for before is written first. */
  close(): Promise<void>;
}

/**
 * Opens or makes the file, for its owner alone; rejects when it is no sound database. Whatever waits for another
 * process's lock fails after `timeout` milliseconds, without holding up this process meanwhile.
 */
export async function openSqlite(file: string, timeout: number): Promise<SqliteFile> {
  makePrivate(file);
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    const opened = await createRun(timeout)(() => prepare(database, timeout));
    // SQLite gives them the rights of the database; those of an earlier start may have had others.
    for (const suffix of ["-wal", "-shm"]) closeToOthers(`${file}${suffix}`);
    return opened;
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepare(database: DatabaseSync, timeout: number): SqliteFile {
  // What is deleted is written over: who asks to be forgotten is not to be found in the free pages of the file.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
  const sound = database.prepare("PRAGMA quick_check(1)").get();
  if (sound?.["quick_check"] !== "ok") throw new Error(`quick_check: ${String(sound?.["quick_check"])}`);
  database.exec(
    `CREATE TABLE IF NOT EXISTS keyv (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER) WITHOUT ROWID;
     CREATE INDEX IF NOT EXISTS keyv_expires ON keyv (expires) WHERE expires IS NOT NULL;`,
  );
  const statements: Statements = {
    get: database.prepare("SELECT value, expires FROM keyv WHERE key = ?"),
    set: database.prepare(
      "INSERT INTO keyv (key, value, expires) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires",
    ),
    delete: database.prepare("DELETE FROM keyv WHERE key = ?"),
    clear: database.prepare("DELETE FROM keyv WHERE key >= ? AND key < ?"),
    scan: database.prepare("SELECT key, value FROM keyv WHERE key > ? AND key < ? ORDER BY key LIMIT 500"),
  };
  const keys = database.prepare(
    "SELECT key FROM keyv WHERE key > ? AND key < ? AND (expires IS NULL OR expires >= ?) ORDER BY key LIMIT 5000",
  );
  const replace = database.prepare("UPDATE keyv SET value = ? WHERE key = ? AND value = ?");
  const sweep = database.prepare("DELETE FROM keyv WHERE expires < ?");
  const checkpoint = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  const version = database.prepare("PRAGMA data_version");
  const recent = createRecent(() => version.get()?.["data_version"]);
  // Readers are not held up by a writer, so they do not wait behind writes that are.
  const [read, alone] = [createRun(timeout), createRun(timeout)];
  const within = transaction(database);
  const batches = createBatches(alone, within);
  /** Something that reads or writes many records: after all that was asked for before. */
  const after = async <T>(run: Run, statement: () => T): Promise<T> => {
    await batches.settled();
    return run(statement);
  };
  const adapter = () => new SqliteAdapter({ statements, recent, read, batches });
  return {
    adapter,
    async *rows() {
      for await (const [key, text] of adapter().iterator<string>()) yield { key: String(key), text: String(text) };
    },
    async *keys(namespace) {
      const [from, to] = bounds(namespace);
      for (let last = from; ;) {
        const rows = await after(read, () => keys.all(last, to, Date.now()));
        for (const row of rows) yield String(row["key"]).slice(from.length);
        const end = rows.at(-1);
        if (!end) return;
        last = String(end["key"]);
      }
    },
    replace: (changes) =>
      after(alone, () => {
        recent.forget();
        return within(() => {
          const changed = changes.map(({ key, text, newText }) => Number(replace.run(newText, key, text).changes));
          return changed.filter((rows) => rows > 0).length;
        });
      }),
    sweep: (now) =>
      after(alone, () => {
        const changes = Number(sweep.run(now).changes);
        if (changes > 0) recent.forget();
        return changes;
      }),
    scrub: () =>
      after(alone, () => {
        // Others that read or write leave something of the log standing, and no error says so.
        if (checkpoint.get()?.["busy"] === 1) throw new BusyError("the log is in use");
      }),
    async close() {
      for (let under = batches.settled(); under; under = batches.settled()) await under;
      recent.forget();
      database.close();
    },
  };
}

/** Runs work in one transaction: all of it is written, or nothing. */
function transaction(database: DatabaseSync): <T>(work: () => T) => T {
  return (work) => {
    database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      database.exec("COMMIT");
      return result;
    } catch (error) {
      // SQLite has rolled back by itself when the disk is full.
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  };
}

interface Statements {
  readonly get: StatementSync;
  readonly set: StatementSync;
  readonly delete: StatementSync;
  readonly clear: StatementSync;
  readonly scan: StatementSync;
}

interface Shared {
  readonly statements: Statements;
  readonly recent: Recent;
  readonly read: Run;
  readonly batches: Batches;
}

/** Keyv's port over the prepared statements, and the memory all of them share. Keys arrive as `namespace:key`. */
class SqliteAdapter extends EventEmitter implements KeyvStoreAdapter {
  readonly opts = { dialect: "sqlite", url: "" };
  namespace?: string | undefined;
  readonly #statements: Statements;
  readonly #recent: Recent;
  readonly #reads: Run;
  readonly #batches: Batches;

  constructor({ statements, recent, read, batches }: Shared) {
    super();
    this.#statements = statements;
    this.#recent = recent;
    this.#reads = read;
    this.#batches = batches;
  }

  async get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    await this.#batches.settled(key);
    // Keyv's types want a value of its own here; what adapters hand it is the text it serialised before.
    return this.#reads(() => this.#read(key) as StoredData<Value> | undefined);
  }

  async getMany<Value>(keys: string[]): Promise<StoredData<Value | undefined>[]> {
    for (const key of keys) await this.#batches.settled(key);
    return this.#reads(() => keys.map((key) => this.#read(key) as StoredData<Value | undefined>));
  }

  async set(key: string, value: string, ttl?: number): Promise<void> {
    const expires = ttl === undefined ? null : Date.now() + ttl;
    // What ends by itself is looked up each time: Keyv deletes what it finds over, which must not be what another put there.
    const done = () => (expires === null ? this.#recent.note(key, value) : this.#recent.drop(key));
    await this.#batches.write(() => this.#statements.set.run(key, value, expires), { key, done });
  }

  async delete(key: string): Promise<boolean> {
    const done = () => this.#recent.note(key, absent);
    const { changes } = await this.#batches.write(() => this.#statements.delete.run(key), { key, done });
    return changes > 0;
  }

  async clear(): Promise<void> {
    const [from, to] = bounds(this.namespace);
    await this.#batches.write(() => this.#statements.clear.run(from, to), { done: () => this.#recent.forget() });
  }

  async *iterator<Value>(namespace?: string): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    const [from, to] = bounds(namespace ?? this.namespace);
    let last = from;
    for (;;) {
      await this.#batches.settled();
      const rows = await this.#reads(() => this.#statements.scan.all(last, to));
      for (const row of rows) yield [String(row["key"]), row["value"] as Awaited<Value>];
      const end = rows.at(-1);
      if (!end) return;
      last = String(end["key"]);
    }
  }

  #read(key: string): string | undefined {
    const known = this.#recent.get(key);
    if (known !== undefined) return known === absent ? undefined : known;
    const row = this.#statements.get.get(key);
    if (row === undefined) this.#recent.note(key, absent);
    else if (row["expires"] === null) this.#recent.note(key, String(row["value"]));
    return row && String(row["value"]);
  }
}

/** The key range of a namespace: `;` follows `:` in ASCII. */
function bounds(namespace: string | undefined): [from: string, to: string] {
  return namespace === undefined ? ["", "\u{10FFFF}"] : [`${namespace}:`, `${namespace};`];
}
