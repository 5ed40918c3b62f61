import type { Keyv } from "keyv";
import { LRUCache } from "lru-cache";
import type { Driver, DriverContext, DriverKind, DriverLog, Notes, Probe, Vault } from "./driver.ts";
import { StorageError, type StorageErrorCode } from "./error.ts";
import type { Values } from "./field.ts";
import { idling, type IdleDriver } from "./idle.ts";
import type { Mount } from "./mount.ts";
import { storedVault } from "./vault.ts";

/** The open drivers, one a mount, opened when first asked for. */
export interface Drivers {
  /** The mount's driver; `not-found` when there is no such mount. */
  of(mount: string): Promise<Driver>;
  /** Opens one for a mount that is not (or differently) in the store yet; it replaces what was open. */
  open(wanted: WantedDriver): Promise<Driver>;
  /** Lets go of a mount's driver. */
  drop(mount: string): Promise<void>;
  /** The next call of a mount (absent = of any) opens its driver anew; those under way end as they would. */
  rest(mount?: string): void;
  close(): Promise<void>;
  /** How many calls the mount's open driver has answered so far, failures aside. */
  answersOf(mount: string): number;
  /** What a mount is known to suffer from, `code` undefined = nothing; undefined = it is not known. */
  healthOf(mount: string): Ailment | undefined;
  noteHealth(mount: string, ailment: Ailment): void;
}

interface Ailment {
  readonly code: StorageErrorCode | undefined;
}

/** A driver that is to be opened for a mount. */
export interface WantedDriver {
  readonly kind: DriverKind;
  readonly mount: string;
  readonly owner: string;
  readonly options: Values;
  readonly vault: Vault;
}

interface DriversParts {
  readonly kinds: readonly DriverKind[];
  readonly mounts: Keyv<Mount>;
  readonly secrets: Keyv<Values>;
  readonly notes: Keyv<string>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
  monotonic(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  readonly reserve?: DriverContext["reserve"];
  randomHex(bytes: number): string;
  readonly log: DriverLog;
  readonly probe?: Probe | undefined;
  readonly count?: DriverContext["count"];
  /** Drivers kept open; the one used longest ago is closed first, and opened again when it is asked for. Absent = 256. */
  readonly maxOpen?: number | undefined;
}

const usualOpen = 256;
/** Mounts whose health is remembered: one that is forgotten is noted once more. */
const maxHealths = 10_000;

/** Opens and keeps drivers, and lends them what the app has. */
export function createDrivers(parts: DriversParts): Drivers {
  const open = new LRUCache<string, IdleDriver>({
    max: parts.maxOpen ?? usualOpen,
    dispose: (idle, _mount, reason) => reason === "evict" && idle.rest(),
  });
  const healths = new LRUCache<string, Ailment>({ max: maxHealths });
  const drop = async (mount: string) => {
    const idle = open.peek(mount);
    open.delete(mount);
    healths.delete(mount);
    await idle?.close();
  };
  const keep = ({ kind, mount, options, ...wanted }: WantedDriver): Driver => {
    const idle = idling(() => opened(kind, options, contextFor(parts, { kind, ...wanted })));
    open.set(mount, idle);
    return idle.driver;
  };
  return {
    drop,
    rest(mount) {
      for (const id of mount === undefined ? [...open.keys()] : [mount]) {
        const idle = open.peek(id);
        open.delete(id);
        healths.delete(id);
        idle?.rest();
      }
    },
    answersOf: (mount) => open.peek(mount)?.answers() ?? 0,
    healthOf: (mount) => healths.get(mount),
    noteHealth: (mount, ailment) => void healths.set(mount, ailment),
    async of(id) {
      const known = open.get(id);
      if (known) return known.driver;
      const mount = await parts.mounts.get(id);
      if (!mount) throw new StorageError("not-found", { message: "no such mount" });
      const kind = kindOf(parts.kinds, mount.driver);
      // Somebody may have opened it while the mount was read.
      const other = open.get(id);
      if (other) return other.driver;
      healths.set(id, { code: mount.health.state === "failing" ? mount.health.code : undefined });
      const { owner, options } = mount;
      return keep({ kind, mount: id, owner, options, vault: storedVault(parts, id) });
    },
    async open(wanted) {
      await drop(wanted.mount);
      healths.set(wanted.mount, { code: undefined });
      return keep(wanted);
    },
    async close() {
      await Promise.all([...open.keys()].map(drop));
    },
  };
}

/** A mount that its kind cannot open any more is an ailing one, and no fault of whoever asks. */
function opened(kind: DriverKind, options: Values, context: DriverContext): Driver {
  try {
    return kind.open(options, context);
  } catch (error) {
    throw error instanceof StorageError ? error : new StorageError("upstream", { cause: error });
  }
}

type Lent = Pick<WantedDriver, "kind" | "owner" | "vault">;

function contextFor(parts: DriversParts, { kind, owner, vault }: Lent): DriverContext {
  const { reserve } = parts;
  return {
    owner,
    vault,
    notes: notesOf(parts.notes, kind.name),
    exclusive: (key, work) => parts.exclusive(`${kind.name}:${key}`, work),
    now: parts.now,
    monotonic: parts.monotonic,
    probe: parts.probe,
    wait: parts.wait,
    reserve: reserve && ((name, rate) => reserve(`${kind.name}:${name}`, rate)),
    randomHex: parts.randomHex,
    log: parts.log,
    count: parts.count,
  };
}

/** The kind of that name; `unsupported` when there is none. */
export function kindOf(kinds: readonly DriverKind[], name: string): DriverKind {
  const kind = kinds.find((candidate) => candidate.name === name);
  if (!kind) throw new StorageError("unsupported", { message: `no driver ${name}` });
  return kind;
}

/** The notes of a kind of drive. */
export function notesOf(notes: Keyv<string>, kind: string): Notes {
  return {
    read: (key) => notes.get(`${kind}:${key}`),
    write: async (key, value, ttl) => void (await notes.set(`${kind}:${key}`, value, ttl)),
  };
}
