import { readForm, type Values } from "../../storage/form.ts";
import type { Errand, Outcome } from "../errand.ts";
import { mountGone, noticeWithWays } from "../failure.ts";
import { titleFields, titleForm } from "../forms.ts";
import { withMount } from "../scenes/mounted.ts";

/** Asks what a mount is to be called. */
export function renameMount(errand: Errand, mount: string): Promise<Outcome> {
  return withMount(errand, mount, ({ id }) => titleForm(errand, id));
}

/** A mount's new title, on one line. */
export async function submitTitle(errand: Errand, subject: string | undefined, answers: Values): Promise<Outcome> {
  if (subject === undefined) return mountGone(errand);
  return withMount(errand, subject, async ({ id }) => {
    const reading = readForm(titleFields, answers);
    if (!reading.ok) return titleForm(errand, id, reading.problem);
    const title = (reading.values["title"] ?? "").replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
    if (title === "") return titleForm(errand, id, { field: "title", code: "empty-name" });
    await errand.services.storage.change(id, { title });
    return noticeWithWays(errand, "mount-renamed", { level: "done", subject: title });
  });
}
