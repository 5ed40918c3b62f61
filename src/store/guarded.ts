import { EventEmitter } from "node:events";
import type { KeyvStoreAdapter, StoredData } from "keyv";
import { named } from "./error.ts";
import type { Seal } from "./sealed.ts";
import { timed } from "./timed.ts";

interface GuardOptions {
  /** Absent = texts are stored as they are. */
  readonly seal?: Seal | undefined;
  /** Milliseconds after which a silent server counts as failed; absent = it is no server, and answers at once. */
  readonly timeout?: number | undefined;
}

/** An adapter whose failures have names, that gives up a silent server, and keeps its texts encrypted where it is given a seal. */
export function guarded(adapter: KeyvStoreAdapter, options: GuardOptions): KeyvStoreAdapter {
  return new GuardedAdapter(adapter, options);
}

/** What stands in the store for a sealed text: its expiry stays readable, so that the dead can be swept. */
interface SealedRow {
  readonly sealed: string;
  readonly expires?: number | undefined;
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
    // Calls reject with what failed, and the connection behind them is listened to where it was opened.
    adapter.on("error", () => undefined);
  }

  get namespace(): string | undefined {
    return this.#adapter.namespace;
  }

  set namespace(name: string | undefined) {
    this.#adapter.namespace = name;
  }

  async get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    return this.#opened(key, await this.#asked(this.#adapter.get<Value>(key)));
  }

  /** Without it Keyv reads one by one, and takes for absent what could not be read. */
  async getMany<Value>(keys: string[]): Promise<StoredData<Value | undefined>[]> {
    if (!this.#adapter.getMany) throw new Error("this store cannot read many at once");
    const texts = await this.#asked(this.#adapter.getMany<Value>(keys));
    return keys.map((key, at) => this.#opened(key, texts[at]));
  }

  async set(key: string, value: string, ttl?: number): Promise<void> {
    await this.#asked(Promise.resolve(this.#adapter.set(key, this.#sealed(key, value, ttl), ttl)));
  }

  delete(key: string): Promise<boolean> {
    return this.#asked(this.#adapter.delete(key));
  }

  clear(): Promise<void> {
    return this.#asked(this.#adapter.clear());
  }

  /** Every key of a namespace with its text, opened; what no key opens is left out. */
  async *iterator<Value>(namespace?: string): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    if (!this.#adapter.iterator) throw new Error("this store cannot be listed");
    const rows = this.#adapter.iterator<Value>(namespace)[Symbol.asyncIterator]();
    for (;;) {
      const { value: row, done } = await this.#asked(rows.next());
      if (done || row === undefined) return;
      const [key, text] = row;
      if (typeof key !== "string") continue;
      const opened = this.#opened(key, text as StoredData<Value>);
      if (opened !== undefined) yield [key, opened as Awaited<Value>];
    }
  }

  async disconnect(): Promise<void> {
    await this.#adapter.disconnect?.();
  }

  #opened<Value>(key: string, text: StoredData<Value> | undefined): StoredData<Value> | undefined {
    if (!this.#seal || typeof text !== "string") return text;
    const row = JSON.parse(text) as SealedRow;
    // Keyv's type wants its own value here; what adapters hand it is the text it serialised before.
    return this.#seal.open(row.sealed, key) as StoredData<Value> | undefined;
  }

  #sealed(key: string, value: string, ttl: number | undefined): string {
    if (!this.#seal) return value;
    const row: SealedRow = {
      sealed: this.#seal.seal(value, key),
      expires: ttl === undefined ? undefined : Date.now() + ttl,
    };
    return JSON.stringify(row);
  }

  #asked<T>(work: Promise<T>): Promise<T> {
    return named(timed(work, this.#timeout));
  }
}
