import type { Mount } from "../../storage/mount.ts";
import type { Errand, Outcome } from "../errand.ts";
import { attempt, noticeWithWays } from "../failure.ts";
import { showFile } from "../scenes/file.ts";
import { showFolder } from "../scenes/folder.ts";
import { folderScene } from "../scenes/listing.ts";
import { withMount } from "../scenes/mounted.ts";
import { findPlace } from "../scenes/place.ts";

/** The current mount, or what a typed path in it leads to. */
export async function browse(errand: Errand, path = ""): Promise<Outcome> {
  const current = await currentMount(errand);
  if (!current) return noMounts(errand);
  return withMount(errand, current.id, (mount) =>
    attempt(errand, { mount, retry: { at: "browse", path } }, async () => {
      const place = await findPlace(errand, mount.id, path);
      if (!place) return noticeWithWays(errand, "no-such-path", { level: "refused", subject: path });
      const scene = folderScene(errand, mount.id, place.trail);
      return place.file ? showFile(errand, scene, place.file) : showFolder(errand, scene);
    }),
  );
}

/** There is nothing to look into yet. */
export function noMounts(errand: Errand): Promise<Outcome> {
  return noticeWithWays(errand, "no-mounts", { offer: ["add-account", "add-share"] });
}

/** The mount the person has chosen, or the first that is still there. */
export async function currentMount({ services, person: { current, mounts } }: Errand): Promise<Mount | undefined> {
  for (const id of current === undefined ? mounts : [current, ...mounts]) {
    const mount = await services.storage.find(id);
    if (mount) return mount;
  }
  return undefined;
}
