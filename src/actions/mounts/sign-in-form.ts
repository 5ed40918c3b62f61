import type { DriverKind } from "../../storage/driver.ts";
import type { Field } from "../../storage/field.ts";
import type { Mount } from "../../storage/mount.ts";
import type { ActionContext, Outcome } from "../context/context.ts";
import { formScreen, type Again } from "../context/form-screen.ts";
import { kindsAddedBy } from "../context/kinds.ts";
import type { FormRef } from "../model/form.ts";

/** Signing in to an account of a kind: a new one, or again to `mount`, whose user name is then known. */
export function signInForm(
  context: ActionContext,
  kind: DriverKind,
  { mount, ...again }: Again & { readonly mount?: Mount | undefined } = {},
): Promise<Outcome> {
  const fields = kind.fields.map((field) => (mount ? asideIfSettled(field) : field));
  const form: FormRef = { id: "sign-in", kind: kind.name, ...(mount && { subject: mount.id }) };
  return formScreen(context, { form, fields, again: { ...again, values: { ...mount?.options, ...again.values } } });
}

/** Who signs in again is not asked anew for what may be left out: it stays as it is. */
function asideIfSettled(field: Field): Field {
  return field.kind === "secret" || field.required ? field : { ...field, aside: true };
}

/** Signing in to a new account: of which kind, where there are several. */
export function accountForm(context: ActionContext, again: Again = {}): Promise<Outcome> {
  const [only, ...others] = kindsAddedBy(context, "sign-in");
  if (only && others.length === 0) return signInForm(context, only, again);
  return formScreen(context, { form: { id: "account-kind" }, fields: accountKindFields(context), again });
}

/** Name of the one question of which kind an account is. */
export const kindField = "driver";

/** Which of the kinds there are to sign in to. */
export function accountKindFields(context: Pick<ActionContext, "services">): readonly Field[] {
  const choices = kindsAddedBy(context, "sign-in").map(({ name }) => name);
  return [{ name: kindField, kind: "choice", labels: "driver", required: true, choices, maxLength: 50 }];
}
