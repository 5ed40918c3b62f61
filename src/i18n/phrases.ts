import type { Say } from "./words.ts";

/** Two sentences in one line, with a blank between them where the language has one. */
export function sentences(say: Say, first: string, second: string): string {
  return say("two-sentences", { first, second });
}

/** A label and its value, with the language's own colon. */
export function labelled(say: Say, label: string, value: string): string {
  return say("label-and-value", { label, value });
}
