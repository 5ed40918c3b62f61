import { StorageError } from "../../storage/error.ts";
import type { TransferScreen, TransferState } from "../model/screen.ts";
import { createLatest, type Latest } from "./latest.ts";
import { createPace } from "./speed.ts";
import type { TransferOrder, TransfersParts } from "../model/transfer.ts";
import { UploadError, type Carrier, type FileToSend } from "../model/upload.ts";

type JobParts = Pick<TransfersParts, "openBytes" | "readPicture" | "now" | "wait" | "newReference" | "log">;

/** Milliseconds without a byte until it is given up. */
const timeout = 5 * 60_000;
/** How often as long the platform may think after the last byte: a server of one's own passes two gigabytes on then. */
const thinking = 12;
/** Milliseconds a picture may take: a film goes without one rather than later. */
const pictureWithin = 10_000;
/** Milliseconds between screens; a frontend shows far fewer. */
const screenEvery = 1000;

/** One transfer: its bytes are counted on the way, and it is tried twice at most. */
export class Job {
  readonly order: TransferOrder;
  /** Absent until it was started. */
  carrier?: Carrier;
  /** Bytes the platform's connection has taken. */
  done = 0;
  readonly #parts: JobParts;
  readonly #letGo = new AbortController();
  readonly #latest: Latest<TransferScreen> = createLatest();
  #pace;
  #state: TransferState = { is: "running", done: 0 };
  #shownAt = 0;
  /** Grows with everything that moves. */
  #pulse = 0;
  /** The last byte has been given in this try. */
  #isGiven = false;
  /** What the drive failed with in this try. */
  #lost: { readonly error: unknown } | undefined;

  constructor(order: TransferOrder, parts: JobParts) {
    this.order = order;
    this.#parts = parts;
    this.#pace = createPace(parts);
  }

  get person(): string {
    return this.order.visit.person.id;
  }

  get screen(): TransferScreen {
    return { ...this.order.card, state: this.#state };
  }

  get updates(): AsyncIterable<TransferScreen> {
    return this.#latest.values;
  }

  queuedAt(place: number): void {
    if (this.#state.is === "queued" && this.#state.place === place) return;
    this.#show({ is: "queued", place });
  }

  /** Closes the drive's connection and the platform's. */
  letGo(): void {
    this.#letGo.abort(new Error("no longer wanted"));
  }

  /** The last word; without one the screens just end. */
  end(state?: TransferState): void {
    if (state) this.#state = state;
    this.#latest.end(state && this.screen);
  }

  /** Resolves with what became of it. */
  async run(): Promise<TransferState> {
    const startedAt = this.#parts.now();
    this.#show(this.#progress());
    try {
      await this.#try().catch((error: unknown) => this.#tryAgain(error));
      return { is: "done", took: this.#parts.now() - startedAt };
    } catch (error) {
      return this.#letGo.signal.aborted ? { is: "cancelled" } : this.#failure(this.#lost?.error ?? error);
    }
  }

  /** Once more from the first byte, where it was the platform that stumbled. */
  async #tryAgain(error: unknown): Promise<void> {
    const { signal } = this.#letGo;
    if (signal.aborted || this.#lost || !(error instanceof UploadError) || !error.again) throw error;
    await this.#parts.wait(error.retryAfter, signal);
    await this.#try();
  }

  async #try(): Promise<void> {
    const { carrier } = this;
    if (!carrier) throw new Error("a transfer nobody started");
    // What a try has opened is closed with it, whether or not the platform's client thinks of it.
    const over = new AbortController();
    const signal = AbortSignal.any([this.#letGo.signal, over.signal]);
    this.#lost = undefined;
    try {
      signal.throwIfAborted();
      await Promise.race([carrier.send(this.#file(signal)), gone(signal), this.#stalled(signal)]);
    } finally {
      over.abort(new Error("this try is over"));
    }
  }

  #file(signal: AbortSignal): FileToSend {
    const { order } = this;
    const { entry, total } = order.card;
    const { size: _original, ...named } = entry;
    return {
      entry: { ...named, ...(total !== undefined && { size: total }) },
      ...(order.duration !== undefined && { duration: order.duration }),
      asFile: order.asFile,
      open: () => this.#bytes(signal),
      picture: (limit) => this.#picture(limit, signal),
      signal,
    };
  }

  async *#bytes(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { mount, card, limit } = this.order;
    this.done = 0;
    this.#isGiven = false;
    this.#pace = createPace(this.#parts);
    this.#moved(0);
    try {
      const { stream, size } = await this.#parts.openBytes(mount, card.entry, {
        person: this.person,
        signal,
        ...(card.variant && { variant: card.variant }),
      });
      const total = card.total ?? size;
      if (size !== undefined && size > limit) throw new UploadError("too-large", { limit });
      for await (const bytes of stream) {
        this.#expectNoMore(this.done + bytes.length, total);
        yield bytes;
        this.#moved(bytes.length);
      }
      if (total !== undefined && this.done < total) throw notWhole();
      this.#isGiven = true;
    } catch (error) {
      // An end that was asked for is no failure of the drive.
      if (!signal.aborted) this.#lost ??= { error };
      throw error;
    }
  }

  /** Before the bytes go: what the platform has whole it keeps. */
  #expectNoMore(done: number, total: number | undefined): void {
    const { limit } = this.order;
    if (total !== undefined && done > total) throw notWhole();
    if (done > limit) throw new UploadError("too-large", { limit });
  }

  async #picture(limit: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const { thumbnail } = this.order.card.entry;
    if (thumbnail === undefined) return undefined;
    try {
      return await this.#parts.readPicture?.(thumbnail, {
        limit,
        person: this.person,
        signal: AbortSignal.any([signal, AbortSignal.timeout(pictureWithin)]),
      });
    } catch {
      // The film is what was asked for.
      return undefined;
    }
  }

  #moved(bytes: number): void {
    this.done += bytes;
    this.#pulse += 1;
    this.#pace.note(this.done);
    if (this.#state.is === "running" && this.#parts.now() - this.#shownAt < screenEvery) return;
    this.#show(this.#progress());
  }

  #progress(): TransferState {
    const { done } = this;
    const { total } = this.order.card;
    const speed = this.#pace.speed();
    const left = speed && total !== undefined ? Math.max(0, ((total - done) / speed) * 1000) : undefined;
    return { is: "running", done, ...(speed !== undefined && { speed }), ...(left !== undefined && { left }) };
  }

  #show(state: TransferState): void {
    this.#state = state;
    this.#shownAt = this.#parts.now();
    this.#latest.set(this.screen);
  }

  /** Rejects when nothing has moved for too long. */
  async #stalled(signal: AbortSignal): Promise<never> {
    for (let forAsker = 0; forAsker < (this.#isGiven ? thinking : 1); forAsker += 1) {
      const before = this.#pulse;
      await this.#parts.wait(timeout, signal);
      if (this.#pulse !== before) forAsker = -1;
    }
    throw new UploadError("stalled");
  }

  #failure(error: unknown): TransferState {
    const { log, newReference } = this.#parts;
    if (error instanceof UploadError) {
      if (error.cause !== undefined) log.info({ err: error.cause, code: error.code }, "file not taken by the platform");
      return { is: "failed", code: error.code, ...(error.limit !== undefined && { limit: error.limit }) };
    }
    if (error instanceof StorageError) {
      const { code, retryAfter } = error;
      return { is: "failed", code, ...(retryAfter !== undefined && { retryAfter }) };
    }
    const reference = newReference();
    log.error({ err: error, reference, transfer: this.order.id }, "transfer failed");
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
