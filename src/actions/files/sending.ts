import type { LastWordLog } from "../../messaging/last-word.ts";
import { JobCancelled } from "../../jobs/job.ts";
import type { RunningJob } from "../../jobs/queue.ts";
import type { AlbumFile, FileMeta, Messenger } from "../../messaging/messenger.ts";
import type { Entry, Variant } from "../../storage/entry.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import type { Bytes, BytesWanted, PictureWanted } from "../model/transfer.ts";
import { UploadError } from "../model/upload.ts";
import { createSpeedMeter } from "./speed.ts";
import type { Target } from "../model/target.ts";
import type { Ended, Given, Running } from "./transfer-kind.ts";

/** What is sent at once: a file, or pictures that stand together. */
export interface Freight {
  /** Id of who asked for it. */
  readonly person: string;
  readonly mount: Mount;
  readonly to: Target;
  /** Bytes the place takes at most, of all of it together. */
  readonly limit: number;
  /** As it is, where the platform would make something smaller of it to show. */
  readonly asFile?: boolean | undefined;
  /** One, or two to ten. */
  readonly files: readonly FreightFile[];
}

export interface FreightFile {
  readonly entry: Entry;
  /** Absent = the original. */
  readonly variant?: Variant | undefined;
  /** Bytes to be sent; absent = not known. */
  readonly total?: number | undefined;
  /** Seconds of playing time. */
  readonly duration?: number | undefined;
}

/** What any file is brought with. */
export interface SendingParts {
  /** The file's bytes; where the host breaks off they go on by themselves. Throws `StorageError`, as the stream does. */
  openBytes(mount: Mount, entry: Entry, options: BytesWanted): Promise<Bytes>;
  /** A small picture behind an address; rejects beyond `limit` bytes. Absent = transfers go without. */
  readonly readPicture?: ((url: string, options: PictureWanted) => Promise<Uint8Array>) | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  newReference(): string;
  readonly log: LastWordLog & { error(fields: object, event: string): void };
}

interface OneParts extends SendingParts {
  readonly job: Pick<RunningJob<Running, Given>, "id" | "signal" | "save" | "progress">;
  readonly messenger: Messenger;
}

/** Milliseconds without a byte until it is given up. */
const timeout = 5 * 60_000;
/** How often as long the platform may think after the last byte: a server of one's own passes two gigabytes on then. */
const thinking = 12;
/** Milliseconds a picture may take: a film goes without one rather than later. */
const pictureWithin = 10_000;
/** Milliseconds between reports. */
const reportEvery = 1000;

/** One attempt at sending something: its bytes are counted on the way, and the platform is tried twice at most. */
export class Sending {
  readonly #freight: Freight;
  readonly #parts: OneParts;
  /** Bytes of each file the platform's connection has taken. */
  #taken: number[];
  /** Files whose last byte has been given in this try. */
  #whole = new Set<number>();
  #pace;
  #reportedAt = Number.NEGATIVE_INFINITY;
  /** Grows with everything that moves. */
  #pulse = 0;
  /** Ends with this try. */
  #trying: AbortSignal;
  /** What the drive failed with in this try. */
  #lost: { readonly error: unknown } | undefined;
  #isRefused = false;

  constructor(freight: Freight, parts: OneParts) {
    this.#freight = freight;
    this.#parts = parts;
    this.#taken = freight.files.map(() => 0);
    this.#trying = parts.job.signal;
    this.#pace = createSpeedMeter(parts);
  }

