/** One file or folder as a drive shows it. Plain JSON, so that it can be cached and stored. */
export interface Entry {
  /** The drive's own name for the entry: opaque, unique in its mount. Names may repeat in a folder, ids may not. */
  readonly id: string;
  readonly kind: "folder" | "file";
  /** As the drive has it: any Unicode, not escaped, not shortened. */
  readonly name: string;
  /** Bytes. Absent for folders and where the drive does not say. */
  readonly size?: number | undefined;
  /** Milliseconds since the epoch. Absent where the drive does not say. */
  readonly modifiedAt?: number | undefined;
  readonly mimeType?: string | undefined;
  /** Address of a small picture, fetchable by anybody. */
  readonly thumbnail?: string;
  /** The drive's content hash, as it writes it. */
  readonly hash?: string;
}

/** What `stat` knows beyond a listing. */
export interface Details extends Entry {
  /** Other renditions of the same film (transcodes), by name. Never handed out unless asked for by name. */
  readonly variants?: readonly Variant[];
  /** Seconds of playing time, for films and music. */
  readonly duration?: number | undefined;
  /** False = its original bytes cannot be had, whatever is asked; absent = nothing speaks against it. */
  readonly original?: false;
}

/** A rendition of a file that is not its original bytes. */
export interface Variant {
  /** What `link`'s `prefer` takes. */
  readonly id: string;
  /** What people call it: `720P`. */
  readonly name: string;
}

/** How a listing is sorted. Folders always come first. */
export interface Order {
  readonly by: "name" | "size" | "modified";
  readonly descending: boolean;
}

/** Ways to sort, in the order buttons count them. */
export const orders: readonly Order["by"][] = ["name", "size", "modified"];

/** Names upwards: what a new person sees. */
export const defaultOrder: Order = { by: "name", descending: false };

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** A sorted copy: folders first, natural order of names (2 before 10), ids to settle ties so that order is total. */
export function sortEntries<T extends Entry>(entries: readonly T[], order: Order = defaultOrder): T[] {
  const sign = order.descending ? -1 : 1;
  return entries.toSorted(
    (a, b) =>
      Number(b.kind === "folder") - Number(a.kind === "folder") ||
      sign * compareBy(order.by, a, b) ||
      collator.compare(a.name, b.name) ||
      compareText(a.id, b.id),
  );
}

function compareBy(by: Order["by"], a: Entry, b: Entry): number {
  switch (by) {
    case "name":
      return collator.compare(a.name, b.name);
    case "size":
      return (a.size ?? 0) - (b.size ?? 0);
    case "modified":
      return (a.modifiedAt ?? 0) - (b.modifiedAt ?? 0);
  }
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
