import type { Crawl } from "../../storage/crawl.ts";
import type { Entry } from "../../storage/entry.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import { maxHits, type Hit } from "../../storage/name-index.ts";
import { draw, type ActionContext, type Result } from "../context/context.ts";
import { attempt, reasonOf, unexpected } from "../context/failure.ts";
import { mountsOf, rowsHere } from "../../users/person.ts";
import type { Listing, Screen, SearchState } from "../model/screen.ts";
import type { FolderView, FoundRow, SearchView } from "../model/session.ts";
import { ifStillShown } from "../browse/fill-in.ts";
import { folderId, slim } from "../context/folder-view.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";
import { pageOf } from "../context/paging.ts";
import { firstHitsTimeout, hitsIn, lookEvery, wantedOf } from "./hits.ts";
import { showEverywhere } from "./everywhere.ts";

/** A page of what is below a folder and fits. What is known is there at once; the rest is read, and updates follow. */
export function showSearch(
  context: ActionContext,
  state: SearchView,
  { refresh = false } = {},
): Promise<Result> | Result {
  if (state.everywhere) return showEverywhere(context, state, { refresh });
  const { folder } = state;
  return withMount(
    context,
    folder.mount,
    (mount) =>
      attempt(context, { mount, retry: state, back: folder }, async () => {
        const { services, person, signal } = context;
        const crawl = await services.storage.crawl(mount.id, folderId(folder), { asker: person.id, anew: refresh });
        const looking: Looking = { mount, state, crawl };
        const enough = state.page * rowsHere(context);
        let hits = await search(context, looking);
        // All of it may be known: then this ends before anything could be waited for.
        await crawl.settled({ within: hits.length < enough ? firstHitsTimeout : 0, signal });
        hits = await search(context, looking);
        return drawFirst(context, looking, hits);
      }),
    { for: "browse", trail: folder.trail },
  );
}

/** A search under way. */
interface Looking {
  readonly mount: Mount;
  readonly state: SearchView;
  readonly crawl: Crawl;
}

async function drawFirst(context: ActionContext, looking: Looking, hits: readonly Hit[]): Promise<Result> {
  const screen = await drawHits(context, looking, hits);
  return looking.crawl.outcome() ? { screen } : { screen, updates: followHits(context, looking, screen) };
}

function search(context: ActionContext, { mount, state }: Looking): Promise<readonly Hit[]> {
  return hitsIn(context, mount, state, { below: state.folder.trail });
}

/**
 * The screens that follow while the tree is read: a page that is not full yet fills, on a full one the counts grow, and
 * at the end it is as it should be.
 */
async function* followHits(context: ActionContext, looking: Looking, first: Listing): AsyncGenerator<Screen> {
  const stop = new AbortController();
  let latest: Listing | undefined = first;
  try {
    for await (const looked of looking.crawl.follow({ every: lookEvery, signal: stop.signal })) {
      if (looking.crawl.outcome()) break;
      const hits = await search(context, looking);
      const before: Listing = latest;
      latest = await ifStillShown(context, before, (now) => grown(now, looking, { hits, before, looked }));
      if (!latest) return;
      yield latest;
    }
    const hits = await search(context, looking);
    const last = await ifStillShown(context, latest, (now) => drawHits(now, looking, hits));
    if (last) yield last;
  } catch (error) {
    if (!(error instanceof StorageError)) unexpected(context, error, "search");
  } finally {
    stop.abort();
  }
}

interface Growth {
  readonly hits: readonly Hit[];
  readonly before: Listing;
  readonly looked: SearchState["looked"];
}

async function grown(context: ActionContext, looking: Looking, { hits, before, looked }: Growth): Promise<Listing> {
  const isFull = before.rows.length >= rowsHere(context);
  if (!isFull && hits.length > before.total.known) return drawHits(context, looking, hits);
  const search = before.search && { ...before.search, looked };
  return { ...before, total: { known: hits.length, complete: false }, ...(search && { search }) };
}

async function drawHits(context: ActionContext, looking: Looking, hits: readonly Hit[]): Promise<Listing> {
  const { mount, state, crawl } = looking;
  const { folder } = state;
  const { rows: shown, page, pages } = pageOf(hits, state.page, rowsHere(context));
  const rows = shown.map(({ entry, trail }): FoundRow => ({ ...slim(entry), trail, mount: mount.id }));
  const view = await draw(context, { ...state, page }, rows);
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
    order: state.order ?? folder.order,
    up: true,
    can: [],
    ...(outcome?.is === "failed" && { failed: reasonOf(outcome) }),
    search: { ...stateOf(looking, shown, hits.length), everywhere: await isOffered(context, folder) },
  };
}

/** All of one's drives can be searched: there are several, and nobody else sees it. */
async function isOffered({ services, visit, person }: ActionContext, { mount }: FolderView): Promise<boolean> {
  const mounts = visit.place.kind === "private" ? await mountsOf(services, person) : [];
  return mounts.length > 1 && mounts.some(({ id }) => id === mount);
}

function stateOf({ state, crawl }: Looking, shown: readonly Hit[], found: number): SearchState {
  const { folder, elsewhere } = state;
  const where = shown.map(({ trail }) => trail.slice(folder.trail.length).map(({ name }) => name));
  const common = commonOf(where);
  return {
    ...wantedOf(state),
    common,
    where: where.map((names) => names.slice(common.length)),
    ...(elsewhere && { elsewhere: placeOf(folder, elsewhere) }),
    looked: crawl.progress(),
    state: found >= maxHits ? "bounded" : (crawl.outcome()?.is ?? "running"),
  };
}

/** The first folders that all have in common. */
function commonOf([first = [], ...others]: readonly (readonly string[])[]): readonly string[] {
  const differs = first.findIndex((name, at) => others.some((names) => names[at] !== name));
  return differs === -1 ? first : first.slice(0, differs);
}

/** The other place to search, and the folder of the two that is not the drive. */
function placeOf(searched: FolderView, elsewhere: FolderView): NonNullable<SearchState["elsewhere"]> {
  const isWider = elsewhere.trail.length < searched.trail.length;
  const folder = (isWider ? searched : elsewhere).trail.at(-1)?.name ?? "";
  return { is: isWider ? "wider" : "narrower", folder };
}
