import type { Figures } from "./figures.ts";
import type { Say } from "./words.ts";

/** The body of a call: a fixed form, the same in every language. */
export const hookExample = '{"url": "magnet:?xt=urn:btih:…", "folder": "Series"}';

interface Use {
  readonly since: number;
  readonly usedAt?: number | undefined;
}

/** When a hook was made and last called; that there is none. */
export function hookUseLines(
  { say, figures }: { readonly say: Say; readonly figures: Figures },
  hook: Use | undefined,
): readonly string[] {
  if (!hook) return [say("hook-none")];
  const { since, usedAt } = hook;
  return [
    say("hook-since", { date: figures.date(since) }),
    usedAt === undefined ? say("hook-unused") : say("hook-used", { date: figures.date(usedAt) }),
  ];
}
