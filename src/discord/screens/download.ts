import type { DownloadItem, DownloadState } from "../../actions/model/download-item.ts";
import type { DownloadScreen } from "../../actions/model/screen.ts";
import { bar } from "../../i18n/figures.ts";
import { reasonText } from "../../i18n/kind-words.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { label, plainLabel } from "../markup.ts";
import { press, trailLine, type Painter } from "./painter.ts";
import { type Button, type Line, type Sheet } from "./sheet.ts";

/** Most items that are told of one by one, and most characters of a name. */
const [maxLines, nameWidth] = [10, 90];

/** What a drive fetches into a folder, and how far it is. */
export function downloadSheet(painter: Painter, screen: DownloadScreen): Sheet {
  const { say } = painter;
  const { items, mount, trail, left, is, feed } = screen;
  const shown = items.toSorted((a, b) => rank(a.state) - rank(b.state)).slice(0, maxLines);
  return {
    head: [
      items.length > 1 && `### ⏬ ${say("download-title", { count: items.length })}`,
      feed !== undefined && `🔔 ${say("download-of-feed", { feed: label(feed, nameWidth) })}`,
      trailLine(mount, trail),
    ],
    body: [
      ...shown.flatMap((item) => itemLines(painter, item, mount.driver)),
      items.length > shown.length && say("download-more", { count: items.length - shown.length }),
      items.length > 1 && summary(painter, items),
      left > 0 && say("download-left", { count: left }),
      is === "lost" && `⚠️ ${say("download-lost")}`,
    ],
    menu: { placeholder: say("choose-entry"), options: is === "running" ? [] : opened(screen) },
    rows: [waysFrom(painter, screen)],
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

function itemLines(painter: Painter, { name, state }: DownloadItem, driver: string): readonly Line[] {
  const { say, figures } = painter;
  const called = label(name, nameWidth);
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
  const parts: readonly Line[] = [
    `${bar(share)} ${figures.percent(share)}`,
    size !== undefined && figures.size(size),
    speed !== undefined && say("transfer-speed", { speed: figures.size(Math.round(speed)) }),
    left !== undefined && say("transfer-left", { time: figures.span(left) }),
    still !== undefined && `⚠️ ${say("download-still", { time: figures.span(still) })}`,
  ];
  return parts.filter((part) => part !== false).join(" · ");
}

function summary({ say }: Painter, items: readonly DownloadItem[]): string {
  const count = (...states: readonly DownloadState["is"][]) =>
    items.filter(({ state }) => states.includes(state.is)).length;
  const figures = { done: count("done"), total: items.length };
  const failed = count("failed", "gone");
  return failed === 0 ? say("download-summary", figures) : say("download-summary-failed", { ...figures, failed });
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

function waysFrom({ say }: Painter, { view, items, is }: DownloadScreen): (Button | false)[] {
  if (is === "running") return [press(`✖️ ${say("press-cancel")}`, { do: "cancel-download", view })];
  const hasMore = is === "over" && items.some(({ state }) => state.is !== "done");
  return [
    hasMore && press(`🔄 ${say("press-retry")}`, { do: "retry-download", view }),
    press(`⏬ ${say("press-tasks")}`, { do: "show-tasks", view }),
    press(`📁 ${say("press-folder")}`, { do: "back", view }),
  ];
}
