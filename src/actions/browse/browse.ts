import type { ActionContext, Result } from "../context/context.ts";
import { noticeWithWays } from "../context/failure.ts";
import { showFile } from "./file.ts";
import { showFolder } from "./folder.ts";
import { findPlace } from "./path.ts";
import { inCurrentMount } from "./current.ts";
import { rootIn } from "../context/folder-view.ts";

/** The current mount, or what a typed path in it leads to. */
export function browse(context: ActionContext, path = ""): Promise<Result> | Result {
  return inCurrentMount(
    context,
    async (mount) => {
      const root = rootIn(context, mount);
      const place = await findPlace(context, root, path);
      if (!place) return noticeWithWays(context, "no-such-path", { level: "refused", subject: path });
      const state = { ...root, trail: place.trail };
      return place.file ? showFile(context, state, place.file) : showFolder(context, state);
    },
    { at: "browse", path },
  );
}
