import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { Listing } from "../../actions/model/screen.ts";
import { columnsBeside, elideName, elideTogether } from "../../i18n/names.ts";
import { kindOf, kindSigns, sortArrow } from "../../i18n/signs.ts";
import { abilityButtons, button, lines, strong, trailLine, type Painted, type Painter } from "./painter.ts";
import { isNumbered, isSearch, searchFigures, searchLines, searchRows } from "./search.ts";
import { sentences } from "../../i18n/phrases.ts";
import { orders } from "../../storage/entry.ts";
import { pageOf } from "../../i18n/figures.ts";
import { reasonText } from "../../i18n/kind-words.ts";

/** A folder's page: one entry a row, then the ways from here. */
export function paintListing(painter: Painter, listing: Listing): Painted {
  const { say } = painter;
  const { rows, view, total, failed, notice, filter } = listing;
  return {
    text: lines(
      notice && `ℹ️ ${say(`listing-${notice}`)}`,
      listing.search?.drives
        ? FormattedString.join(["🗄 ", strong(say("search-all-drives"))])
        : trailLine(listing.mount, listing.trail),
      filter !== undefined && say("listing-filter", { words: elideName(filter) }),
      ...(isSearch(listing) ? searchLines(painter, listing) : []),
      figuresLine(painter, listing),
      !listing.search && total.complete && total.known === 0 && say("listing-empty"),
      failed && `⚠️ ${sentences(say, say("listing-failed"), reasonText(painter, failed, listing.mount.driver))}`,
    ),
    keyboard: [
      ...entryLabels(painter, listing).map((label, index) => [button(label, { do: "open", view, index })]),
      pagesRow(listing),
      ...(isSearch(listing) ? searchRows(painter, listing) : []),
      rows.length > 1 && (!isSearch(listing) || listing.search.filters) ? sortRow(painter, listing) : [],
      ...waysRows(painter, listing),
    ].filter((row) => row.length > 0),
  };
}

function figuresLine(painter: Painter, listing: Listing): string {
  const { say } = painter;
  const { total, page, order } = listing;
  const { known, complete } = total;
  if (isSearch(listing) && listing.search.ranked) {
    return [searchFigures(painter, listing), say("listing-page", { page: pageOf(page) }), say("search-ranked")].join(
      " · ",
    );
  }
  const counted = complete ? say("listing-entries", { count: known }) : say("listing-reading", { count: known });
  const by = say(`order-${order.by}`);
  const sorted = order.descending ? say("listing-order-down", { by }) : say("listing-order-up", { by });
  return [counted, say("listing-page", { page: pageOf(page) }), sorted].join(" · ");
}

function entryLabels({ figures }: Painter, listing: Listing): string[] {
  const { rows } = listing;
  const isCounted = isSearch(listing) && isNumbered(listing.search);
  const before = rows.map((entry, at) => `${isCounted ? `${at + 1}. ` : ""}${kindSigns[kindOf(entry)]} `);
  const sizes = rows.map(({ kind, size }) =>
    kind === "folder" || size === undefined ? "" : ` · ${figures.size(size)}`,
  );
  const names = elideTogether(rows.map(({ name }, at) => ({ name, width: columnsBeside(sizes[at] ?? "") })));
  return rows.map((_, at) => `${before[at] ?? ""}${names[at] ?? ""}${sizes[at] ?? ""}`);
}

/** The pages beside it, the first and the last, and any by its number. */
function pagesRow({ page, view }: Listing): InlineKeyboardButton[] {
  const { number, next, count } = page;
  if (number <= 1 && !next) return [];
  const turn = (to: number, sign: string) => button(sign, { do: "turn", view, page: to });
  return [
    ...(number > 2 ? [turn(1, "⏪")] : []),
    ...(number > 1 ? [turn(number - 1, "◀")] : []),
    // Where one is; a tap asks which page to go to.
    button(pageOf(page), { do: "ask-page", view }),
    ...(next ? [turn(number + 1, "▶")] : []),
    ...(count !== undefined && count > number + 1 ? [turn(count, "⏩")] : []),
  ];
}

function sortRow({ say }: Painter, { order, view, search }: Listing): InlineKeyboardButton[] {
  const sorted = search?.ranked ? undefined : order;
  return orders.map((by) => button(`${say(`press-sort-${by}`)}${sortArrow(sorted, by)}`, { do: "sort", view, by }));
}

/** Most labels side by side that can be read. */
const maxInRow = 3;

/** Several of what it can have a row of their own: six labels in one could not be read. */
function waysRows(painter: Painter, listing: Listing): InlineKeyboardButton[][] {
  const { say, place } = painter;
  const { up, view, trail } = listing;
  const able = abilityButtons(painter, listing);
  const ways = [
    ...(up ? [button(`⬆ ${say("press-up")}`, { do: "up", view })] : []),
    ...(trail.length > 1 ? [button(`🏠 ${say("press-top")}`, { do: "top", view })] : []),
    // Drives are a matter between a person and the bot.
    ...(!up && place === "private" ? [button(`🗄 ${say("press-mounts")}`, { do: "mounts", view })] : []),
    button(`🔎 ${say("press-find")}`, { do: "find", view }),
    button(`🔄 ${say("press-refresh")}`, { do: "refresh", view }),
  ];
  if (able.length <= 1) return [[...ways, ...able]];
  return [ways, ...evenRows(able)];
}

/** As few rows as can be read, of about the same length. */
function evenRows(buttons: readonly InlineKeyboardButton[]): InlineKeyboardButton[][] {
  const count = Math.ceil(buttons.length / maxInRow);
  const length = Math.ceil(buttons.length / count);
  return Array.from({ length: count }, (_, at) => buttons.slice(at * length, (at + 1) * length));
}
