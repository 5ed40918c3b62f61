/** A stretch of memory that sockets read into, again and again. */
export interface Slab {
  readonly bytes: Buffer;
  /** Who may still look at it: the connection that reads into it, and every slice under way to a client. */
  holders: number;
}

/** Slabs that nobody holds are kept for the next stream, so that streaming makes no garbage. */
export interface Slabs {
  /** Bytes of each. */
  readonly size: number;
  /** A slab with one holder. Its old bytes are still in it. */
  take(): Slab;
  hold(slab: Slab): void;
  /** The last holder to let go gives the slab back. */
  release(slab: Slab): void;
}

interface SlabsOptions {
  /** Bytes of a slab. */
  readonly size?: number;
  /** Most slabs kept while nobody holds them. */
  readonly kept?: number;
}

/** Two of them are a stream's whole memory. Absent size = 256 KiB, which holds what one turn of the event loop brings of a fast stream. */
export function createSlabs({ size = 256 * 1024, kept = 64 }: SlabsOptions = {}): Slabs {
  const free: Slab[] = [];
  return {
    size,
    take() {
      const slab = free.pop() ?? { bytes: Buffer.allocUnsafeSlow(size), holders: 0 };
      slab.holders = 1;
      return slab;
    },
    hold(slab) {
      slab.holders += 1;
    },
    release(slab) {
      slab.holders -= 1;
      if (slab.holders < 0) throw new Error("a slab was let go twice");
      if (slab.holders === 0 && free.length < kept) free.push(slab);
    },
  };
}
