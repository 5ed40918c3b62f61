import type { Problem } from "../storage/form.ts";
import type { Field, Values } from "../storage/field.ts";

/** A form as the page shows it; a `FormScreen` is one. */
export interface PageForm {
  readonly form: { readonly id: string; readonly kind?: string; readonly subject?: string | undefined };
  readonly fields: readonly Field[];
  /** Answers already known; never secret ones. */
  readonly values: Values;
  readonly problem?: Problem | undefined;
  readonly reason?: PageReason | undefined;
  /** Ways to sign in that can be taken instead, by name. */
  readonly ways?: readonly string[] | undefined;
}

/** Why the last try failed: the locale key is `error-<code>` or `notice-<code>`. */
export interface PageReason {
  readonly code: string;
  /** Milliseconds. */
  readonly retryAfter?: number | undefined;
  /** Where a human proves to be one. */
  readonly verify?: string | undefined;
}

/** For whom a page is, and from where they asked. */
export interface PageAsker {
  readonly person: { readonly id: string; readonly name: string };
  /** Where the result will appear, as people call it; absent = their own chat. */
  readonly place?: { readonly id: string; readonly name?: string };
  /** What the bot is called where they asked; absent = not known. */
  readonly bot?: string | undefined;
  /** One of ours. */
  readonly language: string;
}
