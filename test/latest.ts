/** A value that changes, for one who wants to see the newest whenever there is time to look. */
export interface Latest<T> {
  set(value: T): void;
  /** The last one, if there is one more: after it nothing comes. */
  end(value?: T): void;
  /** Skips what was replaced before anybody looked; the last value always comes. To be walked through once. */
  readonly values: AsyncIterable<T>;
}

/** Nothing to see yet. */
export function createLatest<T>(): Latest<T> {
  return new Cell<T>();
}

class Cell<T> implements Latest<T>, AsyncIterator<T> {
  readonly values: AsyncIterable<T> = { [Symbol.asyncIterator]: () => this };
  #unseen: { readonly value: T } | undefined;
  #ended = false;
  #changed = Promise.withResolvers<void>();

  set(value: T): void {
    this.#unseen = { value };
    this.#tell();
  }

  end(value?: T): void {
    if (value !== undefined) this.#unseen = { value };
    this.#ended = true;
    this.#tell();
  }

  async next(): Promise<IteratorResult<T>> {
    while (!this.#unseen && !this.#ended) await this.#changed.promise;
    const seen = this.#unseen;
    this.#unseen = undefined;
    return seen ? { done: false, value: seen.value } : { done: true, value: undefined };
  }

  /** Whoever looked has gone. */
  async return(): Promise<IteratorResult<T>> {
    this.#unseen = undefined;
    this.#ended = true;
    this.#tell();
    return { done: true, value: undefined };
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
