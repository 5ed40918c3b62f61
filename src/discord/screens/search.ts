import { searchKinds, searchSizes } from "../../actions/search/filters.ts";
import type { Listing, SearchState } from "../../actions/model/screen.ts";
import { kindSigns, chosenMark } from "../../i18n/signs.ts";
import { drivesToChoose, foundIn } from "../../i18n/found-drives.ts";
import { reasonText } from "../../i18n/kind-words.ts";
import { label, plainLabel, strong } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import type { Button, Line } from "./sheet.ts";

/** Most characters of what was searched for, and of the folders a row is in. */
const wordsWidth = 120;
const whereWidth = 40;
/** Most characters of a drive's title on its button. */
const driveWidth = 24;
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
    ...failedLines(painter, search),
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

/** What is found, drive by drive: its title above its rows. */
export function groupedRows(painter: Painter, { drives }: SearchState, rows: readonly string[]): readonly string[] {
  let at = 0;
  return (drives ?? []).flatMap((drive) => {
    const own = rows.slice(at, at + drive.rows);
    at += drive.rows;
    return own.length === 0 ? [] : [`🗄 ${strong(drive.mount.title, whereWidth)} · ${foundIn(painter, drive)}`, ...own];
  });
}

/** What could not be looked through, and why. */
function failedLines(painter: Painter, { drives = [] }: SearchState): readonly Line[] {
  return drives.map(
    ({ mount, failed }) =>
      failed && `🔴 ${label(mount.title, whereWidth)} – ${reasonText(painter, failed, mount.driver)}`,
  );
}

/** The drive a row was found in, where several were searched. */
export function driveOf({ drives = [] }: SearchState, row: number): string | undefined {
  let before = 0;
  for (const { mount, rows } of drives) {
    before += rows;
    if (row < before) return mount.title;
  }
  return undefined;
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
      search.everywhere === true && press(`🗄 ${say("press-search-everywhere")}`, { do: "search-everywhere", view }),
      press(`${filters ? "🔼" : "🔽"} ${say("press-filters")}`, { do: "search-filters", view }),
    ],
    // With the filters the message is as tall as it can be.
    (filters ? [] : drivesToChoose(search.drives)).map(({ drive, index }) =>
      press(`🔎 ${plainLabel(drive.mount.title, driveWidth)} · ${foundIn(painter, drive)}`, {
        do: "search-in-drive",
        view,
        index,
      }),
    ),
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
