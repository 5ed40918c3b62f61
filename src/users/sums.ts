import type { Keyv } from "keyv";

/** Sums by key that outlive the process. */
export interface Sums {
  add(key: string, amount: number): void;
  /** What is not written yet included. */
  read(key: string): Promise<number>;
  /** Writes what was added since; called by itself every ten seconds. */
  flush(): Promise<void>;
  /** Writes the rest and lets go of the timer. */
  stop(): Promise<void>;
}

interface SumsParts {
  readonly kept: Keyv<number>;
  /** What the locks of its keys begin with. */
  readonly name: string;
  /** Milliseconds a sum is kept after the last addition. */
  readonly keepFor: number;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Told of sums that could not be written; they are tried again. */
  readonly onError: (error: unknown) => void;
}

const flushEvery = 10_000;

/** A sum that was sent to the store and of which nobody knows whether it arrived. */
interface Doubtful {
  readonly sum: number;
  /** How much of it was new. */
  readonly amount: number;
}

/** Sums in memory at once, in the store now and then: a kill loses ten seconds of them at most. */
export function createSums({ kept, name, keepFor, exclusive, onError }: SumsParts): Sums {
  const fresh = new Map<string, number>();
  const doubtful = new Map<string, Doubtful>();
  const add = (key: string, amount: number): void => {
    const sum = (fresh.get(key) ?? 0) + amount;
    if (sum === 0) fresh.delete(key);
    else fresh.set(key, sum);
  };
  /** A server that answered too late may have written all the same; sums only grow, so one that high holds what was tried. */
  const arrived = (key: string, stored: number): number => {
    const tried = doubtful.get(key);
    return tried && stored >= tried.sum ? tried.amount : 0;
  };
  const write = (key: string): Promise<void> =>
    exclusive(`${name} ${key}`, async () => {
      const stored = (await kept.get(key)) ?? 0;
      add(key, -arrived(key, stored));
      const amount = fresh.get(key) ?? 0;
      doubtful.set(key, { sum: stored + amount, amount });
      await kept.set(key, stored + amount, keepFor);
      doubtful.delete(key);
      add(key, -amount);
    });
  const flush = async (): Promise<void> => {
    const outcomes = await Promise.allSettled([...fresh.keys()].map(write));
    const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    if (failures.length > 0) throw new AggregateError(failures, `sums could not be written: ${name}`);
  };
  const timer = setInterval(() => void flush().catch(onError), flushEvery).unref();
  return {
    add,
    async read(key) {
      const stored = (await kept.get(key)) ?? 0;
      return stored + (fresh.get(key) ?? 0) - arrived(key, stored);
    },
    flush,
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}
