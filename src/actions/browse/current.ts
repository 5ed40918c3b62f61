import type { Mount } from "../../storage/mount.ts";
import type { ActionContext, Result } from "../context/context.ts";
import { attempt, noticeWithWays } from "../context/failure.ts";
import { currentOf, isOpenByLink } from "../context/kinds.ts";
import { mountsOf } from "../../users/person.ts";
import type { Lending } from "../../users/place.ts";
import { rootIn } from "../context/folder-view.ts";
import { showLent } from "../mounts/views.ts";
import { withMount } from "../context/with-mount.ts";
import { folderOf, type FolderView, type Resumable } from "../model/session.ts";

/** Does something with the mount that is meant when none is named: the person's current one, in a group what was lent to it. */
export async function inCurrentMount(
  context: ActionContext,
  work: (mount: Mount) => Promise<Result> | Result,
  retry?: Resumable,
): Promise<Result> {
  const mount = await currentMount(context);
  if (mount === "several") return showLent(context);
  if (!mount) return noMounts(context);
  const { trail } = rootIn(context, mount);
  return withMount(context, mount.id, (found) => attempt(context, { mount: found, retry }, () => work(found)), {
    for: "browse",
    trail,
  });
}

/** There is nothing to look into yet. */
function noMounts(context: ActionContext): Promise<Result> | Result {
  if (context.visit.place.kind === "group") return noticeWithWays(context, "nothing-lent");
  return noticeWithWays(context, "no-mounts", { offer: ["add-account", "add-share"] });
}

/** The mount that is meant when none is named; of several lent ones there is no telling. */
export async function currentMount(context: ActionContext): Promise<Mount | "several" | undefined> {
  return context.group ? mountHere(context) : ownMount(context);
}

async function ownMount(context: ActionContext): Promise<Mount | undefined> {
  return currentOf(context, await mountsOf(context.services, context.person));
}

/** In a group: the one they were in last here, the only one, their own current one; what is not shared with it only if its link opens it. */
async function mountHere(context: ActionContext): Promise<Mount | "several" | undefined> {
  const lent = await lentHere(context);
  const isHere = ({ mount: id }: FolderView) =>
    lent.length > 0 ? lent.some(({ mount }) => mount.id === id) : context.person.mounts.includes(id);
  const last = await lastFolder(context, isHere);
  const chosen = last?.mount ?? context.person.current;
  const found = lent.find(({ mount }) => mount.id === chosen) ?? (lent.length === 1 ? lent[0] : undefined);
  if (found) return found.mount;
  if (lent.length > 1) return "several";
  const own = await mountsOf(context.services, context.person);
  return own.find((mount) => mount.id === last?.mount && isOpenByLink(context, mount)) ?? currentOf(context, own);
}

/** Mounts lent to the group this is in that are still there. */
async function lentHere({ services, group }: ActionContext): Promise<readonly { mount: Mount; lending: Lending }[]> {
  const found = await Promise.all(
    (group?.lent ?? []).map(async (lending) => ({ lending, mount: await services.storage.find(lending.mount) })),
  );
  return found.flatMap(({ lending, mount }) => (mount && mount.owner === lending.owner ? [{ lending, mount }] : []));
}

/** The folder of this mount the person was last in here; else its root. */
export async function currentFolder(context: ActionContext, mount: Mount): Promise<FolderView> {
  const root = rootIn(context, mount);
  const isInside = ({ trail }: FolderView) => root.trail.every(({ id }, at) => trail[at]?.id === id);
  const last = await lastFolder(context, (folder) => folder.mount === mount.id && isInside(folder));
  return last ?? root;
}

async function lastFolder(
  { services, person, visit }: ActionContext,
  fits: (folder: FolderView) => boolean,
): Promise<FolderView | undefined> {
  const latest = person.sessions.slice(-5).toReversed();
  for (const id of latest) {
    const session = await services.sessions.get(id);
    const isHere = session?.place === visit.place.id && session.thread === visit.place.thread;
    const folder = session && isHere ? folderOf(session.state) : undefined;
    if (folder && fits(folder)) return folder;
  }
  return undefined;
}
