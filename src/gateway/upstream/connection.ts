import type { Socket } from "node:net";
import { UpstreamError } from "./error.ts";
import { createFraming, type Framing } from "./framing.ts";
import { bodyShape, parseHead, staysOpen, type ResponseHead } from "./head.ts";
import type { Slab, Slabs } from "./slabs.ts";

/** Where a body goes. */
export interface Sink {
  /**
   * Takes the next bytes; they stay untouched until `taken` is called, which must happen once, also when they were
   * thrown away. Says whether more are wanted.
   */
  take(bytes: Buffer, taken: () => void): boolean;
}

/** One answer of a file host: its head, and its body still to come. */
export interface Exchange {
  readonly head: ResponseHead;
  /** Moves the body into the sink; resolves when the last byte was handed over or the sink wants no more. Call it once. */
  pour(sink: Sink): Promise<void>;
  /** Lets go at once; a body that was not read to its end costs the connection. */
  drop(): void;
}

/** What `net.connect` and `tls.connect` read into. */
export interface ReadInto {
  buffer(): Buffer;
  callback(length: number): boolean;
}

/** How long things may take, in milliseconds. */
export interface Patience {
  /** Nothing coming while something is wanted. */
  readonly stall: number;
  /** Nobody taking what came: the host's connection is given up, to be made anew later. */
  readonly pause: number;
}

interface ConnectionOptions {
  /** Opens the socket; it reads into what it is given. */
  readonly dial: (onread: ReadInto) => Socket;
  readonly slabs: Slabs;
  readonly patience: Patience;
}

/** Bytes under way to a client beyond which reading stops. */
const window = 256 * 1024;
/** Bytes that are worth a write of their own; fewer wait for the end of the event loop's turn. */
const gathered = 128 * 1024;
/** A read needs at least this much room: a TLS record is at most 16 KiB. */
const leastRoom = 32 * 1024;

/**
 * One connection to a file host, read with `onread` into slabs of ours: no allocation and no copy per read. Two rules
 * keep the bytes true (both were learnt from versions that were faster and wrong):
 *
 * 1. `buffer()` always returns a region nobody else looks at. Node keeps reading into the previous one otherwise, which
 *    is still being written to the client.
 * 2. Returning false from `callback` is not the end of reads: TLS records that are already decrypted keep coming. So
 *    there is a fresh region at any time, also while paused.
 */
export class Connection {
  readonly #slabs: Slabs;
  readonly #patience: Patience;
  readonly #socket: Socket;
  #slab: Slab;
  /** Bytes `[flushed, filled)` of the slab are read and not yet handed over. */
  #filled = 0;
  #flushed = 0;
  #flushPlanned = false;
  #paused = false;
  #closed = false;
  #answer: Answer | undefined;
  /** Called when the connection can carry another request, or never will. */
  onFree: (() => void) | undefined;

  constructor({ dial, slabs, patience }: ConnectionOptions) {
    this.#slabs = slabs;
    this.#patience = patience;
    this.#slab = slabs.take();
    this.#socket = dial({ buffer: () => this.#region(), callback: (length) => this.#read(length) });
    this.#socket.on("end", () => this.#ended());
    this.#socket.on("error", (error) => this.#broke(error));
    this.#socket.on("close", () => this.#gone());
  }

  /** Can carry a request now. */
  get free(): boolean {
    return !this.#closed && !this.#answer && !this.#socket.destroyed;
  }

  get closed(): boolean {
    return this.#closed || this.#socket.destroyed;
  }

