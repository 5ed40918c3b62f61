import type { Field } from "../../storage/field.ts";
import type { ActionContext, Outcome } from "./context.ts";
import { formScreen, proof, type Again } from "./form-screen.ts";
import { kindNamed, shareKind } from "./kinds.ts";

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

/** Most shares have no code: it is asked for when the share turns out to want one. */
function withCode(field: Field, isWanted: boolean): Field {
  return isWanted ? { ...field, required: true } : { ...field, aside: true };
}
