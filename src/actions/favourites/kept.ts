import { storageErrorKind } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import { afterVisit, isFavourite, withoutRecent, type KeptFolder } from "../../users/kept-folders.ts";
import { changePerson, type ActionContext } from "../context/context.ts";
import { isShare } from "../context/kinds.ts";
import { tagOf } from "../context/with-mount.ts";
import type { FolderLine } from "../model/screen.ts";
import type { FolderView } from "../model/session.ts";

/** A folder a person comes back to, and the mount it is in. */
export interface Kept {
  readonly folder: KeptFolder;
  readonly mount: Mount;
}

/** The favourites that are in some of these mounts, and the recent folders beside them; not those of a share that opens no more. */
export function keptIn(
  context: ActionContext,
  mounts: readonly Mount[],
): { readonly favourites: readonly Kept[]; readonly recent: readonly Kept[] } {
  const byId = new Map(mounts.map((mount) => [mount.id, mount]));
  const found = (folders: readonly KeptFolder[] = []) =>
    folders.flatMap((folder): readonly Kept[] => {
      const mount = byId.get(folder.mount);
      return mount ? [{ folder, mount }] : [];
    });
  const { favourites, recent } = context.person;
  const others = recent?.filter((folder) => !isFavourite(context.person, folder));
  return { favourites: found(favourites), recent: found(others).filter(({ mount }) => isOpening(context, mount)) };
}

function isOpening(context: ActionContext, mount: Mount): boolean {
  if (!isShare(context, mount) || mount.health.state === "working") return true;
  const { about, mends } = storageErrorKind(mount.health.code);
  return about !== "drive" || mends.length > 0;
}

/** Favourites that a list of drives opens by itself. */
const maxShortcuts = 3;

/** What a list of drives offers besides them: the first favourites, and whether there is more to come back to. */
export function shortcutsIn(
  context: ActionContext,
  mounts: readonly Mount[],
): { readonly places: readonly KeptFolder[]; readonly kept?: { readonly shortcuts: readonly FolderLine[] } } {
  const { favourites, recent } = keptIn(context, mounts);
  const first = favourites.slice(0, maxShortcuts);
  const isAny = favourites.length + recent.length > 0;
  return { places: first.map(({ folder }) => folder), ...(isAny && { kept: { shortcuts: first.map(lineOf) } }) };
}

/** What is said of such a folder. */
export function lineOf({ folder, mount }: Kept): FolderLine {
  return { mount: tagOf(mount), trail: folder.trail.map(({ name }) => name), health: mount.health };
}

/** The folder of a person's own drive that a view is in, as it can be kept; undefined = it is none, or a drive's root. */
export function keepable(
  { visit, person }: Pick<ActionContext, "visit" | "person">,
  { mount, trail }: Pick<FolderView, "mount" | "trail">,
): KeptFolder | undefined {
  const isOwn = visit.place.kind === "private" && person.mounts.includes(mount);
  return isOwn && trail.length > 0 ? { mount, trail } : undefined;
}

/** Notes that a folder was looked into. */
export function noteVisit(context: ActionContext, view: FolderView): Promise<void> {
  const folder = keepable(context, view);
  return changeKept(context, (person) => (folder ? afterVisit(person, folder) : person));
}

/** Notes that a folder is not there any more. A favourite stays until it is taken off. */
export function noteGone(context: ActionContext, view: FolderView): Promise<void> {
  const folder = keepable(context, view);
  return changeKept(context, (person) => (folder && person.recent ? withoutRecent(person, folder) : person));
}

async function changeKept(
  { services, person }: ActionContext,
  change: (person: ActionContext["person"]) => ActionContext["person"],
): Promise<void> {
  if (change(person) === person) return;
  await changePerson(services, person.id, change);
}