  /** Resolves with what became of it; rejects where nobody wants it any more. */
  async run(): Promise<Ended> {
    const { now } = this.#parts;
    const startedAt = now();
    // The same for every try: by them a platform knows what it was given before.
    const files = this.#freight.files.map((file, n) => ({
      source: { open: () => this.#bytes(file, n), picture: (limit: number) => this.#picture(file, limit) },
      meta: this.#meta(file),
    }));
    try {
      await this.#try(files).catch((error: unknown) => this.#tryAgain(files, error));
      return { is: "done", took: now() - startedAt };
    } catch (error) {
      // Said as a result: only of one that never ran nothing else is known than that it was cancelled.
      if (this.#signal.reason instanceof JobCancelled) return { is: "cancelled" };
      this.#signal.throwIfAborted();
      this.#isRefused = !this.#lost && error instanceof UploadError && !error.again;
      return this.#failure(this.#lost?.error ?? error);
    }
  }

  /** The platform said that it does not take it: certainly nothing of it is there. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Bytes the platform's connection has taken of all files. */
  get #done(): number {
    return this.#taken.reduce((sum, taken) => sum + taken, 0);
  }

  get #isGiven(): boolean {
    return this.#whole.size === this.#freight.files.length;
  }

  /** Bytes of all files; undefined = nobody knows. */
  get #total(): number | undefined {
    const totals = this.#freight.files.map(({ total }) => total);
    return totals.includes(undefined) ? undefined : totals.reduce((sum: number, total = 0) => sum + total, 0);
  }

  get #signal(): AbortSignal {
    return this.#parts.job.signal;
  }

  /** Once more from the first byte, where it was the platform that stumbled. */
  async #tryAgain(files: readonly AlbumFile[], error: unknown): Promise<void> {
    if (this.#signal.aborted || this.#lost || !(error instanceof UploadError) || !error.again) throw error;
    await this.#parts.wait(error.retryAfter, this.#signal);
    await this.#try(files);
  }

  async #try(files: readonly AlbumFile[]): Promise<void> {
    const { messenger } = this.#parts;
    // What a try has opened is closed with it, whether or not the platform's client thinks of it.
    const over = new AbortController();
    const signal = (this.#trying = AbortSignal.any([this.#signal, over.signal]));
    this.#lost = undefined;
    try {
      signal.throwIfAborted();
      const { to } = this.#freight;
      const [one, ...others] = files;
      const sending =
        one && others.length === 0
          ? messenger.sendFile(to, one.source, one.meta, { signal })
          : messenger.sendAlbum(to, files, { signal });
      await Promise.race([sending, gone(signal), this.#stalled(signal)]);
    } finally {
      over.abort(new Error("this try is over"));
    }
  }

  #meta({ entry, total, duration }: FreightFile): FileMeta {
    const { size: _original, ...named } = entry;
    return { entry: { ...named, size: total }, duration, asFile: this.#freight.asFile };
  }

  async *#bytes(file: FreightFile, n: number): AsyncGenerator<Uint8Array> {
    const { mount, limit, person } = this.#freight;
    const signal = this.#trying;
    this.#taken[n] = 0;
    this.#whole.delete(n);
    if (n === 0) this.#pace = createSpeedMeter(this.#parts);
    this.#moved(n, 0);
    try {
      const { stream, size } = await this.#parts.openBytes(mount, file.entry, {
        person,
        signal,
        variant: file.variant,
      });
      const total = file.total ?? size;
      if (size !== undefined && size > limit) throw new UploadError("too-large", { limit });
      for await (const bytes of stream) {
        this.#expectNoMore(n, bytes.length, total);
        yield bytes;
        this.#moved(n, bytes.length);
      }
      if (total !== undefined && (this.#taken[n] ?? 0) < total) throw notWhole();
      this.#whole.add(n);
      // Noted before the platform can know that it has the whole: what is after the last byte ends the request.
      if (this.#isGiven) await this.#parts.job.save({ isGiven: true });
    } catch (error) {
      // An end that was asked for is no failure of the drive.
      if (!signal.aborted) this.#lost ??= { error };
      throw error;
    }
  }

  /** Before the bytes go: what the platform has whole it keeps. */
  #expectNoMore(n: number, more: number, total: number | undefined): void {
    const { limit } = this.#freight;
    if (total !== undefined && (this.#taken[n] ?? 0) + more > total) throw notWhole();
    if (this.#done + more > limit) throw new UploadError("too-large", { limit });
  }

  async #picture({ entry: { thumbnail } }: FreightFile, limit: number): Promise<Uint8Array | undefined> {
    const { person } = this.#freight;
    const signal = this.#trying;
    if (thumbnail === undefined) return undefined;
    try {
      return await this.#parts.readPicture?.(thumbnail, {
        limit,
        person,
        signal: AbortSignal.any([signal, AbortSignal.timeout(pictureWithin)]),
      });
    } catch {
      // The film is what was asked for.
      return undefined;
    }
  }

  #moved(n: number, bytes: number): void {
    this.#taken[n] = (this.#taken[n] ?? 0) + bytes;
    this.#pulse += 1;
    this.#pace.note(this.#done);
    if (Math.abs(this.#parts.now() - this.#reportedAt) >= reportEvery) this.#report();
  }

  #report(): void {
    const done = this.#done;
    const total = this.#total;
    const speed = this.#pace.speed();
    const left = speed && total !== undefined ? Math.max(0, ((total - done) / speed) * 1000) : undefined;
    this.#reportedAt = this.#parts.now();
    this.#parts.job.progress({
      is: "running",
      done,
      speed,
      left,
    });
  }

  /** Rejects when nothing has moved for too long. */
  async #stalled(signal: AbortSignal): Promise<never> {
    for (let silences = 0; silences < (this.#isGiven ? thinking : 1); silences += 1) {
      const before = this.#pulse;
      await this.#parts.wait(timeout, signal);
      if (this.#pulse !== before) silences = -1;
    }
    throw new UploadError("stalled");
  }

  #failure(error: unknown): Ended {
    const { log, newReference, job } = this.#parts;
    if (error instanceof UploadError) {
      if (error.cause !== undefined) log.info({ err: error.cause, code: error.code }, "file not taken by the platform");
      return { is: "failed", code: error.code, limit: error.limit };
    }
    if (error instanceof StorageError) {
      const { code, retryAfter } = error;
      return { is: "failed", code, retryAfter };
    }
    const reference = newReference();
    log.error({ err: error, reference, transfer: job.id }, "transfer failed");
    return { is: "failed", code: "refused", reference };
  }
}

/** Not as many bytes came as the drive says there are: no better than a connection that broke. */
function notWhole(): StorageError {
  return new StorageError("unreachable");
}

function gone(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
