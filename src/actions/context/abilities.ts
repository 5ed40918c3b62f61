import type { Capability } from "../../storage/driver.ts";
import type { Mount } from "../../storage/mount.ts";
import type { Ability } from "../model/screen.ts";
import type { ActionContext } from "./context.ts";
import { isShare } from "./kinds.ts";

/** What goes of what a card could offer, in its order. */
export function abilitiesOf(here: Readonly<Partial<Record<Ability, boolean>>>): readonly Ability[] {
  // Object.keys forgets the type of the keys it was given.
  return (Object.keys(here) as Ability[]).filter((ability) => here[ability]);
}

/** Capabilities for which there is something to tidy up with. */
const changes: readonly Capability[] = ["makeFolder", "rename", "move", "copy", "trash", "listTrash"];

/** Whether a drive is tidied up from here: by its owner, where nobody else sees it. */
export async function canTidy(
  { services, visit, person }: Pick<ActionContext, "services" | "visit" | "person">,
  { id, owner }: Mount,
): Promise<boolean> {
  if (visit.place.kind !== "private" || owner !== person.id) return false;
  const capable = await services.storage.can(id);
  return changes.some((name) => capable.has(name));
}

/** Whether links that others open are made here: by its owner, where nobody else sees it, on a drive that can. */
export async function canShareOut(
  { services, visit, person }: Pick<ActionContext, "services" | "visit" | "person">,
  { id, owner }: Mount,
): Promise<boolean> {
  if (visit.place.kind !== "private" || owner !== person.id) return false;
  return (await services.storage.can(id)).has("shareOut");
}

/** Whether files go to the person's aria2 from here: of what is theirs, where nobody else sees it, once they have said where it is. */
export function isPushable(
  { services, visit, person }: Pick<ActionContext, "services" | "visit" | "person">,
  { owner }: Pick<Mount, "owner">,
): boolean {
  return (
    services.pushes !== undefined && person.aria2 === true && visit.place.kind === "private" && owner === person.id
  );
}

/** Whether files go to another chat from here: of what is theirs, where nobody else sees it, once the bot has seen a chat they run. */
export async function isDeliverable(
  { services, visit, person }: Pick<ActionContext, "services" | "visit" | "person">,
  { owner }: Pick<Mount, "owner">,
): Promise<boolean> {
  if (visit.place.kind !== "private" || owner !== person.id || !services.batches) return false;
  return (await services.destinations?.mayHave(person.id)) === true;
}

/** Whether what a mount shows can be copied into a drive of whoever looks at it: it is a share. */
export function isSavable(context: Pick<ActionContext, "services">, mount: Mount): boolean {
  return context.services.saves !== undefined && isShare(context, mount);
}
