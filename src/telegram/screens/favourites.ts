import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { Favourites, FolderLine, Shortcuts } from "../../actions/model/screen.ts";
import type { ViewRef } from "../../actions/model/session.ts";
import { elideName, elideTogether } from "../../i18n/names.ts";
import { favouriteSigns, healthSign, recentSign } from "../../i18n/signs.ts";
import { button, lines, strong, trailLine, type Painted, type Painter } from "./painter.ts";

/** Columns of a folder's name on its button. */
const nameWidth = 34;

/** Favourites and recent folders: where each is, and a button each. */
export function paintFavourites(painter: Painter, screen: Favourites): Painted {
  const { say } = painter;
  const { view, favourites, recent, editing } = screen;
  const names = namesOf([...favourites, ...recent]);
  return {
    text: lines(
      FormattedString.join([`${favouriteSigns.kept} `, strong(say("favourites-title"))]),
      editing && say("favourites-editing"),
      favourites.length === 0 && say("favourites-none"),
      ...favourites.map(placeLine),
      recent.length > 0 && FormattedString.join([`${recentSign} `, strong(say("favourites-recent"))]),
      ...recent.map(placeLine),
    ),
    keyboard: [
      ...favourites.map((_, index) => [
        editing
          ? button(`${favouriteSigns.taken} ${names[index] ?? ""}`, { do: "drop-favourite", view, index })
          : button(`${favouriteSigns.kept} ${names[index] ?? ""}`, { do: "open-favourite", view, index }),
      ]),
      ...recent.map((_, at) => {
        const index = favourites.length + at;
        return [button(`${recentSign} ${names[index] ?? ""}`, { do: "open-favourite", view, index })];
      }),
      [
        ...(favourites.length > 0 ? [editButton(painter, screen)] : []),
        button(`🗄 ${say("press-mounts")}`, { do: "mounts", view }),
      ],
    ],
  };
}

function editButton({ say }: Painter, { view, editing }: Favourites): InlineKeyboardButton {
  return editing
    ? button(`✅ ${say("press-done-editing")}`, { do: "edit-favourites", view, editing: false })
    : button(`✏️ ${say("press-edit-favourites")}`, { do: "edit-favourites", view, editing: true });
}

/** Where a folder is, and whether its drive is to be opened now. */
function placeLine({ mount, trail, health }: FolderLine): FormattedString {
  const line = trailLine(mount, trail);
  return health.state === "working" ? line : FormattedString.join([`${healthSign(health)} `, line]);
}

function namesOf(folders: readonly FolderLine[]): readonly string[] {
  return elideTogether(folders.map(({ trail }) => ({ name: trail.at(-1) ?? "", width: nameWidth })));
}

/** The ways to the folders a person comes back to, below a list of drives. */
export function shortcutRows({ say }: Painter, view: ViewRef, kept: Shortcuts | undefined): InlineKeyboardButton[][] {
  if (!kept) return [];
  return [
    ...kept.shortcuts.map(({ trail }, index) => [
      button(`${favouriteSigns.kept} ${elideName(trail.at(-1) ?? "")}`, { do: "open-favourite", view, index }),
    ]),
    [button(`${favouriteSigns.kept} ${say("press-favourites")}`, { do: "favourites", view })],
  ];
}
