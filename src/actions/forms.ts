import type { Values } from "../storage/field.ts";
import { anywhere, byOperators, inPrivate, type Rule } from "../users/roles.ts";
import { submitBroadcast, submitFind, submitQuota } from "./admin/operate.ts";
import type { ActionContext, Result } from "./context/context.ts";
import type { FormId, FormRef } from "./model/form.ts";
import { submitPage } from "./browse/go-to-page.ts";
import { submitTitle } from "./mounts/rename-mount.ts";
import { submitSignIn } from "./mounts/sign-in.ts";
import { submitVerification } from "./questions/verify.ts";
import { submitSearch } from "./search/search.ts";
import { submitShare } from "./shares/open-share.ts";

interface Form {
  /** Who may send it off, and where. */
  readonly rule: Rule;
  /** `subject`: what the form is about; absent where its reference names nothing. */
  submit(context: ActionContext, subject: string | undefined, answers: Values): Promise<Result>;
}

/** Every form, from a dialogue, a modal or a one-time page. */
export const forms: Readonly<Record<FormId, Form>> = {
  pikpak: { rule: inPrivate, submit: submitSignIn },
  "pikpak-share": { rule: anywhere, submit: submitShare },
  verification: { rule: inPrivate, submit: submitVerification },
  "mount-title": { rule: inPrivate, submit: submitTitle },
  "search-words": { rule: anywhere, submit: submitSearch },
  "page-number": { rule: anywhere, submit: submitPage },
  "find-person": { rule: byOperators, submit: (context, _subject, answers) => submitFind(context, answers) },
  quota: { rule: byOperators, submit: submitQuota },
  "broadcast-text": { rule: byOperators, submit: (context, _subject, answers) => submitBroadcast(context, answers) },
};

/** A form that was filled in. */
export interface Submission {
  readonly do: "submit";
  readonly form: FormRef;
  readonly values: Values;
}

export function handleForm(context: ActionContext, { form, values }: Submission): Promise<Result> {
  return forms[form.id].submit(context, form.subject, values);
}
