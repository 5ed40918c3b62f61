import type { Values } from "../storage/field.ts";
import { anywhere, byOperators, inPrivate, type Rule } from "../users/roles.ts";
import { submitBroadcast, submitFind, submitQuota } from "./admin/operate.ts";
import type { ActionContext, Result } from "./context/context.ts";
import type { FormId, FormRef } from "./model/form.ts";
import { submitPattern, submitWords } from "./follow/feed-forms.ts";
import { submitPage } from "./browse/go-to-page.ts";
import { submitLinkPassword } from "./links/given-link.ts";
import { submitTitle } from "./mounts/rename-mount.ts";
import { submitRoot } from "./mounts/root-folder.ts";
import { submitAccountKind, submitSignIn } from "./mounts/sign-in.ts";
import { submitWay } from "./mounts/sign-in-ways.ts";
import { submitAria2 } from "./push/settings.ts";
import { submitVerification } from "./questions/verify.ts";
import { submitSearch } from "./search/search.ts";
import { submitShare } from "./shares/open-share.ts";
import { submitEntryName, submitFolderName } from "./tidy/names.ts";

interface Form {
  /** Who may send it off, and where. */
  readonly rule: Rule;
  /** What it is about is the screen it was opened from: a session's id. */
  readonly isOfSession?: true;
  submit(context: ActionContext, form: FormRef, answers: Values): Promise<Result>;
}

/** Every form, from a dialogue, a modal or a one-time page. */
export const forms: Readonly<Record<FormId, Form>> = {
  "account-kind": { rule: inPrivate, submit: (context, _form, answers) => submitAccountKind(context, answers) },
  "sign-in": { rule: inPrivate, submit: submitSignIn },
  "sign-in-way": { rule: inPrivate, submit: submitWay },
  "any-link": { rule: anywhere, submit: submitShare },
  "open-link": { rule: anywhere, submit: submitShare },
  verification: { rule: inPrivate, submit: about(submitVerification) },
  "root-folder": { rule: inPrivate, submit: about(submitRoot) },
  "mount-title": { rule: inPrivate, submit: about(submitTitle) },
  "search-words": { rule: anywhere, isOfSession: true, submit: about(submitSearch) },
  "page-number": { rule: anywhere, isOfSession: true, submit: about(submitPage) },
  "folder-name": { rule: inPrivate, isOfSession: true, submit: about(submitFolderName) },
  "entry-name": { rule: inPrivate, isOfSession: true, submit: about(submitEntryName) },
  "feed-words": { rule: inPrivate, isOfSession: true, submit: about(submitWords) },
  "feed-pattern": { rule: inPrivate, isOfSession: true, submit: about(submitPattern) },
  "link-password": { rule: inPrivate, isOfSession: true, submit: about(submitLinkPassword) },
  aria2: { rule: inPrivate, submit: (context, _form, answers) => submitAria2(context, answers) },
  "find-person": { rule: byOperators, submit: (context, _form, answers) => submitFind(context, answers) },
  quota: { rule: byOperators, submit: about(submitQuota) },
  "broadcast-text": { rule: byOperators, submit: (context, _form, answers) => submitBroadcast(context, answers) },
};

/** `subject` is what the form is about; undefined where its reference names nothing. */
type SubmitAbout = (context: ActionContext, subject: string | undefined, answers: Values) => Promise<Result>;

function about(submit: SubmitAbout): Form["submit"] {
  return (context, { subject }, answers) => submit(context, subject, answers);
}

/** A form that was filled in. */
export interface Submission {
  readonly do: "submit";
  readonly form: FormRef;
  readonly values: Values;
}

/** The session whose screen the form was opened from; undefined = it is about something else. */
export function openedFrom({ id, subject }: FormRef): string | undefined {
  return forms[id].isOfSession ? subject : undefined;
}

export function handleForm(context: ActionContext, { form, values }: Submission): Promise<Result> {
  return forms[form.id].submit(context, form, values);
}
