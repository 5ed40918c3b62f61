import type { Keyv } from "keyv";
import type { CallOptions, Driver, DriverContext, DriverKind, DriverLog, Link, Quota } from "./driver.ts";
import { createCatalogue, type Catalogue } from "./catalogue.ts";
import { createCrawler, type Crawl, type Crawler } from "./crawl.ts";
import { createDrivers, type Drivers } from "./drivers.ts";
import type { Details } from "./entry.ts";
import { StorageError, type StorageErrorCode } from "./error.ts";
import { createFolders, type Folder, type Folders } from "./folders.ts";
import { createLinks, type Links } from "./links.ts";
import type { Values } from "./form.ts";
import type { Mount } from "./mount.ts";
import type { FolderRecord, Hit, Query } from "./name-index.ts";

/** What a new mount is made of. `values` are a form's answers, secrets included, already checked by the kind. */
export interface MountDraft {
  readonly driver: string;
  readonly owner: string;
  readonly values: Values;
  /** Absent = the kind's own title. */
  readonly title?: string;
  /** The vault an earlier try ended with (`StorageError.kept`): the driver's device, tokens it changed for newer ones. */
  readonly kept?: Values;
}

/** All mounts. Throws `StorageError` and nothing else, except the reason of an aborted signal. */
export interface Storage {
  readonly kinds: readonly DriverKind[];
  /** The mount, or undefined when there is none of that id. */
  find(id: string): Promise<Mount | undefined>;
  /**
   * Puts up a mount after listing its root once: it exists only if that worked. `folder` is checked too.
   * On any failure nothing is left behind.
   */
  mount(draft: MountDraft, options?: CallOptions): Promise<Mount>;
  /**
   * New secrets for a mount (signing in again); kept only if listing its root works with them, else the old ones stay.
   * They replace all old answers, or with `amend` join them.
   */
  renew(id: string, values: Values, options?: CallOptions & { readonly amend?: boolean }): Promise<Mount>;
  /** Changes what a mount is called, how it is downloaded from, or where it is lent to. `method: undefined` = back to the usual one. */
  change(
    id: string,
    changes: { title?: string; method?: Mount["method"] | undefined; audience?: readonly string[] },
  ): Promise<Mount>;
  /** Removes a mount, its secrets, its caches. Removing what is not there is no error. */
  unmount(id: string): Promise<void>;
  /** A folder (absent = root) once its first page is there; the rest is read on in the background, one reader for all askers. */
  folder(
    mount: string,
    folder: string | undefined,
    options?: CallOptions & { readonly refresh?: boolean },
  ): Promise<Folder>;
  /** The folder as far as it is known already; undefined = it is not. Never asks the drive. */
  peek(mount: string, folder: string | undefined): Folder | undefined;
  /** The folder as it fills in: a snapshot at most every `every` ms (1000), the last one complete or failed. Ends by itself. */
  follow(
    mount: string,
    folder: string | undefined,
    options?: CallOptions & { readonly every?: number },
  ): AsyncIterable<Folder>;
  stat(mount: string, entry: string, options?: CallOptions): Promise<Details>;
  /** From the cache until 60 s before expiry; one upstream call for many askers. `refused`: an address that was turned away, and is not to be given again. */
  link(
    mount: string,
    entry: string,
    options?: CallOptions & { readonly prefer?: string; readonly refused?: string },
  ): Promise<Link>;
  /** Undefined where the drive has none. */
  quota(mount: string, options?: CallOptions): Promise<Quota | undefined>;
  /** Lists the root anew and notes the outcome in the mount's health. */
  check(mount: string, options?: CallOptions): Promise<Mount>;
  /** What is known by name, at once and without asking the drive. */
  search(mount: string, query: Query): Promise<readonly Hit[]>;
  /** Reads everything below a folder (absent = root), so that it can be found; one crawl for all askers. `anew` believes nothing read before. */
  crawl(mount: string, folder: string | undefined, options: CrawlOptions): Promise<Crawl>;
  /** An asker needs the crawl no more; it ends when nobody does. */
  stopCrawl(mount: string, folder: string | undefined, asker: string): void;
  /** Lets go of every driver. */
  close(): Promise<void>;
}

interface CrawlOptions {
  /** Person id. */
  readonly asker: string;
  readonly anew?: boolean;
}

interface StorageParts {
  readonly kinds: readonly DriverKind[];
  readonly mounts: Keyv<Mount>;
  /** Encrypted; a mount's secrets under its id. */
  readonly secrets: Keyv<Values>;
  readonly notes: Keyv<string>;
  /** Names of entries, for searching. */
  readonly names: Keyv<readonly FolderRecord[]>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  randomHex(bytes: number): string;
  /** 10 base62 characters. */
  newId(): string;
  readonly log: DriverLog;
  /** Told of what drivers ask of the services behind them; absent = nobody counts. */
  readonly count?: DriverContext["count"];
  /** Entries of folders kept in memory; absent = 400,000. */
  readonly maxEntries?: number;
}

