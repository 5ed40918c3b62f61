import type { InlineKeyboardButton } from "grammy/types";
import { searchKinds, searchSizes } from "../../actions/search/filters.ts";
import type { Listing, SearchState } from "../../actions/model/screen.ts";
import { elideName } from "../../i18n/names.ts";
import { kindSigns } from "../../i18n/signs.ts";
import { button, type Painter } from "./painter.ts";

type Search = Listing & { readonly search: SearchState };

/** What was searched for, how far, and where each row is. */
export function searchLines(painter: Painter, listing: Search): readonly (string | false)[] {
  const { say } = painter;
  const { search, total, rows } = listing;
  return [
    `🔎 ${wanted(painter, search)}`,
    search.state === "running" ? say("search-running", search.looked) : say("search-looked", search.looked),
    search.state === "stopped" && say("search-stopped"),
    search.state === "bounded" && say("search-bounded"),
    total.known === 0 && search.state !== "running" && say("search-nothing"),
    ...rows.map((_, at) => whereLine(painter, search, at)),
  ];
}

/** Of a row that is not in the searched folder itself: its place in the list, and its folders. */
function whereLine({ say }: Painter, { where }: SearchState, at: number): string | false {
  const folders = where[at] ?? [];
  if (folders.length === 0) return false;
  const shown = folders.length > 3 ? ["…", ...folders.slice(-3)] : folders;
  return say("search-where", {
    row: at + 1,
    folders: shown.map((name) => (name === "…" ? name : elideName(name, 24))).join(" › "),
  });
}

function wanted({ say, figures }: Painter, { words, kind, least, most }: SearchState): string {
  const parts = [
    words === "" ? say("search-any-name") : elideName(words, 60),
    kind && say(`kind-${kind}`),
    least !== undefined && `≥ ${figures.size(least)}`,
    most !== undefined && `≤ ${figures.size(most)}`,
  ];
  return parts.filter((part) => part !== undefined && part !== false).join(" · ");
}

/** The figures of a search's page. */
export function searchFigures({ say }: Painter, { total, search }: Search): string {
  return search.state === "running"
    ? say("search-found-so-far", { count: total.known })
    : say("search-found", { count: total.known });
}

/** What a search can be narrowed to, and how it is stopped. */
export function searchRows({ say, figures }: Painter, { view, search }: Search): InlineKeyboardButton[][] {
  const mark = (chosen: boolean) => (chosen ? "🔘 " : "");
  return [
    searchKinds.map((kind, at) =>
      button(`${mark(search.kind === kind)}${kindSigns[kind]}`, { do: "narrow-kind", view, index: at + 1 }),
    ),
    searchSizes.map((size, at) =>
      button(`${mark(search.least === size)}≥ ${figures.size(size)}`, { do: "narrow-size", view, index: at + 1 }),
    ),
    search.state === "running" ? [button(`✖️ ${say("press-stop-search")}`, { do: "stop-search", view })] : [],
  ];
}

/** Whether a listing is one of a search. */
export function isSearch(listing: Listing): listing is Search {
  return listing.search !== undefined;
}
