import { UpstreamError } from "./error.ts";
import type { BodyShape } from "./head.ts";

/** Takes the body out of what a connection delivers. */
export interface Framing {
  /**
   * Reads raw bytes `[start, end)` and leaves the body's bytes among them, moved together, at `[start, start + n)`;
   * gives n. After `done`, `rest` is where the next answer would begin.
   */
  decode(bytes: Buffer, start: number, end: number): number;
  readonly done: boolean;
  readonly rest: number;
  /** Whether the body is whole when the connection ends now. */
  readonly endsWithConnection: boolean;
}

/** The decoder of a body shape. */
export function createFraming(shape: BodyShape): Framing {
  switch (shape.kind) {
    case "none":
      return new LengthFraming(0);
    case "length":
      return new LengthFraming(shape.length);
    case "chunked":
      return new ChunkedFraming();
    case "until-close":
      return new OpenFraming();
  }
}

class LengthFraming implements Framing {
  readonly endsWithConnection = false;
  rest = 0;
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  decode(_bytes: Buffer, start: number, end: number): number {
    const length = Math.min(this.#left, end - start);
    this.#left -= length;
    this.rest = start + length;
    return length;
  }
}

class OpenFraming implements Framing {
  readonly endsWithConnection = true;
  readonly done = false;
  readonly rest = 0;

  decode(_bytes: Buffer, start: number, end: number): number {
    return end - start;
  }
}

type ChunkState = "size" | "extension" | "size-lf" | "data" | "data-cr" | "data-lf" | "trailer" | "trailer-lf" | "done";

const CR = 13;
const LF = 10;
const SEMICOLON = 59;
const maxSizeDigits = 13;
const longestExtension = 4096;
const longestTrailer = 16 * 1024;

/** RFC 9112 §7.1, in place: chunk heads are squeezed out, the data between them moves together. Trailers are dropped. */
class ChunkedFraming implements Framing {
  readonly endsWithConnection = false;
  rest = 0;
  #state: ChunkState = "size";
  #size = 0;
  #digits = 0;
  /** Bytes of the present extension or of all trailers. */
  #extra = 0;
  #lineIsEmpty = true;

  get done(): boolean {
    return this.#state === "done";
  }

  decode(bytes: Buffer, start: number, end: number): number {
    let from = start;
    let to = start;
    while (from < end && this.#state !== "done") {
      if (this.#state === "data") {
        const length = Math.min(this.#size, end - from);
        if (to !== from) bytes.copyWithin(to, from, from + length);
        from += length;
        to += length;
        this.#size -= length;
        if (this.#size === 0) this.#state = "data-cr";
      } else {
        this.#step(bytes[from] ?? 0);
        from += 1;
      }
    }
    this.rest = from;
    return to - start;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case "size":
        return this.#sizeByte(byte);
      case "extension":
        if (byte === CR) this.#state = "size-lf";
        else this.#extraByte(byte, longestExtension);
        return;
      case "size-lf":
        this.#expect(byte, LF);
        this.#extra = 0;
        this.#lineIsEmpty = true;
        this.#state = this.#size === 0 ? "trailer" : "data";
        return;
      case "data-cr":
        this.#expect(byte, CR);
        this.#state = "data-lf";
        return;
      case "data-lf":
        this.#expect(byte, LF);
        this.#digits = 0;
        this.#state = "size";
        return;
      case "trailer":
        if (byte === CR) this.#state = "trailer-lf";
        else this.#trailerByte(byte);
        return;
      case "trailer-lf":
        this.#expect(byte, LF);
        this.#state = this.#lineIsEmpty ? "done" : "trailer";
        this.#lineIsEmpty = true;
        return;
      case "data":
      case "done":
        return;
    }
  }

  #sizeByte(byte: number): void {
    const digit = hexDigit(byte);
    if (digit !== undefined) {
      this.#digits += 1;
      if (this.#digits > maxSizeDigits) throw odd("too large a chunk");
      this.#size = this.#size * 16 + digit;
      return;
    }
    if (this.#digits === 0) throw odd("a chunk without a size");
    if (byte === CR) this.#state = "size-lf";
    else if (byte === SEMICOLON) this.#state = "extension";
    else throw odd("a chunk size that is no number");
  }

  #trailerByte(byte: number): void {
    this.#lineIsEmpty = false;
    this.#extraByte(byte, longestTrailer);
  }

  #extraByte(byte: number, most: number): void {
    this.#extra += 1;
    if (this.#extra > most) throw odd("an endless chunk extension or trailer");
    if ((byte < 0x20 && byte !== 9) || byte === 0x7f) throw odd("a control character between chunks");
  }

  #expect(byte: number, wanted: number): void {
    if (byte !== wanted) throw odd("a chunk that does not end where it says");
  }
}

function hexDigit(byte: number): number | undefined {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : undefined;
}

function odd(what: string): UpstreamError {
  return new UpstreamError("odd", `the file host sent ${what}`);
}
