import type { Rule } from "../../users/roles.ts";
import type { ButtonContext } from "./button-context.ts";
import type { Result } from "./context.ts";

/** How a button's argument is written as a number, and read back; undefined = no such argument. */
export interface Argument<T extends object> {
  write(value: T): number | undefined;
  read(value: number | undefined): T | undefined;
}

/** One button: the letters it goes by, who may press it, its argument, and what it does. */
export interface Button<T extends object> {
  readonly code: string;
  readonly rule: Rule;
  readonly argument: Argument<T>;
  /** Done at once, beside what else its presser waits for. */
  readonly urgent: boolean;
  /** It is answered with a form, and asks no drive for it: a window can open at once. */
  readonly form: boolean;
  readonly handle: (context: ButtonContext, argument: T) => Promise<Result> | Result;
}

/** A row of a feature's buttons. */
export function button<T extends object>(
  code: string,
  rule: Rule,
  argument: Argument<T>,
  handle: Button<T>["handle"],
  { urgent = false, form = false }: { readonly urgent?: boolean; readonly form?: boolean } = {},
): Button<T> {
  return { code, rule, argument, handle, urgent, form };
}

/** The button says all by its name. */
export const none: Argument<object> = { write: () => undefined, read: (n) => (n === undefined ? {} : undefined) };

/** A number under that name, 0 or more. */
export function number<K extends string>(name: K): Argument<{ readonly [_ in K]: number }> {
  return {
    write: (value) => value[name],
    // A computed key widens to an index signature.
    read: (n) => (n === undefined ? undefined : ({ [name]: n } as { readonly [_ in K]: number })),
  };
}

/** One of a few words under that name, written by its place among them. */
export function choice<K extends string, T extends string>(
  name: K,
  choices: readonly T[],
): Argument<{ readonly [_ in K]: T }> {
  return {
    write: (value) => choices.indexOf(value[name]),
    read: (n) => {
      const found = n === undefined ? undefined : choices[n];
      return found && ({ [name]: found } as { readonly [_ in K]: T });
    },
  };
}

/** Yes or no under that name. */
export function flag<K extends string>(name: K): Argument<{ readonly [_ in K]: boolean }> {
  return {
    write: (value) => Number(value[name]),
    read: (n) => (n === 0 || n === 1 ? ({ [name]: n === 1 } as { readonly [_ in K]: boolean }) : undefined),
  };
}
