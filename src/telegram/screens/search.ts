import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import { searchKinds, searchSizes } from "../../actions/search/filters.ts";
import type { FoundDrive, Listing, SearchState } from "../../actions/model/screen.ts";
import { elideName } from "../../i18n/names.ts";
import { kindSigns, chosenMark } from "../../i18n/signs.ts";
import { drivesToChoose, foundIn } from "../../i18n/found-drives.ts";
import { reasonText } from "../../i18n/kind-words.ts";
import { button, pairs, strong, type Painter } from "./painter.ts";

type Search = Listing & { readonly search: SearchState };

type SearchLine = string | FormattedString | false;

/** What was searched for, how far, and where each row is. */
export function searchLines(painter: Painter, listing: Search): readonly SearchLine[] {
  const { say } = painter;
  const { search, total, rows } = listing;
  const isNothing = total.known === 0 && search.state !== "running";
  return [
    `🔎 ${wanted(painter, search)}`,
    search.state === "running" ? say("search-running", search.looked) : say("search-looked", search.looked),
    search.state === "stopped" && say("search-stopped"),
    search.state === "bounded" && say("search-bounded"),
    isNothing && say("search-nothing"),
    isNothing && search.elsewhere?.is === "wider" && say("search-nothing-here"),
    search.common.length > 0 && say("search-common", { folders: pathOf(search.common) }),
    ...(search.drives
      ? driveLines(painter, search, search.drives)
      : rows.map((_, at) => whereLine(painter, search, at))),
  ];
}

/** Drive by drive: how much fits in it, and where its rows are; then what could not be looked through. */
function driveLines(painter: Painter, search: SearchState, drives: readonly FoundDrive[]): readonly SearchLine[] {
  let at = 0;
  const found = drives.flatMap((drive) => {
    const rows = Array.from({ length: drive.rows }, () => at++);
    if (rows.length === 0) return [];
    const count = foundIn(painter, drive);
    const head = FormattedString.join(["🗄 ", strong(elideName(drive.mount.title, 40)), ` · ${count}`]);
    return [head, ...rows.map((row) => whereLine(painter, search, row))];
  });
  const failed = drives.flatMap(({ mount, failed: reason }) =>
    reason ? [`🔴 ${elideName(mount.title, 40)} – ${reasonText(painter, reason, mount.driver)}`] : [],
  );
  return [...found, ...failed];
}

/** Rows of a search are numbered where lines of the text speak of them. */
export function isNumbered({ where, drives }: SearchState): boolean {
  return drives !== undefined || where.some((folders) => folders.length > 0);
}

/** Of a row that is further down than the others: its number, and its folders. */
function whereLine({ say }: Painter, { where }: SearchState, at: number): string | false {
  const folders = where[at] ?? [];
  return folders.length > 0 && say("search-where", { row: at + 1, folders: pathOf(folders) });
}

function pathOf(folders: readonly string[]): string {
  const shown = folders.length > 3 ? ["…", ...folders.slice(-3)] : folders;
  return shown.map((name) => (name === "…" ? name : elideName(name, 24))).join(" › ");
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

/** Where else to look, what a search can be narrowed to, and how it is stopped. */
export function searchRows(painter: Painter, { view, search, total }: Search): InlineKeyboardButton[][] {
  const { say } = painter;
  const { elsewhere, state, filters } = search;
  // Where all of the drive holds nothing, a folder of it holds nothing.
  const isOffered = elsewhere && !(elsewhere.is === "narrower" && total.known === 0 && state === "complete");
  return [
    state === "running" ? [button(`✖️ ${say("press-stop-search")}`, { do: "stop-search", view })] : [],
    isOffered ? [button(elsewhereLabel(painter, elsewhere), { do: "search-elsewhere", view })] : [],
    search.everywhere ? [button(`🗄 ${say("press-search-everywhere")}`, { do: "search-everywhere", view })] : [],
    ...pairs(driveButtons(painter, view, search)),
    [button(filterLabel(painter, search), { do: "search-filters", view })],
    ...(filters ? filterRows(painter, view, search) : []),
  ];
}

/** Out of all drives into one of them. */
function driveButtons(painter: Painter, view: Search["view"], { drives }: SearchState): InlineKeyboardButton[] {
  return drivesToChoose(drives).map(({ drive, index }) =>
    button(`🔎 ${elideName(drive.mount.title, 16)} · ${foundIn(painter, drive)}`, {
      do: "search-in-drive",
      view,
      index,
    }),
  );
}

function elsewhereLabel({ say }: Painter, { is, folder }: NonNullable<SearchState["elsewhere"]>): string {
  return is === "wider"
    ? `🏠 ${say("press-search-drive")}`
    : `📂 ${say("press-search-here", { folder: elideName(folder, 24) })}`;
}

function filterLabel({ say, figures }: Painter, { kind, least, filters }: SearchState): string {
  const chosen = [
    ...(kind ? [kind === "folder" || kind === "file" ? say(`kind-${kind}`) : kindSigns[kind]] : []),
    ...(least === undefined ? [] : [`≥ ${figures.size(least)}`]),
  ];
  return [filters ? "🔼" : "🔽", say("press-filters"), ...(chosen.length > 0 ? [`(${chosen.join(" · ")})`] : [])].join(
    " ",
  );
}

function filterRows({ figures }: Painter, view: Search["view"], search: SearchState): InlineKeyboardButton[][] {
  return [
    searchKinds.map((kind, at) =>
      button(`${chosenMark(search.kind === kind)}${kindSigns[kind]}`, { do: "narrow-kind", view, index: at + 1 }),
    ),
    searchSizes.map((size, at) =>
      button(`${chosenMark(search.least === size)}≥ ${figures.size(size)}`, { do: "narrow-size", view, index: at + 1 }),
    ),
  ];
}

/** Whether a listing is one of a search. */
export function isSearch(listing: Listing): listing is Search {
  return listing.search !== undefined;
}
