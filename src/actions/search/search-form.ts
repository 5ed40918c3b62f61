import type { Problem } from "../../storage/form.ts";
import type { Field } from "../../storage/field.ts";
import type { ActionContext, Outcome } from "../context/context.ts";
import { formScreen } from "../context/form-screen.ts";
import type { FormRef } from "../model/form.ts";

/** The one question of searching. */
export const searchFields: readonly Field[] = [{ name: "words", kind: "text", required: true, maxLength: 200 }];

/** What to search for; `session` is whose folder is meant, absent = the drive is meant. */
export function searchForm(
  context: ActionContext,
  { session, problem }: { readonly session?: string | undefined; readonly problem?: Problem },
): Promise<Outcome> {
  const form: FormRef = { id: "search-words", subject: session };
  return formScreen(context, { form, fields: searchFields, again: { problem } });
}
