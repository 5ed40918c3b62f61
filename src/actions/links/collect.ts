import { sortEntries, type Entry } from "../../storage/entry.ts";
import type { ActionContext } from "../context/context.ts";
import { contains } from "../browse/page.ts";
import { readAll } from "../browse/path.ts";
import { folderId } from "../context/folder-view.ts";
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
  /** Most files. */
  readonly files: number;
  /** Most folders. */
  readonly folders: number;
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
  const ahead: Ahead[] = [{ id: folderId(state), path: [] }];
  const seen = new Set<string | undefined>();
  let folders = 0;
  let others = 0;
  let capped = false;
  for (let next = ahead.shift(); next; next = ahead.shift()) {
    // A drive where a folder lies in itself is a drive with a fault, and no reason to go round for ever.
    if (seen.has(next.id)) continue;
    if (folders === wanted.folders) {
      yield { found, folders, others, capped: true };
      return;
    }
    seen.add(next.id);
    folders += 1;
    const all = sortEntries(await readAll(context, state.mount, next.id), state.order);
    const { filter } = state;
    const entries = folders === 1 && filter !== undefined ? all.filter((entry) => contains(entry, filter)) : all;
    for (const entry of entries) {
      if (entry.kind === "folder") ahead.push({ id: entry.id, path: [...next.path, entry.name] });
      else if (!wanted.isWanted(entry)) others += 1;
      else if (found.length < wanted.files) found.push({ path: next.path, file: entry, folder: next.id ?? "" });
      else capped = true;
    }
    yield { found, folders, others, capped };
    if (capped) return;
  }
}
