import { LRUCache } from "lru-cache";
import type { CallOptions, Driver } from "./driver.ts";
import type { Entry } from "./entry.ts";
import { StorageError, storageErrorKind, type StorageErrorCode } from "./error.ts";
import { joined } from "./joined.ts";

/** A folder as far as it has been read. */
export interface Folder {
  /** In the drive's order; sort with `sortEntries`. */
  readonly entries: readonly Entry[];
  /** These are all. */
  readonly complete: boolean;
  /** Reading the rest failed; what was read stays. */
  readonly failed?: { readonly code: StorageErrorCode; readonly retryAfter?: number | undefined } | undefined;
  /** When reading began, ms since the epoch. */
  readonly readAt: number;
}

/** What has happened to entries, as a listing shows it. */
export interface Edit {
  /** Ids of those that are not where they were. */
  readonly gone?: ReadonlySet<string> | undefined;
  /** Ids of folders that cannot be opened any more, nor what is below them. */
  readonly closed?: ReadonlySet<string> | undefined;
  /** Those that are called something else now. */
  readonly renamed?: Entry | undefined;
  /** Those that are new in a folder (absent = the root); without `entries` there are some, and nobody knows which. */
  readonly added?: { readonly folder: string | undefined; readonly entries?: readonly Entry[] } | undefined;
}

/** Folders read so far, one reader each for all askers. Empty folders are kept like others. */
export interface Folders {
  /** The folder once its first page is there, or as `soon` has it; the rest is read on by itself. */
  read(wanted: WantedFolder & FolderWait): Promise<Folder>;
  /** The folder read to its end, or as far as it went. */
  whole(wanted: WantedFolder): Promise<Folder>;
  /** The folder as far as it is known, without reading anything; undefined = it is not. */
  peek(mount: string, folder: string | undefined): Folder | undefined;
  /** Snapshots while the folder fills in, the last one complete or failed. Nothing when nobody has read it. */
  follow(
    mount: string,
    folder: string | undefined,
    options: CallOptions & { readonly every?: number | undefined },
  ): AsyncIterable<Folder>;
  /** Changes what is known, without reading anything; a folder that is not known for certain any more is read when it is asked for. Gives the entries that are gone, with where they were. */
  edit(mount: string, edit: Edit): readonly Place[];
  /** Every folder of a mount (absent = of all) is read anew when it is asked for. */
  renew(mount?: string): void;
  /** Forgets every folder of a mount and stops reading them; whoever waits is told `why`. */
  forget(mount: string, why: StorageErrorCode): void;
  close(): void;
}

/** An entry, and the folder it is or was in; absent = the root. */
export interface Place {
  readonly entry: Entry;
  readonly folder: string | undefined;
}

/** How much of a folder is waited for. */
export interface FolderWait {
  /** The first entries of a long folder will do, where the drive tells them before the rest of their page. */
  readonly soon?: boolean | undefined;
}

interface WantedFolder extends CallOptions {
  readonly mount: string;
  readonly folder: string | undefined;
  readonly driver: Driver;
  readonly refresh: boolean;
}

