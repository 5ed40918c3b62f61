import type { Mount } from "../../storage/mount.ts";
import type { ActionContext, Outcome, Result } from "./context.ts";
import { mountGone, refused } from "./failure.ts";
import { isOpenByLink } from "./kinds.ts";
import { leaveFor, type MountLeave, type Need } from "./leave.ts";
import { giveBack, take } from "../../users/place.ts";
import type { MountTag } from "../model/mount-tag.ts";
import type { FolderView } from "../model/session.ts";

/** Does something with a mount, if it is still there and the visitor has leave to do it where they stand. */
export async function withMount<const R extends Result>(
  context: ActionContext,
  id: string,
  work: (mount: Mount, leave: Extract<MountLeave, { is: "yes" }>) => Promise<R> | R,
  need: Need = { for: "own" },
): Promise<R | Outcome> {
  const mount = await context.services.storage.find(id);
  if (!mount) return mountGone(context);
  const leave = await leaveFor(context, mount, need, isOpenByLink(context, mount));
  switch (leave.is) {
    case "yes":
      return counted(context, leave, need, () => work(mount, leave));
    case "not-here":
      return refused(mount.coded ? "code-private" : "private-only");
    case "not-allowed":
      return refused("not-allowed-here");
    case "no":
      return mountGone(context);
  }
}

/** A link or a file counts among what a member may have a day; what came to nothing does not. */
async function counted<R extends Result>(
  { services, person }: ActionContext,
  { lent }: Extract<MountLeave, { is: "yes" }>,
  need: Need,
  work: () => Promise<R> | R,
): Promise<R | Outcome> {
  const daily = lent?.lending.policy.daily;
  const isTaking = need.for === "link" || need.for === "send";
  if (!lent || daily === undefined || !isTaking || lent.lending.owner === person.id) return work();
  const taking = { place: lent.place.id, person: person.id, daily };
  if (!(await take(services, taking))) return refused("daily-spent");
  try {
    const outcome = await work();
    if ("screen" in outcome && outcome.screen.show === "notice" && outcome.screen.level === "failed")
      await giveBack(services, taking);
    return outcome;
  } catch (error) {
    await giveBack(services, taking);
    throw error;
  }
}

/** What a screen says of the mount it is in. */
export function tagOf({ id, title, driver }: Mount): MountTag {
  return { id, title, driver };
}

/** The same in a folder of it: where only a folder was lent, that folder stands for the mount. */
export function tagIn(mount: Mount, { trail, base = 0 }: Pick<FolderView, "trail" | "base">): MountTag {
  const lent = trail[base - 1];
  return { ...tagOf(mount), ...(lent && { title: lent.name }) };
}

/** The names of a trail that people see: not those above what was lent. */
export function namesOf({ trail, base = 0 }: Pick<FolderView, "trail" | "base">): readonly string[] {
  return trail.slice(base).map(({ name }) => name);
}
