import type { Figures } from "./figures.ts";
import type { Say } from "./words.ts";

const [anHour, aDay] = [3_600_000, 24 * 3_600_000];

/** How long a link is to live, as a choice. */
export function linkLife(say: Say, life: number): string {
  return life % aDay === 0
    ? say("shared-days", { count: life / aDay })
    : say("given-hours", { count: Math.round(life / anHour) });
}

interface GivenLine {
  readonly endsAt: number;
  readonly isLocked: boolean;
  readonly opens: number;
}

/** How one stands, in a line: the life that is left, whether it is locked, how often it was opened. */
export function givenState(
  { say, figures, now }: { readonly say: Say; readonly figures: Figures; readonly now: number },
  { endsAt, isLocked, opens }: GivenLine,
): string {
  const left = say("given-left", { time: figures.span(Math.max(0, endsAt - now)) });
  return [...(isLocked ? ["🔒"] : []), left, say("given-opens", { count: opens })].join(" · ");
}
