import type { Socket } from "node:net";
import { stand, type ReadInto, type Standing } from "./dial.ts";
import { UpstreamError } from "./error.ts";
import { RunningExchange, type Carrier, type Exchange, type Timeouts } from "./exchange.ts";
import type { Framing } from "./framing.ts";
import { parseHead } from "./head.ts";
import type { Slab, Slabs } from "./slabs.ts";

interface ConnectionOptions {
  /** Makes the socket; it reads into what it is given. */
  readonly dial: (onread: ReadInto) => Socket;
  readonly slabs: Slabs;
  readonly timeout: Timeouts;
  /** Told each time the connection becomes free, and when it closes. */
  readonly onChange?: (connection: Connection) => void;
}

/** Of a slab, what is worth a write of its own; less waits for the end of the event loop's turn. */
const gathered = 1 / 2;
/** Room without which a read is not worth its call. */
const leastRoom = 32 * 1024;
/** Room without which the next answer begins in another slab: a part that a player asks for fits in it. */
const leastRoomToBegin = 128 * 1024;
/** Interim answers before the real one; more of them is a host that plays for time. */
const maxInterim = 8;

/**
 * One connection to a file host, one exchange at a time, read with `onread` into slabs of ours: nothing is allocated
 * or copied per read. Two rules keep the bytes true; versions without them were faster, had the right length and were
 * wrong:
 *
 * 1. `buffer` always gives a region nobody else looks at. Node would go on reading into the last one, which is still
 *    being written to the client.
 * 2. Returning false from `callback` is not the end of reads: TLS records that were already decrypted keep coming. So
 *    the region it gives before a pause is a real one, with a slab of its own if need be.
 */
export class Connection implements Carrier {
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  #slab: Slab;
  /** Bytes `[flushed, filled)` of the slab were read and not yet handed over. */
  #flushed = 0;
  #filled = 0;
  #flushPlanned = false;
  #running: RunningExchange | undefined;
  paused = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#slab = options.slabs.take();
    this.#socket = options.dial({ buffer: () => this.#region(), callback: (length) => this.#read(length) });
    this.#socket.on("end", () => this.#ended());
    this.#socket.on("error", (cause) => this.#broken("the connection to the file host broke", cause));
    this.#socket.on("close", () => this.#closed());
  }

  /** Resolves when the connection stands; rejects as `stand` does. */
  stand(standing: Standing): Promise<void> {
    return stand(this.#socket, standing);
  }

  /** Can carry a request now. */
  get free(): boolean {
    return !this.#running && !this.closed;
  }

  get closed(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded;
  }

  /** Sends a request that has no body; resolves with its final answer, interim ones skipped. */
  ask(request: string, signal: AbortSignal): Promise<Exchange> {
    const { slabs, timeout } = this.#options;
    this.resume();
    // First of all: what follows is done while the host looks for the bytes.
    this.#socket.write(request, "latin1");
    this.#running = new RunningExchange({ carrier: this, slabs, timeout, signal });
    return this.#running.answered;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.#socket.resume();
  }

  abandon(): void {
    this.#running = undefined;
    this.#flushed = this.#filled;
    this.#socket.destroy();
  }

  /** Closes an idle connection. */
  close(): void {
    this.#socket.destroy();
  }

  /** The region the next read goes to. */
  #region(): Buffer {
    const nobodyLooks = this.#slab.holders === 1 && this.#flushed === this.#filled;
    if (nobodyLooks) this.#flushed = this.#filled = 0;
    else if (this.#slab.bytes.length - this.#filled < (this.#running ? leastRoom : leastRoomToBegin))
      this.#takeNextSlab();
    return this.#slab.bytes.subarray(this.#filled);
  }

  #takeNextSlab(): void {
    this.#flush();
    const last = this.#slab;
    // What cannot be handed over yet is half a head: it goes on in the next slab.
    const unread = last.bytes.subarray(this.#flushed, this.#filled);
    this.#slab = this.#options.slabs.take();
    this.#flushed = 0;
    this.#filled = unread.copy(this.#slab.bytes);
    this.#options.slabs.release(last);
  }

  #read(length: number): boolean {
    const running = this.#running;
    if (!running) {
      // Nobody asked: whatever it is, it must not be taken for the next answer.
      this.#socket.destroy();
      return false;
    }
    try {
      running.see();
      const { framing } = running;
      if (framing) this.#readBody(running, framing, this.#filled, this.#filled + length);
      else this.#readHead(running, this.#filled + length);
    } catch (error) {
      running.fail(error);
      return false;
    }
    this.paused = this.#running === running && running.full;
    return !this.paused;
  }

  #readHead(running: RunningExchange, end: number): void {
    this.#filled = end;
    for (;;) {
      if (running.interim > maxInterim)
        throw new UpstreamError("odd", "the file host sent interim answers without end");
      const parsed = parseHead(this.#slab.bytes.subarray(this.#flushed, end));
      if (!parsed) return;
      this.#flushed += parsed.length;
      const { status } = parsed.head;
      if (status === 101) throw new UpstreamError("odd", "the file host sent a switch of protocols");
      running.interim += 1;
      if (status >= 200) return this.#readBody(running, running.begin(parsed.head), this.#flushed, end);
    }
  }

  #readBody(running: RunningExchange, framing: Framing, start: number, end: number): void {
    this.#filled = start + framing.decode(this.#slab.bytes, start, end);
    if (framing.done) {
      this.#flush();
      // Bytes beyond the end belong to no request of ours, and then no later answer can be trusted.
      this.#finish(running, framing.rest === end && running.keepsConnection);
    } else if (this.#filled - this.#flushed >= this.#slab.bytes.length * gathered) this.#flush();
    else this.#planFlush();
  }

  /** One turn of the event loop reads many TLS records; they are written together. */
  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    setImmediate(() => {
      this.#flushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (!this.#running?.framing || this.#flushed === this.#filled) return;
    const bytes = this.#slab.bytes.subarray(this.#flushed, this.#filled);
    this.#flushed = this.#filled;
    this.#running.hand(bytes, this.#slab);
  }

  #finish(running: RunningExchange, reusable: boolean): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    if (!reusable) this.#socket.destroy();
    running.complete();
    this.#options.onChange?.(this);
  }

  #ended(): void {
    const running = this.#running;
    if (!running) return;
    this.#flush();
    if (running.framing?.endsWithConnection) this.#finish(running, false);
    else this.#broken("the file host closed the connection before the end");
  }

  #broken(what: string, cause?: unknown): void {
    this.#flush();
    this.#running?.fail(new UpstreamError("cut", what, { cause }));
  }

  #closed(): void {
    this.#broken("the connection to the file host is gone");
    // Until now Node may have written into the slab.
    this.#options.slabs.release(this.#slab);
    this.#options.onChange?.(this);
  }
}
