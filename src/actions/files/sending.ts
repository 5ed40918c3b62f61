import type { LastWordLog } from "../../messaging/last-word.ts";
import { JobCancelled } from "../../jobs/job.ts";
import type { RunningJob } from "../../jobs/queue.ts";
import type { FileMeta, FileSource, Messenger } from "../../messaging/messenger.ts";
import type { Entry } from "../../storage/entry.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import type { Bytes, BytesWanted, PictureWanted } from "../model/transfer.ts";
import { UploadError } from "../model/upload.ts";
import { createSpeedMeter } from "./speed.ts";
import type { Ended, Given, Running, Transfer } from "./transfer-kind.ts";

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
  readonly job: RunningJob<Running, Given>;
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

/** One attempt at a transfer: its bytes are counted on the way, and the platform is tried twice at most. */
export class Sending {
  readonly #transfer: Transfer;
  readonly #parts: OneParts;
  /** Bytes the platform's connection has taken. */
  #done = 0;
  #pace;
  #reportedAt = Number.NEGATIVE_INFINITY;
  /** Grows with everything that moves. */
  #pulse = 0;
  /** The last byte has been given in this try. */
  #isGiven = false;
  /** Ends with this try. */
  #trying: AbortSignal;
  /** What the drive failed with in this try. */
  #lost: { readonly error: unknown } | undefined;

  constructor(transfer: Transfer, parts: OneParts) {
    this.#transfer = transfer;
    this.#parts = parts;
    this.#trying = parts.job.signal;
    this.#pace = createSpeedMeter(parts);
  }

  /** Resolves with what became of it; rejects where nobody wants it any more. */
  async run(): Promise<Ended> {
    const { now } = this.#parts;
    const startedAt = now();
    const source: FileSource = { open: () => this.#bytes(), picture: (limit) => this.#picture(limit) };
    try {
      await this.#try(source).catch((error: unknown) => this.#tryAgain(source, error));
      return { is: "done", took: now() - startedAt };
    } catch (error) {
      // Said as a result: only of one that never ran nothing else is known than that it was cancelled.
      if (this.#signal.reason instanceof JobCancelled) return { is: "cancelled" };
      this.#signal.throwIfAborted();
      return this.#failure(this.#lost?.error ?? error);
    }
  }

  get #signal(): AbortSignal {
    return this.#parts.job.signal;
  }

  /** Once more from the first byte, where it was the platform that stumbled. */
  async #tryAgain(source: FileSource, error: unknown): Promise<void> {
    if (this.#signal.aborted || this.#lost || !(error instanceof UploadError) || !error.again) throw error;
    await this.#parts.wait(error.retryAfter, this.#signal);
    await this.#try(source);
  }

  async #try(source: FileSource): Promise<void> {
    const { messenger } = this.#parts;
    // What a try has opened is closed with it, whether or not the platform's client thinks of it.
    const over = new AbortController();
    const signal = (this.#trying = AbortSignal.any([this.#signal, over.signal]));
    this.#lost = undefined;
    try {
      signal.throwIfAborted();
      const sending = messenger.sendFile(this.#transfer.to, source, this.#meta(), { signal });
      await Promise.race([sending, gone(signal), this.#stalled(signal)]);
    } finally {
      over.abort(new Error("this try is over"));
    }
  }

  #meta(): FileMeta {
    const { card, duration, asFile } = this.#transfer;
    const { entry, total } = card;
    const { size: _original, ...named } = entry;
    return { entry: { ...named, size: total }, duration, asFile };
  }

  async *#bytes(): AsyncGenerator<Uint8Array> {
    const { mount, card, limit, person } = this.#transfer;
    const signal = this.#trying;
    this.#done = 0;
    this.#isGiven = false;
    this.#pace = createSpeedMeter(this.#parts);
    this.#moved(0);
    try {
      const { stream, size } = await this.#parts.openBytes(mount, card.entry, {
        person,
        signal,
        variant: card.variant,
      });
      const total = card.total ?? size;
      if (size !== undefined && size > limit) throw new UploadError("too-large", { limit });
      for await (const bytes of stream) {
        this.#expectNoMore(this.#done + bytes.length, total);
        yield bytes;
        this.#moved(bytes.length);
      }
      if (total !== undefined && this.#done < total) throw notWhole();
      // Noted before the platform can know that it has the whole: what is after the last byte ends the request.
      await this.#parts.job.save({ isGiven: true });
      this.#isGiven = true;
    } catch (error) {
      // An end that was asked for is no failure of the drive.
      if (!signal.aborted) this.#lost ??= { error };
      throw error;
    }
  }

  /** Before the bytes go: what the platform has whole it keeps. */
  #expectNoMore(done: number, total: number | undefined): void {
    const { limit } = this.#transfer;
    if (total !== undefined && done > total) throw notWhole();
    if (done > limit) throw new UploadError("too-large", { limit });
  }

  async #picture(limit: number): Promise<Uint8Array | undefined> {
    const { card, person } = this.#transfer;
    const { thumbnail } = card.entry;
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

  #moved(bytes: number): void {
    this.#done += bytes;
    this.#pulse += 1;
    this.#pace.note(this.#done);
    if (this.#parts.now() - this.#reportedAt >= reportEvery) this.#report();
  }

  #report(): void {
    const done = this.#done;
    const { total } = this.#transfer.card;
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
