import { createHash, type Hash } from "node:crypto";

const KiB = 1024;
const MiB = 1024 * KiB;
const [smallestBlock, largestBlock] = [256 * KiB, 2 * MiB];
/** Blocks a file has at most before they are made larger. */
const maxBlocks = 512;

/** Names a file's content, as the service does, while its bytes go by. */
export interface Gcid {
  update(bytes: Uint8Array): void;
  /** 40 upper-case hex digits. */
  digest(): string;
}

/** The gcid of so many bytes: SHA-1 over the raw SHA-1 digests of blocks, whose size depends on the file's. */
export function createGcid(size: number): Gcid {
  const block = blockOf(size);
  const whole = createHash("sha1");
  let current: Hash | undefined;
  let left = block;
  const close = () => {
    if (current) whole.update(current.digest());
    current = undefined;
    left = block;
  };
  return {
    update(bytes) {
      for (let from = 0; from < bytes.length;) {
        const some = bytes.subarray(from, from + left);
        current ??= createHash("sha1");
        current.update(some);
        from += some.length;
        left -= some.length;
        if (left === 0) close();
      }
    },
    digest() {
      close();
      return whole.digest("hex").toUpperCase();
    },
  };
}

/**
 * Clients differ at sizes of exactly 128, 256 and 512 MiB; this is the rule of rclone and OpenList, and of the oldest
 * published routine.
 */
function blockOf(size: number): number {
  let block = smallestBlock;
  while (size / block > maxBlocks && block < largestBlock) block *= 2;
  return block;
}
