/** The newest of a value for any number of followers, each of whom looks when there is time. */
export interface Feed<T> {
  set(value: T): void;
  /** Nothing comes after what was set last. */
  end(): void;
  /** From the value now, if there is one; ends quietly at the signal. */
  follow(signal: AbortSignal): AsyncGenerator<T, void, undefined>;
}

/** A feed without a value yet. */
export function createFeed<T>(): Feed<T> {
  let current: { readonly value: T } | undefined;
  let isOver = false;
  let changed = Promise.withResolvers<void>();
  const tell = () => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  return {
    set(value) {
      current = { value };
      tell();
    },
    end() {
      isOver = true;
      tell();
    },
    async *follow(signal) {
      const onAbort = () => tell();
      signal.addEventListener("abort", onAbort, { once: true });
      let seen: { readonly value: T } | undefined;
      try {
        while (!signal.aborted) {
          if (current && current !== seen) yield (seen = current).value;
          else if (isOver) return;
          else await changed.promise;
        }
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
  };
}
