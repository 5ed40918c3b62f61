import type { FormRef } from "../actions/model/form.ts";
import type { FormScreen, Reason } from "../actions/model/screen.ts";
import { readForm, type Field, type ProblemCode, type Values } from "../storage/form.ts";

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
  readonly reason?: Reason;
  readonly page?: FormScreen["page"];
}

/** The first question of a form, which may have come back with something to mend. `before` is the walk it came back from. */
export function startWalk(screen: FormScreen, held: Values, before?: Walk): Walk {
  const { form, fields, problem, reason, page } = screen;
  const same = before?.form.id === form.id ? before : undefined;
  const names = new Set(fields.map(({ name }) => name));
  const walk: Walk = {
    form,
    fields,
    values: screen.values,
    skipped: (same?.skipped ?? []).filter((name) => names.has(name) && name !== problem?.field),
    swapped: (same?.swapped ?? []).filter((name) => names.has(name)),
    asking: "",
    ...(reason && { reason }),
    ...(page && { page }),
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

/** Takes an answer to the question, or asks it again saying why. */
export function answerWalk(walk: Walk, answer: string, held: Values): Step {
  const field = fieldAsked(walk);
  const reading = readForm([{ ...field, required: true }], { [field.name]: answer });
  if (!reading.ok) return { is: "asked", walk: { ...walk, problem: reading.problem.code } };
  const value = reading.values[field.name] ?? "";
  if (field.kind === "secret") {
    const secret = { [field.name]: value };
    return { ...goOn(walk, { ...held, ...secret }), secret };
  }
  return goOn({ ...walk, values: { ...walk.values, [field.name]: value } }, held);
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

function goOn({ problem: _mended, reason: _said, ...walk }: Walk, held: Values): Step {
  const next = nextQuestion(walk, held);
  return next === undefined ? { is: "filled", walk } : { is: "asked", walk: { ...walk, asking: next } };
}