/** The mounts of this process: one driver, one reader a folder and one call a link at a time, for everybody. */
export function createStorage(parts: StorageParts): Storage {
  const drivers = createDrivers(parts);
  const catalogue = createCatalogue({
    names: parts.names,
    onError: (err) => parts.log.warn({ err }, "names not written"),
  });
  const folders = createFolders({
    maxEntries: parts.maxEntries,
    now: parts.now,
    wait: parts.wait,
    onRead: (mount, folder, { entries, readAt }) => {
      if (catalogue.isBehind) return;
      void catalogue
        .note(mount, folder, entries, readAt)
        .catch((err: unknown) => parts.log.warn({ err, mount }, "names not noted"));
    },
  });
  const links = createLinks({ now: parts.now });
  const crawler = createCrawler({
    catalogue,
    now: parts.now,
    wait: parts.wait,
    read: async (mount, folder, { refresh, signal }) => {
      const driver = await drivers.of(mount);
      return watched(internals, mount, () => folders.whole({ mount, folder, driver, refresh, signal }));
    },
  });
  const internals: Internals = { parts, drivers, folders, links, catalogue, crawler };
  return {
    kinds: parts.kinds,
    find: (id) => parts.mounts.get(id),
    mount: (draft, options = {}) => mount(internals, draft, options),
    renew: (id, values, options = {}) => renew(internals, id, values, options),
    change: (id, changes) => parts.exclusive(`mount:${id}`, () => change(internals, id, changes)),
    unmount: (id) => parts.exclusive(`mount:${id}`, () => unmount(internals, id)),
    folder: async (mount, folder, { refresh = false, signal } = {}) => {
      const driver = await drivers.of(mount);
      return watched(internals, mount, () => folders.read({ mount, folder, driver, refresh, signal }));
    },
    peek: (mount, folder) => folders.peek(mount, folder),
    follow: (mount, folder, options = {}) => folders.follow(mount, folder, options),
    stat: async (mount, entry, options = {}) => {
      const driver = await drivers.of(mount);
      return watched(internals, mount, () => driver.stat(entry, options));
    },
    link: async (mount, entry, options = {}) => {
      const driver = await drivers.of(mount);
      return watched(internals, mount, () => links.find({ mount, entry, driver, ...options }));
    },
    quota: async (mount, options = {}) => {
      const driver = await drivers.of(mount);
      return watched(internals, mount, async () => driver.quota?.(options));
    },
    check: async (mount, { signal } = {}) => {
      const driver = await drivers.of(mount);
      await watched(internals, mount, () =>
        folders.read({ mount, folder: undefined, driver, refresh: true, signal }),
      ).catch(onlyStorageError);
      return present(internals, mount);
    },
    search: (mount, query) => catalogue.find(mount, query),
    crawl: async (mount, folder, options) => {
      await present(internals, mount);
      return crawler.start({ mount, folder, ...options });
    },
    stopCrawl: (mount, folder, asker) => crawler.stop({ mount, folder, asker }),
    close: async () => {
      crawler.close();
      folders.close();
      await catalogue.flush();
      await drivers.close();
    },
  };
}

/** The parts one set of mounts is worked with. */
interface Internals {
  readonly parts: StorageParts;
  readonly drivers: Drivers;
  readonly folders: Folders;
  readonly links: Links;
  readonly catalogue: Catalogue;
  readonly crawler: Crawler;
}

async function mount(
  { parts, drivers, folders }: Internals,
  draft: MountDraft,
  { signal }: CallOptions,
): Promise<Mount> {
  const kind = kindOf(parts.kinds, draft.driver);
  const id = parts.newId();
  const { secrets, options: plain } = divide(kind, draft.values);
  // A token that was changed for a newer one in the earlier try is the newer one now.
  await parts.secrets.set(id, { ...secrets, ...draft.kept });
  try {
    const driver = await drivers.open(kind, id, plain);
    // Read as a folder, so that who put it up sees the root without another call.
    await wrapped(() => folders.read({ mount: id, folder: undefined, driver, refresh: true, signal }), signal);
    const now = parts.now();
    const mount: Mount = {
      id,
      driver: kind.name,
      options: plain,
      title: draft.title ?? (ownTitle(driver) || kind.title(plain)),
      owner: draft.owner,
      audience: [],
      createdAt: now,
      health: { state: "working", at: now },
    };
    await parts.mounts.set(id, mount);
    return mount;
  } catch (error) {
    const left = (await parts.secrets.get(id)) ?? {};
    folders.forget(id);
    await drivers.drop(id);
    await parts.secrets.delete(id);
    throw error instanceof StorageError && error.code === "verification-needed" ? error.keeping(left) : error;
  }
}

/** Most characters of a drive's own name that become a title. */
const longestTitle = 60;

function ownTitle(driver: Driver): string {
  const said = driver.title?.() ?? "";
  return said
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim()
    .slice(0, longestTitle)
    .toWellFormed();
}

