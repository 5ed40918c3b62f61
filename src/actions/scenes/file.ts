import type { Entry, Variant } from "../../storage/entry.ts";
import { afresh, draw, type Errand, type Outcome } from "../errand.ts";
import { attempt } from "../failure.ts";
import type { FileScene, FolderScene, SearchScene } from "../session.ts";
import { folderId, slim } from "./listing.ts";
import { namesOf, tagIn, withMount } from "./mounted.ts";
import { isSendable } from "./transfer.ts";

/** A file's card, asked of the drive anew. `folder` is where it is, `from` the search it was opened from. */
export function showFile(errand: Errand, folder: FolderScene, entry: Entry, from?: SearchScene): Promise<Outcome> {
  const retry: FileScene = { at: "file", folder, entry, variants: [], ...(from && { from }) };
  return withMount(
    errand,
    folder.mount,
    (mount) =>
      attempt(errand, { mount, retry, back: from ?? folder }, async () => {
        const details = await errand.services.storage.stat(mount.id, entry.id, { signal: errand.signal });
        const { variants = [], duration, ...file } = details;
        const view = await draw(errand, { ...retry, entry: slim(file), variants });
        return {
          screen: {
            show: "file",
            view,
            mount: tagIn(mount, folder),
            trail: namesOf(folder),
            entry: file,
            variants,
            ...(duration !== undefined && { duration }),
            ...(isSendable(errand) && { sendable: true }),
          },
        };
      }),
    { for: "browse", trail: folder.trail },
  );
}

interface LinkWish {
  readonly folder: FolderScene;
  readonly entry: Entry;
  readonly variants: readonly Variant[];
  /** Absent = the original. */
  readonly variant?: Variant;
  readonly from?: SearchScene;
}

/** A file's address, for whoever asked. In a group it is a screen of its own, and the one pressed on stays. */
export async function showLink(errand: Errand, wish: LinkWish): Promise<Outcome> {
  if (errand.visit.place.kind === "private") return linkOrFailure(errand, wish);
  const { screen } = await linkOrFailure({ ...afresh(errand), quiet: true }, wish);
  return { screen: screen.show === "notice" ? { ...screen, for: "asker" } : screen };
}

function linkOrFailure(errand: Errand, { folder, entry, variants, variant, from }: LinkWish): Promise<Outcome> {
  const scene: FileScene = { at: "link", folder, entry, variants, ...(variant && { variant }), ...(from && { from }) };
  const { services, visit, signal } = errand;
  return withMount(
    errand,
    folder.mount,
    (mount, { lent }) =>
      attempt(errand, { mount, retry: scene, back: { ...scene, at: "file" } }, async () => {
        const issued = await services.issueLink(mount, entry, visit, {
          signal,
          folder: folderId(folder) ?? "",
          ...(variant && { variant }),
        });
        const view = await draw(errand, scene);
        const isOpen = lent?.lending.policy.open === true && lent.place.settings.hushed !== true;
        return {
          screen: {
            show: "link",
            ...(!isOpen && { for: "asker" }),
            view,
            mount: tagIn(mount, folder),
            entry,
            ...(variant && { variant }),
            ...issued,
            ...(isSendable(errand) && { sendable: true }),
          },
        };
      }),
    { for: "link", trail: folder.trail },
  );
}
