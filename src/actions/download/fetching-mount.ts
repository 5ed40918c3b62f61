import type { Mount } from "../../storage/mount.ts";
import { currentFolder } from "../browse/current.ts";
import type { ActionContext, Outcome, Result } from "../context/context.ts";
import { ableMount, noneAble } from "../context/able-mount.ts";
import { withMount } from "../context/with-mount.ts";
import type { FolderView } from "../model/session.ts";

/** Does something with the drive that fetches for a person: the current one if it can, else the first of theirs that does. */
export async function inFetchingMount(
  context: ActionContext,
  work: (mount: Mount, folder: FolderView) => Promise<Result> | Result,
): Promise<Result | Outcome> {
  const mount = await fetchingMount(context);
  if (!mount) return noneAble(context, "no-downloads");
  return withMount(context, mount.id, async (found) => work(found, await currentFolder(context, found)));
}

/** Undefined = the person has none that can. */
export function fetchingMount(context: ActionContext): Promise<Mount | undefined> {
  return ableMount(context, "download");
}