async function renew(
  internals: Internals,
  id: string,
  values: Values,
  { amend = false, signal }: CallOptions & { readonly amend?: boolean },
): Promise<Mount> {
  const { parts, drivers, folders, links } = internals;
  const mount = await present(internals, id);
  const kind = kindOf(parts.kinds, mount.driver);
  const before = (await parts.secrets.get(id)) ?? {};
  const { secrets, options: changed } = divide(kind, values);
  const plain = { ...mount.options, ...changed };
  await drivers.drop(id);
  folders.forget(id);
  links.forget(id);
  await parts.secrets.set(id, { ...(amend ? before : kept(before, kind)), ...secrets });
  try {
    const driver = await drivers.open(kind, id, plain);
    await wrapped(() => folders.read({ mount: id, folder: undefined, driver, refresh: true, signal }), signal);
  } catch (error) {
    folders.forget(id);
    await drivers.drop(id);
    // What joined the old secrets may have been used up with them: then the vault as it is now is the better one.
    if (!amend) await parts.secrets.set(id, before);
    throw error;
  }
  // Another root folder makes another tree of it.
  internals.crawler.forget(id);
  await internals.catalogue.forget(id);
  const renewed: Mount = { ...mount, options: plain, health: { state: "working", at: parts.now() } };
  await parts.mounts.set(id, renewed);
  return renewed;
}

/** What a driver keeps for itself (a device id) outlives new answers; old answers do not. */
function kept(before: Values, kind: DriverKind): Values {
  const asked = new Set(kind.fields.map((field) => field.name));
  return Object.fromEntries(Object.entries(before).filter(([name]) => !asked.has(name)));
}

async function change(internals: Internals, id: string, changes: Parameters<Storage["change"]>[1]): Promise<Mount> {
  const { method, ...rest } = await present(internals, id);
  const wanted = "method" in changes ? changes.method : method;
  const changed: Mount = {
    ...rest,
    ...(wanted && { method: wanted }),
    ...(changes.title !== undefined && { title: changes.title }),
    ...(changes.audience && { audience: changes.audience }),
  };
  await internals.parts.mounts.set(id, changed);
  return changed;
}

async function unmount({ parts, drivers, folders, links, catalogue, crawler }: Internals, id: string): Promise<void> {
  await parts.mounts.delete(id);
  crawler.forget(id);
  await drivers.drop(id);
  await parts.secrets.delete(id);
  folders.forget(id);
  links.forget(id);
  await catalogue.forget(id);
}

async function present({ parts }: Internals, id: string): Promise<Mount> {
  const mount = await parts.mounts.get(id);
  if (!mount) throw new StorageError("not-found", { message: "no such mount" });
  return mount;
}

/** Runs a call on a mount and notes in its health when it begins or ceases to fail as an account. */
async function watched<T>(internals: Internals, id: string, work: () => Promise<T>): Promise<T> {
  try {
    const result = await wrapped(work);
    await noteHealth(internals, id, undefined);
    return result;
  } catch (error) {
    if (error instanceof StorageError && ailments.has(error.code)) await noteHealth(internals, id, error.code);
    throw error;
  }
}

/** Failures that say something about the mount and not about the one thing asked for. */
const ailments: ReadonlySet<StorageErrorCode> = new Set([
  "wrong-credentials",
  "sign-in-refused",
  "signed-out",
  "verification-needed",
  "captcha-rejected",
  "account-suspended",
  "pass-code-needed",
  "pass-code-wrong",
  "share-not-found",
  "share-deleted",
  "share-expired",
  "share-cancelled",
  "share-reviewing",
  "share-blocked",
  "share-region",
  "unreachable",
  "too-frequent",
] satisfies StorageErrorCode[]);

async function noteHealth(
  { parts, drivers }: Internals,
  id: string,
  code: StorageErrorCode | undefined,
): Promise<void> {
  if (drivers.ailing.get(id) === code) return;
  await parts.exclusive(`mount:${id}`, async () => {
    const mount = await parts.mounts.get(id);
    if (!mount) return;
    const at = parts.now();
    await parts.mounts.set(id, { ...mount, health: code ? { state: "failing", at, code } : { state: "working", at } });
  });
  drivers.ailing.set(id, code);
}

/** Whatever else a driver throws is an outage or a bug: `upstream`, with its cause. The reason of an aborted signal passes. */
async function wrapped<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StorageError || signal?.aborted || isAbort(error)) throw error;
    throw new StorageError("upstream", { cause: error });
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}

function onlyStorageError(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
}

function kindOf(kinds: readonly DriverKind[], name: string): DriverKind {
  const kind = kinds.find((candidate) => candidate.name === name);
  if (!kind) throw new StorageError("unsupported", { message: `no driver ${name}` });
  return kind;
}

function divide(kind: DriverKind, values: Values): { secrets: Values; options: Values } {
  const secret = new Set(kind.fields.filter((field) => field.kind === "secret").map((field) => field.name));
  const entries = Object.entries(values);
  return {
    secrets: Object.fromEntries(entries.filter(([name]) => secret.has(name))),
    options: Object.fromEntries(entries.filter(([name]) => !secret.has(name))),
  };
}
