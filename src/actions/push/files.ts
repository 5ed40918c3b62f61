import { readAll, type Reader } from "../browse/path.ts";
import { safePaths } from "../links/write-list.ts";
import type { PushRoot } from "../model/push.ts";

/** A file to be pushed. */
export interface PushFile extends PushRoot {
  /** Names of the folders from the one that was pushed down to it. */
  readonly path: readonly string[];
}

/** What was found. */
export interface Found {
  readonly files: readonly PushFile[];
  /** There is more than may be pushed at once. */
  readonly isCut: boolean;
}

interface Caps {
  readonly files: number;
  readonly folders: number;
}

/** The files of what is to be pushed, with those in its folders; a snapshot after each folder. */
export async function* filesOf(
  reader: Reader,
  { mount, roots }: { readonly mount: string; readonly roots: readonly PushRoot[] },
  caps: Caps,
): AsyncGenerator<Found> {
  const files: PushFile[] = [];
  const seen = new Set<string>();
  const ahead: PushFile[] = roots.map((root) => ({ ...root, path: [] }));
  for (let next = ahead.shift(); next; next = ahead.shift()) {
    const { entry, path } = next;
    if (entry.kind === "file") {
      if (files.length === caps.files) return yield { files, isCut: true };
      files.push(next);
      continue;
    }
    // A drive where a folder lies in itself is a drive with a fault, and no reason to go round for ever.
    if (seen.has(entry.id)) continue;
    if (seen.size === caps.folders) return yield { files, isCut: true };
    seen.add(entry.id);
    const within = { folder: entry.id, path: [...path, entry.name] };
    ahead.push(...(await readAll(reader, mount, entry.id)).map((inside) => ({ entry: inside, ...within })));
    yield { files, isCut: false };
  }
  yield { files, isCut: false };
}

/** Where aria2 puts each, below the folder it puts everything: no way out of it, and no two in one place. */
export function placesOf(files: readonly PushFile[]): readonly string[] {
  return safePaths(
    files.map(({ path, entry, variant }) => [...path, variant ? `${variant.name} ${entry.name}` : entry.name]),
  );
}
