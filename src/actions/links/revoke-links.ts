import { goTo, type ActionContext, type Result } from "../context/context.ts";
import { noticeWithWays, refused } from "../context/failure.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { withMount } from "../context/with-mount.ts";

/** Asks first: what people were given ends, and nothing brings it back. */
export function askToRevokeLinks(context: ButtonContext): Promise<Result> | Result {
  if (!context.services.revokeLinks) return refused("no-links-to-revoke");
  const state = context.shown?.state;
  switch (state?.at) {
    case "mount":
      return goTo(context, { at: "question", question: "revoke-links", mount: state.mount });
    case "settings":
      return goTo(context, { at: "question", question: "revoke-links" });
    default:
      return forgotten(context);
  }
}

/** Yes: links that were handed out until now end, those to a drive or all in the person's name. */
export async function revokeLinks(context: ActionContext, mount: string | undefined): Promise<Result> {
  const { services, person } = context;
  const { revokeLinks: revoke } = services;
  // Asked before a restart that took the public address away.
  if (!revoke) return refused("no-links-to-revoke");
  if (mount === undefined) {
    await revoke({ person: person.id });
    return noticeWithWays(context, "links-revoked", { level: "done" });
  }
  return withMount(context, mount, async ({ id, title }) => {
    await revoke({ mount: id });
    return noticeWithWays(context, "links-revoked", { level: "done", subject: title });
  });
}
