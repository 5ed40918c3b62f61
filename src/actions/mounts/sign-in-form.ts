import type { Field } from "../../storage/field.ts";
import type { Mount } from "../../storage/mount.ts";
import type { ActionContext, Outcome } from "../context/context.ts";
import { formScreen, type Again } from "../context/form-screen.ts";
import { accountKind, kindNamed } from "../context/kinds.ts";
import type { FormRef } from "../model/form.ts";

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
