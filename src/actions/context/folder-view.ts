import type { Entry } from "../../storage/entry.ts";
import type { Mount } from "../../storage/mount.ts";
import { orderHere } from "../../users/person.ts";
import { lendingOf, type Crumb } from "../../users/place.ts";
import type { FolderView } from "../model/session.ts";
import type { ActionContext } from "./context.ts";

/** The first page of a folder of a mount, in the person's order. `base` = folders of the trail one may not go above. */
export function folderView(
  context: Pick<ActionContext, "person" | "place">,
  mount: string,
  trail: readonly Crumb[] = [],
  base = 0,
): FolderView {
  return { at: "folder", mount, trail, page: 1, order: orderHere(context), ...(base > 0 && { base }) };
}

/** The mount's root for this action: of a lent folder, that folder. */
export function rootIn(context: ActionContext, { id }: Pick<Mount, "id">): FolderView {
  const isOwn = context.person.mounts.includes(id) && context.visit.place.kind === "private";
  const trail = (isOwn ? undefined : context.group && lendingOf(context.group, id)?.trail) ?? [];
  return folderView(context, id, trail, trail.length);
}

/** The drive's id of the folder a view is in; undefined = the mount's root. */
export function folderId({ trail }: FolderView): string | undefined {
  return trail.at(-1)?.id;
}

/** An entry as a session remembers it: enough to say and open it. */
export function slim({ id, kind, name, size, mimeType }: Entry): Entry {
  return { id, kind, name, size, mimeType };
}
