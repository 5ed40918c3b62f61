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
export function createAllowance(parts: AllowanceParts): Allowance {
  const { limitOf, now, onError } = parts;
  const book = createBook(parts);
  const today = () => Math.floor(now() / day);
  const keyOf = (person: string) => `${today()} ${person}`;
  const timer = setInterval(() => void book.flush().catch(onError), flushEvery).unref();
  return {
    used: (person) => book.read(keyOf(person)),
    async admit(person) {
      const limit = await limitOf(person);
      if (limit === undefined || (await book.read(keyOf(person))) < limit) return { ok: true };
      return { ok: false, retryAfter: (today() + 1) * day - now() };
    },
    spend: (person, bytes) => book.add(keyOf(person), bytes),
    flush: book.flush,
    async stop() {
      clearInterval(timer);
      await book.flush();
    },
  };
}

/** A sum that was sent to the store and of which nobody knows whether it arrived. */
interface Doubtful {
  readonly sum: number;
  /** How much of it was new. */
  readonly bytes: number;
}

/** Sums by key: what is stored, and what was added since. */
function createBook({ kept, exclusive }: Pick<AllowanceParts, "kept" | "exclusive">) {
  const fresh = new Map<string, number>();
  const doubtful = new Map<string, Doubtful>();
  const add = (key: string, bytes: number): void => {
    const sum = (fresh.get(key) ?? 0) + bytes;
    if (sum === 0) fresh.delete(key);
    else fresh.set(key, sum);
  };
  /** A server that answered too late may have written all the same; sums only grow, so one that high holds what was tried. */
  const arrived = (key: string, stored: number): number => {
    const tried = doubtful.get(key);
    return tried && stored >= tried.sum ? tried.bytes : 0;
  };
  const write = (key: string): Promise<void> =>
    exclusive(`allowance ${key}`, async () => {
      const stored = (await kept.get(key)) ?? 0;
      add(key, -arrived(key, stored));
      const bytes = fresh.get(key) ?? 0;
      doubtful.set(key, { sum: stored + bytes, bytes });
      await kept.set(key, stored + bytes, 2 * day);
      doubtful.delete(key);
      add(key, -bytes);
    });
  return {
    add,
    async read(key: string): Promise<number> {
      const stored = (await kept.get(key)) ?? 0;
      return stored + (fresh.get(key) ?? 0) - arrived(key, stored);
    },
    async flush(): Promise<void> {
      const outcomes = await Promise.allSettled([...fresh.keys()].map(write));
      const failures = outcomes.flatMap((outcome) =>
        outcome.status === "rejected" ? [outcome.reason as unknown] : [],
      );
      if (failures.length > 0) throw new AggregateError(failures, "what people fetched could not be written");
    },
  };
}
