import type { Keyv } from "keyv";
import {
  capabilities,
  type ApprovalOutcome,
  type ApprovalWay,
  type BrowserWay,
  type CallOptions,
  type Capability,
  type Driver,
  type DriverContext,
  type DriverKind,
  type DriverLog,
  type Link,
  type PendingApproval,
  type PendingReturn,
  type Probe,
  type Quota,
} from "./driver.ts";
import { createCatalogue, type Catalogue } from "./catalogue.ts";
import { createChanges, type Changes } from "./changes.ts";
import { createCrawler, type Crawl, type Crawler } from "./crawl.ts";
import { createDrivers, notesOf, type Drivers } from "./drivers.ts";
import type { Details } from "./entry.ts";
import { isStoreFailure, StorageError, storageErrorKind, type StorageErrorCode } from "./error.ts";
import { createFolders, type Folder, type Folders } from "./folders.ts";
import { createLinks, type LinkChoice, type Links } from "./links.ts";
import type { Values } from "./field.ts";
import { fieldWith } from "./form.ts";
import { createKnown, type Known } from "./known.ts";
import type { Mount } from "./mount.ts";
import { writeNotice, type Peers } from "./peers.ts";
import type { FolderRecord, Hit, Query } from "./name-index.ts";
import { draftVault, storedVault } from "./vault.ts";

/** What a new mount is made of. `values` are a form's answers, secrets included, already checked by the kind. */
export interface MountDraft {
  readonly driver: string;
  readonly owner: string;
  readonly values: Values;
  /** Absent = the kind's own title. */
  readonly title?: string | undefined;
  /** The vault an earlier try ended with (`StorageError.kept`): the driver's device, tokens it changed for newer ones. */
  readonly kept?: Values | undefined;
}

