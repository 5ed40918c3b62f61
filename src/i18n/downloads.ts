import type { StorageErrorCode } from "../storage/error.ts";
import { bar, type Figures } from "./figures.ts";
import { errorText, reasonText, type Speaker } from "./kind-words.ts";
import type { Say } from "./words.ts";

/** How far something a drive fetches is, as both chats tell it. */
type State =
  | { readonly is: "waiting" | "cancelled" | "gone" }
  | Running
  | {
      readonly is: "done";
      readonly entry?: { readonly size?: number | undefined } | undefined;
      readonly stayed?: StorageErrorCode | undefined;
    }
  | { readonly is: "failed"; readonly code: StorageErrorCode; readonly retryAfter?: number | undefined };

interface Running {
  readonly is: "running";
  /** 0 to 100. */
  readonly progress: number;
  readonly size?: number | undefined;
  /** Bytes a second. */
  readonly speed?: number | undefined;
  /** Milliseconds. */
  readonly left?: number | undefined;
  readonly still?: number | undefined;
}

interface Item {
  readonly state: State;
}

/** The head of a batch. */
export function batchTitle({ say }: Pick<Speaker, "say">, is: "running" | "over" | "lost", count: number): string {
  return is === "running" ? say("download-title", { count }) : say("download-title-over");
}

/** What wants something of the reader comes first. */
export function byUrgency<I extends Item>(items: readonly I[]): readonly I[] {
  return items.toSorted((a, b) => rank(a.state) - rank(b.state));
}

function rank({ is }: State): number {
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

/** What is said of one of a batch; `called` is its name as the chat writes it. */
export function downloadLines(
  speaker: Speaker & { readonly figures: Figures },
  { called, state }: Item & { readonly called: string },
  driver: string,
): readonly string[] {
  const { say, figures } = speaker;
  switch (state.is) {
    case "waiting":
      return [`⏳ ${called} · ${say("download-waiting")}`];
    case "running":
      return [`⏬ ${called}`, runningLine(speaker, state)];
    case "done": {
      const { entry, stayed } = state;
      if (!entry) return [`✅ ${called}`, say("download-entry-gone")];
      return [
        `✅ ${called}${entry.size === undefined ? "" : ` · ${figures.size(entry.size)}`}`,
        ...(stayed === undefined ? [] : [`ℹ️ ${say("download-stayed")} ${errorText(speaker, stayed, driver)}`]),
      ];
    }
    case "cancelled":
      return [`✖️ ${called} · ${say("download-cancelled")}`];
    case "gone":
      return [`⚠️ ${called}`, say("download-gone")];
    case "failed":
      return [`⚠️ ${called}`, reasonText(speaker, state, driver)];
  }
}

function runningLine({ say, figures }: { readonly say: Say; readonly figures: Figures }, state: Running): string {
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

/** How many of a batch are done, and how many failed. */
export function batchSummary({ say }: Pick<Speaker, "say">, items: readonly Item[]): string {
  const count = (...states: readonly State["is"][]) => items.filter(({ state }) => states.includes(state.is)).length;
  const figures = { done: count("done"), total: items.length };
  const failed = count("failed", "gone");
  return failed === 0 ? say("download-summary", figures) : say("download-summary-failed", { ...figures, failed });
}
