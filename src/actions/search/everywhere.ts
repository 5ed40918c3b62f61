import type { Crawl, CrawlOutcome } from "../../storage/crawl.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import type { Hit } from "../../storage/name-index.ts";
import { mountsOf, rowsHere } from "../../users/person.ts";
import { ifStillShown } from "../browse/fill-in.ts";
import { draw, type ActionContext, type Result } from "../context/context.ts";
import { noticeWithWays, reasonOf, refused, unexpected } from "../context/failure.ts";
import { slim } from "../context/folder-view.ts";
import { currentOf, isShare } from "../context/kinds.ts";
import { pageOf } from "../context/paging.ts";
import { tagOf } from "../context/with-mount.ts";
import type { FoundDrive, Listing, Screen, SearchState } from "../model/screen.ts";
import type { FoundRow, SearchView } from "../model/session.ts";
import { firstHitsTimeout, hitsIn, lookEvery, wantedOf } from "./hits.ts";

/** Hits shown of one drive: who wants more of it searches it alone. */
const maxOfDrive = 50;

/** A page of what fits in all of a person's drives, drive by drive. Each is read as if it were searched alone. */
export async function showEverywhere(
  context: ActionContext,
  state: SearchView,
  { refresh = false } = {},
): Promise<Result> {
  const { services, visit, person, signal } = context;
  if (visit.place.kind !== "private") return refused("private-only");
  const mounts = await mountsOf(services, person);
  const ordered = inOrder(context, mounts, state);
  const [home] = ordered;
  if (!home) return noticeWithWays(context, "no-mounts", { offer: ["add-account", "add-share"] });
  const drives = await Promise.all(
    ordered.map(async (mount): Promise<Drive> => {
      const crawl = await services.storage.crawl(mount.id, undefined, { asker: person.id, anew: refresh });
      return { mount, crawl };
    }),
  );
  const looking: Looking = { state, home, drives };
  const isEnough = countOf(await searchAll(context, looking)) >= state.page * rowsHere(context);
  await Promise.all(drives.map(({ crawl }) => crawl.settled({ within: isEnough ? 0 : firstHitsTimeout, signal })));
  const screen = await drawFound(context, looking, await searchAll(context, looking));
  return isOver(looking) ? { screen } : { screen, updates: followAll(context, looking, screen) };
}

/** The drive one comes from, then the current one, then accounts, then shares with the latest first. */
function inOrder(context: ActionContext, mounts: readonly Mount[], { folder }: SearchView): readonly Mount[] {
  const current = currentOf(context, mounts);
  const rank = (mount: Mount) => {
    if (mount.id === folder.mount) return 0;
    if (mount.id === current?.id) return 1;
    return isShare(context, mount) ? 3 : 2;
  };
  return mounts.toReversed().toSorted((a, b) => rank(a) - rank(b));
}

/** A drive that is looked through. */
interface Drive {
  readonly mount: Mount;
  readonly crawl: Crawl;
}

/** All of them, and what is looked for. */
interface Looking {
  readonly state: SearchView;
  /** The one one comes from. */
  readonly home: Mount;
  readonly drives: readonly Drive[];
}

/** What fits in one of them. */
interface Found extends Drive {
  readonly hits: readonly Hit[];
  readonly isMore: boolean;
}

function searchAll(context: ActionContext, { state, drives }: Looking): Promise<readonly Found[]> {
  return Promise.all(
    drives.map(async (drive) => {
      const hits = await hitsIn(context, drive.mount, state, { below: [], limit: maxOfDrive + 1 });
      return { ...drive, hits: hits.slice(0, maxOfDrive), isMore: hits.length > maxOfDrive };
    }),
  );
}

function countOf(found: readonly Found[]): number {
  return found.reduce((sum, { hits }) => sum + hits.length, 0);
}

function isOver({ drives }: Looking): boolean {
  return drives.every(({ crawl }) => crawl.outcome() !== undefined);
}

