import type { FormRef } from "../actions/model/form.ts";
import type { FormScreen, Reason } from "../actions/model/screen.ts";
import { answersIn, holdsSecret } from "../storage/answer.ts";
import { readForm, type ProblemCode } from "../storage/form.ts";
import { type Field, type Values } from "../storage/field.ts";

/**
 * Where someone is in a form. Plain JSON, for it is kept while they think; it never holds a secret: those are given
 * beside it (`held`), and are asked again when they are lost.
 */
export interface Walk {
  readonly form: FormRef;
  readonly fields: readonly Field[];
  /** Answers that are no secret. */
  readonly values: Values;
  readonly skipped: readonly string[];
  /** Fields whose `instead` is answered in their place. */
  readonly swapped: readonly string[];
  /** The field in question. */
  readonly asking: string;
  readonly problem?: ProblemCode;
  readonly reason?: Reason | undefined;
  readonly page?: FormScreen["page"] | undefined;
  readonly ways?: FormScreen["ways"] | undefined;
}

/** The first question of a form, which may have come back with something to mend. `before` is the walk it came back from. */
export function startWalk(screen: FormScreen, held: Values, before?: Walk): Walk {
  const { form, fields, problem, reason, page, ways } = screen;
  const same = before?.form.id === form.id ? before : undefined;
  const names = new Set(fields.map(({ name }) => name));
  const walk: Walk = {
    form,
    fields,
    values: screen.values,
    skipped: (same?.skipped ?? []).filter((name) => names.has(name) && name !== problem?.field),
    swapped: (same?.swapped ?? []).filter((name) => names.has(name)),
    asking: "",
    reason,
    page,
    ways,
  };
  if (problem && names.has(problem.field)) {
    const { [problem.field]: _refused, ...values } = walk.values;
    return { ...walk, values, asking: problem.field, problem: problem.code };
  }
  const first = nextQuestion(walk, held);
  // Everything is known already: then it is about changing it.
  return first === undefined
    ? { ...walk, skipped: [], asking: questionsOf(walk)[0] ?? "" }
    : { ...walk, asking: first };
}

/** The question after this one; undefined = the form is filled in. */
function nextQuestion(walk: Walk, held: Values): string | undefined {
  const done = new Set([...Object.keys(walk.values), ...Object.keys(held), ...walk.skipped]);
  return questionsOf(walk).find((name) => !done.has(name));
}

/** The fields that are asked in this walk, in their order. */
function questionsOf({ fields, swapped }: Walk): readonly string[] {
  const instead = new Set(fields.filter(({ name }) => swapped.includes(name)).map((field) => field.instead));
  const asked = fields
    .filter((field) => !field.aside)
    .map((field) => (field.instead !== undefined && instead.has(field.instead) ? field.instead : field.name));
  return [...new Set(asked)];
}

/** The field in question. */
export function fieldAsked(walk: Walk): Field {
  const field = walk.fields.find(({ name }) => name === walk.asking);
  if (!field) throw new Error(`the form ${walk.form.id} has no field "${walk.asking}"`);
  return field;
}

/** What an answer came to. `secret` is to be held beside the walk, never in it. */
export type Step =
  | { readonly is: "asked"; readonly walk: Walk; readonly secret?: Values }
  | { readonly is: "filled"; readonly walk: Walk; readonly secret?: Values };

/** Takes an answer to the question and what came along with it, or asks it again saying why. */
export function answerWalk(walk: Walk, answer: string, held: Values): Step {
  const field = fieldAsked(walk);
  const given = answersIn(field, walk.fields, answer);
  const isInstead =
    field.instead !== undefined && given[field.name] === undefined && given[field.instead] !== undefined;
  const asked = isInstead ? [] : [{ ...field, required: true }];
  const along = walk.fields.filter(({ name }) => name !== field.name && given[name] !== undefined);
  const reading = readForm([...asked, ...along], given);
  if (!reading.ok) return { is: "asked", walk: { ...walk, problem: reading.problem.code } };
  const { secret, plain } = divided(walk.fields, reading.values);
  const swapped = isInstead ? [...walk.swapped, field.name] : walk.swapped;
  const next = goOn({ ...walk, swapped, values: { ...walk.values, ...plain } }, { ...held, ...secret });
  return Object.keys(secret).length > 0 ? { ...next, secret } : next;
}

/** Whether a form asks for something secret at all. */
export function hasSecrets({ fields }: Walk): boolean {
  return fields.some(({ kind }) => kind === "secret");
}

/** Whether what is typed into a field does not stay in the chat: secrets, and the user name that goes with them. */
export function isTypedToSignIn({ kind, role }: Field): boolean {
  return kind === "secret" || role === "login";
}

/** Whether an answer holds something secret, whatever was asked. */
export function isSecretAnswer(walk: Walk, answer: string): boolean {
  return holdsSecret(fieldAsked(walk), walk.fields, answer);
}

function divided(fields: readonly Field[], values: Values): { readonly secret: Values; readonly plain: Values } {
  const isSecret = (name: string) => fields.some((field) => field.name === name && field.kind === "secret");
  const entries = Object.entries(values);
  return {
    secret: Object.fromEntries(entries.filter(([name]) => isSecret(name))),
    plain: Object.fromEntries(entries.filter(([name]) => !isSecret(name))),
  };
}

/** Leaves the question out. A required one is asked again. */
export function skipQuestion(walk: Walk, held: Values): Step {
  if (fieldAsked(walk).required) return { is: "asked", walk: { ...walk, problem: "required" } };
  return goOn({ ...walk, skipped: [...walk.skipped, walk.asking] }, held);
}

/** Asks the other field in place of this one. */
export function swapQuestion(walk: Walk, held: Values): Step {
  if (fieldAsked(walk).instead === undefined) return { is: "asked", walk };
  return goOn({ ...walk, swapped: [...walk.swapped, walk.asking] }, held);
}

/** Asks a question again that was answered: the answer was not what was meant. */
export function changeAnswer(walk: Walk, name: string): Step {
  const { problem: _mended, reason: _said, ...rest } = walk;
  const { [name]: _before, ...values } = walk.values;
  const isThere = walk.fields.some((field) => field.name === name);
  return { is: "asked", walk: isThere ? { ...rest, values, asking: name } : walk };
}

/** Questions whose answer can be changed while another is asked: who signs in. */
export function changeable({ fields, values, asking }: Walk): readonly Field[] {
  return fields.filter(({ name, role }) => role === "login" && name !== asking && values[name] !== undefined);
}

function goOn({ problem: _mended, reason: _said, ...walk }: Walk, held: Values): Step {
  const next = nextQuestion(walk, held);
  return next === undefined ? { is: "filled", walk } : { is: "asked", walk: { ...walk, asking: next } };
}
