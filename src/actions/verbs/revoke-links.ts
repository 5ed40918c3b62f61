import type { Outcome } from "../errand.ts";
import { notice, refused } from "../failure.ts";
import { forgotten, type Pressed } from "../pressed.ts";
import { withMount } from "../scenes/mounted.ts";

/** Takes links back that were handed out until now: on a drive's card those to it, in the settings all of one's own. */
export function revokeLinks(pressed: Pressed): Promise<Outcome> | Outcome {
  const { services, person, shown } = pressed;
  const { revokeLinks: revoke } = services;
  if (!revoke) return refused("no-links-to-revoke");
  switch (shown?.scene.at) {
    case "mount":
      return withMount(pressed, shown.scene.mount, async ({ id, title }) => {
        await revoke({ mount: id });
        return notice("links-revoked", { level: "done", subject: title, for: "asker" });
      });
    case "settings":
      return revoke({ person: person.id }).then(() => notice("links-revoked", { level: "done", for: "asker" }));
    default:
      return forgotten(pressed);
  }
}
