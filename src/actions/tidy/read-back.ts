import type { Entry } from "../../storage/entry.ts";
import { StorageError } from "../../storage/error.ts";
import type { Folder } from "../../storage/folders.ts";
import type { Crumb } from "../../users/place.ts";
import type { ActionContext } from "../context/context.ts";
import type { Change, Did } from "../model/change.ts";
import { entriesOf } from "./picked.ts";

/** A folder, read to its end. */
export async function readWhole(
  context: ActionContext,
  mount: string,
  trail: readonly Crumb[],
  { refresh = false }: { readonly refresh?: boolean } = {},
): Promise<Folder> {
  const { services, signal, person } = context;
  const { storage } = services;
  const options = { signal, asker: person.id };
  const id = trail.at(-1)?.id;
  const first = await storage.folder(mount, id, { ...options, refresh });
  if (first.complete) return first;
  for await (const folder of storage.follow(mount, id, { ...options, every: 200 })) if (folder.complete) return folder;
  const { failed, ...last } = await storage.folder(mount, id, options);
  if (failed) throw new StorageError(failed.code, { retryAfter: failed.retryAfter });
  return last;
}

/** Most pages of the trash that are looked through. */
const maxPages = 20;

/** What lies in the trash, up to as many entries as are wanted. */
export async function readTrash(
  context: ActionContext,
  mount: string,
  wanted: number = Infinity,
): Promise<{ readonly entries: readonly Entry[]; readonly complete: boolean }> {
  const { services, signal, person } = context;
  const entries: Entry[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages && entries.length < wanted; page += 1) {
    const { items, next } = await services.storage.listTrash(mount, { signal, asker: person.id, cursor });
    entries.push(...items);
    if (next === undefined) return { entries, complete: true };
    cursor = next;
  }
  return { entries, complete: false };
}

/** Ids of the entries a change whose end was not noted has been made to, as the drive shows it. */
export async function doneSoFar(context: ActionContext, { mount, did }: Change): Promise<ReadonlySet<string>> {
  switch (did.is) {
    case "moved":
    case "trashed":
      return leftTheirFolders(context, mount, did);
    case "restored": {
      const there = new Set((await readTrash(context, mount)).entries.map(({ id }) => id));
      return new Set(entriesOf(did.picked).flatMap(({ id }) => (there.has(id) ? [] : id)));
    }
    case "copied":
      return originalsOf(did, await copiesOf(context, mount, did));
    case "made":
    case "renamed":
      return new Set([did.entry.id]);
  }
}

/** Ids of those that are not where they were. */
export async function leftTheirFolders(
  context: ActionContext,
  mount: string,
  { picked }: Pick<Extract<Did, { is: "moved" | "trashed" }>, "picked">,
): Promise<ReadonlySet<string>> {
  const left: string[] = [];
  for (const { trail, entries } of picked) {
    const there = new Set((await readWhole(context, mount, trail, { refresh: true })).entries.map(({ id }) => id));
    left.push(...entries.flatMap(({ id }) => (there.has(id) ? [] : id)));
  }
  return new Set(left);
}

type Copied = Extract<Did, { is: "copied" }>;

/** The copies that are in the target: entries of such names that were not there before. */
export async function copiesOf(
  context: ActionContext,
  mount: string,
  { picked, to, present }: Copied,
): Promise<readonly Entry[]> {
  const before = new Set(present);
  const originals = Map.groupBy(entriesOf(picked), ({ name }) => name);
  const { entries } = await readWhole(context, mount, to, { refresh: true });
  return entries.filter(
    (entry) =>
      !before.has(entry.id) &&
      namesBehind(entry.name).some((name) => originals.get(name)?.some((original) => isAlike(entry, original))),
  );
}

function originalsOf({ picked }: Copied, copies: readonly Entry[]): ReadonlySet<string> {
  const names = new Set(copies.flatMap(({ name }) => namesBehind(name)));
  return new Set(entriesOf(picked).flatMap(({ id, name }) => (names.has(name) ? id : [])));
}

function isAlike({ kind, size }: Entry, original: Entry): boolean {
  return kind === original.kind && (kind === "folder" || size === original.size);
}

/** The names an entry may have come with: a drive numbers what has a name that is taken, as `name(1).ext`. */
export function namesBehind(given: string): readonly string[] {
  const [, head = "", tail = ""] = /^(.+?) ?\(\d+\)(\.[^.]*)?$/s.exec(given) ?? [];
  return head === "" ? [given] : [given, `${head}${tail}`];
}
