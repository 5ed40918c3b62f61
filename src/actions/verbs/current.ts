import type { Mount } from "../../storage/mount.ts";
import type { Errand, Outcome } from "../errand.ts";
import { attempt, noticeWithWays } from "../failure.ts";
import { mountsOf } from "../person.ts";
import { lendingOf, type Lending } from "../place.ts";
import { folderScene } from "../scenes/listing.ts";
import { showLent } from "../scenes/mounts.ts";
import { withMount } from "../scenes/mounted.ts";
import { folderOf, type FolderScene, type Resumable } from "../session.ts";

/** Does something with the mount that is meant when none is named: the person's current one, in a group what was lent to it. */
export async function inCurrentMount(
  errand: Errand,
  work: (mount: Mount) => Promise<Outcome>,
  retry?: Resumable,
): Promise<Outcome> {
  const mount = await currentMount(errand);
  if (mount === "several") return showLent(errand);
  if (!mount) return noMounts(errand);
  const { trail } = rootIn(errand, mount);
  return withMount(
    errand,
    mount.id,
    (found) => attempt(errand, { mount: found, ...(retry && { retry }) }, () => work(found)),
    { for: "browse", trail },
  );
}

/** There is nothing to look into yet. */
function noMounts(errand: Errand): Promise<Outcome> {
  if (errand.visit.place.kind === "group") return noticeWithWays(errand, "nothing-lent");
  return noticeWithWays(errand, "no-mounts", { offer: ["add-account", "add-share"] });
}

/** The mount's root for this errand: of a lent folder, that folder. */
export function rootIn(errand: Errand, { id }: Pick<Mount, "id">): FolderScene {
  const isOwn = errand.person.mounts.includes(id) && errand.visit.place.kind === "private";
  const trail = (isOwn ? undefined : errand.group && lendingOf(errand.group, id)?.trail) ?? [];
  return folderScene(errand, id, trail, trail.length);
}

/** The mount that is meant when none is named; of several lent ones there is no telling. */
export async function currentMount(errand: Errand): Promise<Mount | "several" | undefined> {
  return errand.group ? mountHere(errand) : ownMount(errand);
}

/** The mount the person has chosen, or the first that is still there. */
async function ownMount({ services, person }: Errand): Promise<Mount | undefined> {
  const mounts = await mountsOf(services, person);
  return mounts.find(({ id }) => id === person.current) ?? mounts[0];
}

/** In a group: the one they were in last here, the only one, their own current one; what is not lent only if its link opens it. */
async function mountHere(errand: Errand): Promise<Mount | "several" | undefined> {
  const lent = await lentHere(errand);
  const last = await lastFolder(errand, (folder) => lent.some(({ mount }) => mount.id === folder.mount));
  const chosen = last?.mount ?? errand.person.current;
  const found = lent.find(({ mount }) => mount.id === chosen) ?? (lent.length === 1 ? lent[0] : undefined);
  if (found) return found.mount;
  if (lent.length > 1) return "several";
  return ownMount(errand);
}

/** Mounts lent to the group this is in that are still there. */
async function lentHere({ services, group }: Errand): Promise<readonly { mount: Mount; lending: Lending }[]> {
  const found = await Promise.all(
    (group?.lent ?? []).map(async (lending) => ({ lending, mount: await services.storage.find(lending.mount) })),
  );
  return found.flatMap(({ lending, mount }) => (mount && mount.owner === lending.owner ? [{ lending, mount }] : []));
}

/** The folder of this mount the person was last in here; else its root. */
export async function currentFolder(errand: Errand, mount: Mount): Promise<FolderScene> {
  const root = rootIn(errand, mount);
  const isInside = ({ trail }: FolderScene) => root.trail.every(({ id }, at) => trail[at]?.id === id);
  const last = await lastFolder(errand, (folder) => folder.mount === mount.id && isInside(folder));
  return last ?? root;
}

async function lastFolder(
  { services, person, visit }: Errand,
  fits: (folder: FolderScene) => boolean,
): Promise<FolderScene | undefined> {
  const latest = person.sessions.slice(-5).toReversed();
  for (const id of latest) {
    const session = await services.sessions.get(id);
    const isHere = session?.place === visit.place.id && session.thread === visit.place.thread;
    const folder = session && isHere ? folderOf(session.scene) : undefined;
    if (folder && fits(folder)) return folder;
  }
  return undefined;
}
