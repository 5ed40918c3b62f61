import type { Entry } from "../storage/entry.ts";
import { storageErrorKind, type StorageErrorCode } from "../storage/error.ts";
import { bar, type Figures } from "./figures.ts";
import { reasonText, type Speaker } from "./kind-words.ts";

/** How far a file is, as both chats tell it. */
type State =
  | { readonly is: "waiting" | "skipped" | "cancelled" | "lost" }
  | {
      readonly is: "running";
      readonly doing: "reading" | "sending";
      readonly done: number;
      readonly size: number;
      readonly speed?: number | undefined;
      readonly left?: number | undefined;
    }
  | { readonly is: "done"; readonly entry: Entry; readonly kept?: StorageErrorCode | undefined }
  | { readonly is: "present" | "taken"; readonly entry: Entry }
  | { readonly is: "failed"; readonly code: Problem; readonly retryAfter?: number | undefined };

/** `too-large-here` and `allowance-used` are ours, and no drive's. */
type Problem = StorageErrorCode | "too-large-here" | "allowance-used";

interface Item {
  readonly name: string;
  readonly state: State;
}

interface Words extends Speaker {
  readonly figures: Figures;
}

const signs: Readonly<Record<State["is"], string>> = {
  waiting: "⏳",
  running: "⏫",
  done: "✅",
  present: "✅",
  taken: "❔",
  skipped: "⏭",
  cancelled: "✖️",
  lost: "⚠️",
  failed: "⚠️",
};

/** What is said of a file: the line with its name, and what stands below it. `called`: the name, as the chat writes it. */
export function uploadLines(
  words: Words,
  { state }: Item,
  { called, driver }: { readonly called: string; readonly driver: string },
): readonly (string | undefined)[] {
  const { say, figures } = words;
  const sign = signs[state.is];
  switch (state.is) {
    case "waiting":
      return [`${sign} ${called} · ${say("upload-waiting")}`];
    case "running":
      return [`${sign} ${called}`, runningLine(words, state)];
    case "done":
      return [
        `${sign} ${called}${sizeOf(figures, state.entry)}`,
        state.kept && `${say("upload-not-replaced")} ${reasonText(words, { code: state.kept }, driver)}`,
      ];
    case "present":
      return [`${sign} ${called} · ${say("upload-present")}`];
    case "taken":
      return [`${sign} ${called}`, takenText(words, state.entry)];
    case "skipped":
    case "cancelled":
      return [`${sign} ${called} · ${say(`upload-${state.is}`)}`];
    case "lost":
      return [`${sign} ${called}`, say("upload-lost")];
    case "failed": {
      const { code, retryAfter } = state;
      if (code === "too-large-here") return [`${sign} ${called}`, say("upload-too-large-here")];
      if (code === "allowance-used")
        return [`${sign} ${called}`, say("upload-allowance-used", { time: figures.span(retryAfter ?? 0) })];
      return [`${sign} ${called}`, reasonText(words, { code, retryAfter }, driver)];
    }
  }
}

function takenText({ say, figures }: Words, { kind, size }: Entry): string {
  return kind === "folder" ? say("upload-taken-folder") : say("upload-taken", { size: figures.size(size ?? 0) });
}

function sizeOf(figures: Figures, { size }: Entry): string {
  return size === undefined ? "" : ` · ${figures.size(size)}`;
}

function runningLine({ say, figures }: Words, state: Extract<State, { is: "running" }>): string {
  const { doing, done, size, speed, left } = state;
  const share = size === 0 ? 1 : Math.min(1, done / size);
  return [
    `${bar(share)} ${figures.percent(share)}`,
    figures.size(size),
    doing === "reading" ? say("upload-reading") : undefined,
    speed === undefined ? undefined : say("transfer-speed", { speed: figures.size(Math.round(speed)) }),
    left === undefined ? undefined : say("transfer-left", { time: figures.span(left) }),
  ]
    .filter((part) => part !== undefined)
    .join(" · ");
}

/** What wants something of the reader comes first. */
export function uploadRank({ is }: State): number {
  switch (is) {
    case "taken":
    case "failed":
    case "lost":
      return 0;
    case "running":
      return 1;
    case "done":
    case "present":
      return 2;
    case "waiting":
    case "skipped":
    case "cancelled":
      return 3;
  }
}

/** How many of several files are where they were to be. */
export function uploadSummary({ say }: Speaker, items: readonly Item[]): string {
  const count = (...states: readonly State["is"][]) => items.filter(({ state }) => states.includes(state.is)).length;
  const figures = { done: count("done", "present"), total: items.length };
  const failed = count("failed", "lost");
  return failed === 0 ? say("upload-summary", figures) : say("upload-summary-failed", { ...figures, failed });
}

/** Whether trying it again can help: what is gone, or too large, stays so. */
export function isUploadMendable(state: State): boolean {
  switch (state.is) {
    case "cancelled":
    case "lost":
      return true;
    case "failed":
      return !final.has(state.code);
    case "waiting":
    case "running":
    case "done":
    case "present":
    case "taken":
    case "skipped":
      return false;
  }
}

const final: ReadonlySet<Problem> = new Set([
  "source-gone",
  "source-too-large",
  "too-large-here",
  "unsupported",
] satisfies Problem[]);

/** Whether signing in again mends what has failed. */
export function isUploadSignedOut(items: readonly Item[]): boolean {
  return items.some(({ state }) => {
    if (state.is !== "failed" || state.code === "too-large-here" || state.code === "allowance-used") return false;
    return storageErrorKind(state.code).mends.includes("sign-in");
  });
}

/** What may become of the files whose names are taken: sign, words and choice of each. A folder is not replaced. */
export function settlingWays(items: readonly Item[]): readonly (typeof ways)[number][] {
  const taken = items.flatMap(({ state }) => (state.is === "taken" ? [state.entry] : []));
  if (taken.length === 0) return [];
  return ways.filter(({ how }) => how !== "replace" || taken.some(({ kind }) => kind === "file"));
}

const ways = [
  { sign: "➕", words: "press-upload-both", how: "both" },
  { sign: "♻️", words: "press-upload-replace", how: "replace" },
  { sign: "⏭", words: "press-upload-skip", how: "skip" },
] as const;
