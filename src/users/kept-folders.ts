import type { Crumb } from "./place.ts";

/** A folder of a mount, by its way down from the mount's root. */
export interface KeptFolder {
  readonly mount: string;
  /** Never empty: a mount's root is the mount. */
  readonly trail: readonly Crumb[];
}

/** Folders a person comes back to. */
export interface KeptFolders {
  /** Those they keep, oldest first. */
  readonly favourites?: readonly KeptFolder[] | undefined;
  /** Those of their own drives they were in lately, newest first. */
  readonly recent?: readonly KeptFolder[] | undefined;
}

/** Favourites a person may have: with the recent folders they are as many as one menu holds. */
export const maxFavourites = 15;
const maxRecent = 10;

/** Whether a folder is kept as a favourite. */
export function isFavourite({ favourites = [] }: KeptFolders, folder: KeptFolder): boolean {
  return favourites.some((kept) => isSame(kept, folder));
}

/** The record with a favourite more. */
export function withFavourite<R extends KeptFolders>(record: R, folder: KeptFolder): R {
  const { favourites = [] } = record;
  return isFavourite(record, folder) ? record : { ...record, favourites: [...favourites, folder] };
}

/** The record without it among the favourites. */
export function withoutFavourite<R extends KeptFolders>(record: R, folder: KeptFolder): R {
  return { ...record, favourites: record.favourites?.filter((kept) => !isSame(kept, folder)) };
}

/**
 * The record after a folder was looked into; the same one where nothing changes. On the way down the deeper folder stands
 * for those above it, and on the way up it stays. A favourite is led to as it was reached now.
 */
export function afterVisit<R extends KeptFolders>(record: R, folder: KeptFolder): R {
  const { recent = [], favourites } = record;
  const [latest] = recent;
  const isMoved = (kept: KeptFolder) => isSame(kept, folder) && !isBelow(kept, folder);
  const led = favourites?.some(isMoved) ? favourites.map((kept) => (isMoved(kept) ? folder : kept)) : favourites;
  if (latest && isBelow(latest, folder)) return led === favourites ? record : { ...record, favourites: led };
  const others = recent.filter((kept) => !isSame(kept, folder));
  const before = latest && isBelow(folder, latest) ? others.filter((kept) => kept !== latest) : others;
  return { ...record, favourites: led, recent: [folder, ...before].slice(0, maxRecent) };
}

/** The record without any folder of a mount. */
export function withoutFoldersOf<R extends KeptFolders>(record: R, mount: string): R {
  const remains = (kept: KeptFolder) => kept.mount !== mount;
  const { favourites, recent } = record;
  return { ...record, favourites: favourites?.filter(remains), recent: recent?.filter(remains) };
}

/** The record without a folder that is not there any more among the recent ones. */
export function withoutRecent<R extends KeptFolders>(record: R, folder: KeptFolder): R {
  return { ...record, recent: record.recent?.filter((kept) => !isSame(kept, folder)) };
}

function isSame(one: KeptFolder, other: KeptFolder): boolean {
  return one.mount === other.mount && one.trail.at(-1)?.id === other.trail.at(-1)?.id;
}

/** Whether a folder is the other, or one of those below it, under the names they have. */
function isBelow(folder: KeptFolder, above: KeptFolder): boolean {
  return (
    folder.mount === above.mount &&
    above.trail.every(({ id, name }, at) => folder.trail[at]?.id === id && folder.trail[at].name === name)
  );
}
