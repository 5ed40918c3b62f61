import type { StorageError } from "../../storage/error.ts";
import type { Field, Problem, Values } from "../../storage/form.ts";
import type { Mount } from "../../storage/mount.ts";
import type { FormRef } from "./action.ts";
import type { ActionContext, Outcome } from "../context.ts";
import { kindNamed } from "../mounts/kinds.ts";
import type { FormScreen, Reason } from "./screen.ts";
import type { PendingSignIn } from "../services.ts";

/** Name of the kind people sign in to. */
export const accountKind = "pikpak";
/** Name of the kind people open by a link. */
export const shareKind = "pikpak-share";

interface Again {
  /** Answers already known; secret ones are left out. */
  readonly values?: Values;
  readonly problem?: Problem;
  readonly reason?: Reason;
}

/** Signing in: to a new account, or again to `mount`, whose user name is then known. */
export function signInForm(
  context: ActionContext,
  { mount, ...again }: Again & { readonly mount?: Mount } = {},
): Promise<Outcome> {
  const fields = kindNamed(context, accountKind).fields.map((field) => (mount ? asideIfSettled(field) : field));
  const form: FormRef = { id: accountKind, ...(mount && { subject: mount.id }) };
  return formScreen(context, { form, fields, again: { ...again, values: { ...mount?.options, ...again.values } } });
}

/** Who signs in again is not asked anew for what may be left out: it stays as it is. */
function asideIfSettled(field: Field): Field {
  return field.kind === "secret" || field.required ? field : { ...field, aside: true };
}

/** Opening a share: asks for the link, or where that is known for its pass code. */
export function shareForm(
  context: ActionContext,
  { link, ...again }: Again & { readonly link?: string } = {},
): Promise<Outcome> {
  const fields = kindNamed(context, shareKind).fields.filter(({ name }) => name !== proof);
  const isCodeWanted = again.reason?.code === "pass-code-needed" || again.reason?.code === "pass-code-wrong";
  return formScreen(context, {
    form: { id: shareKind, ...(link !== undefined && { subject: link }) },
    fields: fields.map((field) => (field.kind === "secret" ? withCode(field, isCodeWanted) : field)),
    again: { ...again, values: { ...again.values, ...(link !== undefined && { link }) } },
  });
}

/** Name of the option a kind takes a challenge's outcome by. */
const proof = "captchaToken";

/** Most shares have no code: it is asked for when the share turns out to want one. */
function withCode(field: Field, isWanted: boolean): Field {
  return isWanted ? { ...field, required: true } : { ...field, aside: true };
}

/** How long typed secrets wait for a human to prove to be one. */
const pendingLife = 15 * 60_000;

/** The challenge page's outcome. Until it comes, what was typed waits encrypted. */
export async function verificationForm(
  context: ActionContext,
  error: StorageError,
  draft: Omit<PendingSignIn, "id" | "verify" | "kept">,
): Promise<Outcome> {
  const { services, person } = context;
  const pending: PendingSignIn = {
    ...draft,
    id: services.newId(),
    ...(error.kept && { kept: withoutProof(error.kept) }),
    ...(error.verify !== undefined && { verify: error.verify }),
  };
  await services.pending.set(person.id, pending, pendingLife);
  return verificationAgain(context, pending);
}

/** The same challenge once more, because what was pasted was not its outcome. */
export function verificationAgain(
  context: ActionContext,
  { id, driver, verify }: PendingSignIn,
  problem?: Problem,
): Promise<Outcome> {
  return formScreen(context, {
    form: { id: "verification", subject: id },
    fields: verificationFields(context, driver),
    again: {
      reason: { code: "verification-needed", ...(verify !== undefined && { verify }) },
      ...(problem && { problem }),
    },
  });
}

/** A challenge's outcome is good for one use: the next try goes without it. */
export function withoutProof({ [proof]: _used, ...values }: Values): Values {
  return values;
}

/** The answers hold a challenge's outcome. */
export function hasProof(values: Values): boolean {
  return values[proof] !== undefined;
}

/** The kind's own question for the outcome of a challenge, asked by itself. */
export function verificationFields(context: ActionContext, driver: string): readonly Field[] {
  const asked = kindNamed(context, driver).fields.filter((field) => field.name === proof);
  return asked.map(({ aside: _aside, ...field }) => ({ ...field, required: true }));
}

/** Whether a challenge that stops such a drive can be got over here. */
export function takesProof(context: ActionContext, driver: string): boolean {
  return verificationFields(context, driver).length > 0;
}

/** The one question of giving a mount another title. */
export const titleFields: readonly Field[] = [{ name: "title", kind: "text", required: true, maxLength: 60 }];

/** What a mount is to be called. */
export function titleForm(context: ActionContext, mount: string, problem?: Problem): Promise<Outcome> {
  const form: FormRef = { id: "mount-title", subject: mount };
  return formScreen(context, { form, fields: titleFields, again: { ...(problem && { problem }) } });
}

/** The one question of searching. */
export const searchFields: readonly Field[] = [{ name: "words", kind: "text", required: true, maxLength: 200 }];

/** What to search for; `session` is whose folder is meant, absent = the current one. */
export function searchForm(
  context: ActionContext,
  { session, problem }: { readonly session?: string; readonly problem?: Problem },
): Promise<Outcome> {
  const form: FormRef = { id: "search-words", ...(session !== undefined && { subject: session }) };
  return formScreen(context, { form, fields: searchFields, again: { ...(problem && { problem }) } });
}

/** The operators' own questions. */
export const findFields: readonly Field[] = [{ name: "who", kind: "text", required: true, maxLength: 60 }];
export const quotaFields: readonly Field[] = [{ name: "gigabytes", kind: "text", required: false, maxLength: 10 }];
/** Fits one message on either platform. */
export const broadcastFields: readonly Field[] = [{ name: "text", kind: "text", required: true, maxLength: 1900 }];

/** A question to an operator. */
export function operatorsForm(
  context: ActionContext,
  form: FormRef,
  { fields, problem }: { readonly fields: readonly Field[]; readonly problem?: Problem },
): Promise<Outcome> {
  return formScreen(context, { form, fields, again: { ...(problem && { problem }) } });
}

interface Draft {
  readonly form: FormRef;
  readonly fields: readonly Field[];
  readonly again: Again;
}

async function formScreen({ services, visit }: ActionContext, { form, fields, again }: Draft): Promise<Outcome> {
  const { values = {}, problem, reason } = again;
  const open = new Set(fields.filter(({ kind }) => kind !== "secret").map(({ name }) => name));
  const screen: FormScreen = {
    show: "form",
    form,
    fields,
    values: Object.fromEntries(Object.entries(values).filter(([name]) => open.has(name) && name !== problem?.field)),
    ...(problem && { problem }),
    ...(reason && { reason }),
  };
  const hasSecret = fields.some((field) => field.kind === "secret");
  const page = hasSecret ? await services.issuePage?.(visit, screen) : undefined;
  return { screen: page ? { ...screen, page } : screen };
}
