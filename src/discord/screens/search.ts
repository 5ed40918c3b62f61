import { searchKinds, searchSizes } from "../../actions/search/filters.ts";
import type { Listing, SearchState } from "../../actions/model/screen.ts";
import { kindSigns } from "../../i18n/signs.ts";
import { label } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import type { Button, Line } from "./sheet.ts";

/** Most characters of what was searched for, and of the folders a row is in. */
const wordsWidth = 120;
const whereWidth = 40;
/** Most buttons side by side. */
const maxInRow = 5;

/** What was searched for, and how far. */
export function searchLines(painter: Painter, search: SearchState, found: number): readonly Line[] {
  const { say } = painter;
  return [
    `🔎 ${wanted(painter, search)}`,
    search.state === "running" ? say("search-running", search.looked) : say("search-looked", search.looked),
    search.state === "stopped" && say("search-stopped"),
    search.state === "bounded" && say("search-bounded"),
    found === 0 && search.state !== "running" && say("search-nothing"),
  ];
}

function wanted({ say, figures }: Painter, { words, kind, least, most }: SearchState): string {
  const parts = [
    words === "" ? say("search-any-name") : label(words, wordsWidth),
    kind && say(`kind-${kind}`),
    least !== undefined && `≥ ${figures.size(least)}`,
    most !== undefined && `≤ ${figures.size(most)}`,
  ];
  return parts.filter((part) => part !== undefined && part !== false).join(" · ");
}

/** The folder a row was found in, where it is not the one searched. */
export function whereOf(search: SearchState | undefined, at: number): string {
  const folder = search?.where[at]?.at(-1);
  return folder === undefined ? "" : ` · ${label(folder, whereWidth)}`;
}

/** What a search can be narrowed to, and how it is stopped. */
export function searchRows({ say, figures }: Painter, { view, search }: Listing): Button[][] {
  if (!search) return [];
  const mark = (chosen: boolean) => (chosen ? "🔘 " : "");
  return [
    searchKinds
      .slice(0, maxInRow)
      .map((kind, at) =>
        press(`${mark(search.kind === kind)}${kindSigns[kind]}`, { do: "narrow-kind", view, index: at + 1 }),
      ),
    [
      ...searchSizes.map((size, at) =>
        press(`${mark(search.least === size)}≥ ${figures.size(size)}`, { do: "narrow-size", view, index: at + 1 }),
      ),
      ...(search.state === "running" ? [press(`✖️ ${say("press-stop-search")}`, { do: "stop-search", view })] : []),
    ],
  ];
}
