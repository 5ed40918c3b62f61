import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { SaveScreen, SaveState } from "../../actions/model/screen.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { elideName, isolate } from "../../i18n/names.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { savedOnly, saveText, saveOffers } from "../../i18n/saving.ts";
import { addressRow, addressText, namedRow, namedText, watchText } from "./address.ts";
import { abilityButtons, button, lines, strong, trailLine, type Painted, type Painter } from "./painter.ts";

/** Most entries that get a button. */
const maxOpened = 20;

type Done = Extract<SaveState, { is: "done" }>;

/** Something of a share that goes into a drive, and what came of it. */
export function paintSave(painter: Painter, screen: SaveScreen): Painted {
  const { name, mount, trail, state } = screen;
  return {
    text: lines(
      FormattedString.join(["💾 ", strong(elideName(name, 60))]),
      trailLine(mount, state.is === "done" ? state.trail : trail),
      "",
      saveText(painter, screen),
      ...(state.is === "done" ? doneLines(painter, state) : []),
    ),
    keyboard: keyboardOf(painter, screen).filter((row) => row.length > 0),
  };
}

function doneLines(painter: Painter, { entries, address }: Done): readonly (FormattedString | string | undefined)[] {
  const { figures } = painter;
  const only = savedOnly(entries);
  const size = only?.size === undefined ? "" : ` · ${figures.size(only.size)}`;
  const isText = address && !isPublicAddress(address.url);
  return [
    only && `${kindSigns[kindOf(only)]} ${isolate(elideName(only.name, 60))}${size}`,
    ...(isText ? [addressText(address), watchText(painter, address), namedText(painter, address)] : []),
  ];
}

function keyboardOf(painter: Painter, screen: SaveScreen): InlineKeyboardButton[][] {
  const { say } = painter;
  const { view, state, offer } = screen;
  if (state.is === "done") return doneKeyboard(painter, screen, state);
  return [
    offer.map((does) => button(`${saveOffers[does].sign} ${say(saveOffers[does].words)}`, { do: does, view })),
    state.is === "waiting" ? [] : [button(`⬆ ${say("press-back")}`, { do: "back", view })],
  ];
}

function doneKeyboard(painter: Painter, { view }: SaveScreen, state: Done): InlineKeyboardButton[][] {
  const { say } = painter;
  const { address, entries, can } = state;
  const only = savedOnly(entries);
  const folder = button(`📁 ${say("press-folder")}`, { do: "back", view });
  if (!only) {
    const opened = entries.map((entry, index) => [
      button(`${kindSigns[kindOf(entry)]} ${elideName(entry.name)}`, { do: "open-saved", view, index }),
    ]);
    return [...opened.slice(0, maxOpened), [folder]];
  }
  return [
    ...(address ? [addressRow(painter, address), namedRow(painter, address)] : []),
    [button(`🔗 ${say("press-link")}`, { do: "link", view }), ...abilityButtons(painter, { can, view })],
    [folder],
  ];
}
