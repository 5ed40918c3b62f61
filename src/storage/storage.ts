import type { Keyv } from "keyv";
import { createCatalogue, type Catalogue } from "./catalogue.ts";
import { createChanges, type Changes } from "./changes.ts";
import { createCrawler, type Crawl, type Crawler } from "./crawl.ts";
import {
  capabilities,
  type CallOptions,
  type Capability,
  type Driver,
  type DriverContext,
  type DriverKind,
  type DriverLog,
  type Link,
  type Probe,
  type Quota,
  type SharedSource,
} from "./driver.ts";
import { createDrivers, type Drivers } from "./drivers.ts";
import type { Details } from "./entry.ts";
import type { Values } from "./field.ts";
import { createFolders, type Folder, type Folders, type FolderWait } from "./folders.ts";
import { createHealthWatch, type HealthWatch } from "./health-watch.ts";
import { createKnown, type Known } from "./known.ts";
import { createLinks, type LinkChoice, type Links } from "./links.ts";
import { findMount, presentMount, type Mount } from "./mount.ts";
import { createMounting, type Mounting } from "./mounting.ts";
import type { FolderRecord, Hit, Query } from "./name-index.ts";
import { writeNotice, type Peers } from "./peers.ts";
import { createSignIns, type SignIns } from "./sign-ins.ts";

