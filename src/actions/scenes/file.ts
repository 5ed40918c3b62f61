import type { Entry, Variant } from "../../storage/entry.ts";
import { afresh, draw, type Errand, type Outcome } from "../errand.ts";
import { attempt } from "../failure.ts";
import type { FileScene, FolderScene } from "../session.ts";
import { folderId, slim } from "./listing.ts";
import { tagOf, withMount } from "./mounted.ts";
import { isSendable } from "./transfer.ts";

/** A file's card, asked of the drive anew. `folder` is where it was opened from. */
export function showFile(errand: Errand, folder: FolderScene, entry: Entry): Promise<Outcome> {
  const retry: FileScene = { at: "file", folder, entry, variants: [] };
  return withMount(errand, folder.mount, (mount) =>
    attempt(errand, { mount, retry, back: folder }, async () => {
      const details = await errand.services.storage.stat(mount.id, entry.id, { signal: errand.signal });
      const { variants = [], duration, ...file } = details;
      const view = await draw(errand, { ...retry, entry: slim(file), variants });
      return {
        screen: {
          show: "file",
          view,
          mount: tagOf(mount),
          trail: folder.trail.map((crumb) => crumb.name),
          entry: file,
          variants,
          ...(duration !== undefined && { duration }),
          ...(isSendable(errand) && { sendable: true }),
        },
      };
    }),
  );
}

interface LinkWish {
  readonly folder: FolderScene;
  readonly entry: Entry;
  readonly variants: readonly Variant[];
  /** Absent = the original. */
  readonly variant?: Variant;
}

/** A file's address, for whoever asked. In a group it is a screen of its own, and the one pressed on stays. */
export async function showLink(errand: Errand, wish: LinkWish): Promise<Outcome> {
  if (errand.visit.place.kind === "private") return linkOrFailure(errand, wish);
  const { screen } = await linkOrFailure(afresh(errand), wish);
  return { screen: screen.show === "notice" ? { ...screen, for: "asker" } : screen };
}

function linkOrFailure(errand: Errand, { folder, entry, variants, variant }: LinkWish): Promise<Outcome> {
  const scene: FileScene = { at: "link", folder, entry, variants, ...(variant && { variant }) };
  const { services, visit, signal } = errand;
  return withMount(errand, folder.mount, (mount) =>
    attempt(errand, { mount, retry: scene, back: { ...scene, at: "file" } }, async () => {
      const issued = await services.issueLink(mount, entry, visit, {
        signal,
        folder: folderId(folder) ?? "",
        ...(variant && { variant }),
      });
      const view = await draw(errand, scene);
      return {
        screen: {
          show: "link",
          for: "asker",
          view,
          mount: tagOf(mount),
          entry,
          ...(variant && { variant }),
          ...issued,
          ...(isSendable(errand) && { sendable: true }),
        },
      };
    }),
  );
}
