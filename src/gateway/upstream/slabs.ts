/** A stretch of memory that sockets read into, again and again. */
export interface Slab {
  readonly bytes: Buffer;
  /** Who may still look at it: the connection that reads into it, and every slice under way to a client. */
  holders: number;
}

/** Slabs that nobody holds are kept for the next stream, so that streaming makes no garbage. */
export interface Slabs {
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
  /** So many at once are larger: a few streams make fewer reads, and many cost no more memory. */
  readonly large?: { readonly size: number; readonly most: number } | undefined;
}

/** Two of them are a stream's whole memory. Absent size = 256 KiB, which holds what one turn of the event loop brings of a fast stream. */
export function createSlabs({ size = 256 * 1024, kept = 64, large = { size, most: 0 } }: SlabsOptions = {}): Slabs {
  const usual = createFreeList(size, kept);
  const larger = createFreeList(large.size, large.most);
  return {
    take() {
      return larger.taken < large.most ? larger.take() : usual.take();
    },
    hold(slab) {
      slab.holders += 1;
    },
    release(slab) {
      slab.holders -= 1;
      if (slab.holders < 0) throw new Error("a slab was let go twice");
      if (slab.holders > 0) return;
      (slab.bytes.length > size ? larger : usual).giveBack(slab);
    },
  };
}

/** Slabs of one size that nobody holds. */
interface FreeList {
  /** How many of its slabs somebody holds. */
  readonly taken: number;
  take(): Slab;
  giveBack(slab: Slab): void;
}

function createFreeList(size: number, kept: number): FreeList {
  const free: Slab[] = [];
  let taken = 0;
  return {
    get taken() {
      return taken;
    },
    take() {
      taken += 1;
      const slab = free.pop() ?? { bytes: Buffer.allocUnsafeSlow(size), holders: 0 };
      slab.holders = 1;
      return slab;
    },
    giveBack(slab) {
      taken -= 1;
      if (free.length < kept) free.push(slab);
    },
  };
}
