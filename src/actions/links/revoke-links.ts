import type { Result } from "../context/context.ts";
import { notice, refused } from "../context/failure.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { withMount } from "../context/with-mount.ts";

/** Takes links back that were handed out until now: on a drive's card those to it, in the settings all of one's own. */
export function revokeLinks(context: ButtonContext): Promise<Result> | Result {
  const { services, person, shown } = context;
  const { revokeLinks: revoke } = services;
  if (!revoke) return refused("no-links-to-revoke");
  switch (shown?.state.at) {
    case "mount":
      return withMount(context, shown.state.mount, async ({ id, title }) => {
        await revoke({ mount: id });
        return notice("links-revoked", { level: "done", subject: title, for: "asker" });
      });
    case "settings":
      return revoke({ person: person.id }).then(() => notice("links-revoked", { level: "done", for: "asker" }));
    default:
      return forgotten(context);
  }
}
