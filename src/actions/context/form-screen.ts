import type { DriverKind } from "../../storage/driver.ts";
import type { StorageError } from "../../storage/error.ts";
import type { Problem } from "../../storage/form.ts";
import type { Field, Values } from "../../storage/field.ts";
import type { FormRef } from "../model/form.ts";
import type { ActionContext, Outcome } from "./context.ts";
import { answerWith, withoutAnswer } from "./kinds.ts";
import type { FormScreen, Reason } from "../model/screen.ts";
import type { PendingSignIn } from "./services.ts";

/** What a form that comes back begins with. */
export interface Again {
  /** Answers already known; secret ones are left out. */
  readonly values?: Values;
  readonly problem?: Problem | undefined;
  readonly reason?: Reason;
}

/** How long typed secrets wait for a human to prove to be one. */
const pendingLife = 15 * 60_000;

/** The challenge page's outcome. Until it comes, what was typed waits encrypted. */
export async function verificationForm(
  context: ActionContext,
  error: StorageError,
  { kind, ...draft }: { readonly kind: DriverKind } & Omit<PendingSignIn, "id" | "driver" | "verify" | "kept">,
): Promise<Outcome> {
  const { services, person } = context;
  const pending: PendingSignIn = {
    ...draft,
    driver: kind.name,
    id: services.newId(),
    ...(error.kept && { kept: withoutProof(kind, error.kept) }),
    verify: error.verify,
  };
  await services.pending.set(person.id, pending, pendingLife);
  return verificationAgain(context, kind, pending);
}

/** The same challenge once more, because what was pasted was not its outcome. */
export function verificationAgain(
  context: ActionContext,
  kind: DriverKind,
  { id, verify }: PendingSignIn,
  problem?: Problem,
): Promise<Outcome> {
  return formScreen(context, {
    form: { id: "verification", kind: kind.name, subject: id },
    fields: verificationFields(kind),
    again: {
      reason: { code: "verification-needed", verify },
      problem,
    },
  });
}

/** A challenge's outcome is good for one use: the next try goes without it. */
export function withoutProof(kind: DriverKind, values: Values): Values {
  return withoutAnswer("proof", kind, values);
}

/** The answers hold a challenge's outcome. */
export function hasProof(kind: DriverKind, values: Values): boolean {
  return answerWith("proof", kind, values) !== undefined;
}

/** The kind's own question for the outcome of a challenge, asked by itself. */
export function verificationFields({ fields }: DriverKind): readonly Field[] {
  const asked = fields.filter(({ role }) => role === "proof");
  return asked.map(({ aside: _aside, ...field }) => ({ ...field, required: true }));
}

/** Whether a challenge that stops such a drive can be got over here. */
export function takesProof(kind: DriverKind): boolean {
  return verificationFields(kind).length > 0;
}

/** A form about to be asked. */
export interface Draft {
  readonly form: FormRef;
  readonly fields: readonly Field[];
  readonly again: Again;
  /** Ways to sign in that can be chosen instead, by name. */
  readonly ways?: readonly string[] | undefined;
}

/** The form as it is asked, with a one-time page where it wants a secret and there is one to be had. */
export async function formScreen(
  { services, visit }: ActionContext,
  { form, fields, again, ways }: Draft,
): Promise<Outcome> {
  const { values = {}, problem, reason } = again;
  const open = new Set(fields.filter(({ kind }) => kind !== "secret").map(({ name }) => name));
  const screen: FormScreen = {
    show: "form",
    form,
    fields,
    values: Object.fromEntries(Object.entries(values).filter(([name]) => open.has(name) && name !== problem?.field)),
    problem,
    reason,
    ...(ways && ways.length > 0 && { ways }),
  };
  const hasSecret = fields.some((field) => field.kind === "secret");
  const page = hasSecret ? await services.issuePage?.(visit, screen) : undefined;
  return { screen: page ? { ...screen, page } : screen };
}
