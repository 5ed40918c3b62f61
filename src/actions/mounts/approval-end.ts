import type { Values } from "../../storage/field.ts";
import type { Visit } from "../../users/visit.ts";
import type { Answer, MessageScreen } from "../model/screen.ts";
import type { Awaited, LastWords } from "./last-words.ts";

/** What was approved, and for which mount; absent = a new one. */
export interface Approved {
  readonly kind: string;
  readonly mount?: string | undefined;
  readonly values: Values;
  readonly kept: Values;
}

/** What an approval, however it came about, is brought to its end with. */
export interface FinishParts {
  readonly lastWords: LastWords;
  /** Mounts what was approved, in the name of whoever asked. */
  finish(visit: Visit, approved: Approved, signal: AbortSignal): Promise<Answer>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** Mounts it, and has the drive put in place of the message. */
export async function finishIn(
  { finish, wait, lastWords }: FinishParts,
  awaited: Awaited,
  { values, kept }: Pick<Approved, "values" | "kept">,
  signal: AbortSignal,
): Promise<void> {
  const { visit, kind, mount } = awaited;
  let answer = await finish(visit, { kind, mount, values, kept }, signal);
  // The tokens are given out once: whoever was busy just now gets them a moment later.
  while (answer.screen.show === "notice" && answer.screen.notice === "too-fast") {
    await wait(tooFastPause, signal);
    answer = await finish(visit, { kind, mount, values, kept }, signal);
  }
  await answer.updates?.[Symbol.asyncIterator]().return?.();
  await lastWords.say(awaited, screenOf(awaited, answer), answer.language);
}

/** ms after which somebody is not too fast any more. */
const tooFastPause = 10_000;

/** What would be asked next cannot be asked here: why is said, with the other ways to go on. */
function screenOf({ card }: Awaited, { screen }: Answer): MessageScreen {
  if (screen.show !== "form" && screen.show !== "found") return screen;
  const asked = screen.show === "form" ? screen : undefined;
  const reason = asked?.reason ?? { code: asked?.problem ? ("not-a-folder" as const) : ("upstream" as const) };
  return { ...card, state: { is: "failed", reason } };
}
