import type { Mount } from "../../storage/mount.ts";
import type { ActionContext } from "../context/context.ts";
import { folderView } from "../context/folder-view.ts";
import type { FileView, FolderView } from "../model/session.ts";

/** Folders that are entered by themselves at most: a share may hold a loop of its own making. */
const maxDepth = 8;

/** Where a share is shown first: a folder or file that is alone in its folder is entered at once. */
export async function entryPoint(context: ActionContext, mount: Mount): Promise<FolderView | FileView> {
  let folder = folderView(context, mount.id);
  for (let depth = 0; depth < maxDepth; depth += 1) {
    const id = folder.trail.at(-1)?.id;
    const { entries, complete } = await context.services.storage.folder(mount.id, id, {
      soon: true,
      signal: context.signal,
      asker: context.person.id,
    });
    const [only] = entries;
    if (!only || !complete || entries.length > 1) return folder;
    if (only.kind === "file") return { at: "file", folder, entry: only, variants: [] };
    folder = { ...folder, trail: [...folder.trail, { id: only.id, name: only.name }] };
  }
  return folder;
}
