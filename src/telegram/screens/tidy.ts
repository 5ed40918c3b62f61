import { FormattedString } from "@grammyjs/parse-mode";
import type { SelectList, TargetList, TidiedCard, TidyCard, TrashList } from "../../actions/model/tidy-screen.ts";
import type { Entry } from "../../storage/entry.ts";
import { reasonText } from "../../i18n/kind-words.ts";
import { columnsBeside, elideName, elideTogether } from "../../i18n/names.ts";
import { didSigns, kindOf, kindSigns, pickMark, tidySigns } from "../../i18n/signs.ts";
import { sumText } from "../../i18n/tidy-words.ts";
import { button, lines, pairs, strong, trailLine, turningRow, type Painted, type Painter } from "./painter.ts";

/** What can be done to a file, a folder or what is chosen. */
export function paintTidy(painter: Painter, card: TidyCard): Painted {
  const { say } = painter;
  const { view, mount, trail, about, entry, chosen, can } = card;
  return {
    text: lines(
      trailLine(mount, trail),
      "",
      entry && entryLine(entry),
      about === "selection" && !entry && `☑️ ${say("tidy-chosen", { sum: sumText(painter, chosen) })}`,
      say("tidy-what"),
    ),
    keyboard: [
      ...pairs(can.map((ability) => button(`${tidySigns[ability]} ${say(`press-${ability}`)}`, { do: ability, view }))),
      [
        ...(about !== "selection" && chosen.files + chosen.folders > 0
          ? [
              button(`☑️ ${say("press-tidy-selection", { count: chosen.files + chosen.folders })}`, {
                do: "tidy-selection",
                view,
              }),
            ]
          : []),
        button(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}

function entryLine(entry: Entry): FormattedString {
  return FormattedString.join([`${kindSigns[kindOf(entry)]} `, strong(entry.name)]);
}

/** A folder's page to choose from: a press on a row chooses it, the one beside a folder enters it. */
export function paintSelect(painter: Painter, list: SelectList): Painted {
  const { say } = painter;
  const { view, mount, trail, rows, picked, chosen, up } = list;
  const count = chosen.files + chosen.folders;
  const labels = rowLabels(painter, rows);
  return {
    text: lines(
      trailLine(mount, trail),
      count === 0 ? say("select-how") : `☑️ ${say("tidy-chosen", { sum: sumText(painter, chosen) })}`,
      rows.length === 0 && say("listing-empty"),
    ),
    keyboard: [
      ...rows.map(({ kind }, index) => [
        button(`${pickMark(picked[index] ?? false)} ${labels[index] ?? ""}`, { do: "pick", view, index }),
        ...(kind === "folder" ? [button(`📂 ${say("press-enter")}`, { do: "enter", view, index })] : []),
      ]),
      turningRow(list.view, list.page),
      rows.length > 0
        ? [
            button(`☑️ ${say("press-pick-page")}`, { do: "pick-page", view }),
            button(`☑️ ${say("press-pick-all")}`, { do: "pick-all", view }),
          ]
        : [],
      count > 0
        ? [
            button(`⋯ ${say("press-tidy-selection", { count })}`, { do: "tidy-selection", view }),
            button(`✖️ ${say("press-unpick")}`, { do: "unpick", view }),
          ]
        : [],
      [
        ...(up ? [button(`⬆ ${say("press-up")}`, { do: "up", view })] : []),
        button(`📁 ${say("press-folder")}`, { do: "back", view }),
      ],
    ].filter((row) => row.length > 0),
  };
}

function rowLabels({ figures }: Painter, rows: readonly Entry[]): string[] {
  const sizes = rows.map(({ kind, size }) =>
    kind === "folder" || size === undefined ? "" : ` · ${figures.size(size)}`,
  );
  // A mark stands before the sign.
  const names = elideTogether(rows.map(({ name }, at) => ({ name, width: columnsBeside(sizes[at] ?? "") - 3 })));
  return rows.map((entry, at) => `${kindSigns[kindOf(entry)]} ${names[at] ?? ""}${sizes[at] ?? ""}`);
}

/** What is put there. */
function carriedLine(painter: Painter, { chosen, entry, fetched }: TargetList): FormattedString | string {
  if (!fetched) return entry ? entryLine(entry) : `☑️ ${sumText(painter, chosen)}`;
  const more = fetched.count > 1 ? ` ${painter.say("target-more", { count: fetched.count - 1 })}` : "";
  return FormattedString.join(["⏬ ", strong(elideName(fetched.name, 80)), more]);
}

/** Where to put it: folders chosen lately first, then those here. */
export function paintTarget(painter: Painter, list: TargetList): Painted {
  const { say } = painter;
  const { view, mount, trail, carrying, recent, rows, up, here, makes } = list;
  const names = elideTogether(rows.map(({ name }) => ({ name, width: columnsBeside("") })));
  const toRow = (label: string, index: number) => [button(label, { do: "enter-target", view, index })];
  return {
    text: lines(
      carriedLine(painter, list),
      say(`target-${carrying}`),
      trailLine(mount, trail),
      rows.length === 0 && say("target-no-folders"),
      recent.length > 0 && say("target-recent"),
    ),
    keyboard: [
      ...recent.map((path, index) => toRow(`📂 ${elideName(path.join(" › "))}`, index)),
      ...rows.map((_, index) => toRow(`📁 ${names[index] ?? ""}`, recent.length + index)),
      turningRow(list.view, list.page),
      [
        ...(here ? [button(`📂 ${say(`press-here-${carrying}`)}`, { do: "put-here", view })] : []),
        ...(makes ? [button(`📁➕ ${say("press-new-folder")}`, { do: "new-folder", view })] : []),
      ],
      [
        ...(up ? [button(`⬆ ${say("press-up")}`, { do: "up", view })] : []),
        button(`✖️ ${say("press-cancel")}`, { do: "back", view }),
      ],
    ].filter((row) => row.length > 0),
  };
}

/** What was done, and the way to undo it. */
export function paintTidied(painter: Painter, card: TidiedCard): Painted {
  const { say } = painter;
  const { view, mount, did, count, entry, before, to, clashes, left, reason, undo, opens } = card;
  return {
    text: lines(
      `${didSigns[did]} ${say(`did-${did}`, { count })}`,
      entry && entryLine(entry),
      before !== undefined && say("did-before", { name: elideName(before, 120) }),
      to && trailLine(mount, to),
      clashes > 0 && `ℹ️ ${say("did-clashes", { count: clashes })}`,
      left > 0 && `⚠️ ${say("did-left", { count: left })}`,
      left > 0 && reason && reasonText(painter, reason, mount.driver),
    ),
    keyboard: [
      [
        ...(undo ? [button(`↩️ ${say("press-undo")}`, { do: "undo", view })] : []),
        ...(opens ? [button(`📂 ${say("press-open-changed")}`, { do: "open-changed", view })] : []),
      ],
      [button(`⬆ ${say("press-back")}`, { do: "back", view })],
    ].filter((row) => row.length > 0),
  };
}

/** What lies in the trash: a press on a row chooses it. */
export function paintTrash(painter: Painter, list: TrashList): Painted {
  const { say } = painter;
  const { view, mount, rows, picked, chosen, can, notice } = list;
  const count = chosen.files + chosen.folders;
  const labels = rowLabels(painter, rows);
  return {
    text: lines(
      notice && `✅ ${say(`trash-${notice}`)}`,
      trailLine(mount, []),
      FormattedString.join(["🗑 ", strong(say("trash-title"))]),
      rows.length === 0 && say("trash-empty"),
      rows.length > 0 &&
        (count === 0 ? say("trash-how") : `☑️ ${say("tidy-chosen", { sum: sumText(painter, chosen) })}`),
    ),
    keyboard: [
      ...rows.map((_, index) => [
        button(`${pickMark(picked[index] ?? false)} ${labels[index] ?? ""}`, { do: "pick-trashed", view, index }),
      ]),
      turningRow(list.view, list.page),
      can.map((ability) => button(`${tidySigns[ability]} ${say(`press-${ability}`)}`, { do: ability, view })),
      [
        button(`🔄 ${say("press-refresh")}`, { do: "refresh", view }),
        button(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ].filter((row) => row.length > 0),
  };
}
