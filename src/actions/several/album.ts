import { isStill } from "../../storage/file-kind.ts";
import type { Entry } from "../../storage/entry.ts";

/** Most pictures that stand together, and bytes of the largest. */
const [maxPictures, maxPicture] = [10, 10 * 1024 * 1024];

interface Room {
  /** Bytes one message takes. */
  readonly limit: number;
  /** Whether a file may be sent now, by its index. */
  isOpen(index: number): boolean;
}

/** How many files from that one on go into one message: pictures that follow each other, else the one. */
export function togetherFrom(files: readonly Entry[], from: number, { limit, isOpen }: Room): number {
  let bytes = 0;
  let count = 0;
  for (; count < maxPictures; count += 1) {
    const file = files[from + count];
    const { size = 0 } = file ?? {};
    if (!file || !isOpen(from + count) || !isStill(file) || size === 0 || size > maxPicture) break;
    bytes += size;
    if (bytes > limit) break;
  }
  return Math.max(1, count);
}
