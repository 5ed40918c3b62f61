import type { Capability } from "../../storage/driver.ts";
import type { Mount } from "../../storage/mount.ts";
import { mountsOf } from "../../users/person.ts";
import type { NoticeCode } from "../model/screen.ts";
import type { ActionContext, Outcome } from "./context.ts";
import { noticeWithWays } from "./failure.ts";
import { currentOf } from "./kinds.ts";

/** The person's drive that can do something: the current one if it can, else the first of theirs that does; undefined = none. */
export async function ableMount(context: ActionContext, capability: Capability): Promise<Mount | undefined> {
  const mounts = await mountsOf(context.services, context.person);
  const current = currentOf(context, mounts);
  for (const mount of [...(current ? [current] : []), ...mounts])
    if ((await context.services.storage.can(mount.id)).has(capability)) return mount;
  return undefined;
}

/** What is said where no drive of the person's can: `code`, or that they have none yet. */
export async function noneAble(context: ActionContext, code: NoticeCode): Promise<Outcome> {
  const mounts = await mountsOf(context.services, context.person);
  return noticeWithWays(context, mounts.length === 0 ? "no-drive" : code, {
    level: "refused",
    offer: ["add-account"],
  });
}
