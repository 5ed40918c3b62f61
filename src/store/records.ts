import { openDatabase } from "./database.ts";
import type { Row } from "./row.ts";
import { StoreError } from "./error.ts";
import { createFences } from "./fence.ts";

/** The whole database, record by record, for what moves it elsewhere. */
export interface Records {
  all(): AsyncIterable<Row>;
  /** Puts a record as it stood; one that has expired is left out. Resolves with whether it was put. */
  put(row: Row): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens the records behind an address without a key: what is sealed stays closed. Throws `StoreError`. */
export async function openRecords(url: string, onError: (error: unknown) => void): Promise<Records> {
  const database = await openDatabase(url, { fences: createFences(), onError, timeout: undefined });
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
