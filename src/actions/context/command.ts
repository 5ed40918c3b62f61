import type { Rule } from "../../users/roles.ts";
import type { ActionContext, Result } from "./context.ts";

/** Something that can be asked without a button: who may ask it, and what it does. */
export interface Command<T extends object> {
  readonly rule: Rule;
  /** Needs no drive: done at once, beside what else the person waits for. */
  readonly urgent: boolean;
  readonly handle: (context: ActionContext, argument: T) => Promise<Result> | Result;
}

/** A row of a feature's commands; `T` is what comes with it. */
export function command<T extends object = object>(
  rule: Rule,
  handle: Command<T>["handle"],
  { urgent = false }: { readonly urgent?: boolean } = {},
): Command<T> {
  return { rule, handle, urgent };
}
