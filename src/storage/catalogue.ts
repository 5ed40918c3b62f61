import type { Keyv } from "keyv";
import { LRUCache } from "lru-cache";
import type { Entry } from "./entry.ts";
import type { Edit } from "./folders.ts";
import { NameIndex, type FolderRecord, type Hit, type Query } from "./name-index.ts";

/**
 * The names people have seen, mount by mount, kept in the store: what browsing and crawling read is noted here, and
 * searching asks here first. Bounded: where a mount has more, the files of folders read longest ago are let go.
 */
export interface Catalogue {
  /** Notes a folder that was read to its end. Resolves when it can be found; it is written soon after. */
  note(mount: string, folder: string | undefined, entries: readonly Entry[], readAt: number): Promise<void>;
  /** Changes what is known of entries, in the folders that are known. Resolves when it can be found; it is written soon after. */
  edit(mount: string, edit: Edit): Promise<void>;
  /** Takes over a change that another process has made and written. */
  heard(mount: string, edit: Edit): Promise<void>;
  /** Another process has written a shelf: it is read before it is next asked for. */
  outdated(mount: string, shelf: number): void;
  /** Lets go of what is in memory, of a mount (absent = of all). */
  release(mount?: string): void;
  /** What is known of a folder. */
  known(mount: string, folder: string | undefined): Promise<FolderRecord | undefined>;
  find(mount: string, query: Query): Promise<readonly Hit[]>;
  /** Forgets everything of a mount. */
  forget(mount: string): Promise<void>;
  /** Resolves when everything noted is written. */
  flush(): Promise<void>;
  /** More was noted than the store has taken. What need not be noted now had better be left: it is only read again. */
  readonly isBehind: boolean;
}

interface CatalogueParts {
  /** Folders by `mount/shelf`. */
  readonly names: Keyv<readonly FolderRecord[]>;
  now(): number;
  /** Told why something could not be written: it is then only read again. */
  onError(error: unknown): void;
  /** Told which shelf of which mount was written; absent = nobody else reads or writes them. */
  readonly onWritten?: ((mount: string, shelf: number) => void) | undefined;
  /** Entries kept of one mount; absent = 100,000. */
  readonly maxOfMount?: number;
  /** Entries kept in memory over all mounts; absent = 120,000. */
  readonly maxInMemory?: number;
}

/** Records that may wait to be written: each holds the names of its mount in memory. */
const maxUnwritten = 256;
/** Records a mount is divided into, so that one folder's change rewrites a small part. */
const shelves = 32;
const allShelves = Array.from({ length: shelves }, (_, shelf) => shelf);