/** The screens that follow while drives are read: rows stay where they are while there is a page of them. */
async function* followAll(context: ActionContext, looking: Looking, first: Listing): AsyncGenerator<Screen> {
  let latest: Listing | undefined = first;
  try {
    for (let running = runningOf(looking); running; running = runningOf(looking)) {
      await running.settled({ within: lookEvery });
      if (isOver(looking)) break;
      const found = await searchAll(context, looking);
      const before: Listing = latest;
      latest = await ifStillShown(context, before, (now) => grown(now, looking, { found, before }));
      if (!latest) return;
      yield latest;
    }
    const found = await searchAll(context, looking);
    const last = await ifStillShown(context, latest, (now) => drawFound(now, looking, found));
    if (last) yield last;
  } catch (error) {
    if (!(error instanceof StorageError)) unexpected(context, error, "search");
  }
}

function runningOf({ drives }: Looking): Crawl | undefined {
  return drives.find(({ crawl }) => crawl.outcome() === undefined)?.crawl;
}

interface Growth {
  readonly found: readonly Found[];
  readonly before: Listing;
}

async function grown(context: ActionContext, looking: Looking, { found, before }: Growth): Promise<Listing> {
  const known = countOf(found);
  if (before.rows.length < rowsHere(context) && known > before.total.known) return drawFound(context, looking, found);
  const search = before.search && { ...before.search, looked: lookedAt(looking) };
  return { ...before, total: { known, complete: false }, ...(search && { search }) };
}

async function drawFound(context: ActionContext, looking: Looking, found: readonly Found[]): Promise<Listing> {
  const { state, home } = looking;
  const all = found.flatMap(({ mount, hits }) => hits.map((hit) => ({ mount, hit })));
  const { rows: shown, page, pages } = pageOf(all, state.page, rowsHere(context));
  const rows = shown.map(({ mount, hit }): FoundRow => ({ ...slim(hit.entry), trail: hit.trail, mount: mount.id }));
  const drives = found.map((one) => driveOf(one, rows));
  const view = await draw(context, { ...state, page, everywhere: drives.map(({ mount }) => mount.id) }, rows);
  const isSettled = isOver(looking);
  return {
    show: "listing",
    view,
    mount: tagOf(home),
    trail: [],
    rows: shown.map(({ hit }) => hit.entry),
    page: { number: page, next: page < pages || !isSettled, ...(isSettled && { count: pages }) },
    total: { known: all.length, complete: looking.drives.every(({ crawl }) => crawl.outcome()?.is === "complete") },
    order: state.order ?? state.folder.order,
    up: true,
    can: [],
    search: {
      ...wantedOf(state),
      common: [],
      where: shown.map(({ hit }) => hit.trail.map(({ name }) => name)),
      looked: lookedAt(looking),
      state: stateOf(looking),
      drives,
    },
  };
}

function driveOf({ mount, crawl, hits, isMore }: Found, rows: readonly FoundRow[]): FoundDrive {
  const outcome = crawl.outcome();
  return {
    mount: tagOf(mount),
    found: hits.length,
    more: isMore,
    rows: rows.filter((row) => row.mount === mount.id).length,
    ...(outcome?.is === "failed" && { failed: reasonOf(outcome) }),
  };
}

function lookedAt({ drives }: Looking): SearchState["looked"] {
  const all = drives.map(({ crawl }) => crawl.progress());
  const sum = (of: "folders" | "entries") => all.reduce((total, progress) => total + progress[of], 0);
  return { folders: sum("folders"), entries: sum("entries") };
}

/** What was not done in one of them was not done in all. */
const leastDone: readonly CrawlOutcome["is"][] = ["stopped", "bounded", "failed"];

function stateOf({ drives }: Looking): SearchState["state"] {
  const outcomes = drives.map(({ crawl }) => crawl.outcome()?.is);
  if (outcomes.includes(undefined)) return "running";
  return leastDone.find((outcome) => outcomes.includes(outcome)) ?? "complete";
}
