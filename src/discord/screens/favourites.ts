import type { Favourites, FolderLine, Shortcuts } from "../../actions/model/screen.ts";
import type { ViewRef } from "../../actions/model/session.ts";
import { elideTogether } from "../../i18n/names.ts";
import { favouriteSigns, healthSign, recentSign } from "../../i18n/signs.ts";
import { maxOption } from "../limits.ts";
import { plainLabel } from "../markup.ts";
import { press, trailLine, type Painter } from "./painter.ts";
import type { Button, Sheet } from "./sheet.ts";

/** Most columns of a folder's name in the menu, and most characters of one on a button. */
const nameWidth = 80;
const shortcutWidth = 30;

/** Favourites and recent folders: where each is, and one menu to open them. */
export function favouritesSheet(painter: Painter, screen: Favourites): Sheet {
  const { say } = painter;
  const { view, favourites, recent, editing } = screen;
  const folders = [...favourites, ...recent];
  const names = elideTogether(folders.map(({ trail }) => ({ name: trail.at(-1) ?? "", width: nameWidth })));
  return {
    head: [`### ${favouriteSigns.kept} ${say("favourites-title")}`, editing && say("favourites-editing")],
    body: [
      favourites.length === 0 && say("favourites-none"),
      ...favourites.map(placeLine),
      recent.length > 0 && `**${recentSign} ${say("favourites-recent")}**`,
      ...recent.map(placeLine),
    ],
    menu: {
      placeholder: editing ? say("choose-dropped") : say("choose-entry"),
      options: folders.map(({ mount, trail }, index) => ({
        label: `${signOf(screen, index)} ${plainLabel(names[index] ?? "", nameWidth + 8)}`,
        description: plainLabel([mount.title, ...trail.slice(0, -1)].join(" › "), maxOption),
        widgetAction: {
          is: "press",
          press: editing ? { do: "drop-favourite", view, index } : { do: "open-favourite", view, index },
        },
      })),
    },
    rows: [
      [favourites.length > 0 && editButton(painter, screen), press(`🗄 ${say("press-mounts")}`, { do: "mounts", view })],
    ],
  };
}

function signOf({ favourites, editing }: Favourites, index: number): string {
  if (index >= favourites.length) return recentSign;
  return editing ? favouriteSigns.taken : favouriteSigns.kept;
}

function editButton({ say }: Painter, { view, editing }: Favourites): Button {
  return editing
    ? press(`✅ ${say("press-done-editing")}`, { do: "edit-favourites", view, editing: false })
    : press(`✏️ ${say("press-edit-favourites")}`, { do: "edit-favourites", view, editing: true });
}

/** Where a folder is, and whether its drive is to be opened now. */
function placeLine({ mount, trail, health }: FolderLine): string {
  const line = trailLine(mount, trail);
  return health.state === "working" ? line : `${healthSign(health)} ${line}`;
}

/** The ways to the folders a person comes back to, below a list of drives. */
export function shortcutRow({ say }: Painter, view: ViewRef, kept: Shortcuts | undefined): Button[] {
  if (!kept) return [];
  return [
    ...kept.shortcuts.map(({ trail }, index) =>
      press(`${favouriteSigns.kept} ${plainLabel(trail.at(-1) ?? "", shortcutWidth)}`, {
        do: "open-favourite",
        view,
        index,
      }),
    ),
    press(`${favouriteSigns.kept} ${say("press-favourites")}`, { do: "favourites", view }),
  ];
}
