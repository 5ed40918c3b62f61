import { dirname } from "node:path";
import { Keyv, type KeyvOptions } from "keyv";
import type { Logger } from "pino";
import type { Counts } from "./counts.ts";
import { openDatabase, type Database } from "./database.ts";
import { named, StoreError } from "./error.ts";
import { createFences } from "./fence.ts";
import { createLeadership, type Leadership } from "./lead.ts";
import { createLocks, type Locks } from "./lock.ts";
import { guarded } from "./guarded.ts";
import type { Notices } from "./notices.ts";
import { reseal, type Resealed } from "./reseal.ts";
import { createSeal, type Seal } from "./sealed.ts";
import { timed } from "./timed.ts";

/** Everything that is kept: Keyv namespaces over one database, and the locks of that database. */
export interface Store extends Locks, Leadership {
  /** Other processes may be over the same database, and serve the same people. */
  readonly isShared: boolean;
  /** What the processes count together; absent = there is one, or each counts for itself. */
  readonly counts: Counts | undefined;
  /** What the processes tell each other; absent = there is one. */
  readonly notices: Notices | undefined;
  /**
   * A namespace. `sealed` = encrypted at rest; what no key opens any more is as good as absent. Calls reject with
   * `StoreUnavailable` when the database fails: nothing is ever taken for absent.
   */
  open<T>(namespace: string, options?: { readonly sealed?: boolean; readonly ttl?: number }): Keyv<T>;
  /** Keys of a namespace, without reading what stands under them; those of records that no key opens are among them. */
  keys(namespace: string): AsyncIterable<string>;
  /** Rejects with `StoreUnavailable` when the database cannot be written to; it really writes. */
  check(): Promise<void>;
  /** What was deleted is gone from the disk too, as far as that is ours to say: a server keeps its own logs. */
  scrub(): Promise<void>;
  /** What became of the sealed records when the store was opened. */
  readonly resealed: Resealed;
  close(): Promise<void>;
}

interface StoreOptions {
  /** `sqlite://<file>`, `redis://…`, `postgres://…` or `memory://`. */
  readonly url: string;
  /** A Redis beside a Postgres: what processes over that Postgres count together and tell each other; absent = they do not. */
  readonly redisUrl?: string | undefined;
  /** 32-byte keys for what is sealed, newest last. */
  readonly keys: readonly Uint8Array[];
  /** Told of failures that no call rejects with: of the connection, of sweeps, of locks. */
  readonly onError: (error: unknown) => void;
  /** Where it is told that keys were changed or lost; absent = nowhere. */
  readonly log?: Pick<Logger, "info" | "warn"> | undefined;
  /** Milliseconds between sweeps of what has expired. */
  readonly sweepEvery?: number | undefined;
  /** Milliseconds a call may take, until another process lets go of the file or the server answers; absent = 5000, 3000. */
  readonly timeout?: number | undefined;
  /** Milliseconds after which the locks of a process that died are free, and its places. */
  readonly lockLifetime?: number | undefined;
}

/** Opens the database behind an address, or throws a `StoreError`: there is no silent fallback to memory. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { url, redisUrl, keys, onError, timeout: within, sweepEvery = 10 * 60_000, lockLifetime = 6000 } = options;
  const fences = createFences();
  const database = await openDatabase(url, { redisUrl, fences, onError, timeout: within, lifetime: lockLifetime });
  const { leases, timeout } = database;
  const seal = createSeal(keys);
  const sweeper = setInterval(() => void database.sweep(Date.now()).catch(onError), sweepEvery).unref();
  const open = namespacesOf(database, seal, onError);
  const check = checkOf(database);
  const close = async () => {
    clearInterval(sweeper);
    await database.close();
  };
  try {
    const about = open<unknown>("schema");
    await checkSchema(about, database, url);
    const resealed = await resealAll({ about, database, seal, keys, log: options.log });
    const among = leases && { leases, fences, lifetime: lockLifetime, timeout, onError };
    return {
      ...createLocks(among),
      ...createLeadership(among),
      isShared: leases !== undefined,
      counts: database.counts,
      notices: database.notices,
      open,
      keys: (namespace) => database.keys(namespace),
      check,
      scrub: async () => named(Promise.resolve(database.scrub?.())),
      resealed,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Milliseconds for which an answer stands: whoever asks often does not make the disk work. */
const checkEvery = 1000;

/** Milliseconds a probe may take where the database has no limit of its own. */
const probeWithin = 3000;

/** Asks the database at most once a second, and once for all who ask at a time. */
function checkOf({ probe, timeout }: Database): () => Promise<void> {
  let last: Promise<void> | undefined;
  let until = 0;
  return () => {
    if (last && performance.now() < until) return last;
    until = Number.POSITIVE_INFINITY;
    // What never answers does not keep the next question from being asked.
    last = named(timed(probe(), timeout ?? probeWithin)).finally(() => (until = performance.now() + checkEvery));
    return last;
  };
}

