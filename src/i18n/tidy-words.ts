import type { Figures } from "./figures.ts";
import type { Say } from "./words.ts";

interface Speaker {
  readonly say: Say;
  readonly figures: Figures;
}

interface Sum {
  readonly files: number;
  readonly folders: number;
  readonly size: number;
}

/** How much it is: `2 folders · 3 files · 1.2 GB`. Empty = nothing. */
export function sumText({ say, figures }: Speaker, { files, folders, size }: Sum): string {
  return [
    folders > 0 ? say("sum-folders", { count: folders }) : "",
    files > 0 ? say("sum-files", { count: files }) : "",
    size > 0 ? figures.size(size) : "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
}
