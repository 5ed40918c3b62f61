import type { Keyv } from "keyv";
import type { Driver, DriverContext, DriverKind, DriverLog, Notes, Vault } from "./driver.ts";
import { StorageError, type StorageErrorCode } from "./error.ts";
import type { Values } from "./form.ts";
import type { Mount } from "./mount.ts";

/** The open drivers, one a mount, opened when first asked for. */
export interface Drivers {
  /** The mount's driver; `not-found` when there is no such mount. */
  of(mount: string): Promise<Driver>;
  /** Opens one for a mount that is not (or differently) in the store yet; it replaces what was open. */
  open(kind: DriverKind, mount: string, options: Values): Promise<Driver>;
  /** Lets go of a mount's driver. */
  drop(mount: string): Promise<void>;
  close(): Promise<void>;
  /** What each mount is known to suffer from; absent from the map = not asked yet. */
  readonly ailing: Map<string, StorageErrorCode | undefined>;
}

interface DriversParts {
  readonly kinds: readonly DriverKind[];
  readonly mounts: Keyv<Mount>;
  readonly secrets: Keyv<Values>;
  readonly notes: Keyv<string>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  randomHex(bytes: number): string;
  readonly log: DriverLog;
  readonly count?: DriverContext["count"];
}

/** Opens and keeps drivers, and lends them what the app has. */
export function createDrivers(parts: DriversParts): Drivers {
  const open = new Map<string, Driver>();
  const ailing = new Map<string, StorageErrorCode | undefined>();
  const drop = async (mount: string) => {
    const driver = open.get(mount);
    open.delete(mount);
    ailing.delete(mount);
    await driver?.close?.();
  };
  return {
    ailing,
    drop,
    async of(id) {
      const driver = open.get(id);
      if (driver) return driver;
      const mount = await parts.mounts.get(id);
      if (!mount) throw new StorageError("not-found", { message: "no such mount" });
      const kind = parts.kinds.find((candidate) => candidate.name === mount.driver);
      if (!kind) throw new StorageError("unsupported", { message: `no driver ${mount.driver}` });
      // Somebody may have opened it while the mount was read.
      const opened = open.get(id) ?? kind.open(mount.options, contextFor(parts, kind, id));
      open.set(id, opened);
      ailing.set(id, mount.health.state === "failing" ? mount.health.code : undefined);
      return opened;
    },
    async open(kind, mount, options) {
      await drop(mount);
      const driver = kind.open(options, contextFor(parts, kind, mount));
      open.set(mount, driver);
      ailing.set(mount, undefined);
      return driver;
    },
    async close() {
      await Promise.all([...open.keys()].map(drop));
    },
  };
}

function contextFor(parts: DriversParts, kind: DriverKind, mount: string): DriverContext {
  return {
    vault: vaultOf(parts, mount),
    notes: notesOf(parts.notes, kind.name),
    exclusive: (key, work) => parts.exclusive(`${kind.name}:${key}`, work),
    now: parts.now,
    wait: parts.wait,
    randomHex: parts.randomHex,
    log: parts.log,
    ...(parts.count && { count: parts.count }),
  };
}

function vaultOf({ secrets, exclusive }: DriversParts, mount: string): Vault {
  return {
    read: async () => (await secrets.get(mount)) ?? {},
    write: (changes) =>
      exclusive(`vault:${mount}`, async () => {
        const merged = { ...(await secrets.get(mount)), ...changes };
        await secrets.set(mount, Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== "")));
      }),
  };
}

function notesOf(notes: Keyv<string>, kind: string): Notes {
  return {
    read: (key) => notes.get(`${kind}:${key}`),
    write: async (key, value, ttl) => void (await notes.set(`${kind}:${key}`, value, ttl)),
  };
}
