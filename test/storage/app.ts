import { Keyv } from "keyv";
import type { Driver, DriverContext, DriverKind, Link, Page } from "../../src/storage/driver.ts";
import type { Entry } from "../../src/storage/entry.ts";
import { StorageError } from "../../src/storage/error.ts";
import type { Values } from "../../src/storage/field.ts";
import type { Mount } from "../../src/storage/mount.ts";
import type { FolderRecord } from "../../src/storage/name-index.ts";
import { createStorage, type Storage } from "../../src/storage/storage.ts";
import { createLocks } from "../../src/store/lock.ts";

export const entry = (n: number): Entry => ({ id: `f${n}`, kind: "file", name: `file ${n}` });

type Listing = NonNullable<Parameters<Driver["list"]>[1]>;

/** A drive whose pages come when the test says so, and which counts what it is asked. */
export class SlowDrive implements Driver {
  readonly asked: string[] = [];
  /** What its calls could be ended by. */
  readonly signals: (AbortSignal | undefined)[] = [];
  failing: StorageError | Error | undefined;
  link1: () => Link = () => ({ kind: "url", url: "https://dl.example/1", expiresAt: this.now + 3_600_000 });
  now = 1_000_000;
  readonly #pages: Entry[][];
  #gate: Promise<void> = Promise.resolve();
  #holdsFirst = false;
  /** How many entries of a first page with others behind it are told before the page. */
  early = 0;
  #open: () => void = () => undefined;

  constructor(pages: Entry[][]) {
    this.#pages = pages;
  }

  /** Holds every further page back until `release`; with `first` the first ones too. */
  hold({ first = false }: { readonly first?: boolean } = {}): void {
    this.#holdsFirst = first;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    this.#open = resolve;
  }

  release(): void {
    this.#open();
  }

  async list(folder: string | undefined, { cursor = "0", signal, onFirst }: Listing = {}): Promise<Page<Entry>> {
    this.signals.push(signal);
    this.asked.push(`list ${folder ?? "/"} ${cursor}`);
    const { [Number(cursor)]: items = [] } = this.#pages;
    if (this.early > 0 && cursor === "0") onFirst?.(items.slice(0, this.early));
    if (cursor !== "0" || this.#holdsFirst) await Promise.race([this.#gate, rejected(signal)]);
    if (this.failing) throw this.failing;
    const at = Number(cursor);
    const next = at + 1 < this.#pages.length ? { next: String(at + 1) } : {};
    return { items, ...next };
  }

  async stat(id: string): Promise<Entry> {
    this.asked.push(`stat ${id}`);
    return entry(1);
  }

  async link(id: string): Promise<Link> {
    this.asked.push(`link ${id}`);
    await Promise.resolve();
    if (this.failing) throw this.failing;
    return this.link1();
  }
}

/** Rejects when the signal ends the call. */
function rejected(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

/** Storage over a slow drive, and the shelves it writes to. */
export interface SlowApp {
  readonly storage: Storage;
  readonly mounts: Keyv<Mount>;
  readonly secrets: Keyv<Values>;
  readonly names: Keyv<readonly FolderRecord[]>;
  mount(): Promise<Mount>;
}

interface Shelves {
  readonly mounts?: Keyv<Mount>;
  readonly secrets?: Keyv<Values>;
  readonly names?: Keyv<readonly FolderRecord[]>;
}

interface AppOptions extends Shelves {
  readonly maxEntries?: number;
  readonly maxOpen?: number;
  monotonic?(): number;
  /** What the driver does with its context when it is opened. */
  onOpen?(context: DriverContext): void;
}

export function app(drive: SlowDrive, { onOpen, ...more }: AppOptions = {}): SlowApp {
  const kind: DriverKind = {
    name: "slow",
    added: "sign-in",
    where: "private",
    fields: [
      { name: "username", kind: "text", required: true, maxLength: 50 },
      { name: "password", kind: "secret", required: true, maxLength: 50 },
    ],
    check: (values) => ({ ok: true, values }),
    title: (options) => options["username"] ?? "slow",
    identity: (options) => options["username"] ?? "",
    open: (_options, context) => {
      onOpen?.(context);
      return drive;
    },
  };
  const shelves = {
    mounts: new Keyv<Mount>({ throwOnErrors: true }),
    secrets: new Keyv<Values>({ throwOnErrors: true }),
    names: new Keyv<readonly FolderRecord[]>(),
  };
  let ids = 0;
  const parts = {
    ...shelves,
    ...more,
    kinds: [kind],
    notes: new Keyv<string>(),
    ...createLocks(),
    now: () => drive.now,
    wait: () => new Promise<void>((resolve) => setImmediate(resolve)),
    randomHex: (bytes: number) => "0".repeat(bytes * 2),
    newId: () => `mount${String(ids++).padStart(5, "0")}`,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
  };
  const storage = createStorage(parts);
  const mount = () =>
    storage.mount({ driver: "slow", owner: "telegram:1", values: { username: "mia", password: "correct-horse" } });
  return { storage, mounts: parts.mounts, secrets: parts.secrets, names: parts.names, mount };
}
