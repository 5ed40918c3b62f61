import { LRUCache } from "lru-cache";
import type {
  CallOptions,
  Capability,
  CapabilityOf,
  ChangeOptions,
  Driver,
  SavingOptions,
  SharedSource,
} from "./driver.ts";
import { StorageError } from "./error.ts";
import type { Folders, Place } from "./folders.ts";
import { joined } from "./joined.ts";
import type { Known } from "./known.ts";
import { sourceOf } from "./source.ts";
import type { Preview } from "./task.ts";
import { createTaskWatch, type TaskNow } from "./task-watch.ts";

/** What is asked of a mount instead of its driver. */
type OnMount<F> = F extends (...given: infer A) => infer R ? (mount: string, ...given: A) => R : never;

type Plain = {
  readonly [K in Exclude<Capability, "quota" | "save">]: OnMount<CapabilityOf<K>>;
};

/** Which share is saved, or which of its entries: those of a mount that is a share. */
export interface SavedFrom extends Pick<SharedSource, "entries" | "above" | "others"> {
  readonly mount: string;
}

/**
 * Changes on mounts' drives, each where the drive can: `unsupported` otherwise. What is known of folders, names and links is
 * changed with them, so that nothing is read again.
 */
export interface Changes extends Plain {
  /** Saves from another mount, which is a share. */
  save(
    mount: string,
    from: SavedFrom,
    to: string | undefined,
    options?: SavingOptions,
  ): ReturnType<CapabilityOf<"save">>;
  /**
   * A task as it is now, and in how many ms it is worth asking again. Many who ask at once cost one call. `to`: the folder
   * it fetches to, which is read anew when it is over.
   */
  taskNow(mount: string, id: string, options: CallOptions & { readonly to: string | undefined }): Promise<TaskNow>;
}

interface ChangesParts {
  /** Asks a mount's driver, and notes how the mount does. */
  call<T>(mount: string, work: (driver: Driver) => Promise<T>): Promise<T>;
  /** What a share's mount is opened with, secrets included. */
  sourceOf(mount: string): Promise<Pick<SharedSource, "kind" | "values">>;
  readonly folders: Pick<Folders, "peek">;
  readonly known: Pick<Known, "edit" | "renew">;
  monotonic(): number;
}

/** Entries in the trash of which it is known where they were. */
const maxTrashed = 2000;

/** What addresses would bring, of so many it is known: turning a page of it asks nobody. */
const maxPreviews = 50;

