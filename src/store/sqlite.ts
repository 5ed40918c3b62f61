import { EventEmitter } from "node:events";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { KeyvStoreAdapter, StoredData } from "keyv";
import { absent, createRecent, type Recent } from "./recent.ts";

/** One SQLite file behind any number of Keyv namespaces. A write that resolved is on disk (WAL, synchronous=FULL). */
export interface SqliteFile {
  /** A Keyv adapter of its own (adapters must not be shared between Keyvs) over the one connection. */
  adapter(): KeyvStoreAdapter;
  /** Every record, by key. */
  rows(): AsyncGenerator<{ readonly key: string; readonly text: string }>;
  /** Deletes what has expired; returns how many rows went. */
  sweep(now: number): number;
  /** What was deleted or written over is gone from the disk as well, the write-ahead log included. */
  scrub(): void;
  close(): void;
}

/** Opens or makes the file; throws when it is no sound database. */
export function openSqlite(file: string): SqliteFile {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    return prepare(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepare(database: DatabaseSync): SqliteFile {
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
  const version = database.prepare("PRAGMA data_version");
  const recent = createRecent(() => version.get()?.["data_version"]);
  const sweep = database.prepare("DELETE FROM keyv WHERE expires < ?");
  return {
    adapter: () => new SqliteAdapter(statements, recent),
    async *rows() {
      for await (const [key, text] of new SqliteAdapter(statements, recent).iterator<string>()) {
        yield { key: String(key), text: String(text) };
      }
    },
    sweep(now) {
      const changes = Number(sweep.run(now).changes);
      if (changes > 0) recent.forget();
      return changes;
    },
    scrub: () => database.exec("PRAGMA wal_checkpoint(TRUNCATE)"),
    close() {
      recent.forget();
      database.close();
    },
  };
}

interface Statements {
  readonly get: StatementSync;
  readonly set: StatementSync;
  readonly delete: StatementSync;
  readonly clear: StatementSync;
  readonly scan: StatementSync;
}

/** Keyv's port over the prepared statements, and the memory all of them share. Keys arrive as `namespace:key`. */
class SqliteAdapter extends EventEmitter implements KeyvStoreAdapter {
  readonly opts = { dialect: "sqlite", url: "" };
  namespace?: string | undefined;
  readonly #statements: Statements;
  readonly #recent: Recent;

  constructor(statements: Statements, recent: Recent) {
    super();
    this.#statements = statements;
    this.#recent = recent;
  }

  get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    // Keyv's types want a value of its own here; what adapters hand it is the text it serialised before.
    return Promise.resolve(this.#read(key) as StoredData<Value> | undefined);
  }

  getMany<Value>(keys: string[]): Promise<StoredData<Value | undefined>[]> {
    return Promise.resolve(keys.map((key) => this.#read(key) as StoredData<Value | undefined>));
  }

  async set(key: string, value: string, ttl?: number): Promise<void> {
    this.#statements.set.run(key, value, ttl === undefined ? null : Date.now() + ttl);
    // What ends by itself is looked up each time: Keyv deletes what it finds over, which must not be what another put there.
    if (ttl === undefined) this.#recent.note(key, value);
    else this.#recent.drop(key);
  }

  async delete(key: string): Promise<boolean> {
    const { changes } = this.#statements.delete.run(key);
    this.#recent.note(key, absent);
    return changes > 0;
  }

  async clear(): Promise<void> {
    const [from, to] = bounds(this.namespace);
    this.#statements.clear.run(from, to);
    this.#recent.forget();
  }

  async *iterator<Value>(namespace?: string): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    const [from, to] = bounds(namespace ?? this.namespace);
    let last = from;
    for (;;) {
      const rows = this.#statements.scan.all(last, to);
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
