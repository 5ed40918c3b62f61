import type { Entry } from "../storage/entry.ts";
import type { StorageErrorCode } from "../storage/error.ts";
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

/** Sign and words of what can be done about a saving, by the button. */
export const saveOffers = {
  "cancel-save": { sign: "✖️", words: "press-cancel" },
  "retry-save": { sign: "🔄", words: "press-retry" },
  "open-mount": { sign: "📁", words: "press-open-mount" },
  "renew-mount": { sign: "🔑", words: "press-renew-mount" },
} as const;
