import type { Keyv } from "keyv";

/** What streaming through the gateway may cost each person a day. Fits the gateway's own port. */
export interface Allowance {
  /** Whether another stream may begin; if not, after how many milliseconds. */
  admit(person: string): Promise<{ readonly ok: true } | { readonly ok: false; readonly retryAfter: number }>;
  /** Bytes that went to the person. */
  spend(person: string, bytes: number): void;
  /** Bytes of today, which is a day of UTC, what is not written yet included. */
  used(person: string): Promise<number>;
  /** Writes what was spent since; called by itself every ten seconds. */
  flush(): Promise<void>;
  /** Writes the rest and lets go of the timer. */
  stop(): Promise<void>;
}

interface AllowanceParts {
  readonly kept: Keyv<number>;
  /** Bytes a day; undefined = as many as they like. */
  limitOf(person: string): Promise<number | undefined>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
  /** Told of spending that could not be written; it is tried again. */
  readonly onError: (error: unknown) => void;
}

const day = 24 * 3_600_000;
const flushEvery = 10_000;

/**
 * Bytes by person and day: in memory at once, in the store now and then, because a player that seeks ends a stream with
 * every seek, and a write to disk for each would be waited for. A kill loses ten seconds of them at most.
 */
export function createAllowance({ kept, limitOf, exclusive, now, onError }: AllowanceParts): Allowance {
  const fresh = new Map<string, number>();
  const today = () => Math.floor(now() / day);
  const keyOf = (person: string) => `${today()} ${person}`;
  const used = async (person: string) => ((await kept.get(keyOf(person))) ?? 0) + (fresh.get(keyOf(person)) ?? 0);
  const add = (key: string, bytes: number) => {
    const sum = (fresh.get(key) ?? 0) + bytes;
    if (sum === 0) fresh.delete(key);
    else fresh.set(key, sum);
  };
  const write = (key: string) =>
    exclusive(`allowance ${key}`, async () => {
      const bytes = fresh.get(key) ?? 0;
      await kept.set(key, ((await kept.get(key)) ?? 0) + bytes, 2 * day);
      add(key, -bytes);
    });
  const flush = async () => void (await Promise.all([...fresh.keys()].map(write)));
  const timer = setInterval(() => void flush().catch(onError), flushEvery).unref();
  return {
    used,
    async admit(person) {
      const limit = await limitOf(person);
      if (limit === undefined || (await used(person)) < limit) return { ok: true };
      return { ok: false, retryAfter: (today() + 1) * day - now() };
    },
    spend(person, bytes) {
      if (bytes > 0) add(keyOf(person), bytes);
    },
    flush,
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}
