import type { ActionContext, Outcome } from "../context.ts";
import { noticeWithWays } from "../failure.ts";
import { showFile } from "./file.ts";
import { showFolder } from "./folder.ts";
import { findPlace } from "./path.ts";
import { inCurrentMount, rootIn } from "./current.ts";

/** The current mount, or what a typed path in it leads to. */
export function browse(context: ActionContext, path = ""): Promise<Outcome> {
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
