import type { Field } from "../storage/field.ts";
import type { Figures } from "./figures.ts";
import { sentences } from "./phrases.ts";
import type { Say } from "./words.ts";

/** What words are found with. */
export interface Speaker {
  readonly say: Say;
  has(key: string): boolean;
}

/** How a language writes spans of time. */
interface Timed {
  readonly figures: Figures;
}

interface Reason {
  readonly code: string;
  /** Milliseconds; absent = nobody knows. */
  readonly retryAfter?: number | undefined;
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
export function problemText(speaker: Speaker, { kind }: Pick<FormName, "kind">, code: string, max?: number): string {
  return speaker.say(keyOf(speaker, `problem-${code}`, kind), max === undefined ? {} : { max });
}

/** A failure of a drive. */
export function errorText(speaker: Speaker, code: string, kind: string | undefined): string {
  return speaker.say(keyOf(speaker, `error-${code}`, kind));
}

/** A failure of a drive of that kind, with the time after which trying again can work. */
export function reasonText(speaker: Speaker & Timed, { code, retryAfter }: Reason, kind: string | undefined): string {
  return withRetry(speaker, errorText(speaker, code, kind), retryAfter);
}

/** A sentence, with the time after which trying again can work. */
export function withRetry({ say, figures }: Speaker & Timed, sentence: string, retryAfter: number | undefined): string {
  if (retryAfter === undefined) return sentence;
  return sentences(say, sentence, say("retry-after", { time: figures.span(retryAfter) }));
}

/** What a kind of drive is called. */
export function driverName({ say, has }: Speaker, driver: string): string {
  return has(`driver-${driver}`) ? say(`driver-${driver}`) : driver;
}

/** A sentence of the app about a kind of drive. */
export function noticeText(speaker: Speaker, code: string, kind: string | undefined): string {
  return speaker.say(keyOf(speaker, `notice-${code}`, kind));
}

/** A kind's own words for something come first, where it has some. */
function keyOf({ has }: Speaker, key: string, kind: string | undefined): string {
  return kind !== undefined && has(`${key}-${kind}`) ? `${key}-${kind}` : key;
}

/** A question of a kind of drive has that kind's words, whichever form asks it. */
function fieldKey({ id, kind }: FormName, name: string): string {
  return `field-${kind ?? id}-${name}`;
}

/** What a way to sign in to a kind of drive is called, and what it means; undefined hint = nothing is said of it. */
export function wayWords(
  { say, has }: Speaker,
  kind: string,
  way: string,
): { readonly name: string; readonly hint: string | undefined } {
  const key = `way-${kind}-${way}`;
  return { name: has(key) ? say(key) : way, hint: has(`${key}-hint`) ? say(`${key}-hint`) : undefined };
}

/** A sentence or a button about approving at a kind of drive. */
export function approvalText(speaker: Speaker, key: "press-approve" | "approval-about", kind: string): string {
  return speaker.say(keyOf(speaker, key, kind));
}

/** What a credential is allowed, as the service itself calls it; what it calls it is not always known. */
export function permissionNames({ say, has }: Speaker, kind: string, names: readonly string[]): readonly string[] {
  return names.map((name) => {
    const key = `permission-${kind}-${name.replaceAll(/[^\w-]/g, "-")}`;
    return has(key) ? say(key) : name;
  });
}
