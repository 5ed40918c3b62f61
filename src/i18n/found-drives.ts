import type { Say } from "./words.ts";

/** A drive that was searched together with others. */
interface Searched {
  readonly found: number;
  /** There are others in it. */
  readonly more: boolean;
}

/** How much fits in it. */
export function foundIn({ say }: { readonly say: Say }, { found, more }: Searched): string {
  return say(more ? "search-found-more" : "search-found", { count: found });
}

/** Drives that are offered to be searched alone. */
const maxChoices = 5;

/** Those that can be searched alone, each with its place among all: the one that one came from, and where something was found. */
export function drivesToChoose<D extends Searched>(
  drives: readonly D[] = [],
): readonly { readonly drive: D; readonly index: number }[] {
  return drives
    .map((drive, index) => ({ drive, index }))
    .filter(({ drive, index }) => index === 0 || drive.found > 0)
    .slice(0, maxChoices);
}
