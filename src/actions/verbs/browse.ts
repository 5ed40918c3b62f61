import type { Errand, Outcome } from "../errand.ts";
import { noticeWithWays } from "../failure.ts";
import { showFile } from "../scenes/file.ts";
import { showFolder } from "../scenes/folder.ts";
import { findPlace } from "../scenes/place.ts";
import { inCurrentMount, rootIn } from "./current.ts";

/** The current mount, or what a typed path in it leads to. */
export function browse(errand: Errand, path = ""): Promise<Outcome> {
  return inCurrentMount(
    errand,
    async (mount) => {
      const root = rootIn(errand, mount);
      const place = await findPlace(errand, root, path);
      if (!place) return noticeWithWays(errand, "no-such-path", { level: "refused", subject: path });
      const scene = { ...root, trail: place.trail };
      return place.file ? showFile(errand, scene, place.file) : showFolder(errand, scene);
    },
    { at: "browse", path },
  );
}
