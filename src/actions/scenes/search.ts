import type { Crawl } from "../../storage/crawl.ts";
import { sortEntries, type Entry } from "../../storage/entry.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import { mostHits, type Hit } from "../../storage/name-index.ts";
import { draw, type Errand, type Outcome } from "../errand.ts";
import { attempt, reasonOf, unexpected } from "../failure.ts";
import { rowsHere } from "../person.ts";
import type { Listing, Screen, SearchState } from "../screen.ts";
import type { FoundRow, SearchScene } from "../session.ts";
import { ifStillShown } from "./fill-in.ts";
import { folderId, slim } from "./listing.ts";
import { namesOf, tagIn, withMount } from "./mounted.ts";

/** Milliseconds a search waits for its first hits before it shows that it is looking. */
const patience = 1200;

/** A page of what is below a folder and fits. What is known is there at once; the rest is read, and updates follow. */
export function showSearch(errand: Errand, scene: SearchScene, { refresh = false } = {}): Promise<Outcome> {
  const { folder } = scene;
  return withMount(
    errand,
    folder.mount,
    (mount) =>
      attempt(errand, { mount, retry: scene, back: folder }, async () => {
        const { services, person, signal } = errand;
        const crawl = await services.storage.crawl(mount.id, folderId(folder), { asker: person.id, anew: refresh });
        const looking: Looking = { mount, scene, crawl };
        const enough = scene.page * rowsHere(errand);
        let hits = await search(errand, looking);
        // All of it may be known: then this ends before anything could be waited for.
        await crawl.settled({ within: hits.length < enough ? patience : 0, signal });
        hits = await search(errand, looking);
        return drawFirst(errand, looking, hits);
      }),
    { for: "browse", trail: folder.trail },
  );
}

/** A search under way. */
interface Looking {
  readonly mount: Mount;
  readonly scene: SearchScene;
  readonly crawl: Crawl;
}

async function drawFirst(errand: Errand, looking: Looking, hits: readonly Hit[]): Promise<Outcome> {
  const screen = await drawHits(errand, looking, hits);
  return looking.crawl.outcome() ? { screen } : { screen, updates: followHits(errand, looking, screen) };
}

/** What is known and fits, in the scene's order. */
async function search({ services }: Errand, { mount, scene }: Looking): Promise<readonly Hit[]> {
  const { words, kind, least, most, folder, order } = scene;
  const hits = await services.storage.search(mount.id, {
    words,
    below: folder.trail,
    ...(kind && { kind }),
    ...(least !== undefined && { least }),
    ...(most !== undefined && { most }),
  });
  if (!order) return hits;
  const byId = new Map(hits.map((hit) => [hit.entry.id, hit]));
  return sortEntries(
    hits.map(({ entry }) => entry),
    order,
  ).flatMap(({ id }) => byId.get(id) ?? []);
}

/** Milliseconds between looks at what a crawl has found. */
const every = 1000;

/**
 * The screens that follow while the tree is read: a page that is not full yet fills, on a full one the counts grow, and
 * at the end it is as it should be.
 */
async function* followHits(errand: Errand, looking: Looking, first: Listing): AsyncGenerator<Screen> {
  const stop = new AbortController();
  let latest: Listing | undefined = first;
  try {
    for await (const looked of looking.crawl.follow({ every, signal: stop.signal })) {
      if (looking.crawl.outcome()) break;
      const hits = await search(errand, looking);
      const before: Listing = latest;
      latest = await ifStillShown(errand, before, (now) => grown(now, looking, { hits, before, looked }));
      if (!latest) return;
      yield latest;
    }
    const hits = await search(errand, looking);
    const last = await ifStillShown(errand, latest, (now) => drawHits(now, looking, hits));
    if (last) yield last;
  } catch (error) {
    if (!(error instanceof StorageError)) unexpected(errand, error, "search");
  } finally {
    stop.abort();
  }
}

interface Growth {
  readonly hits: readonly Hit[];
  readonly before: Listing;
  readonly looked: SearchState["looked"];
}

async function grown(errand: Errand, looking: Looking, { hits, before, looked }: Growth): Promise<Listing> {
  const isFull = before.rows.length >= rowsHere(errand);
  if (!isFull && hits.length > before.total.known) return drawHits(errand, looking, hits);
  const search = before.search && { ...before.search, looked };
  return { ...before, total: { known: hits.length, complete: false }, ...(search && { search }) };
}

async function drawHits(errand: Errand, looking: Looking, hits: readonly Hit[]): Promise<Listing> {
  const { mount, scene, crawl } = looking;
  const { folder } = scene;
  const size = rowsHere(errand);
  const pages = Math.max(1, Math.ceil(hits.length / size));
  const page = Math.min(Math.max(1, scene.page), pages);
  const shown = hits.slice((page - 1) * size, page * size);
  const rows = shown.map(({ entry, trail }): FoundRow => ({ ...slim(entry), trail, mount: mount.id }));
  const view = await draw(errand, { ...scene, page }, rows);
  const isSettled = crawl.outcome() !== undefined;
  const outcome = crawl.outcome();
  return {
    show: "listing",
    view,
    mount: tagIn(mount, folder),
    trail: namesOf(folder),
    rows: shown.map(({ entry }): Entry => entry),
    page: { number: page, next: page < pages || !isSettled, ...(isSettled && { count: pages }) },
    total: { known: hits.length, complete: outcome?.is === "complete" },
    order: scene.order ?? folder.order,
    up: true,
    ...(outcome?.is === "failed" && { failed: reasonOf(outcome) }),
    search: stateOf(looking, shown, hits.length),
  };
}

function stateOf({ scene, crawl }: Looking, shown: readonly Hit[], found: number): SearchState {
  const { words, kind, least, most, folder, order } = scene;
  return {
    words,
    ...(kind && { kind }),
    ...(least !== undefined && { least }),
    ...(most !== undefined && { most }),
    ranked: order === undefined,
    where: shown.map(({ trail }) => trail.slice(folder.trail.length).map(({ name }) => name)),
    looked: crawl.progress(),
    state: found >= mostHits ? "bounded" : (crawl.outcome()?.is ?? "running"),
  };
}
