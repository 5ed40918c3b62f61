import { ButtonStyle } from "discord.js";
import type { ButtonPress } from "../../actions/buttons.ts";
import type { SelectList, TargetList, TidiedCard, TidyCard, TrashList } from "../../actions/model/tidy-screen.ts";
import type { Entry } from "../../storage/entry.ts";
import { reasonText } from "../../i18n/kind-words.ts";
import { elideTogether } from "../../i18n/names.ts";
import { didSigns, kindOf, kindSigns, pickMark, tidySigns } from "../../i18n/signs.ts";
import { sumText } from "../../i18n/tidy-words.ts";
import { maxOptions } from "../limits.ts";
import { label, plainLabel, strong } from "../markup.ts";
import { press, trailLine, turningRow, type Painter } from "./painter.ts";
import type { Line, Sheet } from "./sheet.ts";

/** Most characters of a name in a line, most columns of one in a menu. */
const [rowWidth, optionWidth] = [110, 76];

/** What can be done to a file, a folder or what is chosen. */
export function tidySheet(painter: Painter, card: TidyCard): Sheet {
  const { say } = painter;
  const { view, mount, trail, about, entry, chosen, can } = card;
  const count = chosen.files + chosen.folders;
  return {
    head: [trailLine(mount, trail)],
    body: [
      entry && entryLine(entry),
      about === "selection" && !entry && `☑️ ${say("tidy-chosen", { sum: sumText(painter, chosen) })}`,
      say("tidy-what"),
    ],
    rows: [
      can
        // Every file stays one there.
        .filter((ability) => ability !== "send-as-files")
        .map((ability) => press(`${tidySigns[ability]} ${say(`press-${ability}`)}`, { do: ability, view })),
      [
        about !== "selection" &&
          count > 0 &&
          press(`☑️ ${say("press-tidy-selection", { count })}`, { do: "tidy-selection", view }),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}

function entryLine(entry: Entry): string {
  return `${kindSigns[kindOf(entry)]} ${strong(entry.name, 600)}`;
}

/** A folder's page to choose from: one menu chooses, another enters folders. */
export function selectSheet(painter: Painter, list: SelectList): Sheet {
  const { say } = painter;
  const { view, mount, trail, rows, picked, chosen, up } = list;
  const count = chosen.files + chosen.folders;
  const names = elideTogether(rows.map(({ name }) => ({ name, width: optionWidth })));
  return {
    head: [
      trailLine(mount, trail),
      count === 0 ? say("select-how") : `☑️ ${say("tidy-chosen", { sum: sumText(painter, chosen) })}`,
    ],
    body: rows.length === 0 ? [say("listing-empty")] : pickLines(painter, { rows, picked, names }),
    menu: {
      placeholder: say("choose-picked"),
      options: pickOptions({ rows, picked, names }, (index) => ({ do: "pick", view, index })),
    },
    second: {
      placeholder: say("choose-folder"),
      options: rows.flatMap(({ kind }, index) =>
        kind === "folder"
          ? [
              {
                label: `📂 ${plainLabel(names[index] ?? "", optionWidth)}`,
                widgetAction: { is: "press", press: { do: "enter", view, index } } as const,
              },
            ]
          : [],
      ),
    },
    rows: [
      turningRow(list.view, list.page),
      [
        rows.length > 0 && press(`☑️ ${say("press-pick-page")}`, { do: "pick-page", view }),
        rows.length > 0 && press(`☑️ ${say("press-pick-all")}`, { do: "pick-all", view }),
        count > 0 && press(`✖️ ${say("press-unpick")}`, { do: "unpick", view }),
      ],
      [
        count > 0 &&
          press(
            `⋯ ${say("press-tidy-selection", { count })}`,
            { do: "tidy-selection", view },
            { style: ButtonStyle.Primary },
          ),
        up && press(`⬆ ${say("press-up")}`, { do: "up", view }),
        press(`📁 ${say("press-folder")}`, { do: "back", view }),
      ],
    ],
  };
}

interface Picks {
  readonly rows: readonly Entry[];
  readonly picked: readonly boolean[];
  readonly names: readonly string[];
}

function pickLines({ figures }: Painter, { rows, picked, names }: Picks): readonly Line[] {
  return rows.map((entry, at) => {
    const size = entry.kind === "folder" || entry.size === undefined ? "" : ` · ${figures.size(entry.size)}`;
    const signs = `${pickMark(picked[at] ?? false)} ${kindSigns[kindOf(entry)]}`;
    return `${signs} ${label(names[at] ?? "", rowWidth - size.length)}${size}`;
  });
}

type Options = NonNullable<Sheet["menu"]>["options"];

function pickOptions({ rows, picked, names }: Picks, to: (index: number) => ButtonPress): Options {
  return rows.slice(0, maxOptions).map((entry, index) => ({
    label: `${pickMark(picked[index] ?? false)} ${kindSigns[kindOf(entry)]} ${plainLabel(names[index] ?? "", optionWidth)}`,
    widgetAction: { is: "press", press: to(index) },
  }));
}

/** What is put there. */
function carriedLine(painter: Painter, { chosen, entry, fetched }: TargetList): string {
  if (fetched)
    return `⏬ ${strong(fetched.name, 600)}${fetched.count > 1 ? ` ${painter.say("target-more", { count: fetched.count - 1 })}` : ""}`;
  return entry ? entryLine(entry) : `☑️ ${sumText(painter, chosen)}`;
}

/** Where to put it: folders chosen lately first, then those here. */
export function targetSheet(painter: Painter, list: TargetList): Sheet {
  const { say } = painter;
  const { view, mount, trail, carrying, recent, rows, up, here, makes } = list;
  const names = elideTogether(rows.map(({ name }) => ({ name, width: optionWidth })));
  const labels = [
    ...recent.map((path) => `📂 ${plainLabel(path.join(" › "), optionWidth)}`),
    ...names.map((name) => `📁 ${plainLabel(name, optionWidth)}`),
  ];
  return {
    head: [carriedLine(painter, list), say(`target-${carrying}`), trailLine(mount, trail)],
    body: [rows.length === 0 && say("target-no-folders"), recent.length > 0 && say("target-recent")],
    menu: {
      placeholder: say("choose-target"),
      options: labels.slice(0, maxOptions).map((text, index) => ({
        label: text,
        widgetAction: { is: "press", press: { do: "enter-target", view, index } },
      })),
    },
    rows: [
      turningRow(list.view, list.page),
      [
        here && press(`📂 ${say(`press-here-${carrying}`)}`, { do: "put-here", view }, { style: ButtonStyle.Primary }),
        makes && press(`📁➕ ${say("press-new-folder")}`, { do: "new-folder", view }),
        up && press(`⬆ ${say("press-up")}`, { do: "up", view }),
        press(`✖️ ${say("press-cancel")}`, { do: "back", view }),
      ],
    ],
  };
}

/** What was done, and the way to undo it. */
export function tidiedSheet(painter: Painter, card: TidiedCard): Sheet {
  const { say } = painter;
  const { view, mount, did, count, entry, before, to, clashes, left, reason, undo, opens } = card;
  return {
    head: [`${didSigns[did]} ${say(`did-${did}`, { count })}`],
    body: [
      entry && entryLine(entry),
      before !== undefined && say("did-before", { name: label(before, rowWidth) }),
      to && trailLine(mount, to),
      clashes > 0 && `ℹ️ ${say("did-clashes", { count: clashes })}`,
      left > 0 && `⚠️ ${say("did-left", { count: left })}`,
      left > 0 && reason && reasonText(painter, reason, mount.driver),
    ],
    rows: [
      [
        undo && press(`↩️ ${say("press-undo")}`, { do: "undo", view }),
        opens && press(`📂 ${say("press-open-changed")}`, { do: "open-changed", view }),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}

/** What lies in the trash: the menu chooses. */
export function trashSheet(painter: Painter, list: TrashList): Sheet {
  const { say } = painter;
  const { view, mount, rows, picked, chosen, can, notice } = list;
  const count = chosen.files + chosen.folders;
  const names = elideTogether(rows.map(({ name }) => ({ name, width: optionWidth })));
  return {
    head: [
      notice && `✅ ${say(`trash-${notice}`)}`,
      trailLine(mount, []),
      `### 🗑 ${say("trash-title")}`,
      count > 0 && `☑️ ${say("tidy-chosen", { sum: sumText(painter, chosen) })}`,
    ],
    body: rows.length === 0 ? [say("trash-empty")] : pickLines(painter, { rows, picked, names }),
    menu: {
      placeholder: say("trash-how"),
      options: pickOptions({ rows, picked, names }, (index) => ({ do: "pick-trashed", view, index })),
    },
    rows: [
      turningRow(list.view, list.page),
      can.map((ability) =>
        press(
          `${tidySigns[ability]} ${say(`press-${ability}`)}`,
          { do: ability, view },
          { style: ability === "restore-entries" ? ButtonStyle.Primary : ButtonStyle.Danger },
        ),
      ),
      [
        press(`🔄 ${say("press-refresh")}`, { do: "refresh", view }),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}
