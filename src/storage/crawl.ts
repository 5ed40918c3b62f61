import type { CallOptions } from "./driver.ts";
import type { Catalogue } from "./catalogue.ts";
import { StorageError, storageErrorKind, type StorageErrorCode } from "./error.ts";
import type { Folder } from "./folders.ts";
import { joined } from "./joined.ts";

/** How far everything below a folder has been read. */
export interface Crawl {
  /** Folders and entries looked at so far. */
  progress(): Progress;
  /** Resolves when no more is read. */
  readonly done: Promise<void>;
  /** The progress at most every `every` ms, and once more at the end. */
  follow(options: CallOptions & { readonly every: number }): AsyncIterable<Progress>;
  /** Resolves at the end, or after `within` ms. */
  settled(options: CallOptions & { readonly within: number }): Promise<void>;
  /** How it ended; undefined = it goes on. `bounded`: there is more than is read at once. */
  outcome(): CrawlOutcome | undefined;
}

interface Progress {
  readonly folders: number;
  readonly entries: number;
}

export type CrawlOutcome =
  | { readonly is: "complete" }
  | { readonly is: "stopped" }
  | { readonly is: "bounded" }
  | { readonly is: "failed"; readonly code: StorageErrorCode; readonly retryAfter?: number | undefined };

/** Reads whole trees, so that names in them can be found. */
export interface Crawler {
  /** Begins, or joins who crawls there already. `anew` reads again what is known; whoever crawls there already goes on undisturbed. */
  start(wanted: WantedCrawl): Crawl;
  /** An asker does not need it any more; it ends when nobody does. */
  stop(wanted: Pick<WantedCrawl, "mount" | "folder" | "asker">): void;
  /** Ends all of a mount. */
  forget(mount: string): void;
  close(): void;
}

interface WantedCrawl {
  readonly mount: string;
  /** Absent = the root. */
  readonly folder: string | undefined;
  readonly asker: string;
  readonly anew?: boolean | undefined;
}

