/** A value that changes, for one who wants to see the newest whenever there is time to look. */
export interface Latest<T> {
  set(value: T): void;
  /** The last one: after it nothing comes. */
  end(value?: T): void;
  /** Skips what was replaced before anybody looked; the last value always comes. */
  readonly values: AsyncIterable<T>;
}

export function createLatest<T>(): Latest<T> {
  let unseen: { readonly value: T } | undefined;
  let ended = false;
  let changed = Promise.withResolvers<void>();
  const tell = () => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  return {
    set(value) {
      unseen = { value };
      tell();
    },
    end(value) {
      if (value !== undefined) unseen = { value };
      ended = true;
      tell();
    },
    values: {
      [Symbol.asyncIterator]() {
        let left = false;
        return {
          async next() {
            while (!unseen && !ended && !left) await changed.promise;
            if (!unseen || left) return { done: true, value: undefined };
            const { value } = unseen;
            unseen = undefined;
            return { done: false, value };
          },
          async return() {
            left = true;
            tell();
            return { done: true, value: undefined };
          },
        };
      },
    },
  };
}