interface FoldersParts {
  now(): number;
  monotonic(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** Told of every folder that was read to its end. */
  onRead(mount: string, folder: string | undefined, read: Folder): void;
  /** Entries kept over all folders; what was looked at longest ago goes first. Absent = 200,000. */
  readonly maxEntries?: number | undefined;
}

/** How long a listing is believed. */
const freshFor = 30 * 60_000;
/** How long a listing that broke off is kept before it is read anew. */
const brokenFor = 30_000;
/** About 110 MB: 540 bytes each, measured with names, thumbnails and hashes as PikPak has them. */
const usualEntries = 200_000;

/** A cache of folders, filled by readers. */
export function createFolders(parts: FoldersParts): Folders {
  const { monotonic, wait, onRead, maxEntries = usualEntries } = parts;
  const readers = new LRUCache<string, Reader>({
    maxSize: maxEntries,
    sizeCalculation: (reader) => reader.entries.length + 1,
    // Whoever reads from it is served to the end: only nobody knows it any more.
    dispose: (reader, _key, reason) => reason !== "delete" && reader.retire(),
  });
  /** Also those that others have taken the place of, and those that have not taken it yet. */
  const running = new Map<Reader, string>();
  const settle = (key: string, reader: Reader, wanted: WantedFolder) => {
    running.delete(reader);
    if (reader !== readers.peek(key)) return;
    // Counted anew when its length is known; dropped when even the first page failed.
    keepSized(readers, key, reader);
    const read = reader.snapshot();
    if (read.complete) onRead(wanted.mount, wanted.folder, read);
  };
  const takePlace = (key: string, reader: Reader) => {
    const there = readers.peek(key);
    if (!reader.isRetired && !there?.startedAfter(reader)) readers.set(key, reader);
  };
  const letGo = (key: string, reader: Reader) => {
    readers.delete(key);
    reader.retire();
  };
  const start = (key: string, wanted: WantedFolder): Reader => {
    const reader = new Reader(wanted, parts);
    running.set(reader, key);
    const there = readers.peek(key);
    // What is known stays until there is something newer: a refresh that gets no answer takes nothing from anybody.
    if (!there?.isUseful) readers.set(key, reader);
    else
      void reader.firstPage.then(
        () => takePlace(key, reader),
        (error: unknown) => isAnAnswer(error) && readers.peek(key) === there && letGo(key, there),
      );
    void reader.done.then(() => settle(key, reader, wanted));
    return reader;
  };
  const readerFor = (wanted: WantedFolder): Reader => {
    const key = keyOf(wanted.mount, wanted.folder);
    const known = wanted.refresh ? undefined : readers.get(key);
    return known && !known.stale(monotonic()) ? known : start(key, wanted);
  };
  const isOf = (mount: string | undefined, key: string) => mount === undefined || key.startsWith(`${mount}/`);
  const ofMount = (mount: string | undefined) => [...readers.keys()].filter((key) => isOf(mount, key));
  /** What a refresh that is under way brings may be from before a change. */
  const retireRefreshes = (mount: string | undefined) => {
    for (const [reader, key] of running) if (isOf(mount, key) && readers.peek(key) !== reader) reader.retire();
  };
  const letGoBelow = (mount: string, folder: string) => {
    const key = keyOf(mount, folder);
    const reader = readers.peek(key);
    if (!reader) return;
    letGo(key, reader);
    for (const { id, kind } of reader.entries) if (kind === "folder") letGoBelow(mount, id);
  };
  return {
    edit(mount, { gone, closed = [], renamed, added }) {
      retireRefreshes(mount);
      for (const id of closed) letGoBelow(mount, id);
      const left: Place[] = [];
      for (const key of ofMount(mount)) {
        const reader = readers.peek(key);
        const folder = key.slice(mount.length + 1) || undefined;
        const taken = reader?.edit({ gone, renamed }) ?? [];
        left.push(...taken.map((entry) => ({ entry, folder })));
        if (reader && taken.length > 0) keepSized(readers, key, reader);
      }
      if (!added) return left;
      const key = keyOf(mount, added.folder);
      const target = readers.peek(key);
      if (target?.add(added.entries)) keepSized(readers, key, target);
      else if (target) letGo(key, target);
      return left;
    },
    renew(mount) {
      retireRefreshes(mount);
      for (const key of ofMount(mount)) {
        const reader = readers.peek(key);
        if (reader) letGo(key, reader);
      }
    },
    async read(wanted) {
      const reader = readerFor(wanted);
      // What takes the place of something known does so with its page: until then others are given what is known.
      const isPlaced = readers.peek(keyOf(wanted.mount, wanted.folder)) === reader;
      const enough = wanted.soon && isPlaced ? reader.firstEntries : reader.firstPage;
      await reader.serving(() => joined(enough, wanted.signal));
      return reader.snapshot();
    },
    async whole(wanted) {
      const reader = readerFor(wanted);
      await reader.serving(async () => {
        await joined(reader.firstPage, wanted.signal);
        await joined(reader.done, wanted.signal);
      });
      return reader.snapshot();
    },
    peek: (mount, folder) => readers.peek(keyOf(mount, folder))?.snapshot(),
    async *follow(mount, folder, { every = 1000, signal }) {
      const reader = readers.get(keyOf(mount, folder));
      if (!reader) return;
      const leave = reader.enter();
      try {
        while (!reader.settled) {
          await joined(Promise.race([reader.done, wait(every, signal)]), signal);
          yield reader.snapshot();
        }
      } finally {
        leave();
      }
    },
    forget(mount, why) {
      for (const [reader, key] of running) if (isOf(mount, key)) reader.stop(new StorageError(why));
      for (const key of ofMount(mount)) readers.delete(key);
    },
    close() {
      for (const reader of running.keys()) reader.stop(new StorageError("upstream", { message: "closing" }));
      readers.clear();
    },
  };
}

/** The folder is gone, or the account may not see it any more: what was known of it is not so now. */
function isAnAnswer(error: unknown): boolean {
  if (!(error instanceof StorageError)) return false;
  const { about } = storageErrorKind(error.code);
  return about !== "service" && about !== "limit";
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
  /** Shared with whoever asked once nothing is added any more: then another array takes its place. */
  entries: Entry[] = [];
  /** Resolves with the first entries the drive tells of, which are the first page's at the latest; rejects when there is none. */
  readonly firstEntries: Promise<void>;
  /** Resolves with the first page, rejects when there is none. */
  readonly firstPage: Promise<void>;
  /** Resolves when nothing more will come. */
  readonly done: Promise<void>;
  settled = false;
  #failed: Folder["failed"];
  /** Milliseconds since the epoch. */
  #readAt: number;
  /** By the monotonic clock. */
  readonly #startedAt: number;
  readonly #stop = new AbortController();
  /** Who waits for it. */
  #waiting = 0;
  /** Nobody new is given it. */
  isRetired = false;

  constructor(wanted: WantedFolder, { now, monotonic }: Pick<FoldersParts, "now" | "monotonic">) {
    this.#readAt = now();
    this.#startedAt = monotonic();
    const [entries, page] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.firstEntries = entries.promise;
    this.firstPage = page.promise;
    const onPage = () => {
      entries.resolve();
      page.resolve();
    };
    this.done = this.#read(wanted, { onEntries: entries.resolve, onPage }).catch((error: unknown) => {
      const why = this.#breakOff(error);
      entries.reject(why);
      page.reject(why);
    });
    for (const { promise } of [entries, page]) promise.catch(() => undefined);
  }

  snapshot(): Folder {
    return {
      // Nothing is added to a settled folder, so everybody may have the same array.
      entries: this.settled ? this.entries : [...this.entries],
      complete: this.settled && !this.#failed,
      failed: this.#failed,
      readAt: this.#readAt,
    };
  }

  /** There is something to show of it. */
  get isUseful(): boolean {
    return this.entries.length > 0 || (this.settled && !this.#failed);
  }

  startedAfter(other: Reader): boolean {
    return this.#startedAt > other.#startedAt;
  }

  /** Pages that are yet to come are of a later time than the change. Gives the entries that are gone. */
  edit({ gone, renamed }: Pick<Edit, "gone" | "renamed">): readonly Entry[] {
    const taken = gone ? this.entries.filter(({ id }) => gone.has(id)) : [];
    const isRenamed = renamed !== undefined && this.entries.some(({ id }) => id === renamed.id);
    if (taken.length === 0 && !isRenamed) return taken;
    const left = this.entries.filter(({ id }) => !gone?.has(id));
    this.entries = renamed ? left.map((entry) => (entry.id === renamed.id ? { ...entry, ...renamed } : entry)) : left;
    return taken;
  }

  /** False = what the folder holds now is not known: it is still being read, or the drive may have changed a name that was taken. */
  add(entries: readonly Entry[] | undefined): boolean {
    if (!entries || !this.settled || this.#failed) return false;
    const there = new Set(this.entries.map(({ name }) => name));
    if (entries.some(({ name }) => there.has(name))) return false;
    this.entries = [...this.entries, ...entries];
    return true;
  }

  stale(monotonic: number): boolean {
    return monotonic - this.#startedAt > (this.#failed ? brokenFor : freshFor);
  }

  /** Somebody waits for it, until what is given back is called. */
  enter(): () => void {
    this.#waiting += 1;
    return () => {
      this.#waiting -= 1;
      this.#stopUnwanted();
    };
  }

  async serving<T>(work: () => Promise<T>): Promise<T> {
    const leave = this.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Nobody new will be given it: it reads on only for those who wait for it now. */
  retire(): void {
    this.isRetired = true;
    this.#stopUnwanted();
  }

  stop(why: StorageError): void {
    this.#stop.abort(why);
  }

  #stopUnwanted(): void {
    if (this.isRetired && this.#waiting === 0) this.stop(new StorageError("upstream", { message: "nobody waits" }));
  }

  async #read(
    { driver, folder, asker, background, refresh }: WantedFolder,
    { onEntries, onPage }: { onEntries(): void; onPage(): void },
  ): Promise<void> {
    let cursor: string | undefined;
    // Drives have been seen to give a cursor again, and would be read for ever.
    const seen = new Set<string>();
    const early = new Set<string>();
    const onFirst = (entries: readonly Entry[]) => {
      // Told again where the page had to be asked for again.
      if (early.size > 0) return;
      for (const entry of entries) {
        early.add(entry.id);
        this.entries.push(entry);
      }
      onEntries();
    };
    const signal = this.#stop.signal;
    do {
      const options = { signal, cursor, asker, background, refresh };
      const page = await driver.list(folder, cursor === undefined && !background ? { ...options, onFirst } : options);
      this.#readAt = Math.min(this.#readAt, page.readAt ?? Infinity);
      // What was told early may have been changed meanwhile, and stays as it is now.
      for (const entry of page.items) if (!early.has(entry.id)) this.entries.push(entry);
      early.clear();
      cursor = page.next;
      if (cursor !== undefined && seen.has(cursor))
        throw new StorageError("upstream", { message: "a page comes again" });
      if (cursor !== undefined) seen.add(cursor);
      if (cursor === undefined) this.settled = true;
      onPage();
    } while (cursor !== undefined);
  }

  #breakOff(error: unknown): unknown {
    const why = this.#stop.signal.aborted ? (this.#stop.signal.reason as StorageError) : error;
    this.settled = true;
    this.#failed = why instanceof StorageError ? { code: why.code, retryAfter: why.retryAfter } : { code: "upstream" };
    return why;
  }
}
