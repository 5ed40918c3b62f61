import { readForm } from "../../storage/form.ts";
import { type Values } from "../../storage/field.ts";
import type { ActionContext, Result } from "../context/context.ts";
import { mountGone, noticeWithWays } from "../context/failure.ts";
import type { Problem } from "../../storage/form.ts";
import type { Field } from "../../storage/field.ts";
import { formScreen } from "../context/form-screen.ts";
import type { FormRef } from "../model/form.ts";
import { withMount } from "../context/with-mount.ts";

/** Asks what a mount is to be called. */
export function renameMount(context: ActionContext, mount: string): Promise<Result> | Result {
  return withMount(context, mount, ({ id }) => titleForm(context, id));
}

/** A mount's new title, on one line. */
export async function submitTitle(
  context: ActionContext,
  subject: string | undefined,
  answers: Values,
): Promise<Result> {
  if (subject === undefined) return mountGone(context);
  return withMount(context, subject, async ({ id }) => {
    const reading = readForm(titleFields, answers);
    if (!reading.ok) return titleForm(context, id, reading.problem);
    const title = (reading.values["title"] ?? "").replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
    if (title === "") return titleForm(context, id, { field: "title", code: "empty-name" });
    await context.services.storage.change(id, { title });
    return noticeWithWays(context, "mount-renamed", { level: "done", subject: title });
  });
}

/** The one question of giving a mount another title. */
const titleFields: readonly Field[] = [{ name: "title", kind: "text", required: true, maxLength: 60 }];

/** What a mount is to be called. */
function titleForm(context: ActionContext, mount: string, problem?: Problem): Promise<Result> | Result {
  const form: FormRef = { id: "mount-title", subject: mount };
  return formScreen(context, { form, fields: titleFields, again: { problem } });
}