export function createCatalogue({
  names,
  now,
  onError,
  onWritten,
  maxOfMount = 100_000,
  maxInMemory = 120_000,
}: CatalogueParts): Catalogue {
  const indexes = new LRUCache<string, Promise<NameIndex>>({
    maxSize: maxInMemory,
    sizeCalculation: () => 1,
  });
  const unwritten = new Map<string, Unwritten>();
  /** Shelves that others have written since they were read, of mounts in memory. */
  const written = new Map<string, Set<number>>();
  let writing: Promise<void> | undefined;

  // The cache looks at a size once, when something is put in: what has grown is put in anew.
  const keep = (mount: string, index: Promise<NameIndex>, size: number) => {
    indexes.delete(mount);
    indexes.set(mount, index, { size: Math.max(1, size) });
  };
  const open = (mount: string): Promise<NameIndex> => {
    const known = indexes.get(mount);
    const newer = written.get(mount);
    if (known && !newer) return known;
    written.delete(mount);
    const loading = known
      ? known.then((index) => joinShelves(names, { mount, index, shelves: newer ?? [] }))
      : joinShelves(names, { mount, index: new NameIndex(maxOfMount), shelves: allShelves });
    indexes.set(mount, loading);
    void loading.then(
      (index) => indexes.peek(mount) === loading && keep(mount, loading, index.size),
      () => indexes.delete(mount),
    );
    return loading;
  };
  const write = async () => {
    for (const [key, { mount, index, shelf }] of unwritten) {
      unwritten.delete(key);
      try {
        // What others have written meanwhile stays.
        if (onWritten) await joinShelves(names, { mount, index, shelves: [shelf] });
        await names.set(
          key,
          index.folders.filter(({ id }) => shelfOf(id) === shelf),
        );
        onWritten?.(mount, shelf);
      } catch (error) {
        onError(error);
      }
    }
  };
  const flush = async () => {
    while (unwritten.size > 0 || writing) {
      writing ??= write().finally(() => (writing = undefined));
      await writing;
    }
  };

  const put = async (mount: string, index: NameIndex, records: readonly FolderRecord[]) => {
    for (const { id } of records.flatMap((changed) => [changed, ...index.put(changed)])) {
      const shelf = shelfOf(id);
      unwritten.set(`${mount}/${shelf}`, { mount, index, shelf });
    }
    keep(mount, open(mount), index.size);
    if (index.isSearched) void index.digest();
    const written = flush();
    if (unwritten.size > maxUnwritten) await written;
  };

  return {
    async note(mount, folder = "", entries, readAt) {
      const index = await open(mount);
      const before = index.folder(folder)?.readAt ?? -1;
      // A record of a time yet to come is from before the clock was set back, and no newer than this one.
      if (before >= readAt && before <= now()) return;
      await put(mount, index, [{ id: folder, readAt, entries: entries.map(slim) }]);
    },
    async edit(mount, edit) {
      const index = await open(mount);
      const records = index.folders.flatMap((record) => edited(record, edit) ?? []);
      if (records.length > 0) await put(mount, index, records);
    },
    async heard(mount, edit) {
      const index = await indexes.peek(mount);
      for (const record of index?.folders ?? []) {
        const changed = edited(record, edit);
        if (changed) index?.put(changed);
      }
    },
    outdated(mount, shelf) {
      if (indexes.has(mount)) written.set(mount, (written.get(mount) ?? new Set()).add(shelf));
    },
    release(mount) {
      if (mount === undefined) indexes.clear();
      else indexes.delete(mount);
      for (const [key, { mount: of }] of unwritten) if (mount === undefined || of === mount) unwritten.delete(key);
    },
    known: async (mount, folder = "") => (await open(mount)).folder(folder),
    find: async (mount, query) => (await open(mount)).find(query),
    async forget(mount) {
      indexes.delete(mount);
      for (const key of shelfKeys(mount)) unwritten.delete(key);
      await writing;
      for (const key of shelfKeys(mount)) await names.delete(key);
    },
    flush,
    get isBehind() {
      return unwritten.size > maxUnwritten;
    },
  };
}

interface Unwritten {
  readonly mount: string;
  readonly index: NameIndex;
  readonly shelf: number;
}

/** Puts what is written on some shelves of a mount into its index, where the index has not read it later. */
async function joinShelves(
  names: Keyv<readonly FolderRecord[]>,
  { mount, index, shelves }: Omit<Unwritten, "shelf"> & { readonly shelves: Iterable<number> },
): Promise<NameIndex> {
  for (const shelf of shelves) {
    for (const record of (await names.get(`${mount}/${shelf}`)) ?? []) {
      if ((index.folder(record.id)?.readAt ?? -1) < record.readAt) index.put(record);
    }
  }
  return index;
}

function shelfKeys(mount: string): readonly string[] {
  return allShelves.map((shelf) => `${mount}/${shelf}`);
}

/** FNV-1a, so that a folder stands on the same shelf after a restart. */
function shelfOf(folder: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < folder.length; at++) hash = Math.imul(hash ^ folder.charCodeAt(at), 0x01_00_01_93);
  return (hash >>> 0) % shelves;
}

/** A folder after a change; undefined = it is as it was. */
function edited(record: FolderRecord, { gone, renamed, added }: Edit): FolderRecord | undefined {
  const left = record.entries.filter(({ id }) => !gone?.has(id));
  const isRenamed = renamed !== undefined && left.some(({ id }) => id === renamed.id);
  const fresh = (added?.folder ?? "") === record.id ? (added?.entries ?? []) : [];
  if (left.length === record.entries.length && !isRenamed && fresh.length === 0) return undefined;
  const called = isRenamed ? left.map((entry) => (entry.id === renamed.id ? slim(renamed) : entry)) : left;
  return { ...record, entries: [...called, ...fresh.map(slim)] };
}

/** What searching needs, without pictures and hashes. */
function slim({ id, kind, name, size, modifiedAt, mimeType }: Entry): Entry {
  return {
    id,
    kind,
    name,
    size,
    modifiedAt,
    mimeType,
  };
}
