/** One piece of work at a time for each key. */
export interface Locks {
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** Takes a key among all replicas; resolves with what lets it go. */
export type Claim = (key: string) => Promise<() => Promise<void>>;

/** A chain per key in this process, and within it the replicas' claim where there are replicas. */
export function createLocks(claim?: Claim): Locks {
  const tails = new Map<string, Promise<unknown>>();
  return {
    exclusive(key, work) {
      const before = tails.get(key) ?? Promise.resolve();
      const turn = before.then(() => claimed(key, work, claim));
      const settled = turn.catch(() => undefined);
      tails.set(key, settled);
      void settled.then(() => {
        if (tails.get(key) === settled) tails.delete(key);
      });
      return turn;
    },
  };
}

async function claimed<T>(key: string, work: () => Promise<T>, claim: Claim | undefined): Promise<T> {
  if (!claim) return work();
  const release = await claim(key);
  try {
    return await work();
  } finally {
    await release();
  }
}
