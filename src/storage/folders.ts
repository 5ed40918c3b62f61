import { LRUCache } from "lru-cache";
import type { CallOptions, Driver } from "./driver.ts";
import type { Entry } from "./entry.ts";
import { StorageError, type StorageErrorCode } from "./error.ts";
import { joined } from "./joined.ts";

/** A folder as far as it has been read. */
export interface Folder {
  /** In the drive's order; sort with `sortEntries`. */
  readonly entries: readonly Entry[];
  /** These are all. */
  readonly complete: boolean;
  /** Reading the rest failed; what was read stays. */
  readonly failed?: { readonly code: StorageErrorCode; readonly retryAfter?: number };
  /** When reading began, ms since the epoch. */
  readonly readAt: number;
}

/** Folders read so far, one reader each for all askers. Empty folders are kept like others. */
export interface Folders {
  /** The folder once its first page is there; the rest is read on by itself. */
  read(wanted: WantedFolder): Promise<Folder>;
  /** The folder read to its end, or as far as it went. */
  whole(wanted: WantedFolder): Promise<Folder>;
  /** The folder as far as it is known, without reading anything; undefined = it is not. */
  peek(mount: string, folder: string | undefined): Folder | undefined;
  /** Snapshots while the folder fills in, the last one complete or failed. Nothing when nobody has read it. */
  follow(
    mount: string,
    folder: string | undefined,
    options: CallOptions & { readonly every?: number },
  ): AsyncIterable<Folder>;
  /** Forgets every folder of a mount and stops reading them. */
  forget(mount: string): void;
  close(): void;
}

interface WantedFolder {
  readonly mount: string;
  readonly folder: string | undefined;
  readonly driver: Driver;
  readonly refresh: boolean;
  readonly signal: AbortSignal | undefined;
}

interface FoldersParts {
  now(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** Told of every folder that was read to its end. */
  onRead(mount: string, folder: string | undefined, read: Folder): void;
  /** Entries kept over all folders; what was looked at longest ago goes first. Absent = 400,000. */
  readonly maxEntries?: number | undefined;
}

/** How long a listing is believed. */
const freshFor = 30 * 60_000;
/** How long a listing that broke off is kept before it is read anew. */
const brokenFor = 30_000;
const usualEntries = 400_000;

/** A cache of folders, filled by readers. */
export function createFolders({ now, wait, onRead, maxEntries = usualEntries }: FoldersParts): Folders {
  const readers = new LRUCache<string, Reader>({
    maxSize: maxEntries,
    sizeCalculation: (reader) => reader.entries.length + 1,
    dispose: (reader) => reader.stop(),
  });
  const start = (key: string, wanted: WantedFolder): Reader => {
    const reader = new Reader(wanted.driver, wanted.folder, now);
    readers.set(key, reader);
    // Counted anew when its length is known; dropped when even the first page failed.
    void reader.done.then(() => {
      if (reader !== readers.peek(key)) return;
      keepSized(readers, key, reader);
      const read = reader.snapshot();
      if (read.complete) onRead(wanted.mount, wanted.folder, read);
    });
    return reader;
  };
  const readerFor = (wanted: WantedFolder): Reader => {
    const key = keyOf(wanted.mount, wanted.folder);
    const known = wanted.refresh ? undefined : readers.get(key);
    return known && !known.stale(now()) ? known : start(key, wanted);
  };
  return {
    async read(wanted) {
      const reader = readerFor(wanted);
      await joined(reader.firstPage, wanted.signal);
      return reader.snapshot();
    },
    async whole(wanted) {
      const reader = readerFor(wanted);
      await joined(reader.firstPage, wanted.signal);
      await joined(reader.done, wanted.signal);
      return reader.snapshot();
    },
    peek: (mount, folder) => readers.peek(keyOf(mount, folder))?.snapshot(),
    async *follow(mount, folder, { every = 1000, signal }) {
      const reader = readers.get(keyOf(mount, folder));
      if (!reader) return;
      while (!reader.settled) {
        await joined(Promise.race([reader.done, wait(every, signal)]), signal);
        yield reader.snapshot();
      }
    },
    forget(mount) {
      for (const key of readers.keys()) if (key.startsWith(`${mount}/`)) readers.delete(key);
    },
    close: () => readers.clear(),
  };
}

function keyOf(mount: string, folder: string | undefined): string {
  return `${mount}/${folder ?? ""}`;
}

/** The cache looks at a size once, when something is put in: what has grown is put in anew. */
function keepSized(readers: LRUCache<string, Reader>, key: string, reader: Reader): void {
  readers.delete(key);
  if (reader.entries.length > 0 || !reader.snapshot().failed) readers.set(key, reader);
}

/** Reads one folder page after page, and is asked by everybody who wants it. */
class Reader {
  readonly entries: Entry[] = [];
  /** Resolves with the first page, rejects when there is none. */
  readonly firstPage: Promise<void>;
  /** Resolves when nothing more will come. */
  readonly done: Promise<void>;
  settled = false;
  #failed: Folder["failed"];
  readonly #readAt: number;
  readonly #stop = new AbortController();

  constructor(driver: Driver, folder: string | undefined, now: () => number) {
    this.#readAt = now();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.firstPage = promise;
    this.done = this.#read(driver, folder, resolve).catch((error: unknown) => this.#breakOff(error, reject));
    promise.catch(() => undefined);
  }

  snapshot(): Folder {
    return {
      // Nothing is added to a settled folder, so everybody may have the same array.
      entries: this.settled ? this.entries : [...this.entries],
      complete: this.settled && !this.#failed,
      ...(this.#failed && { failed: this.#failed }),
      readAt: this.#readAt,
    };
  }

  stale(now: number): boolean {
    return now - this.#readAt > (this.#failed ? brokenFor : freshFor);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #read(driver: Driver, folder: string | undefined, first: () => void): Promise<void> {
    let cursor: string | undefined;
    // Drives have been seen to give a cursor again, and would be read for ever.
    const seen = new Set<string>();
    do {
      const page = await driver.list(folder, { signal: this.#stop.signal, ...(cursor !== undefined && { cursor }) });
      for (const entry of page.items) this.entries.push(entry);
      cursor = page.next;
      if (cursor !== undefined && seen.has(cursor))
        throw new StorageError("upstream", { message: "a page comes again" });
      if (cursor !== undefined) seen.add(cursor);
      if (cursor === undefined) this.settled = true;
      first();
    } while (cursor !== undefined);
  }

  #breakOff(error: unknown, reject: (error: unknown) => void): void {
    this.settled = true;
    this.#failed =
      error instanceof StorageError
        ? { code: error.code, ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }) }
        : { code: "upstream" };
    reject(error);
  }
}
