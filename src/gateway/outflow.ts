import { Readable } from "node:stream";

/** Bytes that were read for somebody, on their way to whoever reads this. Closing it closes the way. */
export class Outflow extends Readable {
  readonly #onClose: () => void;
  /** Slices that were handed over before there was room. */
  readonly #owed: (() => void)[] = [];

  constructor(onClose: () => void) {
    super({ highWaterMark: 256 * 1024 });
    this.#onClose = onClose;
  }

  /** Takes bytes; `taken` is called when more can come. */
  write(bytes: Buffer, taken: () => void): void {
    // A copy: who reads this keeps its pieces for as long as they like, and the file host's are read into again.
    const hasRoom = this.push(Buffer.from(bytes));
    if (hasRoom || this.destroyed) taken();
    else this.#owed.push(taken);
  }

  override _read(): void {
    this.#settle();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#onClose();
    this.#settle();
    done(error);
  }

  #settle(): void {
    for (const taken of this.#owed.splice(0)) taken();
  }
}