/** All mounts. Throws `StorageError` and nothing else, except the reason of an aborted signal. */
export interface Storage extends Mounting, SignIns, Changes, Pick<HealthWatch, "check"> {
  readonly kinds: readonly DriverKind[];
  /** What the mount's drive can do now besides listing, telling and linking. Asks nobody. */
  can(mount: string): Promise<ReadonlySet<Capability>>;
  /** The mount, or undefined when there is none of that id. */
  find(id: string): Promise<Mount | undefined>;
  /**
   * A folder (absent = root) once its first page is there, or as `soon` has it; the rest is read on in the background, one
   * reader for all askers.
   */
  folder(
    mount: string,
    folder: string | undefined,
    options?: CallOptions & FolderWait & { readonly refresh?: boolean | undefined },
  ): Promise<Folder>;
  /** The folder as far as it is known already; undefined = it is not. Never asks the drive. */
  peek(mount: string, folder: string | undefined): Folder | undefined;
  /** The folder as it fills in: a snapshot at most every `every` ms (1000), the last one complete or failed. Ends by itself. */
  follow(
    mount: string,
    folder: string | undefined,
    options?: CallOptions & { readonly every?: number | undefined },
  ): AsyncIterable<Folder>;
  stat(mount: string, entry: string, options?: CallOptions): Promise<Details>;
  /**
   * From the cache until 60 s before expiry; one upstream call for many askers. What `refused` or `maxAge` rules out is
   * asked for anew: pass `maxAge` where nobody tries the link before a person has it.
   */
  link(mount: string, entry: string, options?: CallOptions & LinkChoice): Promise<Link>;
  /** Undefined where the drive has none. */
  quota(mount: string, options?: CallOptions): Promise<Quota | undefined>;
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
  readonly anew?: boolean | undefined;
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
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds by a clock that only goes forward; absent = `now`, which whoever sets the clock sets too. */
  monotonic?(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** Paces drivers together with those of other processes; absent = there is one process. */
  readonly reserve?: DriverContext["reserve"];
  /** The same storage in other processes; absent = there is one. */
  readonly peers?: Peers | undefined;
  randomHex(bytes: number): string;
  /** Absent = addresses are not tried out. */
  readonly probe?: Probe | undefined;
  /** 10 base62 characters. */
  newId(): string;
  readonly log: DriverLog;
  /** Told of what drivers ask of the services behind them; absent = nobody counts. */
  readonly count?: DriverContext["count"] | undefined;
  /** Told when a mount begins to fail as an account, with the person whose call showed it, as far as it has one. */
  readonly onFailing?: ((mount: Mount, asker: string | undefined) => void) | undefined;
  /** Entries of folders kept in memory; absent = 200,000. */
  readonly maxEntries?: number | undefined;
  /** Drivers kept open; absent = 256. */
  readonly maxOpen?: number | undefined;
}

/** The mounts of this process: one driver, one reader a folder and one call a link at a time, for everybody. */
export function createStorage(parts: StorageParts): Storage {
  const clocks = { now: parts.now, monotonic: parts.monotonic ?? parts.now };
  const internals = createInternals(parts, clocks);
  const { drivers, folders, links, catalogue, crawler, known, health } = internals;
  const { call, check } = health;
  const sourceOf = (mount: string) => sourceOfMount(parts, mount);
  return {
    ...createMounting({ ...parts, ...internals }),
    ...createSignIns(parts),
    ...createChanges({ call, sourceOf, folders, known, monotonic: clocks.monotonic }),
    kinds: parts.kinds,
    can: async (mount) => abilitiesOf(await drivers.of(mount)),
    find: (id) => findMount(parts, id),
    check,
    folder: (mount, folder, { refresh = false, ...options } = {}) =>
      call(mount, (driver) => folders.read({ mount, folder, driver, refresh, ...options }), options),
    peek: (mount, folder) => folders.peek(mount, folder),
    follow: (mount, folder, options = {}) => folders.follow(mount, folder, options),
    stat: (mount, entry, options = {}) => call(mount, (driver) => driver.stat(entry, options), options),
    link: (mount, entry, options = {}) =>
      call(mount, (driver) => links.find({ mount, entry, driver, ...options }), options),
    quota: (mount, options = {}) => call(mount, async (driver) => driver.quota?.(options)),
    search: (mount, query) => catalogue.find(mount, query),
    crawl: async (mount, folder, options) => {
      await presentMount(parts, mount);
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

interface Clocks {
  now(): number;
  monotonic(): number;
}

/** What the parts of the port share. */
interface Internals {
  readonly drivers: Drivers;
  readonly folders: Folders;
  readonly links: Links;
  readonly catalogue: Catalogue;
  readonly crawler: Crawler;
  readonly known: Known;
  readonly health: HealthWatch;
}

function createInternals(parts: StorageParts, clocks: Clocks): Internals {
  const { peers, wait } = parts;
  const onError = (err: unknown) => parts.log.warn({ err }, "storage search names not written");
  const drivers = createDrivers({ ...parts, ...clocks });
  const catalogue = createCatalogue({
    names: parts.names,
    now: clocks.now,
    onError,
    onWritten: peers && ((mount, shelf) => peers.tell(writeNotice({ is: "named", mount, shelf }))),
  });
  const folders = createFolders({
    ...clocks,
    wait,
    maxEntries: parts.maxEntries,
    onRead: (mount, folder, { entries, readAt }) => {
      if (catalogue.isBehind) return;
      void catalogue.note(mount, folder, entries, readAt).catch(onError);
    },
  });
  const links = createLinks(clocks);
  const health = createHealthWatch({ ...parts, drivers, folders });
  const crawler = createCrawler({
    catalogue,
    now: clocks.now,
    wait,
    read: (mount, folder, options) =>
      health.call(mount, (driver) => folders.whole({ mount, folder, driver, ...options })),
  });
  const known = createKnown({ folders, links, catalogue, crawler, drivers, peers, onError });
  return { drivers, folders, links, catalogue, crawler, known, health };
}

async function abilitiesOf(driver: Driver): Promise<ReadonlySet<Capability>> {
  const able = await driver.can?.();
  return new Set(capabilities.filter((name) => driver[name] !== undefined && (able?.has(name) ?? true)));
}

/** What a share's mount is opened with, secrets included. */
async function sourceOfMount(parts: StorageParts, mount: string): Promise<Pick<SharedSource, "kind" | "values">> {
  const { driver: kind, options } = await presentMount(parts, mount);
  return { kind, values: { ...options, ...(await parts.secrets.get(mount)) } };
}
