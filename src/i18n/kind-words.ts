import type { Field } from "../storage/form.ts";
import type { Say } from "./words.ts";

/** What words are found with. */
export interface Speaker {
  readonly say: Say;
  has(key: string): boolean;
}

/** Which form: its id, and the kind of drive that asks it, if one does. */
interface FormName {
  readonly id: string;
  readonly kind?: string;
}

/** What a form is called: as the app calls it, or else the kind that asks it. */
export function formTitle({ say, has }: Speaker, { id, kind }: FormName): string {
  const own = `form-title-${id}`;
  return has(own) || kind === undefined ? say(own) : say(`form-title-${kind}`);
}

/** What a question is called. */
export function fieldLabel({ say, has }: Speaker, form: FormName, name: string): string {
  const key = fieldKey(form, name);
  return has(key) ? say(key) : name;
}

/** What else is said of a question; undefined = nothing. */
export function fieldHint({ say, has }: Speaker, form: FormName, name: string): string | undefined {
  const key = `${fieldKey(form, name)}-hint`;
  return has(key) ? say(key) : undefined;
}

/** What an answer to choose is called: a driver may offer what the operator named, and a proper name needs no translation. */
export function choiceLabel({ say, has }: Speaker, { name, labels = `choice-${name}` }: Field, choice: string): string {
  const key = `${labels}-${choice}`;
  return has(key) ? say(key) : choice;
}

/** What is wrong with an answer. */
export function problemText({ say, has }: Speaker, { kind }: Pick<FormName, "kind">, code: string, max?: number): string {
  const own = `problem-${code}-${kind ?? ""}`;
  return say(has(own) ? own : `problem-${code}`, max === undefined ? {} : { max });
}

/** A failure of a drive, as its kind words it where it has words of its own for it. */
export function errorText({ say, has }: Speaker, code: string, kind: string | undefined): string {
  const own = `error-${code}-${kind ?? ""}`;
  return say(has(own) ? own : `error-${code}`);
}

/** A question of a kind of drive has that kind's words, whichever form asks it. */
function fieldKey({ id, kind }: FormName, name: string): string {
  return `field-${kind ?? id}-${name}`;
}
