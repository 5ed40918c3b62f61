import type { Say } from "./words.ts";

/** Two sentences in one line, with a blank between them where the language has one. */
export function sentences(say: Say, first: string, second: string): string {
  return say("two-sentences", { first, second });
}

/** A label and its value, with the language's own colon. */
export function labelled(say: Say, label: string, value: string): string {
  return say("label-and-value", { label, value });
}

interface MountsShown {
  readonly mounts: readonly unknown[];
  /** Those shared with this group. */
  readonly lent?: boolean;
  /** Shares out of one message. */
  readonly opened?: object;
}

/** What a list of drives is: one's own, those shared with a group, or what a message's links opened. */
export function mountsTitle({ say }: { readonly say: Say }, list: MountsShown): string {
  if (list.opened) return say("mounts-opened-title", { count: list.mounts.length });
  return list.lent ? say("mounts-lent-title") : say("mounts-title");
}
