/** A page of a list. */
export interface PageOf<T> {
  readonly rows: readonly T[];
  /** Its number, from 1: the nearest there is to the one that was wanted. */
  readonly page: number;
  /** At least one. */
  readonly pages: number;
}

/** The page that is wanted of a list, with so many rows a page; the last one where the list has become shorter. */
export function pageOf<T>(all: readonly T[], wanted: number, size: number): PageOf<T> {
  const pages = Math.max(1, Math.ceil(all.length / size));
  const page = Math.min(Math.max(1, wanted), pages);
  return { rows: all.slice((page - 1) * size, page * size), page, pages };
}
