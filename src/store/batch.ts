import type { Run } from "./busy.ts";
import { StoreUnavailable } from "./error.ts";

/** Writes that are committed together. */
export interface Batches {
  /**
   * Resolves with what `statement` gave when it is on disk; `done` is called just before. Writes happen in the order they
   * were asked for. A key tells readers whom to wait for.
   */
  write<T>(statement: () => T, options?: WriteOptions<T>): Promise<T>;
  /** Resolves when everything asked for so far under that key (absent = under any) is on disk, or has failed. */
  settled(key?: string): Promise<void> | undefined;
}

interface WriteOptions<T> {
  readonly key?: string;
  done?(result: T): void;
}

interface Write {
  /** Runs the statement; what it gives back tells the asker, once it is committed. */
  run(): () => void;
  fail(error: unknown): void;
}

interface Batch {
  readonly writes: Write[];
  readonly committed: Promise<void>;
}

/**
 * Commits the writes of one turn of the event loop in one transaction, since a sync to the disk costs the same for one
 * and for a hundred. `within` runs its work in a transaction; `run` waits for other processes.
 */
export function createBatches(run: Run, within: <T>(work: () => T) => T): Batches {
  /** Which batch a key was last written in. */
  const batchOf = new Map<string, Batch>();
  let gathering: Batch | undefined;
  let last: Batch | undefined;
  const attempt = async (writes: readonly Write[]): Promise<void> => {
    try {
      const tell = await run(() => within(() => writes.map((write) => write.run())));
      for (const told of tell) told();
    } catch (error) {
      // Each alone would wait as long again for the process that holds the file.
      const isHeld = error instanceof StoreUnavailable && error.reason === "locked";
      if (writes.length === 1 || isHeld) return writes.forEach((write) => write.fail(error));
      // One that cannot be written must not take the others with it.
      for (const write of writes) await attempt([write]);
    }
  };
  const begin = (): Batch => {
    const writes: Write[] = [];
    const before = last?.committed;
    const committed = new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
      gathering = undefined;
      await before;
      await attempt(writes);
      for (const [key, other] of batchOf) if (other === batch) batchOf.delete(key);
      if (last === batch) last = undefined;
    });
    const batch = { writes, committed };
    return batch;
  };
  return {
    write(statement, { key, done } = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<ReturnType<typeof statement>>();
      last = gathering ??= begin();
      last.writes.push({
        run() {
          const result = statement();
          return () => {
            done?.(result);
            resolve(result);
          };
        },
        fail: reject,
      });
      if (key !== undefined) batchOf.set(key, last);
      return promise;
    },
    settled: (key) => (key === undefined ? last : batchOf.get(key))?.committed,
  };
}
