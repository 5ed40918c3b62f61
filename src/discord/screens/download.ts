import type { DownloadScreen, PreviewList } from "../../actions/model/screen.ts";
import { batchSummary, batchTitle, byUrgency, downloadLines, isStill } from "../../i18n/downloads.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { label, plainLabel } from "../markup.ts";
import { press, trailLine, turningRow, type Painter } from "./painter.ts";
import type { Button, Sheet } from "./sheet.ts";

/** Most items that are told of one by one, and most characters of a name. */
const [maxLines, nameWidth] = [10, 90];

/** What a drive fetches into a folder, and how far it is. */
export function downloadSheet(painter: Painter, screen: DownloadScreen): Sheet {
  const { say } = painter;
  const { items, mount, trail, left, is, feed } = screen;
  const shown = byUrgency(items).slice(0, maxLines);
  return {
    head: [
      items.length > 1 && `### ⏬ ${batchTitle(painter, is, items.length)}`,
      feed !== undefined && `🔔 ${say("download-of-feed", { feed: label(feed, nameWidth) })}`,
      trailLine(mount, trail),
    ],
    body: [
      ...shown.flatMap((item) =>
        downloadLines(painter, { ...item, called: label(item.name, nameWidth) }, mount.driver),
      ),
      items.length > shown.length && say("download-more", { count: items.length - shown.length }),
      items.length > 1 && batchSummary(painter, items),
      left > 0 && say("download-left", { count: left }),
      is === "lost" && `⚠️ ${say("download-lost")}`,
    ],
    menu: { placeholder: say("choose-entry"), options: is === "running" ? [] : opened(screen) },
    rows: [waysFrom(painter, screen)],
  };
}

function opened({ items, view }: DownloadScreen): NonNullable<Sheet["menu"]>["options"] {
  return items.flatMap(({ name, state }, index) =>
    state.is === "done" && state.entry
      ? [
          {
            label: `${kindSigns[kindOf(state.entry)]} ${plainLabel(name, nameWidth)}`,
            widgetAction: { is: "press", press: { do: "open-download", view, index } } as const,
          },
        ]
      : [],
  );
}

function waysFrom({ say }: Painter, { view, items, is, moves, tells, lent }: DownloadScreen): (Button | false)[] {
  const folder = press(`📂 ${say("press-download-folder")}`, { do: "download-folder", view });
  if (is === "running")
    return [
      !lent && items.some(isStill) && press(`🔄 ${say("press-restart")}`, { do: "restart-download", view }),
      tells === true && press(`ℹ️ ${say("press-preview")}`, { do: "preview", view }),
      moves === true && folder,
      press(`✖️ ${say("press-cancel")}`, { do: "cancel-download", view }),
    ];
  const hasMore = is === "over" && items.some(({ state }) => state.is !== "done");
  return [
    hasMore && press(`🔄 ${say("press-retry")}`, { do: "retry-download", view }),
    moves === true && items.some(({ state }) => state.is === "done" && state.entry !== undefined) && folder,
    !lent && press(`⏬ ${say("press-tasks")}`, { do: "show-tasks", view }),
    press(`📁 ${say("press-folder")}`, { do: "back", view }),
  ];
}

/** What it would bring, file by file. */
export function previewSheet(painter: Painter, list: PreviewList): Sheet {
  const { say, figures } = painter;
  const { view, mount, trail, name, files, total, isCut } = list;
  return {
    head: [`### ℹ️ ${label(name, nameWidth)}`, trailLine(mount, trail)],
    body: [
      files.length === 0
        ? say("preview-none")
        : say("preview-total", { count: total.count, size: figures.size(total.size) }),
      isCut && say("preview-cut"),
      ...files.map((file) => {
        const path = label([...file.trail.slice(1), file.name].join(" › "), nameWidth);
        return `${kindSigns[kindOf({ kind: "file", name: file.name })]} ${path}${file.size === undefined ? "" : ` · ${figures.size(file.size)}`}`;
      }),
    ],
    rows: [turningRow(view, list.page), [press(`⬆ ${say("press-back")}`, { do: "back", view })]],
  };
}
