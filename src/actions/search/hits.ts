import { sortEntries } from "../../storage/entry.ts";
import type { Mount } from "../../storage/mount.ts";
import type { Hit, Query } from "../../storage/name-index.ts";
import type { ActionContext } from "../context/context.ts";
import type { SearchState } from "../model/screen.ts";
import type { SearchView } from "../model/session.ts";

/** Milliseconds a search waits for its first hits before it shows that it is looking. */
export const firstHitsTimeout = 1200;
/** Milliseconds between looks at what a crawl has found. */
export const lookEvery = 1000;

/** What is known of a drive and fits, in the view's order. */
export async function hitsIn(
  { services }: ActionContext,
  mount: Mount,
  { words, kind, least, most, order }: SearchView,
  where: Pick<Query, "below" | "limit">,
): Promise<readonly Hit[]> {
  const hits = await services.storage.search(mount.id, {
    words,
    ...where,
    ...(kind && { kind }),
    least,
    most,
  });
  if (!order) return hits;
  const byId = new Map(hits.map((hit) => [hit.entry.id, hit]));
  return sortEntries(
    hits.map(({ entry }) => entry),
    order,
  ).flatMap(({ id }) => byId.get(id) ?? []);
}

/** What was asked for, as a screen says it. */
export function wantedOf({
  words,
  kind,
  least,
  most,
  order,
  filters = false,
}: SearchView): Pick<SearchState, "words" | "kind" | "least" | "most" | "ranked" | "filters"> {
  return {
    words,
    ...(kind && { kind }),
    least,
    most,
    ranked: order === undefined,
    filters,
  };
}
