import { bar, type Figures } from "./figures.ts";
import { errorText, type Speaker } from "./kind-words.ts";
import { isolate } from "./names.ts";

interface Answer {
  readonly taken: number;
  readonly refused: number;
  readonly refusal?: string | undefined;
  readonly leftOut: number;
  readonly isCut: boolean;
  readonly status?: Status | undefined;
}

interface Status {
  readonly active: number;
  readonly waiting: number;
  readonly complete: number;
  readonly failed: number;
  readonly gone: number;
  readonly done: number;
  readonly total: number;
  readonly speed: number;
  readonly error?: string | undefined;
}

/** How far a push is. */
export type PushNow =
  | { readonly is: "reading"; readonly files: number }
  | { readonly is: "sending"; readonly sent: number; readonly of: number }
  | ({ readonly is: "sent" } & Answer)
  | { readonly is: "cancelled" | "lost" }
  | { readonly is: "failed"; readonly failure: string };

type PushSpeaker = Speaker & { readonly figures: Figures };

/** That in words, a line each; `quote` writes what aria2 has said in its own. */
export function pushLines(
  speaker: PushSpeaker,
  state: PushNow,
  { driver, quote = isolate }: { readonly driver: string; readonly quote?: (words: string) => string },
): readonly (string | false)[] {
  const { say, has } = speaker;
  switch (state.is) {
    case "reading":
      return [`⏳ ${say("push-reading", { count: state.files })}`];
    case "sending":
      return [
        `${bar(state.sent / Math.max(1, state.of))} ${say("push-sending", { sent: state.sent, total: state.of })}`,
      ];
    case "sent":
      return state.status ? statusLines(speaker, state.status, quote) : answerLines(speaker, state, quote);
    case "cancelled":
    case "lost":
      return [`✖️ ${say(`push-${state.is}`)}`];
    case "failed": {
      const key = `push-failed-${state.failure}`;
      return [`⚠️ ${has(key) ? say(key) : errorText(speaker, state.failure, driver)}`];
    }
  }
}

function answerLines(
  { say }: PushSpeaker,
  { taken, refused, refusal, leftOut, isCut }: Answer,
  quote: (words: string) => string,
): readonly (string | false)[] {
  return [
    taken > 0 && `✅ ${say("push-taken", { count: taken })}`,
    refused > 0 && `⚠️ ${say("push-refused", { count: refused })}`,
    refusal !== undefined && say("push-words", { words: quote(refusal) }),
    leftOut > 0 && say("push-left-out", { count: leftOut }),
    isCut && say("push-cut"),
  ];
}

function statusLines(
  { say, figures }: PushSpeaker,
  status: Status,
  quote: (words: string) => string,
): readonly (string | false)[] {
  const { done, total, speed, active, failed, gone, error } = status;
  const sizes = say("transfer-sizes", { done: figures.size(done), total: figures.size(total) });
  return [
    total > 0 && `${bar(done / total)} ${sizes}`,
    say("push-status", { complete: status.complete, active, waiting: status.waiting }),
    active > 0 && `⏬ ${say("transfer-speed", { speed: figures.size(speed) })}`,
    failed > 0 && `⚠️ ${say("push-status-failed", { count: failed })}`,
    error !== undefined && say("push-words", { words: quote(error) }),
    gone > 0 && say("push-status-gone", { count: gone }),
  ];
}
