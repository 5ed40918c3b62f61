import type { Mount } from "../../storage/mount.ts";
import type { ActionContext, Outcome, Result } from "./context.ts";
import { mountGone, notice, refused } from "./failure.ts";
import { isOpenByLink } from "./kinds.ts";
import { leaveFor, type MountLeave, type Need } from "./leave.ts";
import { giveBack, giveDownloadsBack, take, takeDownloads, untilNextDay } from "../../users/place.ts";
import type { MountTag } from "../model/mount-tag.ts";
import type { FolderView } from "../model/session.ts";
import type { Services } from "./services.ts";

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

/** What a member takes counts among what there is for a day; what came to nothing does not. */
async function counted<R extends Result>(
  { services, person, session }: ActionContext,
  { lent }: Extract<MountLeave, { is: "yes" }>,
  need: Need,
  work: () => Promise<R> | R,
): Promise<R | Outcome> {
  const counting = lent && lent.lending.owner !== person.id && countingOf(services, person.id, lent, need);
  if (!counting) return work();
  if (!(await counting.take())) return counting.spent(session !== undefined);
  try {
    const outcome = await work();
    if ("screen" in outcome && outcome.screen.show === "notice" && outcome.screen.level === "failed")
      await counting.giveBack();
    return outcome;
  } catch (error) {
    await counting.giveBack();
    throw error;
  }
}

/** What is counted for a day, and what is said when there is no more of it. */
interface Counting {
  take(): Promise<boolean>;
  giveBack(): Promise<void>;
  /** Of a press the message stays as it is. */
  spent(isPress: boolean): Outcome;
}

/** A link or a file counts for the member, an address to be fetched for all of the group; undefined = nothing is counted. */
function countingOf(
  services: Services,
  person: string,
  { lending, place: { id: place } }: NonNullable<Extract<MountLeave, { is: "yes" }>["lent"]>,
  need: Need,
): Counting | undefined {
  const { mount, policy } = lending;
  if (need.for === "download") {
    const taking = { place, mount, daily: policy.downloads ?? 0, many: need.many };
    return {
      take: () => takeDownloads(services, taking),
      giveBack: () => giveDownloadsBack(services, taking),
      // It is news for all of the group.
      spent: (isPress) =>
        notice("downloads-spent", {
          level: "refused",
          ...(isPress && { for: "asker" }),
          retryAfter: untilNextDay(services.now()),
        }),
    };
  }
  if (policy.daily === undefined || (need.for !== "link" && need.for !== "send")) return undefined;
  const taking = { place, person, daily: policy.daily };
  return {
    take: () => take(services, taking),
    giveBack: () => giveBack(services, taking),
    spent: () => refused("daily-spent"),
  };
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
