import { LRUCache } from "lru-cache";

/** Records as the database has them at this moment, of those that were read or written lately. */
export interface Recent {
  /** The text under a key; `absent` where there is none; undefined = not known here, ask the database. */
  get(key: string): string | undefined;
  /** What the database has under a key from now on; `absent` = nothing. */
  note(key: string, text: string): void;
  /** What the database has under a key is not known any more. */
  drop(key: string): void;
  /** Nothing is known any more. */
  forget(): void;
}

/** There is no record under the key; no record is empty. */
export const absent = "";

const most = 20_000;
/** Characters of all texts together. */
const maxText = 16 * 1024 * 1024;
/** Characters of one text; longer ones are listings, and read rarely. */
const longestText = 64 * 1024;

/** Milliseconds for which nobody else is taken to have written: what another process commits is seen that much later. */
const trusted = 10;

/**
 * A memory of what the database holds, so that the many small questions of one request cost one look at the file at
 * most. What this process writes is noted as it is written; `version` is a number that changes whenever somebody else
 * writes, and everything is forgotten when it did.
 */
export function createRecent(version: () => unknown): Recent {
  const known = new LRUCache<string, string>({
    max: most,
    maxSize: maxText,
    maxEntrySize: longestText,
    sizeCalculation: (text, key) => text.length + key.length + 1,
  });
  let seen: unknown;
  let trustedUntil = 0;
  const lookForOthers = (): void => {
    if (performance.now() < trustedUntil) return;
    const now = version();
    if (now !== seen) known.clear();
    seen = now;
    trustedUntil = performance.now() + trusted;
  };
  return {
    get(key) {
      lookForOthers();
      return known.get(key);
    },
    note: (key, text) => void known.set(key, text),
    drop: (key) => void known.delete(key),
    forget() {
      known.clear();
      trustedUntil = 0;
    },
  };
}
