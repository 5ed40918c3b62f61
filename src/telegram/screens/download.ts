import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { DownloadScreen, PreviewList } from "../../actions/model/screen.ts";
import { batchSummary, batchTitle, byUrgency, downloadLines, isStill } from "../../i18n/downloads.ts";
import { elideName, isolate } from "../../i18n/names.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { button, lines, strong, trailLine, turningRow, type Painted, type Painter } from "./painter.ts";

/** Most items that are told of one by one, and most buttons to what has come. */
const [maxLines, maxOpened] = [10, 20];

/** What a drive fetches into a folder, and how far it is. */
export function paintDownload(painter: Painter, screen: DownloadScreen): Painted {
  const { say } = painter;
  const { items, mount, trail, left, is, feed } = screen;
  const shown = byUrgency(items).slice(0, maxLines);
  return {
    text: lines(
      items.length > 1 && FormattedString.join(["⏬ ", strong(batchTitle(painter, is, items.length))]),
      feed !== undefined && `🔔 ${say("download-of-feed", { feed: isolate(elideName(feed, 50)) })}`,
      trailLine(mount, trail),
      "",
      ...shown.flatMap((item) =>
        downloadLines(painter, { ...item, called: isolate(elideName(item.name, 60)) }, mount.driver),
      ),
      items.length > shown.length && say("download-more", { count: items.length - shown.length }),
      items.length > 1 && batchSummary(painter, items),
      left > 0 && say("download-left", { count: left }),
      is === "lost" && `⚠️ ${say("download-lost")}`,
    ),
    keyboard: waysFrom(painter, screen),
  };
}

function waysFrom({ say }: Painter, { view, items, is, moves, tells, lent }: DownloadScreen): InlineKeyboardButton[][] {
  const preview = button(`ℹ️ ${say("press-preview")}`, { do: "preview", view });
  const folder = button(`📂 ${say("press-download-folder")}`, { do: "download-folder", view });
  const restart = button(`🔄 ${say("press-restart")}`, { do: "restart-download", view });
  if (is === "running")
    // Three in a row would be cut on a phone.
    return [
      items.some(isStill) && !lent ? [restart] : [],
      [...(tells ? [preview] : []), ...(moves ? [folder] : [])],
      [button(`✖️ ${say("press-cancel")}`, { do: "cancel-download", view })],
    ].filter((row) => row.length > 0);
  const opened = items.flatMap(({ name, state }, index) =>
    state.is === "done" && state.entry
      ? [[button(`${kindSigns[kindOf(state.entry)]} ${elideName(name)}`, { do: "open-download", view, index })]]
      : [],
  );
  const hasMore = is === "over" && items.some(({ state }) => state.is !== "done");
  const ways = [
    ...(hasMore ? [button(`🔄 ${say("press-retry")}`, { do: "retry-download", view })] : []),
    ...(moves && opened.length > 0 ? [folder] : []),
  ];
  return [
    ...opened.slice(0, maxOpened),
    ...(ways.length > 0 ? [ways] : []),
    [
      ...(lent ? [] : [button(`⏬ ${say("press-tasks")}`, { do: "show-tasks", view })]),
      button(`📁 ${say("press-folder")}`, { do: "back", view }),
    ],
  ];
}

/** What it would bring, file by file. */
export function paintPreview(painter: Painter, list: PreviewList): Painted {
  const { say, figures } = painter;
  const { view, mount, trail, name, files, total, isCut } = list;
  return {
    text: lines(
      FormattedString.join(["ℹ️ ", strong(elideName(name, 80))]),
      trailLine(mount, trail),
      files.length === 0
        ? say("preview-none")
        : say("preview-total", { count: total.count, size: figures.size(total.size) }),
      isCut && say("preview-cut"),
      "",
      ...files.map((file) => {
        const path = isolate(elideName([...file.trail.slice(1), file.name].join(" › "), 80));
        return `${kindSigns[kindOf({ kind: "file", name: file.name })]} ${path}${file.size === undefined ? "" : ` · ${figures.size(file.size)}`}`;
      }),
    ),
    keyboard: [turningRow(view, list.page), [button(`⬆ ${say("press-back")}`, { do: "back", view })]].filter(
      (row) => row.length > 0,
    ),
  };
}
