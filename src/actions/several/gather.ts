import { sortEntries, type Entry, type Order } from "../../storage/entry.ts";
import { readAll } from "../browse/path.ts";
import type { ActionContext } from "../context/context.ts";
import { slim } from "../context/folder-view.ts";
import type { Picked } from "../model/change.ts";
import type { FoundRow } from "../model/session.ts";

/** Most files of one batch, and folders that are read for it. */
const [maxFiles, maxFolders] = [100, 50];

/** What there is to send. */
export interface Gathered {
  readonly files: readonly FoundRow[];
  /** There are more than one batch takes. */
  readonly more: boolean;
}

interface From {
  readonly mount: string;
  readonly order: Order;
}

/** The files among entries, and those of the folders among them: each folder's own before what lies deeper. */
export async function gather(
  context: ActionContext,
  { mount, order }: From,
  picked: readonly Picked[],
): Promise<Gathered> {
  const files: FoundRow[] = [];
  const ahead = [...picked];
  const seen = new Set<string>();
  const take = ({ trail, entries }: Picked): readonly Picked[] => {
    files.push(...entries.filter(isFile).map((entry) => ({ ...slim(entry), trail, mount })));
    return entries.filter((entry) => !isFile(entry)).map((entry) => ({ trail, entries: [entry] }));
  };
  const folders = ahead.flatMap(take);
  for (let next = folders.shift(); next && files.length <= maxFiles; next = folders.shift()) {
    const [folder] = next.entries;
    // A drive where a folder lies in itself is a drive with a fault, and no reason to go round for ever.
    if (!folder || seen.has(folder.id)) continue;
    if (seen.size === maxFolders) return { files: files.slice(0, maxFiles), more: true };
    seen.add(folder.id);
    const entries = sortEntries(await readAll(context, mount, folder.id), order);
    folders.push(...take({ trail: [...next.trail, { id: folder.id, name: folder.name }], entries }));
  }
  return { files: files.slice(0, maxFiles), more: files.length > maxFiles || folders.length > 0 };
}

function isFile({ kind }: Entry): boolean {
  return kind === "file";
}
