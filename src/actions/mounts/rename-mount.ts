import { readForm, type Values } from "../../storage/form.ts";
import type { ActionContext, Outcome } from "../context.ts";
import { mountGone, noticeWithWays } from "../failure.ts";
import { titleFields, titleForm } from "../model/forms.ts";
import { withMount } from "./with-mount.ts";

/** Asks what a mount is to be called. */
export function renameMount(context: ActionContext, mount: string): Promise<Outcome> {
  return withMount(context, mount, ({ id }) => titleForm(context, id));
}

/** A mount's new title, on one line. */
export async function submitTitle(
  context: ActionContext,
  subject: string | undefined,
  answers: Values,
): Promise<Outcome> {
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
