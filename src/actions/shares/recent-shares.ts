import type { Mount } from "../../storage/mount.ts";
import { mountsOf, withMount, withoutMount, type Person } from "../../users/person.ts";
import { withPerson, type ActionContext } from "../context/context.ts";
import { isShare } from "../context/kinds.ts";

/** Shares that are kept for a person; of more, those opened longest ago are let go of. */
const maxShares = 20;

/** Notes shares as the latest opened. An account of theirs stays the current drive; who has none goes on with the share. */
export async function withShares(context: ActionContext, opened: readonly Mount[]): Promise<ActionContext> {
  const { services, person } = context;
  const ids = opened.map(({ id }) => id);
  const known = (await mountsOf(services, person)).filter(({ id }) => !ids.includes(id));
  const others = person.mounts.filter((id) => !ids.includes(id));
  const hasAccount = known.some((mount) => !isShare(context, mount));
  // What is shared with a group, or followed, stays until its owner takes it away.
  const followed = new Set((await services.follows?.of(person.id))?.map(({ about }) => about.mount));
  const shares = known.filter(
    (mount) => isShare(context, mount) && mount.audience.length === 0 && !followed.has(mount.id),
  );
  const over = shares.slice(0, Math.max(0, shares.length + ids.length - maxShares)).map(({ id }) => id);
  const kept = over.reduce<Person>(withoutMount, { ...person, mounts: others });
  const latest = ids.reduce<Person>((record, id) => withMount(record, id, { choose: !hasAccount }), kept);
  const richer = await withPerson(context, latest);
  await Promise.all(over.map((id) => services.storage.unmount(id)));
  return richer;
}
