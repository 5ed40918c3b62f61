import { searchKinds, searchSizes } from "../../actions/search/filters.ts";
import type { Listing, SearchState } from "../../actions/model/screen.ts";
import { kindSigns, chosenMark } from "../../i18n/signs.ts";
import { label, plainLabel } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import type { Button, Line } from "./sheet.ts";

/** Most characters of what was searched for, and of the folders a row is in. */
const wordsWidth = 120;
const whereWidth = 40;
/** Most buttons side by side. */
const maxInRow = 5;

/** What was searched for, how far, and the folders all of it is in. */
export function searchLines(painter: Painter, search: SearchState, found: number): readonly Line[] {
  const { say } = painter;
  const isNothing = found === 0 && search.state !== "running";
  return [
    `🔎 ${wanted(painter, search)}`,
    search.state === "running" ? say("search-running", search.looked) : say("search-looked", search.looked),
    search.state === "stopped" && say("search-stopped"),
    search.state === "bounded" && say("search-bounded"),
    isNothing && say("search-nothing"),
    isNothing && search.elsewhere?.is === "wider" && say("search-nothing-here"),
    search.common.length > 0 && say("search-common", { folders: pathOf(search.common) }),
  ];
}

function pathOf(folders: readonly string[]): string {
  return [...(folders.length > 3 ? ["…"] : []), ...folders.slice(-3).map((name) => label(name, whereWidth))].join(
    " › ",
  );
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

/** Where else to look, what a search can be narrowed to, and how it is stopped. */
export function searchRows(painter: Painter, { view, search, total }: Listing): (Button | false)[][] {
  if (!search) return [];
  const { say } = painter;
  const { elsewhere, state, filters } = search;
  // Where all of the drive holds nothing, a folder of it holds nothing.
  const isOffered = elsewhere && !(elsewhere.is === "narrower" && total.known === 0 && state === "complete");
  return [
    [
      state === "running" && press(`✖️ ${say("press-stop-search")}`, { do: "stop-search", view }),
      isOffered !== undefined &&
        isOffered &&
        press(elsewhereLabel(painter, elsewhere), { do: "search-elsewhere", view }),
      press(`${filters ? "🔼" : "🔽"} ${say("press-filters")}`, { do: "search-filters", view }),
    ],
    ...(filters ? filterRows(painter, view, search) : []),
  ];
}

function elsewhereLabel({ say }: Painter, { is, folder }: NonNullable<SearchState["elsewhere"]>): string {
  return is === "wider"
    ? `🏠 ${say("press-search-drive")}`
    : `📂 ${say("press-search-here", { folder: plainLabel(folder, whereWidth) })}`;
}

function filterRows({ figures }: Painter, view: Listing["view"], search: SearchState): Button[][] {
  return [
    searchKinds
      .slice(0, maxInRow)
      .map((kind, at) =>
        press(`${chosenMark(search.kind === kind)}${kindSigns[kind]}`, { do: "narrow-kind", view, index: at + 1 }),
      ),
    searchSizes.map((size, at) =>
      press(`${chosenMark(search.least === size)}≥ ${figures.size(size)}`, { do: "narrow-size", view, index: at + 1 }),
    ),
  ];
}
