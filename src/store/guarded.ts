import { EventEmitter } from "node:events";
import type { KeyvStoreAdapter, StoredData } from "keyv";
import type { Seal } from "./sealed.ts";

interface GuardOptions {
  /** Absent = texts are stored as they are. */
  readonly seal?: Seal | undefined;
  /** Milliseconds after which a silent server counts as failed; absent = it is no server, and answers at once. */
  readonly timeout?: number | undefined;
}

/** An adapter that gives up a silent server, and keeps its texts encrypted where it is given a seal. */
export function guarded(adapter: KeyvStoreAdapter, options: GuardOptions): KeyvStoreAdapter {
  const needsNothing = options.seal === undefined && options.timeout === undefined;
  return needsNothing ? adapter : new GuardedAdapter(adapter, options);
}

/** What stands in the store for a sealed text: its expiry stays readable, so that the dead can be swept. */
interface SealedRow {
  readonly sealed: string;
  readonly expires?: number;
}

class GuardedAdapter extends EventEmitter implements KeyvStoreAdapter {
  readonly opts: unknown;
  readonly #adapter: KeyvStoreAdapter;
  readonly #seal: Seal | undefined;
  readonly #timeout: number | undefined;

  constructor(adapter: KeyvStoreAdapter, { seal, timeout }: GuardOptions) {
    super();
    this.#adapter = adapter;
    this.#seal = seal;
    this.#timeout = timeout;
    this.opts = adapter.opts;
    adapter.on("error", (error: unknown) => this.emit("error", error));
  }

  get namespace(): string | undefined {
    return this.#adapter.namespace;
  }

  set namespace(name: string | undefined) {
    this.#adapter.namespace = name;
  }

  async get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    return this.#opened(key, await this.#inTime(this.#adapter.get<Value>(key)));
  }

  /** Without it Keyv reads one by one, and takes for absent what could not be read. */
  async getMany<Value>(keys: string[]): Promise<StoredData<Value | undefined>[]> {
    if (!this.#adapter.getMany) throw new Error("this store cannot read many at once");
    const texts = await this.#inTime(this.#adapter.getMany<Value>(keys));
    return keys.map((key, at) => this.#opened(key, texts[at]));
  }

  async set(key: string, value: string, ttl?: number): Promise<void> {
    await this.#inTime(Promise.resolve(this.#adapter.set(key, this.#sealed(key, value, ttl), ttl)));
  }

  delete(key: string): Promise<boolean> {
    return this.#inTime(this.#adapter.delete(key));
  }

  clear(): Promise<void> {
    return this.#inTime(this.#adapter.clear());
  }

  /** Every key of a namespace with its text, opened. */
  async *iterator<Value>(namespace?: string): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    if (!this.#adapter.iterator) throw new Error("this store cannot be listed");
    for await (const [key, text] of this.#adapter.iterator<Value>(namespace)) {
      if (this.#seal && typeof key === "string" && typeof text === "string") {
        const { sealed } = JSON.parse(text) as SealedRow;
        yield [key, this.#seal.open(sealed, key)];
      } else yield [key, text];
    }
  }

  async disconnect(): Promise<void> {
    await this.#adapter.disconnect?.();
  }

  #opened<Value>(key: string, text: StoredData<Value> | undefined): StoredData<Value> | undefined {
    if (!this.#seal || typeof text !== "string") return text;
    const row = JSON.parse(text) as SealedRow;
    // Keyv's type wants its own value here; what adapters hand it is the text it serialised before.
    return this.#seal.open(row.sealed, key) as StoredData<Value>;
  }

  #sealed(key: string, value: string, ttl: number | undefined): string {
    if (!this.#seal) return value;
    const sealed = this.#seal.seal(value, key);
    const row: SealedRow = ttl === undefined ? { sealed } : { sealed, expires: Date.now() + ttl };
    return JSON.stringify(row);
  }

  #inTime<T>(work: Promise<T>): Promise<T> {
    if (this.#timeout === undefined) return work;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = setTimeout(
      () => reject(new Error(`the store did not answer within ${this.#timeout} ms`)),
      this.#timeout,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
    return promise;
  }
}
