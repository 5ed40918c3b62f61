import { sortEntries, type Entry } from "../../storage/entry.ts";
import type { Folder } from "../../storage/folders.ts";
import type { FolderView } from "../model/session.ts";
import { pageOf } from "../context/paging.ts";

/** A page of a folder, cut out of what is known of it. */
export interface Cut {
  readonly rows: readonly Entry[];
  /** 1-based, and never beyond the last page. */
  readonly page: number;
  /** Pages there are so far; an empty folder has one. */
  readonly pages: number;
  /** Entries there are so far. */
  readonly known: number;
}

interface CutOptions {
  /** Rows a page. */
  readonly size: number;
  /** Instead of the view's page, the one this entry is on. */
  readonly around?: string | undefined;
}

/** The view's page: filtered, sorted, and the last one where the folder has become shorter. */
export function cut(folder: Folder, state: FolderView, { size, around }: CutOptions): Cut {
  const entries = arranged(folder, state);
  const place = around === undefined ? -1 : entries.findIndex((entry) => entry.id === around);
  const wanted = place === -1 ? state.page : Math.floor(place / size) + 1;
  return { ...pageOf(entries, wanted, size), known: entries.length };
}

/** The files before and after one, as the view sorts them; absent = there is none. */
export function besides(
  folder: Folder,
  state: FolderView,
  id: string,
): { readonly previous?: Entry | undefined; readonly next?: Entry | undefined } {
  const files = arranged(folder, state).filter(({ kind }) => kind === "file");
  const at = files.findIndex((file) => file.id === id);
  return at === -1 ? {} : { previous: files[at - 1], next: files[at + 1] };
}

/** Sorted once for each order: a settled folder keeps its array, so the next page costs no sorting. */
const sorted = new WeakMap<readonly Entry[], Map<string, readonly Entry[]>>();

function arranged({ entries }: Folder, { order, filter }: FolderView): readonly Entry[] {
  const known = sorted.get(entries) ?? new Map<string, readonly Entry[]>();
  sorted.set(entries, known);
  const key = `${order.by}${order.descending ? "-" : "+"}`;
  const all = known.get(key) ?? sortEntries(entries, order);
  known.set(key, all);
  return filter === undefined ? all : all.filter((entry) => contains(entry, filter));
}

/** Whether a name contains some words, however they are written. */
export function contains({ name }: Entry, words: string): boolean {
  return plain(name).includes(plain(words));
}

/** A name as it is compared when it need not be exact. */
export function plain(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
