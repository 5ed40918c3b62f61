import { sortEntries, type Entry } from "../../storage/entry.ts";
import type { ActionContext } from "../context/context.ts";
import { contains } from "../browse/page.ts";
import { readAll } from "../browse/path.ts";
import { folderId } from "../context/folder-view.ts";
import type { Picked } from "../model/change.ts";
import type { FolderView } from "../model/session.ts";

/** A file somewhere below the folder that is listed. */
export interface Collected {
  /** Names of the folders from there down to it. */
  readonly path: readonly string[];
  readonly file: Entry;
  /** Id of the folder it is in; "" = the mount's root. */
  readonly folder: string;
}

/** What was found so far. */
export interface Collection {
  readonly found: readonly Collected[];
  /** Folders read. */
  readonly folders: number;
  /** Files that are not wanted. */
  readonly others: number;
  /** There is more than may be looked at. */
  readonly capped: boolean;
}

interface Wanted {
  /** Most files of a part. */
  readonly files: number;
  /** Most folders of a part. */
  readonly folders: number;
  /** Which part, from 1: each begins where the one before it had enough. */
  readonly part: number;
  /** Only these entries, and what lies below them; absent = all of the folder. */
  readonly picked?: readonly Picked[] | undefined;
  /** Whether a file counts. */
  isWanted(file: Entry): boolean;
}

interface Ahead {
  readonly id: string | undefined;
  readonly path: readonly string[];
}

/**
 * The files of a folder and of those below it, each folder in the listing's order and before what lies deeper; a
 * snapshot after each folder. Only names the listing shows count, and below them everything.
 */
export async function* collect(context: ActionContext, state: FolderView, wanted: Wanted): AsyncGenerator<Collection> {
  const found: Collected[] = [];
  const ahead: Ahead[] = wanted.picked ? foldersIn(wanted.picked) : [{ id: folderId(state), path: [] }];
  const seen = new Set<string | undefined>();
  const portions = new Portions(wanted);
  let others = 0;
  for (const { file, folder } of filesIn(wanted.picked ?? [])) {
    if (!wanted.isWanted(file)) others += Number(portions.isWanted);
    else if (portions.file()) found.push({ path: [], file, folder });
  }
  for (let next = ahead.shift(); next; next = ahead.shift()) {
    // A drive where a folder lies in itself is a drive with a fault, and no reason to go round for ever.
    if (seen.has(next.id)) continue;
    portions.folder();
    if (portions.isOver) break;
    const isFirst = seen.size === 0 && !wanted.picked;
    seen.add(next.id);
    const all = sortEntries(await readAll(context, state.mount, next.id), state.order);
    const { filter } = state;
    const entries = isFirst && filter !== undefined ? all.filter((entry) => contains(entry, filter)) : all;
    for (const entry of entries) {
      if (entry.kind === "folder") ahead.push({ id: entry.id, path: [...next.path, entry.name] });
      else if (!wanted.isWanted(entry)) others += Number(portions.isWanted);
      else if (portions.file()) found.push({ path: next.path, file: entry, folder: next.id ?? "" });
    }
    yield { found, folders: seen.size, others, capped: portions.isOver };
    if (portions.isOver) return;
  }
  yield { found, folders: seen.size, others, capped: portions.isOver };
}

function foldersIn(picked: readonly Picked[]): Ahead[] {
  return picked.flatMap(({ entries }) =>
    entries.filter(({ kind }) => kind === "folder").map(({ id, name }) => ({ id, path: [name] })),
  );
}

function filesIn(picked: readonly Picked[]): readonly Pick<Collected, "file" | "folder">[] {
  return picked.flatMap(({ trail, entries }) =>
    entries.filter(({ kind }) => kind === "file").map((file) => ({ file, folder: trail.at(-1)?.id ?? "" })),
  );
}

/** Counts what goes into which part. Walked again, the same folders make the same parts. */
class Portions {
  #part = 1;
  #files = 0;
  #folders = 0;
  readonly #wanted: Wanted;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** A folder is about to be read. */
  folder(): void {
    if (this.#folders === this.#wanted.folders) this.#next();
    this.#folders += 1;
  }

  /** A file that counts: whether it is of the part that is wanted. */
  file(): boolean {
    if (this.#files === this.#wanted.files) this.#next();
    this.#files += 1;
    return this.isWanted;
  }

  get isWanted(): boolean {
    return this.#part === this.#wanted.part;
  }

  /** What comes now is of a later part. */
  get isOver(): boolean {
    return this.#part > this.#wanted.part;
  }

  #next(): void {
    this.#part += 1;
    this.#files = 0;
    this.#folders = 0;
  }
}
