import type { Folder } from "../../storage/folders.ts";
import type { Errand, Outcome } from "../errand.ts";
import { attempt } from "../failure.ts";
import { rowsHere } from "../person.ts";
import type { FolderScene } from "../session.ts";
import { fillIn } from "./fill-in.ts";
import { drawListing, folderId, isSettled, parentOf, type ShowOptions, type Shown } from "./listing.ts";
import { withMount } from "./mounted.ts";

/** A folder's page. The screen is there after one upstream page; while the folder is read on, updates follow it. */
export function showFolder(errand: Errand, scene: FolderScene, options: ShowOptions = {}): Promise<Outcome> {
  const back = parentOf(scene);
  return withMount(
    errand,
    scene.mount,
    (mount) =>
      attempt(errand, { mount, retry: scene, ...(back && { back }) }, async () => {
        const folder = await readUpTo(errand, scene, options);
        return drawFolder(errand, { mount, scene, folder, options });
      }),
    { for: "browse", trail: scene.trail },
  );
}

/** The folder, read at least as far as the page asked for: who turns pages faster than it is read waits for it. */
async function readUpTo(errand: Errand, scene: FolderScene, { refresh = false }: ShowOptions): Promise<Folder> {
  const { services, signal } = errand;
  const { storage } = services;
  const first = await storage.folder(scene.mount, folderId(scene), { refresh, signal });
  const wanted = (scene.page - 1) * rowsHere(errand);
  if (scene.page === 1 || isSettled(first) || first.entries.length > wanted) return first;
  for await (const folder of storage.follow(scene.mount, folderId(scene), { signal, every: 200 })) {
    if (isSettled(folder) || folder.entries.length > wanted) return folder;
  }
  return storage.folder(scene.mount, folderId(scene), { signal });
}

async function drawFolder(errand: Errand, shown: Shown): Promise<Outcome> {
  const listing = await drawListing(errand, shown);
  if (isSettled(shown.folder)) return { screen: listing };
  return { screen: listing, updates: fillIn(errand, shown, listing) };
}
