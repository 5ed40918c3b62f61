import type { Edited, Messengers } from "../../messaging/messenger.ts";
import type { Values } from "../../storage/field.ts";
import type { Visit } from "../../users/visit.ts";
import type { Answer, MessageScreen } from "../model/screen.ts";
import type { MessageRef } from "../model/target.ts";

/** What was approved, and for which mount; absent = a new one. */
export interface Approved {
  readonly kind: string;
  readonly mount?: string | undefined;
  readonly values: Values;
  readonly kept: Values;
}

/** What an approval, however it came about, is brought to its end with. */
export interface FinishParts {
  readonly messengers: Messengers;
  /** Mounts what was approved, in the name of whoever asked. */
  finish(visit: Visit, approved: Approved, signal: AbortSignal): Promise<Answer>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  readonly log: { info(fields: object, event: string): void };
}

/** What is waited for, and where that is shown. */
interface Awaited {
  readonly visit: Visit;
  readonly kind: string;
  readonly mount?: string | undefined;
  readonly shown: MessageRef;
}

/** Mounts it, and puts the drive in place of the message. */
export async function finishIn(
  parts: FinishParts,
  awaited: Awaited,
  { values, kept }: Pick<Approved, "values" | "kept">,
  signal: AbortSignal,
): Promise<void> {
  const { visit, kind, mount, shown } = awaited;
  let answer = await parts.finish(visit, { kind, mount, values, kept }, signal);
  // The tokens are given out once: whoever was busy just now gets them a moment later.
  while (answer.screen.show === "notice" && answer.screen.notice === "too-fast") {
    await parts.wait(tooFastPause, signal);
    answer = await parts.finish(visit, { kind, mount, values, kept }, signal);
  }
  await answer.updates?.[Symbol.asyncIterator]().return?.();
  const { screen, language } = answer;
  if (screen.show === "form" || screen.show === "found") return;
  await sayIn(parts, { visit, shown: { ...shown, language } }, screen, signal);
}

/** ms after which somebody is not too fast any more. */
const tooFastPause = 10_000;
/** Times the last word is tried. */
const maxTries = 30;

/** Puts it in place of the message; where that is out of reach, it is one of its own. */
export async function sayIn(
  { messengers, wait, log }: Pick<FinishParts, "messengers" | "wait" | "log">,
  { shown, visit }: Pick<Awaited, "shown" | "visit">,
  screen: MessageScreen,
  signal: AbortSignal,
): Promise<void> {
  const messenger = messengers.of(shown.place);
  if (!messenger) return;
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const edited = await messenger.edit(shown, screen).catch((err: unknown): Edited => {
      log.info({ err }, "message of an approval not changed");
      return { is: "later", after: 5000 };
    });
    if (edited.is === "edited") return;
    // Who put the message away asked not to see that nothing came of it.
    if (edited.is === "gone" && screen.show === "approval") return;
    if (edited.is !== "later") break;
    await wait(Math.max(1000, edited.after), signal);
  }
  const own = { place: visit.person.id, kind: "private", language: shown.language } as const;
  await messenger.send(own, screen).catch((err: unknown) => log.info({ err }, "end of an approval not sent"));
}
