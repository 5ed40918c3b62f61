import type { Entry } from "../../storage/entry.ts";
import type { Crumb } from "../../users/place.ts";
import { slim } from "../context/folder-view.ts";
import type { Picked, Selection } from "../model/change.ts";
import type { FolderView, Session, TidyView } from "../model/session.ts";
import type { Sum } from "../model/tidy-screen.ts";

/** Most entries that can be chosen in one message. */
export const maxChosen = 1000;

/** The entries a view is about, by the folders they are in. */
export function pickedBy({ about, from }: TidyView, session: Pick<Session, "selection">): readonly Picked[] {
  if (about === "selection") return outermost(chosenIn(session, folderOfTidy({ from }).mount)?.picked ?? []);
  if (from.at !== "folder") return [{ trail: from.folder.trail, entries: [slim(from.entry)] }];
  const last = from.trail.at(-1);
  if (!last || from.trail.length <= (from.base ?? 0)) return [];
  return [{ trail: from.trail.slice(0, -1), entries: [{ ...last, kind: "folder" }] }];
}

/** The folder a tidying view was opened from, or in. */
export function folderOfTidy({ from }: Pick<TidyView, "from">): FolderView {
  return from.at === "folder" ? from : from.folder;
}

/** What is chosen in a session on that drive. */
export function chosenIn({ selection }: Pick<Session, "selection">, mount: string): Selection | undefined {
  return selection?.mount === mount && selection.picked.length > 0 ? selection : undefined;
}

/** What is chosen on the drive of that folder, without what lies below a folder that is chosen itself. */
export function pickedEntries(session: Pick<Session, "selection">, from: FolderView): readonly Entry[] {
  return entriesOf(pickedBy({ at: "tidy", about: "selection", from }, session));
}

export function entriesOf(picked: readonly Picked[]): readonly Entry[] {
  return picked.flatMap(({ entries }) => entries);
}

export function idsOf(picked: readonly Picked[]): readonly string[] {
  return entriesOf(picked).map(({ id }) => id);
}

/** What lies below a folder that is chosen itself goes along with it. */
function outermost(picked: readonly Picked[]): readonly Picked[] {
  return outside(picked, new Set(idsOf(picked)));
}

/** All but what lies below these folders. */
export function outside(picked: readonly Picked[], folders: ReadonlySet<string>): readonly Picked[] {
  return picked.filter(({ trail }) => !trail.some(({ id }) => folders.has(id)));
}

/** Only those of these ids. */
export function among(picked: readonly Picked[], ids: ReadonlySet<string>): readonly Picked[] {
  return kept(picked, ({ id }) => ids.has(id));
}

/** All but those of these ids. */
export function without(picked: readonly Picked[], ids: ReadonlySet<string>): readonly Picked[] {
  return kept(picked, ({ id }) => !ids.has(id));
}

function kept(picked: readonly Picked[], keep: (entry: Entry) => boolean): readonly Picked[] {
  return picked
    .map(({ trail, entries }) => ({ trail, entries: entries.filter(keep) }))
    .filter(({ entries }) => entries.length > 0);
}

/** With more entries of a folder; those that are there already stay as they are. */
export function withMore(
  picked: readonly Picked[],
  trail: readonly Crumb[],
  entries: readonly Entry[],
): readonly Picked[] {
  const there = new Set(idsOf(picked));
  const more = entries.filter(({ id }) => !there.has(id)).map(slim);
  if (more.length === 0) return picked;
  const at = picked.findIndex((group) => group.trail.at(-1)?.id === trail.at(-1)?.id);
  if (at === -1) return [...picked, { trail, entries: more }];
  return picked.map((group, n) => (n === at ? { ...group, entries: [...group.entries, ...more] } : group));
}

export function sumOf(entries: readonly Entry[]): Sum {
  const files = entries.filter(({ kind }) => kind === "file");
  return {
    files: files.length,
    folders: entries.length - files.length,
    size: files.reduce((sum, { size = 0 }) => sum + size, 0),
  };
}

/** The one entry there is; undefined = none, or several. */
export function onlyOne(entries: readonly Entry[]): Entry | undefined {
  return entries.length === 1 ? entries[0] : undefined;
}
