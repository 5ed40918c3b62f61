import type { SaveScreen, SaveState } from "../../actions/model/screen.ts";
import { savedOnly, saveText, saveOffers } from "../../i18n/saving.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { label, plainLabel, strong } from "../markup.ts";
import { addressButtons, addressLines, isWritten } from "./address.ts";
import { abilityButtons, press, trailLine, type Painter } from "./painter.ts";
import type { Button, Line, Sheet } from "./sheet.ts";

/** Most characters of a name. */
const nameWidth = 90;

type Done = Extract<SaveState, { is: "done" }>;

/** Something of a share that goes into a drive, and what came of it. */
export function saveSheet(painter: Painter, screen: SaveScreen): Sheet {
  const { name, mount, trail, state } = screen;
  const isDone = state.is === "done";
  return {
    head: [`💾 ${strong(name, nameWidth)}`, trailLine(mount, isDone ? state.trail : trail)],
    body: [saveText(painter, screen), ...(isDone ? doneLines(painter, state) : [])],
    menu: { placeholder: painter.say("choose-entry"), options: isDone ? opened(painter, screen, state) : [] },
    rows: isDone ? doneRows(painter, screen, state) : [waysFrom(painter, screen)],
  };
}

function doneLines(painter: Painter, { entries, address }: Done): readonly Line[] {
  const { figures } = painter;
  const only = savedOnly(entries);
  const size = only?.size === undefined ? "" : ` · ${figures.size(only.size)}`;
  return [
    only && `${kindSigns[kindOf(only)]} ${label(only.name, nameWidth)}${size}`,
    ...(address && isWritten(address) ? addressLines(painter, address) : []),
  ];
}

/** What was saved is opened where its owner alone sees it. */
function opened({ place }: Painter, { view }: SaveScreen, { entries }: Done): NonNullable<Sheet["menu"]>["options"] {
  if (place === "group" || savedOnly(entries)) return [];
  return entries.map((entry, index) => ({
    label: `${kindSigns[kindOf(entry)]} ${plainLabel(entry.name, nameWidth)}`,
    widgetAction: { is: "press", press: { do: "open-saved", view, index } },
  }));
}

function doneRows(painter: Painter, { view }: SaveScreen, state: Done): (Button | false)[][] {
  const { say, place } = painter;
  const { address, entries, can } = state;
  const isOwn = place === "private";
  const isFile = savedOnly(entries) !== undefined;
  return [
    address ? [...addressButtons(painter, address)] : [],
    [
      isOwn && isFile && press(`🔗 ${say("press-link")}`, { do: "link", view }),
      ...(isOwn ? abilityButtons(painter, { can, view }) : []),
      isOwn && press(`📁 ${say("press-folder")}`, { do: "back", view }),
    ],
  ];
}

function waysFrom({ say }: Painter, { view, state, offer }: SaveScreen): (Button | false)[] {
  return [
    ...offer.map((does) => press(`${saveOffers[does].sign} ${say(saveOffers[does].words)}`, { do: does, view })),
    state.is !== "waiting" && press(`⬆ ${say("press-back")}`, { do: "back", view }),
  ];
}
