import type { Entry } from "../storage/entry.ts";
import { storageErrorKind, type StorageErrorCode } from "../storage/error.ts";
import { reasonText, type Speaker } from "./kind-words.ts";
import type { Figures } from "./figures.ts";

/** How far a saving is, as both chats tell it. */
type State =
  | { readonly is: "waiting" | "sent" | "cancelled" | "lost" }
  | { readonly is: "done"; readonly entries: readonly Entry[]; readonly isPresent: boolean }
  | {
      readonly is: "failed";
      readonly code: StorageErrorCode | "target-gone";
      readonly retryAfter?: number | undefined;
    };

interface Saving {
  readonly mount: { readonly driver: string };
  readonly state: State;
}

const signs = { waiting: "⏳", sent: "💾", done: "✅", cancelled: "✖️", lost: "⚠️", failed: "⚠️" } as const;

/** What is said of a saving. */
export function saveText(speaker: Speaker & { readonly figures: Figures }, { mount, state }: Saving): string {
  const { say } = speaker;
  return `${signs[state.is]} ${words()}`;

  function words(): string {
    switch (state.is) {
      case "done":
        return say(state.isPresent ? "save-present" : "save-done", { count: state.entries.length });
      case "failed":
        return state.code === "target-gone"
          ? say("save-target-gone")
          : reasonText(speaker, { code: state.code, retryAfter: state.retryAfter }, mount.driver);
      case "waiting":
      case "sent":
      case "cancelled":
      case "lost":
        return say(`save-${state.is}`);
    }
  }
}

/** The one file that was saved; undefined = it was a folder, or several. */
export function savedOnly(entries: readonly Entry[]): Entry | undefined {
  const [only, ...others] = entries;
  return only?.kind === "file" && others.length === 0 ? only : undefined;
}

const ways = {
  cancel: { sign: "✖️", words: "press-cancel", does: "cancel-save" },
  retry: { sign: "🔄", words: "press-retry", does: "retry-save" },
  drive: { sign: "📁", words: "press-open-mount", does: "open-mount" },
  renew: { sign: "🔑", words: "press-renew-mount", does: "renew-mount" },
} as const;

/** What can be done about a saving that is not done: sign, words and button of each. */
export function waysOnFrom(state: State): readonly (typeof ways)[keyof typeof ways][] {
  switch (state.is) {
    case "waiting":
      return [ways.cancel];
    case "sent":
    case "done":
      return [];
    case "cancelled":
      return [ways.retry];
    case "lost":
      return [ways.retry, ways.drive];
    case "failed":
      return ofFailure(state.code);
  }
}

function ofFailure(code: StorageErrorCode | "target-gone"): readonly (typeof ways)[keyof typeof ways][] {
  if (code === "target-gone") return [ways.retry];
  if (code === "own-share") return [ways.drive];
  if (code === "no-space") return [ways.retry, ways.drive];
  return storageErrorKind(code).mends.includes("sign-in") ? [ways.renew, ways.retry] : [ways.retry];
}
