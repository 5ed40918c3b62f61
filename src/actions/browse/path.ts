import { StorageError } from "../../storage/error.ts";
import type { Entry } from "../../storage/entry.ts";
import type { ActionContext } from "../context/context.ts";
import type { FolderView } from "../model/session.ts";
import type { Crumb } from "../../users/place.ts";
import { plain } from "./page.ts";
import { isSettled } from "./listing.ts";

/** What a typed path leads to: a folder (its trail), or a file in one. */
export interface Place {
  readonly trail: readonly Crumb[];
  readonly file?: Entry;
}

/** Follows a typed path from a folder, name by name. Undefined = there is no such thing. */
export async function findPlace(
  context: ActionContext,
  { mount, ...root }: Pick<FolderView, "mount" | "trail">,
  path: string,
): Promise<Place | undefined> {
  const names = namesOf(path);
  let trail = root.trail;
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    const found = await findByName(context, { mount, folder: trail.at(-1)?.id, name, files: isLast });
    if (!found) return undefined;
    if (found.kind === "file") return { trail, file: found };
    trail = [...trail, { id: found.id, name: found.name }];
  }
  return { trail };
}

/** `/a//./b/../c` is `a`, `c`. */
function namesOf(path: string): readonly string[] {
  const names: string[] = [];
  for (const segment of path.split("/").map((part) => part.trim())) {
    if (segment === "..") names.pop();
    else if (segment !== "" && segment !== ".") names.push(segment);
  }
  return names;
}

interface Wanted {
  readonly mount: string;
  readonly folder: string | undefined;
  readonly name: string;
  /** A file will do as well. */
  readonly files: boolean;
}

/** An entry by its name: as it is written before otherwise, a folder before a file. Reads on only as far as it must. */
async function findByName(context: ActionContext, { mount, folder, name, files }: Wanted): Promise<Entry | undefined> {
  const isWanted = (entry: Entry) => files || entry.kind === "folder";
  const find = (entries: readonly Entry[], same: (entry: Entry) => boolean) => {
    const hits = entries.filter((entry) => isWanted(entry) && same(entry));
    return hits.find((entry) => entry.kind === "folder") ?? hits[0];
  };
  let known: readonly Entry[] = [];
  for await (const entries of readOn(context, mount, folder)) {
    known = entries;
    const exact = find(entries, (entry) => entry.name === name);
    if (exact) return exact;
  }
  return find(known, (entry) => plain(entry.name) === plain(name));
}

/** All entries of a folder. */
export async function readAll(
  context: ActionContext,
  mount: string,
  folder: string | undefined,
): Promise<readonly Entry[]> {
  let known: readonly Entry[] = [];
  for await (const entries of readOn(context, mount, folder)) known = entries;
  return known;
}

/** A folder's entries so far, more and more of them, until these are all. */
async function* readOn(
  { services: { storage }, person: { id: asker }, signal }: ActionContext,
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