export function createChanges(parts: ChangesParts): Changes {
  const {
    call,
    known: { edit, renew },
  } = parts;
  const trashed = new LRUCache<string, Place>({ max: maxTrashed });
  const previews = new LRUCache<string, Promise<Preview>>({ max: maxPreviews });
  const watch = createTaskWatch(parts);
  /** What may have happened without an answer is looked at anew by whoever looks next. */
  const write = async <T>(mount: string, work: (driver: Driver) => Promise<T>): Promise<T> => {
    try {
      return await call(mount, work);
    } catch (error) {
      if (error instanceof StorageError && uncertain.has(error.code)) renew(mount);
      throw error;
    }
  };
  /** A call's worth is done: the rest may still be refused. */
  const each =
    (options: ChangeOptions, change: (ids: readonly string[]) => void): ((ids: readonly string[]) => void) =>
    (ids) => {
      change(ids);
      options.onDone?.(ids);
    };
  const take = (mount: string, ids: readonly string[]) => edit(mount, { gone: new Set(ids) });
  /** Out of the tree, with what is in them. */
  const close = (mount: string, ids: readonly string[]) => edit(mount, { gone: new Set(ids), closed: new Set(ids) });
  return {
    async makeFolder(mount, parent, name, options) {
      const made = await write(mount, (driver) => able(driver, "makeFolder")(parent, name, options));
      edit(mount, { added: { folder: parent, entries: [made] } });
      return made;
    },
    async rename(mount, id, name, options) {
      const renamed = await write(mount, (driver) => able(driver, "rename")(id, name, options));
      edit(mount, { renamed });
      return renamed;
    },
    move: (mount, ids, to, options = {}) =>
      write(mount, (driver) => {
        const onDone = each(options, (done) => {
          const moved = take(mount, done).map(({ entry }) => entry);
          const unique = new Map(moved.map((entry) => [entry.id, entry]));
          const entries = done.flatMap((id) => unique.get(id) ?? []);
          edit(mount, { added: { folder: to, ...(entries.length === done.length && { entries }) } });
        });
        return able(driver, "move")(ids, to, { ...options, onDone });
      }),
    copy: (mount, ids, to, options = {}) =>
      write(mount, (driver) => {
        const onDone = each(options, () => edit(mount, { added: { folder: to } }));
        return able(driver, "copy")(ids, to, { ...options, onDone });
      }),
    trash: (mount, ids, options = {}) =>
      write(mount, (driver) => {
        const onDone = each(options, (done) => {
          for (const place of close(mount, done)) trashed.set(`${mount}/${place.entry.id}`, place);
        });
        return able(driver, "trash")(ids, { ...options, onDone });
      }),
    restore: (mount, ids, options = {}) =>
      write(mount, (driver) => {
        const onDone = each(options, (done) => {
          const places = done.flatMap((id) => trashed.get(`${mount}/${id}`) ?? []);
          // What was in a folder that is gone as well comes back to the root.
          const isKnown = places.every(({ folder }) => parts.folders.peek(mount, folder));
          for (const { folder, entry } of places) edit(mount, { added: { folder, entries: [entry] } });
          if (!isKnown || places.length < done.length) renew(mount);
        });
        return able(driver, "restore")(ids, { ...options, onDone });
      }),
    remove: (mount, ids, options = {}) =>
      write(mount, (driver) =>
        able(driver, "remove")(ids, { ...options, onDone: each(options, (done) => close(mount, done)) }),
      ),
    listTrash: (mount, options) => call(mount, (driver) => able(driver, "listTrash")(options)),
    emptyTrash: (mount, options) => call(mount, (driver) => able(driver, "emptyTrash")(options)),
    download: (mount, source, to, options) =>
      write(mount, async (driver) => {
        const task = await able(driver, "download")(source, to, options);
        edit(mount, { added: { folder: to } });
        return task;
      }),
    preview: (mount, source, options) => {
      const key = `${mount} ${sourceOf(source)?.identity ?? source}`;
      const known = previews.get(key);
      if (known) return joined(known, options?.signal);
      // Who asks first may hang up; the others wait on.
      const asked = call(mount, (driver) => able(driver, "preview")(source, { ...options, signal: undefined }));
      previews.set(key, asked);
      const drop = () => {
        if (previews.get(key) === asked) previews.delete(key);
      };
      asked.then(({ files }) => files.length === 0 && drop(), drop);
      return joined(asked, options?.signal);
    },
    tasks: (mount, options) => call(mount, (driver) => able(driver, "tasks")(options)),
    task: (mount, id, options) => call(mount, (driver) => able(driver, "task")(id, options)),
    taskNow: async (mount, id, { to, ...options }) => {
      const now = await watch.find(mount, id, options);
      // Whoever looks into the folder sees what has come.
      if (now.ended) edit(mount, { added: { folder: to } });
      return now;
    },
    retryTask: (mount, id, options) =>
      write(mount, (driver) =>
        able(driver, "retryTask")(id, options).finally(() => {
          // What it had fetched is gone from wherever it was.
          if (options?.stuck) renew(mount);
        }),
      ),
    cancelTasks: (mount, ids, options = {}) =>
      write(mount, (driver) =>
        able(driver, "cancelTasks")(ids, options).finally(() => {
          if (options.withFiles) renew(mount);
        }),
      ),
    clearTasks: (mount, options) => call(mount, (driver) => able(driver, "clearTasks")(options)),
    save: async (mount, { mount: share, ...chosen }, to, options = {}) => {
      const source = { ...(await parts.sourceOf(share)), ...chosen };
      let isSent = false;
      const onSend = async () => {
        isSent = true;
        await options.onSend?.();
      };
      return write(mount, async (driver) => {
        const saved = await able(driver, "save")(source, to, { ...options, onSend }).catch((error: unknown) => {
          // Some of it may be there, or on its way.
          if (isSent) edit(mount, { added: { folder: to } });
          throw error;
        });
        if (saved.entries.length > saved.present) edit(mount, { added: { folder: to } });
        if (saved.folder) edit(mount, { added: { folder: saved.folder.id } });
        return saved;
      });
    },
    shareOut: (mount, ids, options) => call(mount, (driver) => able(driver, "shareOut")(ids, options)),
    listSharedOut: (mount, options) => call(mount, (driver) => able(driver, "listSharedOut")(options)),
    revokeShared: (mount, ids, options) => call(mount, (driver) => able(driver, "revokeShared")(ids, options)),
    upload: (mount, source, to, options) =>
      write(mount, async (driver) => {
        const uploaded = await able(driver, "upload")(source, to, options);
        if (uploaded.is === "done") edit(mount, { added: { folder: to, entries: [uploaded.entry] } });
        return uploaded;
      }),
    dropUpload: (mount, pending, options) => call(mount, (driver) => able(driver, "dropUpload")(pending, options)),
  };
}

/** Failures after which a change may have been made all the same. */
const uncertain: ReadonlySet<StorageError["code"]> = new Set([
  "unreachable",
  "upstream",
  "still-moving",
  "outcome-unknown",
] satisfies StorageError["code"][]);

/** The driver's own method, or `unsupported`. */
function able<K extends Capability>(driver: Driver, name: K): CapabilityOf<K> {
  const method = (driver as { readonly [N in K]?: CapabilityOf<N> })[name];
  if (!method) throw new StorageError("unsupported", { message: `the drive cannot ${name}` });
  return method;
}
