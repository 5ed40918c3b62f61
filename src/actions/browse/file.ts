import type { Entry } from "../../storage/entry.ts";
import { draw, isSendable, type ActionContext, type Result } from "../context/context.ts";
import { attempt } from "../context/failure.ts";
import type { FileView, FolderView, SearchView } from "../model/session.ts";
import { slim } from "../context/folder-view.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";

/** A file's card, asked of the drive anew. `folder` is where it is, `from` the search it was opened from. */
export function showFile(
  context: ActionContext,
  folder: FolderView,
  entry: Entry,
  from?: SearchView,
): Promise<Result> | Result {
  const retry: FileView = { at: "file", folder, entry, variants: [], ...(from && { from }) };
  return withMount(
    context,
    folder.mount,
    (mount) =>
      attempt(context, { mount, retry, back: from ?? folder }, async () => {
        const details = await context.services.storage.stat(mount.id, entry.id, { signal: context.signal });
        const { variants = [], duration, ...file } = details;
        const view = await draw(context, { ...retry, entry: slim(file), variants });
        return {
          screen: {
            show: "file",
            view,
            mount: tagIn(mount, folder),
            trail: namesOf(folder),
            entry: file,
            variants,
            ...(duration !== undefined && { duration }),
            ...(isSendable(context) && { sendable: true }),
          },
        };
      }),
    { for: "browse", trail: folder.trail },
  );
}
