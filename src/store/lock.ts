import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Fences, Lease } from "./fence.ts";
import { named } from "./error.ts";
import { timed } from "./timed.ts";

/** One piece of work at a time for each key. */
export interface Locks {
  /** `order`: of those that wait for a key in several processes, the lowest goes first; absent = after a while, whoever looks first. */
  exclusive<T>(key: string, work: () => Promise<T>, order?: number): Promise<T>;
}

/** What processes over one database agree on: a key has one holder at most, and only for a while. No call waits. */
export interface Leases {
  /** Resolves with whether the token holds the key from now on, for `ms`; false = another does. */
  take(key: string, token: string, ms: number): Promise<boolean>;
  /** The same; false also where a token of a lower order asked lately. Absent = nobody keeps their order. */
  takeInOrder?(key: string, token: string, options: { readonly ms: number; readonly order: number }): Promise<boolean>;
  /** Resolves with whether the token still held the key, which it now does for another `ms`. */
  renew(key: string, token: string, ms: number): Promise<boolean>;
  release(key: string, token: string): Promise<void>;
}

/** How processes over one database share it. */
export interface LeaseOptions {
  readonly leases: Leases;
  readonly fences: Fences;
  /** Milliseconds after which the lock of a process that died is free; it is renewed at a third of them. */
  readonly lifetime: number;
  /** Milliseconds after which a silent database counts as failed; absent = it sees to that itself. */
  readonly timeout: number | undefined;
  /** Told of leases that could not be renewed or given back: they end by themselves. */
  readonly onError: (error: unknown) => void;
}

/** A chain per key in this process, and within it a lease among the processes; without `options` there is one process. */
export function createLocks(options?: LeaseOptions): Locks {
  const tails = new Map<string, Promise<unknown>>();
  return {
    exclusive(key, work, order) {
      const before = tails.get(key) ?? Promise.resolve();
      const turn = before.then(() => (options ? underLease(key, work, { ...options, order }) : work()));
      const leave = () => {
        if (tails.get(key) === settled) tails.delete(key);
      };
      const settled = turn.then(leave, leave);
      tails.set(key, settled);
      return turn;
    },
  };
}

interface WaitOptions extends LeaseOptions {
  readonly order: number | undefined;
}

async function underLease<T>(key: string, work: () => Promise<T>, options: WaitOptions): Promise<T> {
  const { leases, fences, lifetime, timeout, onError } = options;
  const lease: Lease = { key, token: randomUUID(), isReleased: false };
  await taken(lease, options);
  const renewal = setInterval(() => {
    timed(leases.renew(key, lease.token, lifetime), timeout).catch(onError);
  }, lifetime / 3).unref();
  try {
    return await fences.within(lease, work);
  } finally {
    clearInterval(renewal);
    lease.isReleased = true;
    await timed(leases.release(key, lease.token), timeout).catch(onError);
  }
}

/** Milliseconds between two looks at a lock that another process holds. */
const [firstLook, lastLook] = [10, 100];

/** Waits without holding anything of the database's: any number may wait while those who hold it read and write. */
async function taken({ key, token }: Lease, { leases, lifetime, timeout, order }: WaitOptions): Promise<void> {
  const take = () =>
    order !== undefined && leases.takeInOrder
      ? leases.takeInOrder(key, token, { ms: lifetime, order })
      : leases.take(key, token, lifetime);
  for (let look = firstLook; ; look = Math.min(look * 1.5, lastLook)) {
    if (await named(timed(take(), timeout))) return;
    await pause(look);
  }
}
