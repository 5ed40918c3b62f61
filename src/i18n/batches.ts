import { bar, type Figures } from "./figures.ts";
import { errorText, type Speaker } from "./kind-words.ts";
import { sentences } from "./phrases.ts";
import { destinationSigns } from "./signs.ts";

/** How far several files are, as both chats tell it. */
interface Batch {
  readonly count: number;
  readonly more: boolean;
  readonly done: number;
  readonly state: State;
  readonly unsent: readonly Unsent[];
  readonly mount: { readonly driver: string };
  readonly destination?: Destination | undefined;
}

type State = { readonly is: "waiting" | "over" | "cancelled" | "lost" } | Running;

interface Running {
  readonly is: "running";
  readonly number: number;
  readonly upTo: number;
  readonly done: number;
  readonly total?: number | undefined;
  readonly speed?: number | undefined;
  readonly left?: number | undefined;
}

interface Unsent {
  readonly why:
    | { readonly is: "interrupted" | "cancelled" }
    | {
        readonly is: "failed";
        readonly code: string;
        readonly retryAfter?: number | undefined;
        readonly limit?: number | undefined;
        readonly reference?: string | undefined;
      };
}

interface Destination {
  readonly title: string;
  readonly server?: string | undefined;
  readonly kind: "channel" | "group";
}

/** What a chat is called, beside its server's name. */
export function destinationName({ title, server, kind }: Destination, shortened: (name: string) => string): string {
  const name = server === undefined ? shortened(title) : `${shortened(server)} › #${shortened(title)}`;
  return `${destinationSigns[kind]} ${name}`;
}

type BatchSpeaker = Speaker & { readonly figures: Figures };

/** The head of a batch. */
export function batchTitle({ say }: Pick<Speaker, "say">, { state, count, done }: Batch): string {
  switch (state.is) {
    case "waiting":
      return `⏳ ${say("batch-waiting", { count })}`;
    case "running":
      return `📥 ${say("batch-title", { count })}`;
    case "over":
      return `${done === count ? "✅" : "⚠️"} ${say("batch-over", { done, count })}`;
    case "cancelled":
      return `✖️ ${say("batch-cancelled", { done, count })}`;
    case "lost":
      return `⚠️ ${say("batch-lost")}`;
  }
}

/** Which of how many are on their way; `called` is the first one's name as the chat writes it. */
export function batchStep(
  { say }: Pick<Speaker, "say">,
  { number, upTo }: Running,
  count: number,
  called: string,
): string {
  const which = upTo > number ? `${number}–${upTo}` : String(number);
  return say("batch-step", { which, count, name: called });
}

/** How far these are. */
export function batchProgress({ say, figures }: BatchSpeaker, { done, total, speed, left }: Running): string {
  const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total);
  return [
    share === undefined ? figures.size(done) : `${bar(share)} ${figures.percent(share)}`,
    speed === undefined ? undefined : say("transfer-speed", { speed: figures.size(Math.round(speed)) }),
    left === undefined || speed === 0 ? undefined : say("transfer-left", { time: figures.span(left) }),
  ]
    .filter((part) => part !== undefined)
    .join(" · ");
}

/** Why a file did not come. `ours`: failures of the chat, and not of the drive. */
export function unsentReason(
  speaker: BatchSpeaker,
  why: Unsent["why"],
  { driver, ours }: { readonly driver: string; readonly ours: ReadonlySet<string> },
): string {
  const { say, figures } = speaker;
  switch (why.is) {
    case "cancelled":
      return say("batch-file-cancelled");
    case "interrupted":
      return say("batch-file-interrupted");
    case "failed":
      return [
        ours.has(why.code) ? say(`transfer-failed-${why.code}`) : errorText(speaker, why.code, driver),
        ...(why.limit === undefined ? [] : [say("transfer-limit", { size: figures.size(why.limit) })]),
        ...(why.retryAfter === undefined ? [] : [say("retry-after", { time: figures.span(why.retryAfter) })]),
        ...(why.reference === undefined ? [] : [say("notice-reference", { reference: why.reference })]),
      ].reduce((first, second) => sentences(say, first, second));
  }
}

/** Whether asking for some of them once more can bring them. */
export function isWorthAnotherTry({ unsent }: Pick<Batch, "unsent">): boolean {
  return unsent.some(({ why }) => why.is !== "failed" || (why.code !== "too-large" && why.code !== "empty"));
}
