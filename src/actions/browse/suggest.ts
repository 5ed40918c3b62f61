import type { Entry } from "../../storage/entry.ts";
import type { ActionContext } from "../context/context.ts";
import { isOpenByLink } from "../context/kinds.ts";
import { leaveFor } from "../context/leave.ts";
import { mountsOf } from "../../users/person.ts";
import { contains, plain } from "./page.ts";
import type { Services } from "../context/services.ts";
import type { FolderView } from "../model/session.ts";
import { currentMount } from "./current.ts";
import { rootIn } from "../context/folder-view.ts";
import { countedName, namesIn, typedName } from "./typed-path.ts";

/** What somebody is typing, and of what kind it is to be. */
export interface Typing {
  readonly of: "path" | "mount";
  readonly typed: string;
}

/** Something that could be meant. */
export interface Suggestion {
  /** What the command takes: a whole path, or a mount's id. */
  readonly value: string;
  /** As people call it. */
  readonly name: string;
  readonly kind: Entry["kind"] | "mount";
}

/** No chat shows more than half of these. */
const maxSuggestions = 50;

/**
 * What could be meant by what is typed so far, out of what is known already: folders that were read, mounts of one's own.
 * It answers at once and never asks a drive; what is not known, or is not the visitor's to see, is not suggested.
 */
export function suggestions(context: ActionContext, { of, typed }: Typing): Promise<readonly Suggestion[]> {
  return of === "mount" ? ownMounts(context, typed) : pathsTo(context, typed);
}

async function ownMounts({ services, person }: ActionContext, typed: string): Promise<readonly Suggestion[]> {
  const mounts = await mountsOf(services, person);
  return mounts
    .filter(({ title }) => plain(title).includes(plain(typed.trim())))
    .map(({ id, title }) => ({ value: id, name: title, kind: "mount" }));
}

/** The entries of the folder typed so far whose names contain what stands behind its last slash. */
async function pathsTo(context: ActionContext, typed: string): Promise<readonly Suggestion[]> {
  const mount = await currentMount(context);
  if (!mount || mount === "several") return [];
  const root = rootIn(context, mount);
  const leave = await leaveFor(context, mount, { for: "browse", trail: root.trail }, isOpenByLink(context, mount));
  if (leave.is !== "yes") return [];
  // The last slash that is none of a name's divides the folders from the name being typed.
  const [, folders = "", words = ""] = /^((?:.*(?<!\\)\/)?)(.*)$/s.exec(typed.replace(/^\s*\/+/, "")) ?? [];
  if (/(?:^|\/)\s*\.\.\s*\//.test(folders)) return [];
  const names = namesIn(folders);
  const folder = folderAt(
    context.services.storage,
    root,
    names.map(({ name }) => name),
  );
  if (!folder) return [];
  const wanted = namesIn(words).at(0)?.name ?? "";
  const start = plain(wanted);
  const hits = folder.entries.filter((entry) => contains(entry, wanted));
  const ranks = Map.groupBy(
    hits,
    ({ name, kind }) => (plain(name).startsWith(start) ? 0 : 2) + Number(kind === "file"),
  );
  const before = names.map(({ name }) => `${typedName(name)}/`).join("");
  return [0, 1, 2, 3]
    .flatMap((rank) => ranks.get(rank) ?? [])
    .slice(0, maxSuggestions)
    .map((entry) => {
      const value = before + typedName(entry.name, placeAmongNamesakes(folder.entries, entry));
      return { value, name: value, kind: entry.kind };
    });
}

/** 1 for the first of its name; folders come before files. */
function placeAmongNamesakes(entries: readonly Entry[], { id, name }: Entry): number {
  const namesakes = entries.filter((other) => plain(other.name) === plain(name));
  const inOrder = namesakes.toSorted((a, b) => Number(a.kind === "file") - Number(b.kind === "file"));
  return inOrder.findIndex((other) => other.id === id) + 1;
}

/** The folder at the end of some names, below what the visitor sees as the root. */
function folderAt(storage: Services["storage"], root: Pick<FolderView, "mount" | "trail">, names: readonly string[]) {
  let folder = storage.peek(root.mount, root.trail.at(-1)?.id);
  for (const name of names) {
    const next = folder && folderNamed(folder.entries, name);
    folder = next && storage.peek(root.mount, next.id);
  }
  return folder;
}

/** The folder of a name, or of several that is counted (`name#2`). */
function folderNamed(entries: readonly Entry[], name: string): Entry | undefined {
  const called = (other: string) =>
    entries.filter((entry) => entry.kind === "folder" && plain(entry.name) === plain(other));
  const counted = countedName(name);
  return called(name)[0] ?? (counted && called(counted.name)[counted.place - 1]);
}
