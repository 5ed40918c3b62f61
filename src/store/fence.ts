import { AsyncLocalStorage } from "node:async_hooks";
import { StoreUnavailable } from "./error.ts";

/** A lock that is held among all processes until it is given back, or until it ends because nobody renewed it. */
export interface Lease {
  readonly key: string;
  /** Different for every holder: a write that carries it is refused once somebody else holds the key. */
  readonly token: string;
  /** Its own holder gave it back, so that nothing depends on it any more. */
  isReleased: boolean;
}

/**
 * Keeps a process that was stopped for longer than its locks lasted from writing over what the next holder wrote: its
 * writes name the locks they were made under, and the database refuses them when one of those is not held any more.
 */
export interface Fences {
  /** Runs work whose writes count only as long as the lease is held. */
  within<T>(lease: Lease, work: () => Promise<T>): Promise<T>;
  /** Writes under the leases of whoever asks; `write` resolves with false when one of them is not held any more. */
  guard(write: (leases: readonly Lease[]) => Promise<boolean>): Promise<void>;
}

/** The fences of one database. */
export function createFences(): Fences {
  const held = new AsyncLocalStorage<readonly Lease[]>();
  const current = () => (held.getStore() ?? []).filter((lease) => !lease.isReleased);
  return {
    within: (lease, work) => held.run([...current(), lease], work),
    async guard(write) {
      for (;;) {
        const leases = current();
        if (await write(leases)) return;
        // Work that goes on after its lock was given back may have been overtaken by the giving back.
        if (!leases.some((lease) => lease.isReleased)) {
          throw new StoreUnavailable("superseded", {
            message: `the lock ${leases.map(({ key }) => key).join(", ")} was taken over while this process stood still`,
          });
        }
      }
    },
  };
}
