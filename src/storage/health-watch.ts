import type { Keyv } from "keyv";
import type { CallOptions, Driver } from "./driver.ts";
import type { Drivers } from "./drivers.ts";
import { StorageError, storageErrorKind, wrapped, type StorageErrorCode } from "./error.ts";
import type { Folders } from "./folders.ts";
import { presentMount, type Mount } from "./mount.ts";

/** Calls on mounts' drives, which show how the mounts do: kept in their health. */
export interface HealthWatch {
  /** Asks a mount's driver, and notes when the mount begins or ceases to fail as an account. */
  call<T>(mount: string, work: (driver: Driver) => Promise<T>, options?: Pick<CallOptions, "asker">): Promise<T>;
  /** Lists the root anew and notes the outcome in the mount's health. */
  check(mount: string, options?: CallOptions): Promise<Mount>;
}

interface HealthWatchParts {
  readonly drivers: Pick<Drivers, "of" | "answersOf" | "healthOf" | "noteHealth">;
  readonly folders: Pick<Folders, "read">;
  readonly mounts: Keyv<Mount>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
  /** Told when a mount begins to fail as an account, with the person whose call showed it, as far as it has one. */
  readonly onFailing?: ((mount: Mount, asker: string | undefined) => void) | undefined;
}

export function createHealthWatch(parts: HealthWatchParts): HealthWatch {
  const { drivers, folders } = parts;
  return {
    async call(mount, work, options) {
      const driver = await drivers.of(mount);
      return watched(parts, mount, () => work(driver), options);
    },
    async check(mount, options = {}) {
      const driver = await drivers.of(mount);
      await watched(parts, mount, () =>
        folders.read({ mount, folder: undefined, driver, refresh: true, ...options }),
      ).catch(onlyStorageError);
      return seen(parts, mount);
    },
  };
}

/** Runs a call on a mount and notes in its health when it begins or ceases to fail as an account. */
async function watched<T>(
  parts: HealthWatchParts,
  id: string,
  work: () => Promise<T>,
  { asker }: { readonly asker?: string | undefined } = {},
): Promise<T> {
  const { drivers } = parts;
  const before = drivers.answersOf(id);
  try {
    const result = await wrapped(work);
    // What was known already says nothing of the drive.
    if (drivers.answersOf(id) !== before) await noteHealth(parts, id, undefined);
    return result;
  } catch (error) {
    if (error instanceof StorageError && storageErrorKind(error.code).ails) {
      const failing = await noteHealth(parts, id, error.code);
      if (failing) parts.onFailing?.(failing, asker);
    }
    throw error;
  }
}

/** The mount, where it was not known to fail like this. */
async function noteHealth(
  { drivers, mounts, exclusive, now }: HealthWatchParts,
  id: string,
  code: StorageErrorCode | undefined,
): Promise<Mount | undefined> {
  const known = drivers.healthOf(id);
  if (known && known.code === code) return undefined;
  const changed = await exclusive(`mount:${id}`, async () => {
    const mount = await mounts.get(id);
    if (!mount) return undefined;
    const at = now();
    const health = code ? ({ state: "failing", at, code } as const) : ({ state: "working", at } as const);
    const noted: Mount = { ...mount, health };
    await mounts.set(id, noted);
    return mount.health.state === "failing" && mount.health.code === code ? undefined : noted;
  });
  drivers.noteHealth(id, { code });
  return changed;
}

/** The mount as it was found just now, also where it is as it was before. */
function seen(parts: HealthWatchParts, id: string): Promise<Mount> {
  return parts.exclusive(`mount:${id}`, async () => {
    const mount = await presentMount(parts, id);
    if (mount.health.state === "failing") return mount;
    const now: Mount = { ...mount, health: { state: "working", at: parts.now() } };
    await parts.mounts.set(id, now);
    return now;
  });
}

function onlyStorageError(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
}