interface CrawlerParts {
  readonly catalogue: Catalogue;
  /** A folder read to its end; `newest` forces reading it anew. */
  read(
    mount: string,
    folder: string | undefined,
    options: CallOptions & { readonly refresh: boolean },
  ): Promise<Folder>;
  now(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Folders read at a time: the account's own pace holds for them too, and somebody who browses gets their turn. */
const atOnce = 2;
/** How long what is known of a folder is believed when searching. */
const freshFor = 24 * 3_600_000;
/** Folders one crawl looks into. */
const maxFolders = 10_000;

/** A crawler that reads each tree once for all askers. */
export function createCrawler(parts: CrawlerParts): Crawler {
  /** The newest of each tree, which others join. */
  const newest = new Map<string, Running>();
  const running = new Set<Running>();
  const stopAll = (which: (run: Running) => boolean) => {
    for (const run of running) if (which(run)) run.stop();
  };
  const leave = (key: string, asker: string) => {
    for (const run of running) if (run.key === key) run.leave(asker);
  };
  return {
    start(wanted) {
      const key = keyOf(wanted);
      const known = newest.get(key);
      if (known && !wanted.anew) {
        known.join(wanted.asker);
        return known;
      }
      leave(key, wanted.asker);
      const run = new Running(parts, wanted);
      newest.set(key, run);
      running.add(run);
      void run.done.then(() => {
        running.delete(run);
        if (newest.get(key) === run) newest.delete(key);
      });
      return run;
    },
    stop: (wanted) => leave(keyOf(wanted), wanted.asker),
    forget: (mount) => stopAll((run) => run.mount === mount),
    close: () => stopAll(() => true),
  };
}

function keyOf({ mount, folder = "" }: Pick<WantedCrawl, "mount" | "folder">): string {
  return `${mount}/${folder}`;
}

/** One tree being read, from the top down and breadth first. */
class Running implements Crawl {
  readonly mount: string;
  readonly key: string;
  readonly done: Promise<void>;
  readonly #askers: Set<string>;
  readonly #parts: CrawlerParts;
  /** What was read before this is read again. */
  readonly #since: number;
  readonly #stop = new AbortController();
  readonly #waiting: (string | undefined)[];
  readonly #seen = new Set<string>();
  #busy = 0;
  #folders = 0;
  #entries = 0;
  #outcome: CrawlOutcome | undefined;
  #ended = false;

  constructor(parts: CrawlerParts, { mount, folder, asker, anew = false }: WantedCrawl) {
    this.#parts = parts;
    this.mount = mount;
    this.key = keyOf({ mount, folder });
    this.#askers = new Set([asker]);
    this.#since = anew ? parts.now() : parts.now() - freshFor;
    this.#waiting = [folder];
    this.done = this.#run();
  }

  progress(): Progress {
    return { folders: this.#folders, entries: this.#entries };
  }

  outcome(): CrawlOutcome | undefined {
    return this.#outcome;
  }

  async *follow({ every, signal }: CallOptions & { readonly every: number }): AsyncGenerator<Progress> {
    while (!this.#ended) {
      await this.settled({ within: every, signal });
      yield this.progress();
    }
  }

  settled({ within, signal }: CallOptions & { readonly within: number }): Promise<void> {
    return joined(Promise.race([this.done, this.#parts.wait(within, signal)]), signal);
  }

  join(asker: string): void {
    this.#askers.add(asker);
  }

  /** Ends when nobody is left. */
  leave(asker: string): void {
    if (this.#askers.delete(asker) && this.#askers.size === 0) this.stop();
  }

  stop(): void {
    this.#outcome ??= { is: "stopped" };
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const goOn = () => {
      while (!this.#outcome && this.#busy < atOnce && this.#waiting.length > 0) {
        this.#busy += 1;
        void this.#look(this.#waiting.shift()).finally(() => {
          this.#busy -= 1;
          goOn();
        });
      }
      if (this.#busy > 0) return;
      this.#outcome ??= { is: "complete" };
      resolve();
    };
    goOn();
    await promise;
    this.#ended = true;
  }

  async #look(folder: string | undefined): Promise<void> {
    if (this.#folders >= maxFolders) {
      this.#outcome ??= { is: "bounded" };
      return;
    }
    this.#folders += 1;
    try {
      const entries = await this.#entriesOf(folder);
      this.#entries += entries.length;
      for (const { kind, id } of entries) {
        if (kind !== "folder" || this.#seen.has(id)) continue;
        this.#seen.add(id);
        this.#waiting.push(id);
      }
    } catch (error) {
      const isTop = this.#folders === 1;
      // A folder that went meanwhile, or is closed to the account, hides nothing else.
      if (error instanceof StorageError && storageErrorKind(error.code).about === "entry" && !isTop) return;
      this.#outcome ??= outcomeOf(error);
      this.#stop.abort();
    }
  }

  async #entriesOf(folder: string | undefined): Promise<Folder["entries"]> {
    const { catalogue, read } = this.#parts;
    const known = await catalogue.known(this.mount, folder);
    if (known && this.#isBelieved(known.readAt)) return known.entries;
    const { signal } = this.#stop;
    // One of those who wait: turns go round among people, not among crawls.
    const [asker] = this.#askers;
    const options = { signal, asker, background: true };
    const cached = await read(this.mount, folder, { ...options, refresh: false });
    const whole = this.#isBelieved(cached.readAt)
      ? cached
      : await read(this.mount, folder, { ...options, refresh: true });
    signal.throwIfAborted();
    if (whole.failed) throw new StorageError(whole.failed.code, whole.failed);
    await catalogue.note(this.mount, folder, whole.entries, whole.readAt);
    return whole.entries;
  }

  /** What was read at a time that is yet to come was read before the clock was set back. */
  #isBelieved(readAt: number): boolean {
    return readAt >= this.#since && readAt <= this.#parts.now();
  }
}

function outcomeOf(error: unknown): CrawlOutcome {
  if (!(error instanceof StorageError)) return { is: "failed", code: "upstream" };
  return { is: "failed", code: error.code, retryAfter: error.retryAfter };
}
