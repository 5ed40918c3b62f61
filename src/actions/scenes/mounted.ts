import type { Mount } from "../../storage/mount.ts";
import type { Errand, Outcome } from "../errand.ts";
import { mountGone, notice } from "../failure.ts";
import { isOpenByLink } from "../kinds.ts";
import { leaveFor } from "../permission.ts";
import type { MountTag } from "../screen.ts";

/** Does something with a mount, if it is still there and the visitor has leave to use it where they stand. */
export async function withMount(
  errand: Errand,
  id: string,
  work: (mount: Mount) => Promise<Outcome>,
): Promise<Outcome> {
  const mount = await errand.services.storage.find(id);
  if (!mount) return mountGone(errand);
  switch (leaveFor(mount, errand.visit, isOpenByLink(errand, mount))) {
    case "yes":
      return work(mount);
    case "not-here":
      return notice("private-only", { level: "refused", for: "asker" });
    case "no":
      return mountGone(errand);
  }
}

/** What a screen says of the mount it is in. */
export function tagOf({ id, title, driver }: Mount): MountTag {
  return { id, title, driver };
}
