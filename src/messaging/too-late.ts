import type { Answer } from "../actions/model/screen.ts";

/** The answer to an action whose time is over, as soon as the signal says so: a passed deadline is answered, too. */
export function tooLate(signal: AbortSignal, language: string): Promise<Answer> {
  const answer: Answer = { screen: { show: "notice", notice: "unreachable", level: "failed", for: "asker" }, language };
  return new Promise((resolve) => {
    if (signal.aborted) resolve(answer);
    signal.addEventListener("abort", () => resolve(answer), { once: true });
  });
}
