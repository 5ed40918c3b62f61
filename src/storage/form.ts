import { answersIn, type Copied } from "./answer.ts";

/**
 * One question. A driver declares its options as fields, once: the dialogue on Telegram, the modal on Discord, the
 * one-time page, the validation and the docs all come from that declaration.
 */
export interface Field {
  /** Option name; its label is the locale key `field-<form id>-<name>`, its hint `field-<form id>-<name>-hint`. */
  readonly name: string;
  /** `secret` is never echoed, logged, prefilled or stored in clear; `folder` takes empty, `root`, an id or a folder's address. */
  readonly kind: "text" | "secret" | "folder" | "choice";
  /** What it is to the app; absent = the driver's own affair. A kind has each role at most once, `credential` excepted. */
  readonly role?: FieldRole;
  /** A required field cannot be skipped. */
  readonly required: boolean;
  /** The answers a `choice` can take; each is labelled by the locale key `choice-<name>-<answer>`. */
  readonly choices?: readonly string[];
  /** Name of another field of this form that may be answered instead (a refresh token instead of a password). */
  readonly instead?: string;
  /** Not asked in a walk through the form unless it is reached by another field's `instead`. */
  readonly aside?: boolean;
  /** Most characters an answer may have. */
  readonly maxLength: number;
  /** How its answer is written where people copy it; absent = it is taken as it stands. */
  readonly copied?: Copied;
}

/**
 * `login` says whose account it is; `credential` signs in to it (in the vault, and through no chat that keeps it); `proof`
 * is what a human brought from a challenge, good for one use; `address` is the link that was given; `code` is what a link
 * may want besides; `root` is the folder browsing begins in.
 */
type FieldRole = "login" | "credential" | "proof" | "address" | "code" | "root";

/** The field of a form that has a role; undefined = it has none such. */
export function fieldWith(role: FieldRole, fields: readonly Field[]): Field | undefined {
  return fields.find((field) => field.role === role);
}

/** Answers by field name; a skipped field is absent. */
export type Values = Readonly<Record<string, string>>;

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
  "not-a-number",
  "not-a-token",
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
    const answered = field.instead !== undefined && (answers[field.instead] ?? "") !== "";
    return field.required && !answered ? "required" : undefined;
  }
  if (answer.length > field.maxLength) return "too-long";
  if (field.choices && !field.choices.includes(answer)) return "not-a-choice";
  return undefined;
}
