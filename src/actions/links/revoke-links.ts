import { goTo, type ActionContext, type Result } from "../context/context.ts";
import { notice, noticeWithWays, refused } from "../context/failure.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { withMount } from "../context/with-mount.ts";

/** On a drive's card takes back the links to it; in the settings asks first, for there it is about all of one's own. */
export function revokePressed(context: ButtonContext): Promise<Result> | Result {
  const { revokeLinks: revoke } = context.services;
  if (!revoke) return refused("no-links-to-revoke");
  const state = context.shown?.state;
  if (state?.at === "settings") return goTo(context, { at: "question", question: "revoke-links" });
  if (state?.at !== "mount") return forgotten(context);
  return withMount(context, state.mount, async ({ id, title }) => {
    await revoke({ mount: id });
    return notice("links-revoked", { level: "done", subject: title, for: "asker" });
  });
}

/** Yes: all links in the person's name that were handed out until now end. */
export async function revokeOwnLinks(context: ActionContext): Promise<Result> {
  const { revokeLinks: revoke } = context.services;
  // Asked before a restart that took the public address away.
  if (!revoke) return refused("no-links-to-revoke");
  await revoke({ person: context.person.id });
  return noticeWithWays(context, "links-revoked", { level: "done" });
}
