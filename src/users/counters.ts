import type { Keyv } from "keyv";

/** What is counted. `error` counts come apart by code. */
export type Counted = "links" | "bytes" | "calls" | "cool-downs" | `error ${string}`;

export type Counts = Readonly<Partial<Record<Counted, number>>>;

/** Counts that outlive the process. */
export interface Counters {
  count(what: Counted, by?: number): void;
  /** All there is, what is not written yet included. */
  read(): Promise<Counts>;
  /** Writes what was counted since; called by itself every ten seconds. */
  flush(): Promise<void>;
  /** Writes the rest and lets go of the timer. */
  stop(): Promise<void>;
}

interface CountersParts {
  readonly kept: Keyv<Counts>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Told of counts that could not be written; they are tried again. */
  readonly onError: (error: unknown) => void;
}

const flushEvery = 10_000;
const key = "totals";

/** Counts in memory, added to the store now and then: a kill loses ten seconds of them at most. */
export function createCounters({ kept, exclusive, onError }: CountersParts): Counters {
  let fresh = new Map<Counted, number>();
  const add = (what: Counted, by: number) => fresh.set(what, (fresh.get(what) ?? 0) + by);
  const flush = async (): Promise<void> => {
    if (fresh.size === 0) return;
    const taken = fresh;
    fresh = new Map();
    try {
      await exclusive("counters", async () => kept.set(key, sum((await kept.get(key)) ?? {}, taken)));
    } catch (error) {
      for (const [what, by] of taken) add(what, by);
      throw error;
    }
  };
  const timer = setInterval(() => void flush().catch(onError), flushEvery).unref();
  return {
    count: (what, by = 1) => void add(what, by),
    read: async () => sum((await kept.get(key)) ?? {}, fresh),
    flush,
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}

function sum(counts: Counts, more: ReadonlyMap<Counted, number>): Counts {
  const all: Partial<Record<Counted, number>> = { ...counts };
  for (const [what, by] of more) all[what] = (all[what] ?? 0) + by;
  return all;
}
