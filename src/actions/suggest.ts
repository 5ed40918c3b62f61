import type { Entry } from "../storage/entry.ts";
import type { Visit } from "./action.ts";
import { loadPerson, mountsOf } from "./person.ts";
import { contains, plain } from "./scenes/arranged.ts";
import type { Services } from "./services.ts";

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
const mostSuggestions = 50;

/**
 * What could be meant by what is typed so far, out of what is known already: folders that were read, mounts of one's own.
 * It answers at once and never asks a drive; what is not known is not suggested.
 */
export async function suggest(services: Services, visit: Visit, { of, typed }: Typing): Promise<readonly Suggestion[]> {
  const person = await loadPerson(services, visit.person.id);
  const mounts = await mountsOf(services, person);
  if (of === "mount") {
    return mounts
      .filter(({ title }) => plain(title).includes(plain(typed.trim())))
      .map(({ id, title }) => ({ value: id, name: title, kind: "mount" }));
  }
  const current = mounts.find(({ id }) => id === person.current) ?? mounts[0];
  return current ? pathsIn(services, current.id, typed) : [];
}

/** The entries of the folder typed so far whose names contain what stands behind its last slash. */
function pathsIn({ storage }: Services, mount: string, typed: string): readonly Suggestion[] {
  const names = typed.replace(/^\s*\/+/, "").split("/");
  const words = (names.pop() ?? "").trim();
  const folder = folderAt(storage, mount, names);
  if (!folder) return [];
  const start = plain(words);
  const hits = folder.entries.filter((entry) => !entry.name.includes("/") && contains(entry, words));
  const ranks = Map.groupBy(
    hits,
    ({ name, kind }) => (plain(name).startsWith(start) ? 0 : 2) + Number(kind === "file"),
  );
  return [0, 1, 2, 3]
    .flatMap((rank) => ranks.get(rank) ?? [])
    .slice(0, mostSuggestions)
    .map(({ name, kind }) => ({ value: [...names, name].join("/"), name, kind }));
}

function folderAt(storage: Services["storage"], mount: string, names: readonly string[]) {
  let folder = storage.peek(mount, undefined);
  for (const name of names) {
    const next = folder?.entries.find((entry) => entry.kind === "folder" && plain(entry.name) === plain(name));
    folder = next && storage.peek(mount, next.id);
  }
  return folder;
}
