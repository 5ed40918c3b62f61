import { fold } from "../../storage/fold.ts";
import type { WantedTitles } from "../model/follow.ts";

/**
 * Whether an entry is to be fetched: its title holds one of the wanted terms, or none is named, and none of the unwanted
 * ones. Terms are separated by commas; of a term with several words the title holds each. Case, width and diacritics do not
 * count, as in a search.
 */
export function isWanted({ include, exclude }: WantedTitles, title: string): boolean {
  const folded = fold(title);
  const holds = (term: readonly string[]) => term.every((word) => folded.includes(word));
  const wanted = termsOf(include);
  return (wanted.length === 0 || wanted.some(holds)) && !termsOf(exclude).some(holds);
}

function termsOf(typed: string): readonly (readonly string[])[] {
  return typed
    .split(/[,，、;；\n]/u)
    .map((term) =>
      fold(term)
        .split(/\s+/u)
        .filter((word) => word !== ""),
    )
    .filter((words) => words.length > 0);
}