/** The newest shape of records this version knows, and the oldest it reads. */
export const schemaVersion = 2;

/** Notes the version of what is stored, and refuses what another version wrote. */
async function checkSchema(about: Keyv<unknown>, database: Database, url: string): Promise<void> {
  const found = await about.get("version");
  if (found === schemaVersion) return;
  const place = url.startsWith("sqlite://") ? `move ${dirname(url.slice("sqlite://".length))} away` : "empty it";
  if (typeof found === "number" && found > schemaVersion) {
    throw new StoreError(
      `the store was written by a newer version (schema ${found}, this one knows ${schemaVersion}): update, or use another STORE_URL.`,
    );
  }
  const isOlder = found !== undefined || (await isAnythingIn(database));
  // Another process that starts at the same time may have made it ours meanwhile.
  if (isOlder && (await about.get("version")) !== schemaVersion) {
    throw new StoreError(
      `the store was written before the first release (schema ${JSON.stringify(found ?? 0)}, this version reads ${schemaVersion}): ${place}, or use another STORE_URL.`,
    );
  }
  await about.set("version", schemaVersion);
}

async function isAnythingIn({ rows }: Database): Promise<boolean> {
  const { done } = (await rows?.()[Symbol.asyncIterator]().next()) ?? { done: true };
  return done !== true;
}

interface ResealParts {
  readonly about: Keyv<unknown>;
  readonly database: Database;
  readonly seal: Seal;
  readonly keys: readonly Uint8Array[];
  readonly log: Pick<Logger, "info" | "warn"> | undefined;
}

/**
 * Seals with the newest key what an older one sealed, so that the older can be dropped. The store notes which keys may
 * have sealed what is in it: where that is the one key there is, nothing has to be looked through.
 */
async function resealAll({ about, database, seal, keys, log }: ResealParts): Promise<Resealed> {
  const nothing: Resealed = { resealed: 0, unopenable: {}, missingKeys: [] };
  const { rows, replace } = database;
  if (!rows || !replace) return nothing;
  const noted = await about.get("keys");
  const sealers = new Set(Array.isArray(noted) ? noted.map(String) : []);
  if (keys.length === 1 && sealers.size === 1 && sealers.has(seal.newest)) return nothing;
  // Noted before anything is sealed with it: a start that is cut off is made good by the next.
  await about.set("keys", [...sealers.add(seal.newest)]);
  const done = await reseal({ rows, replace }, seal, (resealed) => log?.info({ resealed }, "store is being resealed"));
  if (done.resealed > 0) log?.info({ resealed: done.resealed, key: seal.newest }, "store resealed with the newest key");
  if (done.missingKeys.length > 0) {
    log?.warn({ rows: done.unopenable, keys: done.missingKeys }, "store holds records that no key of SECRET_KEY opens");
  }
  await about.set("keys", [seal.newest, ...done.missingKeys.filter((id) => id !== seal.newest)]);
  return done;
}

interface NamespaceOptions {
  readonly sealed?: boolean | undefined;
  readonly ttl?: number | undefined;
}

/** Namespaces, each made once however often it is opened: they listen to their connection. */
function namespacesOf(database: Database, seal: Seal, onError: (error: unknown) => void) {
  const opened = new Map<string, Keyv<unknown>>();
  return <T>(namespace: string, { sealed = false, ttl }: NamespaceOptions = {}): Keyv<T> => {
    const id = JSON.stringify([namespace, sealed, ttl]);
    const known = opened.get(id) ?? openNamespace(database, { namespace, seal: sealed ? seal : undefined, ttl });
    if (!opened.has(id)) known.on("error", onError);
    opened.set(id, known);
    return known;
  };
}

interface Namespace {
  readonly namespace: string;
  readonly seal: Seal | undefined;
  readonly ttl: number | undefined;
}

function openNamespace(database: Database, { namespace, seal, ttl }: Namespace): Keyv<unknown> {
  const adapter = database.adapter(namespace);
  return new Keyv<unknown>({
    store: adapter instanceof Map ? adapter : guarded(adapter, { seal, timeout: database.timeout }),
    namespace,
    throwOnErrors: true,
    ...plainJson,
    ...(ttl === undefined ? {} : { ttl }),
  });
}

/** All that is kept is plain JSON; Keyv's own way looks at every value for buffers and costs several times as much. */
const plainJson: Required<Pick<KeyvOptions, "serialize" | "deserialize">> = {
  serialize: (kept) => JSON.stringify(kept),
  // What comes back was written by the line above.
  deserialize: (text) => JSON.parse(text) as never,
};
