import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { timed } from "./timed.ts";
import type { LeaseOptions } from "./lock.ts";

/** Work that one process does and others stand by for. */
export interface Leadership {
  /**
   * Does work in one process at a time: as soon as no other one does it, and again when it was lost and can be had anew. The
   * work is told by its signal that it has to end, because `signal` aborted or because the database no longer confirms that
   * it is this process's. Resolves when the work ends by itself or after `signal`; rejects as the work does.
   */
  lead(key: string, work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** Milliseconds between two looks whether the one that leads is gone. */
const lookEvery = 500;

/** Among the processes over one database; without `options` there is one process, which always leads. */
export function createLeadership(options?: LeaseOptions): Leadership {
  return {
    async lead(key, work, signal) {
      if (!options) return work(signal);
      while (!signal.aborted) {
        const hold = await take(key, options, signal);
        if (!hold) continue;
        try {
          await work(AbortSignal.any([signal, hold.lost]));
          if (!hold.lost.aborted) return;
        } finally {
          await hold.release();
        }
      }
    },
  };
}

interface Hold {
  /** Aborts when the lease is another's, or is about to end because the database was not reached to renew it. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Undefined = another process leads, or the database does not answer. */
async function take(key: string, options: LeaseOptions, signal: AbortSignal): Promise<Hold | undefined> {
  const { leases, lifetime, timeout, onError } = options;
  const token = randomUUID();
  const asked = performance.now();
  const isTaken = await timed(leases.take(key, token, lifetime), timeout).catch((error: unknown) => {
    onError(error);
    return false;
  });
  if (isTaken) return hold({ key, token, asked }, options);
  await pause(lookEvery, undefined, { signal }).catch(() => undefined);
  return undefined;
}

interface Taken {
  readonly key: string;
  readonly token: string;
  /** When it was asked for, by `performance.now`. */
  readonly asked: number;
}

function hold({ key, token, asked }: Taken, { leases, lifetime, timeout, onError }: LeaseOptions): Hold {
  const losing = new AbortController();
  let renewedAt = asked;
  const renew = async (): Promise<void> => {
    const now = performance.now();
    try {
      if (await timed(leases.renew(key, token, lifetime), timeout)) renewedAt = now;
      else losing.abort();
    } catch (error) {
      onError(error);
    }
  };
  const renewing = setInterval(() => {
    // Ended a little before others may begin.
    if (performance.now() - renewedAt > lifetime * (2 / 3)) losing.abort();
    else void renew();
  }, lifetime / 6).unref();
  return {
    lost: losing.signal,
    async release() {
      clearInterval(renewing);
      await timed(leases.release(key, token), timeout).catch(onError);
    },
  };
}
