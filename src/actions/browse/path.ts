import { StorageError } from "../../storage/error.ts";
import type { Entry } from "../../storage/entry.ts";
import type { Storage } from "../../storage/storage.ts";
import type { ActionContext } from "../context/context.ts";
import type { FolderView } from "../model/session.ts";
import type { Crumb } from "../../users/place.ts";
import { plain } from "./page.ts";
import { isSettled } from "./listing.ts";
import { countedName, readingsOf, type TypedName } from "./typed-path.ts";

/** What a typed path leads to: a folder (its trail), or a file in one. */
export interface Place {
  readonly trail: readonly Crumb[];
  readonly file?: Entry;
}

/** Follows a typed path from a folder, name by name. Undefined = there is no such thing. */
export async function findPlace(
  context: ActionContext,
  root: Pick<FolderView, "mount" | "trail">,
  path: string,
): Promise<Place | undefined> {
  for (const names of readingsOf(path)) {
    const place = await follow(context, root, names);
    if (place) return place;
  }
  return undefined;
}

async function follow(
  context: ActionContext,
  { mount, ...root }: Pick<FolderView, "mount" | "trail">,
  names: readonly TypedName[],
): Promise<Place | undefined> {
  let trail = root.trail;
  for (const [index, typed] of names.entries()) {
    const isLast = index === names.length - 1;
    const found = await findByName(context, { mount, folder: trail.at(-1)?.id, typed, files: isLast });
    if (!found) return undefined;
    if (found.kind === "file") return { trail, file: found };
    trail = [...trail, { id: found.id, name: found.name }];
  }
  return { trail };
}

interface Wanted {
  readonly mount: string;
  readonly folder: string | undefined;
  readonly typed: TypedName;
  /** A file will do as well. */
  readonly files: boolean;
}

/**
 * An entry by its name: as it is written before otherwise, a folder before a file, of namesakes the first or the one
 * that is counted (`name#2`). Reads on only as far as it must.
 */
async function findByName(context: ActionContext, { mount, folder, typed, files }: Wanted): Promise<Entry | undefined> {
  const named = (entries: readonly Entry[], same: (entry: Entry) => boolean) =>
    foldersFirst(entries.filter((entry) => (files || entry.kind === "folder") && same(entry)));
  const names = [...new Set([typed.written, typed.name])];
  let known: readonly Entry[] = [];
  for await (const entries of readOn(context, mount, folder)) {
    known = entries;
    for (const name of names) {
      const [exact] = named(entries, (entry) => entry.name === name);
      if (exact) return exact;
    }
  }
  for (const name of names) {
    const [alike] = named(known, (entry) => plain(entry.name).trim() === plain(name));
    if (alike) return alike;
  }
  const counted = countedName(typed.name);
  return counted && named(known, (entry) => plain(entry.name).trim() === plain(counted.name))[counted.place - 1];
}

function foldersFirst(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((a, b) => Number(a.kind === "file") - Number(b.kind === "file"));
}

/** In whose name folders are read, and until when. */
export interface Reader {
  readonly services: { readonly storage: Pick<Storage, "folder" | "follow"> };
  readonly person: { readonly id: string };
  readonly signal: AbortSignal;
}

/** All entries of a folder. */
export async function readAll(context: Reader, mount: string, folder: string | undefined): Promise<readonly Entry[]> {
  let known: readonly Entry[] = [];
  for await (const entries of readOn(context, mount, folder)) known = entries;
  return known;
}

/** A folder's entries so far, more and more of them, until these are all. */
async function* readOn(
  { services: { storage }, person: { id: asker }, signal }: Reader,
  mount: string,
  folder: string | undefined,
): AsyncGenerator<readonly Entry[]> {
  const first = await storage.folder(mount, folder, { signal, asker });
  yield first.entries;
  if (first.complete) return;
  for await (const later of storage.follow(mount, folder, { signal, asker, every: 200 })) {
    if (!isSettled(later)) yield later.entries;
  }
  const last = await storage.folder(mount, folder, { signal, asker });
  if (last.failed) throw new StorageError(last.failed.code, last.failed);
  yield last.entries;
}
