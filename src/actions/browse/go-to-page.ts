import type { Problem } from "../../storage/form.ts";
import type { Field, Values } from "../../storage/field.ts";
import { buttonContext, type ButtonContext } from "../context/button-context.ts";
import { findSession, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import { refused } from "../context/failure.ts";
import { formScreen } from "../context/form-screen.ts";
import type { FormRef } from "../model/form.ts";
import { turnPage } from "./turn-page.ts";

export function askPage(context: ButtonContext): Promise<Outcome> {
  return pageForm(context, context.session.id);
}

function pageForm(context: ActionContext, session: string, problem?: Problem): Promise<Outcome> {
  const form: FormRef = { id: "page-number", subject: session };
  return formScreen(context, { form, fields: pageFields, again: { problem } });
}

/** The one question of going to a page. */
const pageFields: readonly Field[] = [{ name: "page", kind: "text", required: true, maxLength: 7 }];

/** The page of a folder, or of what was found, that was typed; beyond the last one it is the last. */
export async function submitPage(
  context: ActionContext,
  subject: string | undefined,
  answers: Values,
): Promise<Result> {
  const session = subject === undefined ? undefined : await findSession(context.services, { id: subject, revision: 0 });
  if (!session || session.owner !== context.person.id) return refused("view-expired");
  const page = /^\d{1,7}$/.exec((answers["page"] ?? "").trim())?.[0];
  if (page === undefined || Number(page) === 0) {
    return pageForm(context, session.id, { field: "page", code: "not-a-number" });
  }
  const asked = buttonContext({ ...context, session }, session, { id: session.id, revision: session.revision });
  return turnPage(asked, Number(page));
}
