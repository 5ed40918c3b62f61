import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { DownloadItem, DownloadState } from "../../actions/model/download-item.ts";
import type { DownloadScreen } from "../../actions/model/screen.ts";
import { bar } from "../../i18n/figures.ts";
import { reasonText } from "../../i18n/kind-words.ts";
import { elideName, isolate } from "../../i18n/names.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { button, lines, strong, trailLine, type Painted, type Painter } from "./painter.ts";

/** Most items that are told of one by one, and most buttons to what has come. */
const [maxLines, maxOpened] = [10, 20];

/** What a drive fetches into a folder, and how far it is. */
export function paintDownload(painter: Painter, screen: DownloadScreen): Painted {
  const { say } = painter;
  const { items, mount, trail, left, is, feed } = screen;
  const shown = items.toSorted((a, b) => rank(a.state) - rank(b.state)).slice(0, maxLines);
  return {
    text: lines(
      items.length > 1 && FormattedString.join(["⏬ ", strong(say("download-title", { count: items.length }))]),
      feed !== undefined && `🔔 ${say("download-of-feed", { feed: isolate(elideName(feed, 50)) })}`,
      trailLine(mount, trail),
      "",
      ...shown.flatMap((item) => itemLines(painter, item, mount.driver)),
      items.length > shown.length && say("download-more", { count: items.length - shown.length }),
      items.length > 1 && summary(painter, items),
      left > 0 && say("download-left", { count: left }),
      is === "lost" && `⚠️ ${say("download-lost")}`,
    ),
    keyboard: waysFrom(painter, screen),
  };
}

/** What wants something of the reader comes first. */
function rank({ is }: DownloadState): number {
  switch (is) {
    case "failed":
    case "gone":
      return 0;
    case "running":
      return 1;
    case "done":
      return 2;
    case "waiting":
    case "cancelled":
      return 3;
  }
}

function itemLines(painter: Painter, { name, state }: DownloadItem, driver: string): readonly (string | undefined)[] {
  const { say, figures } = painter;
  const called = isolate(elideName(name, 60));
  switch (state.is) {
    case "waiting":
      return [`⏳ ${called} · ${say("download-waiting")}`];
    case "running":
      return [`⏬ ${called}`, runningLine(painter, state)];
    case "done": {
      const { entry } = state;
      if (!entry) return [`✅ ${called}`, say("download-entry-gone")];
      return [`✅ ${called}${entry.size === undefined ? "" : ` · ${figures.size(entry.size)}`}`];
    }
    case "cancelled":
      return [`✖️ ${called} · ${say("download-cancelled")}`];
    case "gone":
      return [`⚠️ ${called}`, say("download-gone")];
    case "failed":
      return [`⚠️ ${called}`, reasonText(painter, state, driver)];
  }
}

function runningLine({ say, figures }: Painter, state: Extract<DownloadState, { is: "running" }>): string {
  const { progress, size, speed, left, still } = state;
  const share = progress / 100;
  return [
    `${bar(share)} ${figures.percent(share)}`,
    size === undefined ? undefined : figures.size(size),
    speed === undefined ? undefined : say("transfer-speed", { speed: figures.size(Math.round(speed)) }),
    left === undefined ? undefined : say("transfer-left", { time: figures.span(left) }),
    still === undefined ? undefined : `⚠️ ${say("download-still", { time: figures.span(still) })}`,
  ]
    .filter((part) => part !== undefined)
    .join(" · ");
}

function summary({ say }: Painter, items: readonly DownloadItem[]): string {
  const count = (...states: readonly DownloadState["is"][]) =>
    items.filter(({ state }) => states.includes(state.is)).length;
  const figures = { done: count("done"), total: items.length };
  const failed = count("failed", "gone");
  return failed === 0 ? say("download-summary", figures) : say("download-summary-failed", { ...figures, failed });
}

function waysFrom({ say }: Painter, { view, items, is }: DownloadScreen): InlineKeyboardButton[][] {
  if (is === "running") return [[button(`✖️ ${say("press-cancel")}`, { do: "cancel-download", view })]];
  const opened = items.flatMap(({ name, state }, index) =>
    state.is === "done" && state.entry
      ? [[button(`${kindSigns[kindOf(state.entry)]} ${elideName(name)}`, { do: "open-download", view, index })]]
      : [],
  );
  const hasMore = is === "over" && items.some(({ state }) => state.is !== "done");
  return [
    ...opened.slice(0, maxOpened),
    ...(hasMore ? [[button(`🔄 ${say("press-retry")}`, { do: "retry-download", view })]] : []),
    [
      button(`⏬ ${say("press-tasks")}`, { do: "show-tasks", view }),
      button(`📁 ${say("press-folder")}`, { do: "back", view }),
    ],
  ];
}
