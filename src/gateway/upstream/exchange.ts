import { UpstreamError } from "./error.ts";
import { createFraming, type Framing } from "./framing.ts";
import { bodyShape, staysOpen, type ResponseHead } from "./head.ts";
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

/** How long things may take, in milliseconds. */
export interface Timeouts {
  /** Nothing coming while something is wanted. */
  readonly stall: number;
  /** Nobody taking what came: the host's connection is given up, to be made anew later. */
  readonly pause: number;
}

/** What an exchange asks of the connection it runs on. */
export interface Carrier {
  readonly paused: boolean;
  /** Reads on after a pause. */
  resume(): void;
  /** The exchange is over before its end: the connection cannot be used again. */
  abandon(): void;
}

interface RunningOptions {
  readonly carrier: Carrier;
  readonly slabs: Slabs;
  readonly timeout: Timeouts;
  readonly signal: AbortSignal;
}

/** An exchange as its connection sees it: told of the head, given the body piece by piece, told of the end. */
export class RunningExchange {
  /** Resolves with the final head. */
  readonly answered: Promise<Exchange>;
  readonly #options: RunningOptions;
  readonly #answer = Promise.withResolvers<Exchange>();
  readonly #poured = Promise.withResolvers<void>();
  readonly #clock: NodeJS.Timeout;
  readonly #onAbort: () => void;
  /** Heads that came so far. */
  interim = 0;
  #body: { readonly head: ResponseHead; readonly framing: Framing } | undefined;
  #sink: Sink | undefined;
  /** Slices that came before the sink. */
  #early: (() => void)[] = [];
  #owed = 0;
  /** Bytes of the slab that was read into last. */
  #mostOwed = Infinity;
  #state: "running" | "complete" | "over" = "running";
  #lastSeen = performance.now();
  #lastTaken = performance.now();

  constructor(options: RunningOptions) {
    const { timeout, signal } = options;
    this.#options = options;
    this.answered = this.#answer.promise;
    // Who never pours is not told that the body failed.
    this.#poured.promise.catch(() => {});
    this.#onAbort = () => this.fail(signal.reason);
    this.#clock = setInterval(() => this.#look(), Math.max(5, Math.min(timeout.stall, timeout.pause) / 4));
    if (signal.aborted) queueMicrotask(this.#onAbort);
    else signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Present once the head came. */
  get framing(): Framing | undefined {
    return this.#body?.framing;
  }

  /** A slab of bytes is under way to the client, which does not take them. */
  get full(): boolean {
    return this.#owed >= this.#mostOwed;
  }

  /** The connection may be used again once this is complete. */
  get keepsConnection(): boolean {
    return this.#body !== undefined && staysOpen(this.#body.head);
  }

  /** Something came. */
  see(): void {
    this.#lastSeen = performance.now();
  }

  /** The final head came. Throws where it contradicts itself. */
  begin(head: ResponseHead): Framing {
    const framing = createFraming(bodyShape(head));
    this.#body = { head, framing };
    this.#answer.resolve({
      head,
      pour: (sink) => this.#pour(sink),
      drop: () => this.#drop(),
    });
    return framing;
  }

  /** A piece of the body, inside a slab. */
  hand(bytes: Buffer, slab: Slab): void {
    const { slabs, carrier } = this.#options;
    slabs.hold(slab);
    this.#mostOwed = slab.bytes.length;
    this.#owed += bytes.length;
    let waiting = true;
    const taken = (): void => {
      if (!waiting) return;
      waiting = false;
      this.#owed -= bytes.length;
      this.#lastTaken = performance.now();
      slabs.release(slab);
      if (this.#state === "running" && !this.full && carrier.paused) {
        this.see();
        carrier.resume();
      }
    };
    if (this.#sink) this.#pass(this.#sink, bytes, taken);
    else this.#early.push(() => (this.#sink ? this.#pass(this.#sink, bytes, taken) : taken()));
  }

  /** The body came to its end. */
  complete(): void {
    if (this.#state !== "running") return;
    this.#state = "complete";
    this.#rest();
    if (this.#sink) this.#poured.resolve();
  }

  /** Ends it before its end. Does nothing after the end. */
  fail(error: unknown): void {
    if (this.#state !== "running") return;
    this.#state = "over";
    this.#rest();
    this.#options.carrier.abandon();
    this.#answer.reject(error);
    this.#poured.reject(error);
    for (const piece of this.#early.splice(0)) piece();
  }

  #drop(): void {
    // The usual case is that it is over already; an error made for nothing costs its stack.
    if (this.#state === "running") this.fail(new UpstreamError("cut", "no longer wanted"));
  }

  #pour(sink: Sink): Promise<void> {
    this.#sink = sink;
    for (const piece of this.#early.splice(0)) piece();
    if (this.#state === "complete") this.#poured.resolve();
    return this.#poured.promise;
  }

  #pass(sink: Sink, bytes: Buffer, taken: () => void): void {
    if (this.#state === "over") taken();
    else if (!sink.take(bytes, taken)) this.#enough();
  }

  #enough(): void {
    this.#poured.resolve();
    this.fail(new UpstreamError("cut", "enough was had"));
  }

  #rest(): void {
    clearInterval(this.#clock);
    this.#options.signal.removeEventListener("abort", this.#onAbort);
  }

  #look(): void {
    const { carrier, timeout } = this.#options;
    const now = performance.now();
    if (carrier.paused) {
      if (now - this.#lastTaken > timeout.pause) this.fail(new UpstreamError("cut", "let go while the client paused"));
    } else if (now - this.#lastSeen > timeout.stall) {
      this.fail(new UpstreamError("stalled", "the file host stopped sending"));
    }
  }
}