  /** Sends a request without a body and resolves with the head of its answer, interim answers skipped. */
  ask(request: string, signal: AbortSignal): Promise<Exchange> {
    const answer = new Answer({ slabs: this.#slabs, patience: this.#patience, signal, connection: this });
    this.#answer = answer;
    if (this.#paused) this.resume();
    this.#socket.write(request, "latin1");
    return answer.headCame;
  }

  /** Reads on after a pause. */
  resume(): void {
    if (!this.#paused || this.closed) return;
    this.#paused = false;
    this.#socket.resume();
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Hands over what was read. */
  flush(): void {
    const answer = this.#answer;
    if (!answer || this.#filled === this.#flushed || !answer.head) return;
    const bytes = this.#slab.bytes.subarray(this.#flushed, this.#filled);
    this.#flushed = this.#filled;
    answer.hand(bytes, this.#slab);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** The region the next read goes to (rule 1). */
  #region(): Buffer {
    if (this.#flushed === this.#filled && this.#slab.holders === 1 && this.#answer?.head) this.#filled = this.#flushed = 0;
    if (this.#slab.bytes.length - this.#filled < leastRoom) this.#turnPage();
    return this.#slab.bytes.subarray(this.#filled);
  }

  #turnPage(): void {
    this.flush();
    const full = this.#slab;
    this.#slab = this.#slabs.take();
    this.#filled = this.#flushed = 0;
    this.#slabs.release(full);
  }

  #read(length: number): boolean {
    const answer = this.#answer;
    const end = this.#filled + length;
    if (!answer) {
      // An answer nobody asked for: whatever it is, it must not be taken for the next one.
      this.destroy();
      return false;
    }
    try {
      answer.sawBytes();
      if (answer.head) this.#readBody(answer, this.#filled, end);
      else this.#readHead(answer, end);
    } catch (error) {
      answer.fail(error);
      return false;
    }
    this.#paused = answer.full && this.#answer === answer;
    return !this.#paused;
  }

  #readHead(answer: Answer, end: number): void {
    this.#filled = end;
    for (;;) {
      const parsed = parseHead(this.#slab.bytes.subarray(this.#flushed, end));
      if (!parsed) return;
      const bodyStart = this.#flushed + parsed.length;
      this.#flushed = bodyStart;
      if (parsed.head.status === 101) throw new UpstreamError("odd", "the file host switched protocols unasked");
      if (parsed.head.status >= 200) {
        this.#filled = bodyStart;
        answer.begin(parsed.head);
        this.#readBody(answer, bodyStart, end);
        return;
      }
    }
  }

  #readBody(answer: Answer, start: number, end: number): void {
    const framing = answer.framing;
    this.#filled = start + framing.decode(this.#slab.bytes, start, end);
    if (framing.done) {
      this.flush();
      // Bytes after the end belong to no request of ours, so the connection is not to be trusted again.
      this.#finished(answer, framing.rest === end);
    } else if (this.#filled - this.#flushed >= gathered) this.flush();
    else this.#planFlush();
  }

  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    setImmediate(() => {
      this.#flushPlanned = false;
      this.flush();
    });
  }

  #finished(answer: Answer, clean: boolean): void {
    if (this.#answer !== answer) return;
    this.#answer = undefined;
    if (!clean || !answer.staysOpen) this.destroy();
    answer.complete();
    this.onFree?.();
  }

  #ended(): void {
    const answer = this.#answer;
    if (!answer) return;
    this.flush();
    if (answer.head && answer.framing.endsWithConnection) this.#finished(answer, false);
    else answer.fail(new UpstreamError("cut", "the file host closed the connection before the end"));
  }

  #broke(cause: Error): void {
    this.flush();
    this.#answer?.fail(new UpstreamError("cut", "the connection to the file host broke", { cause }));
  }

  #gone(): void {
    this.#closed = true;
    this.#answer?.fail(new UpstreamError("cut", "the connection to the file host is gone"));
    this.#answer = undefined;
    // Only now can Node no longer write into the slab.
    this.#slabs.release(this.#slab);
    this.onFree?.();
  }
}

interface AnswerOptions {
  readonly slabs: Slabs;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly connection: Connection;
}

/** The exchange as its connection sees it. */
class Answer implements Exchange {
  readonly headCame: Promise<Exchange>;
  readonly #options: AnswerOptions;
  readonly #headHere: PromiseWithResolvers<Exchange>;
  readonly #poured = Promise.withResolvers<void>();
  readonly #onAbort: () => void;
  readonly #clock: NodeJS.Timeout;
  #began: { readonly head: ResponseHead; readonly framing: Framing } | undefined;
  #sink: Sink | undefined;
  /** Slices that came before the sink. */
  #early: { readonly bytes: Buffer; readonly taken: () => void }[] = [];
  #owed = 0;
  #state: "open" | "complete" | "over" = "open";
  #lastSeen = performance.now();
  #lastTaken = performance.now();

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#headHere = Promise.withResolvers<Exchange>();
    this.headCame = this.#headHere.promise;
    // Whoever does not pour does not hear of the failure of the body.
    this.#poured.promise.catch(() => {});
    this.#onAbort = () => this.fail(options.signal.reason);
    this.#clock = setInterval(() => this.#look(), Math.max(10, Math.min(options.patience.stall, options.patience.pause) / 4)).unref();
    if (options.signal.aborted) queueMicrotask(this.#onAbort);
    else options.signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  get head(): ResponseHead {
    return this.#began?.head as ResponseHead;
  }
}
