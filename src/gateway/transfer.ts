import { parseContentRange } from "./range.ts";
import type { Opened, Source } from "./source.ts";
import { UpstreamError } from "./upstream/error.ts";
import type { Sink } from "./upstream/exchange.ts";
import type { ResponseHead } from "./upstream/head.ts";

/** What a file host's answer holds: bytes `[start, end)` of a file of `total`. */
export interface Extent {
  readonly start: number;
  /** Absent when only the end of the connection will tell. */
  readonly end?: number;
  readonly total?: number;
  readonly etag?: string;
}

/** The extent of a 200 or 206. Throws `odd` where the head contradicts itself. */
export function extentOf({ status, fields }: ResponseHead): Extent {
  const etag = strongTag(fields.get("etag"));
  if (status === 416) throw odd("that a part of the file is outside of it");
  if (status === 206) {
    const range = parseContentRange(fields.get("content-range"));
    if (range?.start === undefined || range.end === undefined) throw odd("a part of a file without saying which");
    const end = range.end + 1;
    return { start: range.start, end, ...(range.total === undefined ? {} : { total: range.total }), ...etag };
  }
  const length = fields.has("transfer-encoding") ? undefined : fields.get("content-length");
  const size = length === undefined ? undefined : Number(length.split(",")[0]);
  return { start: 0, ...(size === undefined ? {} : { end: size, total: size }), ...etag };
}

function strongTag(tag: string | undefined): { etag?: string } {
  return tag?.startsWith('"') ? { etag: tag } : {};
}

/** Where bytes go: a response, or a stream of our own. */
interface Outlet {
  /** `taken` is called when the bytes may be read over. */
  write(bytes: Buffer, taken: () => void): unknown;
}

interface TransferOptions {
  readonly source: Source;
  readonly response: Outlet;
  readonly signal: AbortSignal;
  /** Bytes `[start, end)` go to the client; without an end, all there are. */
  readonly start: number;
  readonly end: number | undefined;
  /** The file as first met; an answer about another file ends the transfer. */
  readonly extent: Extent;
  /** Milliseconds to hold back after that many bytes. */
  readonly pace: (bytes: number) => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onResume: (why: unknown) => void;
}

/** Tries without a single byte of progress before the client is told, by a cut. */
const pauses = [0, 250, 1000, 3000];

/** Moves bytes from a file host to a client, taking up the file again at the byte where an answer broke off. */
export class Transfer {
  /** Bytes written to the client. */
  sent = 0;
  readonly #options: TransferOptions;
  #position: number;
  /** Bytes written and not yet taken by the client's connection. */
  #outstanding = 0;
  /** The address the file was first met at. */
  #firstUrl = "";
  #onDrained: (() => void) | undefined;

  constructor(options: TransferOptions) {
    this.#options = options;
    this.#position = options.start;
  }

  /** Resolves when the last byte was written. */
  async run(first: Opened): Promise<void> {
    this.#firstUrl = first.url;
    let opened = first;
    let barren = 0;
    for (;;) {
      const before = this.#position;
      const failure = await this.#pour(opened);
      if (failure === undefined) return;
      barren = this.#position > before ? 0 : barren + 1;
      if (this.#position > before) this.#options.source.progressed();
      opened = await this.#again(failure, barren);
    }
  }

  /** Undefined when everything was sent, else why not. */
  async #pour(opened: Opened): Promise<unknown> {
    const { end, signal } = this.#options;
    try {
      const extent = this.#sameFile(extentOf(opened.exchange.head), opened.url);
      await opened.exchange.pour(this.#sink(extent));
      if (end === undefined || this.#position === end) return undefined;
      return new UpstreamError("cut", "the file host sent less than it said");
    } catch (error) {
      if (this.#position === end) return undefined;
      signal.throwIfAborted();
      if (!(error instanceof UpstreamError) || error.trouble === "odd") throw error;
      return error;
    } finally {
      opened.close();
    }
  }

  async #again(failure: unknown, barren: number): Promise<Opened> {
    const { end, source, signal, wait, onResume } = this.#options;
    const pause = pauses[barren];
    if (end === undefined || pause === undefined) throw failure;
    // While the client has not taken what it was sent, it needs no more, and nobody's connection is kept for it.
    await this.#drained();
    if (pause > 0) await wait(pause, signal);
    onResume(failure);
    return source.open(`bytes=${this.#position}-${end - 1}`);
  }

  /** The extent, if it can be of the same file as at first and begins early enough. */
  #sameFile(extent: Extent, url: string): Extent {
    const { extent: first } = this.#options;
    // Another link may lead to another node, and nodes make tags of their own.
    const isRetagged = url === this.#firstUrl && differ(extent.etag, first.etag);
    const changed = differ(extent.total, first.total) || isRetagged || extent.start > this.#position;
    if (changed) throw odd("another file than before");
    return extent;
  }

  #sink(extent: Extent): Sink {
    let at = extent.start;
    const isExact = extent.end !== undefined && extent.end === this.#options.end;
    return {
      take: (bytes, taken) => {
        const from = Math.min(bytes.length, Math.max(0, this.#position - at));
        const room = (this.#options.end ?? Number.POSITIVE_INFINITY) - this.#position;
        at += bytes.length;
        this.#write(bytes.subarray(from, Math.min(bytes.length, from + room)), taken);
        // An answer that ends where we do is read to its end, so that its connection can be used again.
        return isExact || this.#position !== this.#options.end;
      },
    };
  }

  #write(bytes: Buffer, taken: () => void): void {
    if (bytes.length === 0) return taken();
    this.#position += bytes.length;
    this.sent += bytes.length;
    this.#outstanding += 1;
    const hold = this.#options.pace(bytes.length);
    const written = (): void => {
      this.#outstanding -= 1;
      if (this.#outstanding === 0) this.#onDrained?.();
      taken();
    };
    this.#options.response.write(bytes, hold > 1 ? () => setTimeout(written, hold) : written);
  }

  #drained(): Promise<void> {
    const { signal } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const give = (): void => reject(signal.reason);
    this.#onDrained = resolve;
    signal.addEventListener("abort", give, { once: true });
    if (signal.aborted) give();
    else if (this.#outstanding === 0) resolve();
    return promise.finally(() => {
      this.#onDrained = undefined;
      signal.removeEventListener("abort", give);
    });
  }
}

function differ<T>(one: T | undefined, other: T | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

function odd(what: string): UpstreamError {
  return new UpstreamError("odd", `the file host sent ${what}`);
}
