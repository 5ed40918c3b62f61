import type { KeyvOptions } from "keyv";
import { LRUCache } from "lru-cache";

/** How a namespace's records become text, and come back. */
type Json = Required<Pick<KeyvOptions, "serialize" | "deserialize">>;

/** All that is kept is plain JSON; Keyv's own way looks at every value for buffers and costs several times as much. */
export const plainJson: Json = {
  serialize: (kept) => JSON.stringify(kept),
  // What comes back was written by the line above.
  deserialize: (text) => JSON.parse(text) as never,
};

/** Records that are held for their first reader, and characters of their texts together. */
const held = { max: 1000, maxSize: 2 * 1024 * 1024 } as const;

/**
 * The same where a record is read soon after it was written, and nobody changes one in place: the first who reads a text
 * that was written here is handed what was written, and nothing is parsed. The store still says which text that is.
 */
export function handingOn(): Json {
  const written = new LRUCache<string, object>({ ...held, sizeCalculation: (_record, text) => text.length });
  return {
    serialize(kept) {
      const text = JSON.stringify(kept);
      written.set(text, kept);
      return text;
    },
    deserialize(text) {
      const kept = written.get(text);
      if (!kept) return plainJson.deserialize(text);
      // Whoever reads it next gets one of their own.
      written.delete(text);
      return kept;
    },
  };
}
