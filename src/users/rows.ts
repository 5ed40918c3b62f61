import type { Keyv } from "keyv";

/** Every record of a namespace, in no promised order. */
export async function* rowsOf<T>(kept: Keyv<T>): AsyncGenerator<readonly [key: string, value: T]> {
  if (!kept.iterator) throw new Error("this store cannot be listed");
  for await (const [key, value] of kept.iterator(undefined)) {
    // Keyv's iterator is not typed; what it yields is what was put in under that key.
    if (value !== undefined) yield [String(key), value as T];
  }
}
