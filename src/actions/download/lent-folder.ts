import type { Mount } from "../../storage/mount.ts";
import { currentMount } from "../browse/current.ts";
import type { ActionContext } from "../context/context.ts";
import { folderView } from "../context/folder-view.ts";
import { mayDownload, type Need } from "../context/leave.ts";
import type { Services } from "../context/services.ts";
import type { DownloadOrder } from "../model/download.ts";
import type { FolderView } from "../model/session.ts";
import { giveDownloadsBack, standingIn, type Lending } from "../../users/place.ts";

/** The folder that a group is lent downloads into; of several there is no telling; undefined = there is none here. */
export async function lentFolder(context: ActionContext): Promise<FolderView | "several" | undefined> {
  const able: FolderView[] = [];
  for (const { mount, trail } of context.group?.lent ?? [])
    if (await isFetching(context, mount)) able.push(folderView(context, mount, trail, trail.length));
  if (able.length < 2) return able[0];
  const here = await currentMount(context);
  return able.find(({ mount }) => here !== "several" && mount === here?.id) ?? "several";
}

/** Whether a lent drive fetches for the group. What is one's own is private where one is alone. */
async function isFetching({ services, group, person, visit }: ActionContext, id: string): Promise<boolean> {
  const lending = group?.lent.find(({ mount }) => mount === id);
  const mount = await services.storage.find(id);
  if (!mount || !isLentDownloads(mount, lending)) return false;
  if (visit.place.kind === "private" && mount.owner === person.id) return false;
  return (await services.storage.can(id)).has("download");
}

function isLentDownloads({ owner }: Mount, lending: Lending | undefined): boolean {
  return lending?.owner === owner && lending.policy.downloads !== undefined;
}

/** What fetching so many addresses into a folder asks of its drive: their own where they alone see it, else what is lent. */
export function needToFetch(context: ActionContext, { mount, trail }: FolderView, many: number): Need {
  return isOwnHere(context, mount) ? { for: "own" } : { for: "download", trail, many };
}

/** What looking at a batch asks of its drive. */
export function needToFollow(context: ActionContext, { mount, trail }: FolderView): Need {
  return isOwnHere(context, mount) ? { for: "own" } : { for: "browse", trail };
}

function isOwnHere({ visit, person }: ActionContext, mount: string): boolean {
  return visit.place.kind === "private" && person.mounts.includes(mount);
}

/** Whether somebody may end a batch: who asked for it, whose drive it is, and who runs the group it was asked for in. */
export async function mayCancel(
  { services, visit, person }: ActionContext,
  { person: asker, mount: id, lent }: DownloadOrder,
): Promise<boolean> {
  if (asker === person.id) return true;
  const mount = await services.storage.find(id);
  if (mount?.owner === person.id) return true;
  return lent !== undefined && (await standingIn(services, visit, lent.place)) === "admin";
}

/** What whoever follows batches asks of the groups they were asked for in. */
export interface LentFolders {
  /** Whether another address of the batch may be begun. */
  mayBegin(order: DownloadOrder): Promise<boolean>;
  /** So many of its addresses were not begun, and do not count. */
  giveBack(order: DownloadOrder, many: number): Promise<void>;
}

/** Lent folders as they are in the store. `services` are there when the first batch is followed. */
export function createLentFolders(services: () => Services): LentFolders {
  return {
    async mayBegin({ mount: id, person, lent }) {
      if (!lent) return true;
      const mount = await services().storage.find(id);
      return mount !== undefined && mayDownload(services(), mount, { ...lent, person });
    },
    async giveBack({ mount, person, lent }, many) {
      const owner = (await services().storage.find(mount))?.owner;
      // An owner's own are not counted.
      if (lent && owner !== person) await giveDownloadsBack(services(), { place: lent.place, mount, many });
    },
  };
}
