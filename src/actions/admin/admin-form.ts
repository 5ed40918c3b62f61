import type { Problem } from "../../storage/form.ts";
import type { Field } from "../../storage/field.ts";
import type { ActionContext, Outcome } from "../context/context.ts";
import { formScreen } from "../context/form-screen.ts";
import type { FormRef } from "../model/form.ts";

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
  return formScreen(context, { form, fields, again: { problem } });
}