/** All mounts. Throws `StorageError` and nothing else, except the reason of an aborted signal. */
export interface Storage extends Changes {
  readonly kinds: readonly DriverKind[];
  /** What the mount's drive can do now besides listing, telling and linking. Asks nobody. */
  can(mount: string): Promise<ReadonlySet<Capability>>;
  /** The mount, or undefined when there is none of that id. */
  find(id: string): Promise<Mount | undefined>;
  /**
   * Makes a mount after listing its root: it exists only if that worked. `folder` is checked too.
   * On any failure, and when the process ends meanwhile, nothing is left behind.
   */
  mount(draft: MountDraft, options?: Pick<CallOptions, "signal">): Promise<Mount>;
  /**
   * New secrets for a mount (signing in again); kept only if listing its root works with them, else the old ones stay.
   * They replace all old answers, or with `amend` join them.
   */
  renew(id: string, values: Values, options?: RenewOptions): Promise<Mount>;
  /** Begins an approval of a kind that has them: `approval-refused` where the service begins none. */
  startApproval(kind: string, options?: CallOptions): Promise<PendingApproval>;
  /** How an approval stands; asks nobody where it is too early. */
  pollApproval(kind: string, pending: PendingApproval, options?: CallOptions): Promise<ApprovalOutcome>;
  /** Begins a sign-in through a browser: `approval-refused` where that cannot be. */
  startBrowser(kind: string, options?: CallOptions): Promise<PendingReturn>;
  /** Takes what the browser came back with. */
  finishBrowser(
    kind: string,
    pending: PendingReturn,
    back: URLSearchParams,
    options?: CallOptions,
  ): ReturnType<BrowserWay["finish"]>;
  /** Changes what a mount is called, how it is downloaded from, or where it is lent to. `method: undefined` = back to the usual one. */
  change(
    id: string,
    changes: {
      title?: string | undefined;
      method?: Mount["method"] | undefined;
      audience?: readonly string[] | undefined;
    },
  ): Promise<Mount>;
  /** Removes a mount, its secrets first. Removing what is not there is no error; what was broken off is gone on with by removing again. Its credential is taken back at the service where that can be done. */
  unmount(id: string): Promise<Removal>;
  /**
   * Deletes secrets that no mount is left for, and notes of mounts what earlier builds did not. Called once at the start;
   * resolves with how many orphans there were.
   */
  sweep(): Promise<number>;
  /** A folder (absent = root) once its first page is there; the rest is read on in the background, one reader for all askers. */
  folder(
    mount: string,
    folder: string | undefined,
    options?: CallOptions & { readonly refresh?: boolean | undefined },
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
  readonly anew?: boolean | undefined;
}

/** What became of a mount's credential at the service when the mount was removed; `left`: it is still good there. */
export interface Removal {
  readonly credential: "none" | "revoked" | "left";
}

interface RenewOptions extends Pick<CallOptions, "signal"> {
  /** The values join the old ones instead of replacing them. */
  readonly amend?: boolean | undefined;
  /** What else belongs into the vault, from an approval. */
  readonly kept?: Values | undefined;
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
  const drivers = createDrivers({ ...parts, ...clocks });
  const notWritten = (err: unknown) => parts.log.warn({ err }, "storage search names not written");
  const { peers } = parts;
  const catalogue = createCatalogue({
    names: parts.names,
    now: parts.now,
    onError: notWritten,
    onWritten: peers && ((mount, shelf) => peers.tell(writeNotice({ is: "named", mount, shelf }))),
  });
  const folders = createFolders({
    ...clocks,
    maxEntries: parts.maxEntries,
    wait: parts.wait,
    onRead: (mount, folder, { entries, readAt }) => {
      if (catalogue.isBehind) return;
      void catalogue.note(mount, folder, entries, readAt).catch(notWritten);
    },
  });
  const links = createLinks(clocks);
  const crawler = createCrawler({
    catalogue,
    now: parts.now,
    wait: parts.wait,
    read: async (mount, folder, options) => {
      const driver = await drivers.of(mount);
      return watched(internals, mount, () => folders.whole({ mount, folder, driver, ...options }));
    },
  });
  const known = createKnown({ folders, links, catalogue, crawler, drivers, peers, onError: notWritten });
  const internals: Internals = { parts, drivers, folders, links, catalogue, crawler, known };
  const changes = createChanges({
    call: async (mount, work) => {
      const driver = await drivers.of(mount);
      return watched(internals, mount, () => work(driver));
    },
    sourceOf: async (id) => {
      const { driver: kind, options } = await present(internals, id);
      return { kind, values: { ...options, ...(await parts.secrets.get(id)) } };
    },
    folders,
    known,
    monotonic: clocks.monotonic,
  });
  return {
    ...changes,
    kinds: parts.kinds,
    async can(mount) {
      const driver = await drivers.of(mount);
      const able = await driver.can?.();
      return new Set(capabilities.filter((name) => driver[name] !== undefined && (able?.has(name) ?? true)));
    },
    find: async (id) => withoutFuture(await parts.mounts.get(id), parts.now()),
    mount: (draft, options = {}) => mount(internals, draft, options),
    renew: (id, values, options = {}) => renew(internals, id, values, options),
    startApproval: (kind, { signal } = {}) =>
      wrapped(() => approvalOf(parts.kinds, kind).start({ ...parts, signal }), signal),
    pollApproval: (kind, pending, { signal } = {}) =>
      wrapped(() => approvalOf(parts.kinds, kind).poll(pending, { ...parts, signal }), signal),
    startBrowser: (kind, { signal } = {}) =>
      wrapped(
        () => browserOf(parts.kinds, kind).start({ ...parts, notes: notesOf(parts.notes, kind), signal }),
        signal,
      ),
    finishBrowser: (kind, pending, back, { signal } = {}) =>
      wrapped(
        () =>
          browserOf(parts.kinds, kind).finish(pending, back, { ...parts, notes: notesOf(parts.notes, kind), signal }),
        signal,
      ),
    change: (id, changes) => parts.exclusive(`mount:${id}`, () => change(internals, id, changes)),
    unmount: (id) => parts.exclusive(`mount:${id}`, () => unmount(internals, id)),
    sweep: () => sweep(parts),
    folder: async (mount, folder, { refresh = false, ...options } = {}) => {
      const driver = await drivers.of(mount);
      return watched(internals, mount, () => folders.read({ mount, folder, driver, refresh, ...options }), options);
    },
    peek: (mount, folder) => folders.peek(mount, folder),
    follow: (mount, folder, options = {}) => folders.follow(mount, folder, options),
    stat: async (mount, entry, options = {}) => {
      const driver = await drivers.of(mount);
      return watched(internals, mount, () => driver.stat(entry, options), options);
    },
    link: async (mount, entry, options = {}) => {
      const driver = await drivers.of(mount);
      return watched(internals, mount, () => links.find({ mount, entry, driver, ...options }), options);
    },
    quota: async (mount, options = {}) => {
      const driver = await drivers.of(mount);
      return watched(internals, mount, async () => driver.quota?.(options));
    },
    check: async (mount, options = {}) => {
      const driver = await drivers.of(mount);
      await watched(internals, mount, () =>
        folders.read({ mount, folder: undefined, driver, refresh: true, ...options }),
      ).catch(onlyStorageError);
      return seen(internals, mount);
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
  readonly known: Known;
}

async function mount(
  { parts, drivers, folders }: Internals,
  draft: MountDraft,
  { signal }: Pick<CallOptions, "signal">,
): Promise<Mount> {
  const kind = kindOf(parts.kinds, draft.driver);
  const id = parts.newId();
  const { owner } = draft;
  const { secrets, options } = divide(kind, draft.values);
  // A token that was changed for a newer one in the earlier try is the newer one now.
  const vault = draftVault(parts, id, { ...secrets, ...draft.kept });
  try {
    const driver = await drivers.open({ kind, mount: id, owner, options, vault });
    // Read as a folder, so that whoever mounts it sees the root without another call. What the driver knows of a moment ago will do.
    await wrapped(() => folders.read({ mount: id, folder: undefined, driver, refresh: false, signal }), signal);
    const now = parts.now();
    const mount: Mount = {
      id,
      driver: kind.name,
      options,
      title: draft.title ?? (ownTitle(driver) || kind.title(options)),
      owner,
      audience: [],
      ...(hasCode(kind, secrets) && { coded: true }),
      createdAt: now,
      health: { state: "working", at: now },
    };
    // Under the lock that sweeping takes: between the two writes the secrets are nobody's.
    await parts.exclusive(`mount:${id}`, () =>
      vault.settle(async (held) => {
        await parts.secrets.set(id, held);
        await parts.mounts.set(id, mount);
      }),
    );
    return mount;
  } catch (error) {
    const left = await vault.read();
    folders.forget(id, "not-found");
    await drivers.drop(id);
    await parts.secrets.delete(id);
    throw error instanceof StorageError && error.code === "verification-needed" ? error.keeping(left) : error;
  }
}

/** Whether what was given to open a link holds a code besides. */
function hasCode({ fields }: DriverKind, secrets: Values): boolean {
  const code = fieldWith("code", fields);
  return code !== undefined && (secrets[code.name] ?? "") !== "";
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
  { amend = false, kept: granted = {}, signal }: RenewOptions,
): Promise<Mount> {
  const { parts, drivers, folders, links } = internals;
  const mount = await present(internals, id);
  const kind = kindOf(parts.kinds, mount.driver);
  const before = (await parts.secrets.get(id)) ?? {};
  const { secrets, options: changed } = divide(kind, values);
  // What a kind worked out of the old answers (whose token it is) does not outlive them.
  const options = { ...(amend ? mount.options : askedOf(mount.options, kind)), ...changed };
  await drivers.drop(id);
  folders.forget(id, "upstream");
  links.forget(id);
  // What joins the old secrets is used up with them: each change is kept at once. What replaces them proves itself first.
  const draft = amend ? undefined : draftVault(parts, id, { ...unasked(before, kind), ...granted, ...secrets });
  const vault = draft ?? storedVault(parts, id);
  if (!draft) await vault.write(secrets);
  try {
    const driver = await drivers.open({ kind, mount: id, owner: mount.owner, options, vault });
    await wrapped(() => folders.read({ mount: id, folder: undefined, driver, refresh: true, signal }), signal);
  } catch (error) {
    folders.forget(id, "upstream");
    await drivers.drop(id);
    throw error;
  }
  // Another root folder makes another tree of it.
  internals.crawler.forget(id);
  await internals.catalogue.forget(id);
  const renewed = await parts.exclusive(`mount:${id}`, async () => {
    const { coded: _before, ...current } = await present(internals, id);
    const now: Mount = {
      ...current,
      options,
      ...(hasCode(kind, await vault.read()) && { coded: true }),
      health: { state: "working", at: parts.now() },
    };
    await draft?.settle(async (held) => void (await parts.secrets.set(id, held)));
    await parts.mounts.set(id, now);
    return now;
  });
  internals.known.replaced(id);
  return renewed;
}

/** What a driver keeps for itself (a device id) outlives new answers; old answers do not. */
function unasked(before: Values, kind: DriverKind): Values {
  return Object.fromEntries(Object.entries(before).filter(([name]) => !isAsked(name, kind)));
}

function askedOf(before: Values, kind: DriverKind): Values {
  return Object.fromEntries(Object.entries(before).filter(([name]) => isAsked(name, kind)));
}

function isAsked(name: string, kind: DriverKind): boolean {
  return kind.fields.some((field) => field.name === name);
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

/** Secrets go first and the mount last: broken off in between, it stands there without them and can be removed again. */
async function unmount(internals: Internals, id: string): Promise<Removal> {
  const { parts, drivers, folders, links, catalogue, crawler, known } = internals;
  const credential = await takeBack(internals, id);
  const letGo = async () => {
    crawler.forget(id);
    folders.forget(id, "not-found");
    links.forget(id);
    await drivers.drop(id);
    await parts.secrets.delete(id);
  };
  await letGo();
  await catalogue.forget(id);
  await parts.mounts.delete(id);
  // Whoever asked while it was still there has opened it again.
  await letGo();
  known.replaced(id);
  return { credential };
}

/** ms a service has to take a credential back: a mount is removed all the same. */
const revocationTimeout = 5000;

async function takeBack({ parts, drivers }: Internals, id: string): Promise<Removal["credential"]> {
  const mount = await parts.mounts.get(id);
  if (!mount || !parts.kinds.some(({ name }) => name === mount.driver)) return "none";
  try {
    const driver = await drivers.of(id);
    if (!driver.revoke) return "none";
    return (await driver.revoke({ signal: AbortSignal.timeout(revocationTimeout) })) ? "revoked" : "left";
  } catch (err) {
    parts.log.warn({ err }, "storage credential not revoked");
    return "left";
  }
}

/** What a process left behind that ended between two writes. */
async function sweep(parts: StorageParts): Promise<number> {
  const { mounts, secrets, exclusive, log } = parts;
  if (!secrets.iterator) throw new Error("the secrets cannot be listed");
  const orphans: string[] = [];
  for await (const [id] of secrets.iterator({})) {
    const mount = await mounts.get(String(id));
    if (mount) await mend(parts, mount);
    else orphans.push(String(id));
  }
  let swept = 0;
  for (const id of orphans) {
    await exclusive(`mount:${id}`, async () => {
      // Another process may have been mounting it.
      if (await mounts.get(id)) return;
      await secrets.delete(id);
      swept += 1;
    });
  }
  if (swept > 0) log.info({ swept }, "storage orphaned secrets deleted");
  return swept;
}

/** A mount of an earlier build says nothing of its code, and is called by the name its owner signs in with. */
async function mend({ kinds, mounts, secrets, exclusive }: StorageParts, { id, driver }: Mount): Promise<void> {
  const kind = kinds.find(({ name }) => name === driver);
  if (!kind) return;
  await exclusive(`mount:${id}`, async () => {
    const mount = await mounts.get(id);
    if (!mount) return;
    const isCoded = hasCode(kind, (await secrets.get(id)) ?? {});
    const login = fieldWith("login", kind.fields);
    const isNamedByLogin = login !== undefined && mount.title === mount.options[login.name];
    if (!isNamedByLogin && isCoded === (mount.coded === true)) return;
    await mounts.set(id, {
      ...mount,
      ...(isCoded && { coded: true }),
      ...(isNamedByLogin && { title: kind.title(mount.options) }),
    });
  });
}

/** A time yet to come was noted before the clock was set back. */
function withoutFuture(mount: Mount | undefined, now: number): Mount | undefined {
  if (!mount || mount.health.at <= now) return mount;
  return { ...mount, health: { ...mount.health, at: now } };
}

async function present({ parts }: Internals, id: string): Promise<Mount> {
  const mount = withoutFuture(await parts.mounts.get(id), parts.now());
  if (!mount) throw new StorageError("not-found", { message: "no such mount" });
  return mount;
}

/** Runs a call on a mount and notes in its health when it begins or ceases to fail as an account. */
async function watched<T>(
  internals: Internals,
  id: string,
  work: () => Promise<T>,
  { asker }: { readonly asker?: string | undefined } = {},
): Promise<T> {
  const { drivers, parts } = internals;
  const before = drivers.answersOf(id);
  try {
    const result = await wrapped(work);
    // What was known already says nothing of the drive.
    if (drivers.answersOf(id) !== before) await noteHealth(internals, id, undefined);
    return result;
  } catch (error) {
    if (error instanceof StorageError && storageErrorKind(error.code).ails) {
      const failing = await noteHealth(internals, id, error.code);
      if (failing) parts.onFailing?.(failing, asker);
    }
    throw error;
  }
}

/** The mount, where it was not known to fail like this. */
async function noteHealth(
  { parts, drivers }: Internals,
  id: string,
  code: StorageErrorCode | undefined,
): Promise<Mount | undefined> {
  const known = drivers.healthOf(id);
  if (known && known.code === code) return undefined;
  const changed = await parts.exclusive(`mount:${id}`, async () => {
    const mount = await parts.mounts.get(id);
    if (!mount) return undefined;
    const at = parts.now();
    const health = code ? ({ state: "failing", at, code } as const) : ({ state: "working", at } as const);
    const now: Mount = { ...mount, health };
    await parts.mounts.set(id, now);
    return mount.health.state === "failing" && mount.health.code === code ? undefined : now;
  });
  drivers.noteHealth(id, { code });
  return changed;
}

/** The mount as it was found just now, also where it is as it was before. */
function seen(internals: Internals, id: string): Promise<Mount> {
  const { parts } = internals;
  return parts.exclusive(`mount:${id}`, async () => {
    const mount = await present(internals, id);
    if (mount.health.state === "failing") return mount;
    const now: Mount = { ...mount, health: { state: "working", at: parts.now() } };
    await parts.mounts.set(id, now);
    return now;
  });
}

/** Whatever else a driver throws than what has a name is an outage or a bug: `upstream`, with its cause. The reason of an aborted signal passes. */
async function wrapped<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isNamed = error instanceof StorageError || isStoreFailure(error);
    if (isNamed || signal?.aborted || isAbort(error)) throw error;
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

function approvalOf(kinds: readonly DriverKind[], name: string): ApprovalWay {
  const { approval } = kindOf(kinds, name);
  if (!approval) throw new StorageError("approval-refused", { message: `no approvals for ${name}` });
  return approval;
}

function browserOf(kinds: readonly DriverKind[], name: string): BrowserWay {
  const { browser } = kindOf(kinds, name);
  if (!browser) throw new StorageError("approval-refused", { message: `no browser leads to ${name}` });
  return browser;
}

function divide(kind: DriverKind, values: Values): { secrets: Values; options: Values } {
  const secret = new Set(kind.fields.filter((field) => field.kind === "secret").map((field) => field.name));
  const entries = Object.entries(values);
  return {
    secrets: Object.fromEntries(entries.filter(([name]) => secret.has(name))),
    options: Object.fromEntries(entries.filter(([name]) => !secret.has(name))),
  };
}
