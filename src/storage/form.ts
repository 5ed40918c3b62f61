import { answersIn } from "./answer.ts";
import type { Field, FieldRole, Values } from "./field.ts";

/** The field of a form that has a role; undefined = it has none such. */
export function fieldWith(role: FieldRole, fields: readonly Field[]): Field | undefined {
  return fields.find((field) => field.role === role);
}

/** Why an answer is not accepted: the locale key `problem-<code>` says what would be right. */
export interface Problem {
  readonly field: string;
  readonly code: ProblemCode;
}

export const problemCodes = [
  "required",
  "too-long",
  "not-a-share",
  "not-a-folder-id",
  "not-a-choice",
  "not-a-verification",
  "empty-name",
  "password-too-short",
  "not-an-rpc-address",
  "aria2-unreachable",
  "aria2-forbidden",
  "aria2-unauthorized",
  "not-aria2",
  "not-a-number",
  "not-a-pattern",
  "no-such-folder",
  "not-a-token",
  "broken-token",
  "session-token",
  "foreign-token",
] as const;
export type ProblemCode = (typeof problemCodes)[number];

/** What reading a form's answers gave: options ready for a driver, or the first answer that is wrong. */
export type Reading =
  | { readonly ok: true; readonly values: Values }
  | { readonly ok: false; readonly problem: Problem };

/** Takes answers as they are meant, drops empty ones, and names the first that is missing, too long or not among the choices. */
export function readForm(fields: readonly Field[], answers: Values): Reading {
  const meant = meantBy(fields, answers);
  const values: Record<string, string> = {};
  for (const field of fields) {
    const answer = meant[field.name] ?? "";
    const code = problemWith(field, answer, meant);
    if (code) return { ok: false, problem: { field: field.name, code } };
    if (answer !== "") values[field.name] = answer;
  }
  return { ok: true, values };
}

/** Every answer as it is meant; what was given for a field itself comes before what came along with another. */
function meantBy(fields: readonly Field[], answers: Values): Values {
  const own: Record<string, string> = {};
  const along: Record<string, string> = {};
  for (const field of fields) {
    const given = answers[field.name] ?? "";
    if (given === "") continue;
    for (const [name, answer] of Object.entries(answersIn(field, fields, given))) {
      if (answer !== "") (name === field.name ? own : along)[name] = answer;
    }
  }
  return { ...along, ...own };
}

function problemWith(field: Field, answer: string, answers: Values): ProblemCode | undefined {
  if (answer === "") {
    const isAnswered = [field.instead ?? "", ...(field.unless ?? [])].some((name) => (answers[name] ?? "") !== "");
    return field.required && !isAnswered ? "required" : undefined;
  }
  if (answer.length > field.maxLength) return "too-long";
  if (field.choices && !field.choices.includes(answer)) return "not-a-choice";
  return undefined;
}
