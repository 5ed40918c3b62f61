import type { Listing } from "../../actions/model/screen.ts";
import type { Entry } from "../../storage/entry.ts";
import { elideTogether } from "../../i18n/names.ts";
import { kindOf, kindSigns, sortArrow } from "../../i18n/signs.ts";
import { label, plainLabel } from "../markup.ts";
import { driveOf, groupedRows, searchLines, searchRows, whereOf } from "./search.ts";
import { abilityButtons, postButton, press, trailLine, type Painter } from "./painter.ts";
import type { Button, Sheet } from "./sheet.ts";
import { sentences } from "../../i18n/phrases.ts";
import { orders } from "../../storage/entry.ts";
import { pageOf } from "../../i18n/figures.ts";
import { reasonText } from "../../i18n/kind-words.ts";

/** Most characters a row may take, markup included: 25 of them leave room for what stands around. */
const rowWidth = 120;
/** Most columns of a name, in the menu and in its row. */
const optionWidth = 80;
/** Most characters of a drive's title beside it. */
const driveWidth = 40;

/** A folder's page: its entries as text, one menu to open them, then the ways from here. */
export function listingSheet(painter: Painter, listing: Listing): Sheet {
  const { say } = painter;
  const { rows, view, total, failed, notice, filter, search } = listing;
  const names = elideTogether(rows.map(({ name }) => ({ name, width: optionWidth })));
  return {
    head: [
      notice && `ℹ️ ${say(`listing-${notice}`)}`,
      search?.drives ? `🗄 **${say("search-all-drives")}**` : trailLine(listing.mount, listing.trail),
      filter !== undefined && say("listing-filter", { words: label(filter, rowWidth) }),
      ...(search ? searchLines(painter, search, total.known) : []),
      `-# ${figuresLine(painter, listing)}`,
      failed && `⚠️ ${sentences(say, say("listing-failed"), reasonText(painter, failed, listing.mount.driver))}`,
    ],
    body: !search && total.complete && total.known === 0 ? [say("listing-empty")] : rowLines(painter, listing, names),
    menu: {
      placeholder: say("choose-entry"),
      options: rows.map((entry, index) => ({
        label: `${kindSigns[kindOf(entry)]} ${plainLabel(names[index] ?? "", optionWidth + 8)}`,
        ...describe(painter, entry, search && driveOf(search, index)),
        widgetAction: { is: "press", press: { do: "open", view, index } },
      })),
    },
    rows: [
      pagesRow(listing),
      ...searchRows(painter, listing),
      rows.length > 1 && (!search || search.filters) ? sortRow(painter, listing) : [],
      waysRow(painter, listing),
    ],
  };
}

function figuresLine({ say }: Painter, { total, page, order, search }: Listing): string {
  const { known, complete } = total;
  if (search?.ranked) {
    const found = search.state === "running" ? "search-found-so-far" : "search-found";
    return [say(found, { count: known }), say("listing-page", { page: pageOf(page) }), say("search-ranked")].join(
      " · ",
    );
  }
  const counted = complete ? say("listing-entries", { count: known }) : say("listing-reading", { count: known });
  const by = say(`order-${order.by}`);
  const sorted = order.descending ? say("listing-order-down", { by }) : say("listing-order-up", { by });
  return [counted, say("listing-page", { page: pageOf(page) }), sorted].join(" · ");
}

function rowLines(painter: Painter, { rows, search }: Listing, names: readonly string[]): readonly string[] {
  const lines = rows.map((entry, at) => `${rowOf(painter, entry, names[at] ?? "")}${whereOf(search, at)}`);
  return search?.drives ? groupedRows(painter, search, lines) : lines;
}

function rowOf({ figures }: Painter, entry: Entry, name: string): string {
  const sign = kindSigns[kindOf(entry)];
  const size = entry.kind === "folder" || entry.size === undefined ? "" : ` · ${figures.size(entry.size)}`;
  return `${sign} ${label(name, rowWidth - size.length)}${size}`;
}

/** The drive where it may be another one, size and day, in small print under a menu's entry. */
function describe(
  { figures, language }: Painter,
  { kind, size, modifiedAt }: Entry,
  drive: string | undefined,
): { description?: string } {
  const parts = [
    ...(drive === undefined ? [] : [plainLabel(drive, driveWidth)]),
    ...(kind === "file" && size !== undefined ? [figures.size(size)] : []),
    ...(modifiedAt === undefined ? [] : [new Date(modifiedAt).toLocaleDateString(language, { timeZone: "UTC" })]),
  ];
  return parts.length === 0 ? {} : { description: parts.join(" · ") };
}

/** The pages beside it, the first and the last, and any by its number. */
function pagesRow({ page, view }: Listing): (Button | false)[] {
  const { number, next, count } = page;
  if (number <= 1 && !next) return [];
  const turn = (to: number, sign: string) => press(sign, { do: "turn", view, page: to });
  return [
    number > 2 && turn(1, "⏪"),
    number > 1 && turn(number - 1, "◀"),
    // Where one is; a press asks which page to go to.
    press(pageOf(page), { do: "ask-page", view }),
    next && turn(number + 1, "▶"),
    count !== undefined && count > number + 1 && turn(count, "⏩"),
  ];
}

function sortRow({ say }: Painter, { order, view, search }: Listing): Button[] {
  const sorted = search?.ranked ? undefined : order;
  return orders.map((by) => press(`${say(`press-sort-${by}`)}${sortArrow(sorted, by)}`, { do: "sort", view, by }));
}

function waysRow(painter: Painter, listing: Listing): (Button | false)[] {
  const { up, view, page, trail, search } = listing;
  const { say, place } = painter;
  return [
    up && press(`⬆ ${say("press-up")}`, { do: "up", view }),
    trail.length > 1 && press(`🏠 ${say("press-top")}`, { do: "top", view }),
    // Drives are a matter between a person and the bot.
    !up && place === "private" && press(`🗄 ${say("press-mounts")}`, { do: "mounts", view }),
    ...abilityButtons(painter, listing),
    press(`🔎 ${say("press-find")}`, { do: "find", view }),
    press(`🔄 ${say("press-refresh")}`, { do: "refresh", view }),
    // All of one's drives are nobody else's to look through.
    !search?.drives && postButton(painter, { do: "turn", view, page: page.number }),
  ];
}
