import { readForm } from "../../storage/form.ts";
import { type Values } from "../../storage/field.ts";
import type { Hit } from "../../storage/name-index.ts";
import { searchKinds, searchSizes } from "./filters.ts";
import { findSession, keep, type ActionContext, type Result } from "../context/context.ts";
import { notice, noticeWithWays, refused } from "../context/failure.ts";
import { searchFields, searchForm } from "./search-form.ts";
import { folderNow, forgotten, searchNow, type ButtonContext } from "../context/button-context.ts";
import { readQuery, type Asked } from "./query.ts";
import { folderId, rootIn } from "../context/folder-view.ts";
import { withMount } from "../context/with-mount.ts";
import { showSearch } from "./view.ts";
import { folderOf, type FolderView, type SearchView } from "../model/session.ts";
import { currentFolder, inCurrentMount } from "../browse/current.ts";

/** What fits the words in the drive, or in what is shared of it; the folder the person was in is offered. */
export function searchFor(context: ActionContext, words: string): Promise<Result> | Result {
  return inCurrentMount(context, async (mount) => {
    if (words.trim() === "") return searchForm(context, {});
    const here = await currentFolder(context, mount);
    const drive = rootIn(context, mount);
    return showSearch(context, searchView(drive, readQuery(words), here));
  });
}

/** What was asked, below a folder; `elsewhere` is offered unless it is the same. */
function searchView(folder: FolderView, asked: Asked, elsewhere?: FolderView): SearchView {
  const isOther = elsewhere && elsewhere.trail.length !== folder.trail.length;
  return { at: "search", folder, ...asked, page: 1, ...(isOther && { elsewhere: { ...elsewhere, page: 1 } }) };
}

/** The same words elsewhere: in the whole drive, or only in the folder the person was in. */
export function searchElsewhere(context: ButtonContext): Promise<Result> | Result {
  const state = searchNow(context);
  if (!state?.elsewhere) return forgotten(context);
  return showSearch(context, { ...state, folder: state.elsewhere, elsewhere: state.folder, page: 1 });
}

/** The same words in all of the person's drives. */
export function searchEverywhere(context: ButtonContext): Promise<Result> | Result {
  const state = searchNow(context);
  return state ? showSearch(context, { ...state, everywhere: [], page: 1 }) : forgotten(context);
}

/** Out of all drives, the same words in that one. */
export function searchInDrive(context: ButtonContext, index: number): Promise<Result> | Result {
  const state = context.shown?.state;
  const mount = state?.at === "search" ? state.everywhere?.[index] : undefined;
  if (state?.at !== "search" || mount === undefined) return forgotten(context);
  const { everywhere: _left, elsewhere, ...rest } = state;
  if (mount === state.folder.mount) return showSearch(context, { ...rest, elsewhere, page: 1 });
  return showSearch(context, { ...rest, folder: rootIn(context, { id: mount }), page: 1 });
}

/** Shows what the search can be narrowed by, or puts it away. */
export function toggleFilters(context: ButtonContext): Promise<Result> | Result {
  const state = searchNow(context);
  if (!state) return forgotten(context);
  return showSearch(context, { ...state, filters: !state.filters });
}

/** Asks what to search for below the folder whose button was pressed. */
export function askWords(context: ButtonContext): Promise<Result> | Result {
  const folder = folderNow(context);
  if (!folder) return forgotten(context);
  const { session } = context;
  const ask = async () => {
    // What somebody else presses on goes on in a copy of theirs, which nothing has shown yet.
    await keep(context, session);
    return searchForm(context, { session: session.id });
  };
  return withMount(context, folder.mount, ask, { for: "browse", trail: folder.trail });
}

/** The words to search for; `subject` is the session of the folder, absent = the drive. */
export async function submitSearch(
  context: ActionContext,
  subject: string | undefined,
  answers: Values,
): Promise<Result> {
  const reading = readForm(searchFields, answers);
  if (!reading.ok) return searchForm(context, { session: subject, problem: reading.problem });
  const words = reading.values["words"] ?? "";
  if (subject === undefined) return searchFor(context, words);
  const session = await findSession(context.services, { id: subject, revision: 0 });
  const folder = session?.owner === context.person.id ? folderOf(session.state) : undefined;
  if (!session || !folder) return refused("view-expired");
  return showSearch(context, searchView(folder, readQuery(words), driveOf(folder)));
}

/** All of the drive that may be searched from a folder: what was shared, where only that was. */
function driveOf({ filter: _left, ...folder }: FolderView): FolderView {
  return { ...folder, trail: folder.trail.slice(0, folder.base ?? 0), page: 1 };
}

/** Reads no further; what was found stays. */
export async function stopSearch(context: ButtonContext): Promise<Result> {
  const state = searchNow(context);
  if (!state) return forgotten(context);
  const { storage } = context.services;
  const { folder, everywhere } = state;
  if (!everywhere) storage.stopCrawl(folder.mount, folderId(folder), context.person.id);
  for (const mount of everywhere ?? []) storage.stopCrawl(mount, undefined, context.person.id);
  return notice("search-stopped", { level: "done", for: "asker" });
}

/** Only a kind, or with 0 every kind; asked for again it lets every kind through. */
export function narrowKind(context: ButtonContext, index: number): Promise<Result> | Result {
  const state = searchNow(context);
  if (!state) return forgotten(context);
  const { kind: before, ...rest } = state;
  const kind = searchKinds[index - 1];
  return showSearch(context, { ...rest, ...(kind && kind !== before && { kind }), page: 1 });
}

/** Only from a size on, or with 0 of every size; asked for again it lets every size through. */
export function narrowSize(context: ButtonContext, index: number): Promise<Result> | Result {
  const state = searchNow(context);
  if (!state) return forgotten(context);
  const { least: before, most: _before, ...rest } = state;
  const least = searchSizes[index - 1];
  return showSearch(context, { ...rest, ...(least !== undefined && least !== before && { least }), page: 1 });
}

/** What words came to: files that fit, best first, and whether everything was looked at. */
export interface Findings {
  readonly hits: readonly Hit[];
  readonly complete: boolean;
  /** The search as a screen of its own, to pick from. */
  readonly state: SearchView;
}

/** Milliseconds somebody who wants one file waits for the whole drive to be looked at. */
const timeout = 8000;

/** Files below a folder by words, for those who want one of them. Reads what is not known, but not for ever. */
export async function findEntries(context: ActionContext, folder: FolderView, words: string): Promise<Findings> {
  const { storage } = context.services;
  const { person, signal } = context;
  const state = searchView(folder, readQuery(words));
  const crawl = await storage.crawl(folder.mount, folderId(folder), { asker: person.id });
  await crawl.settled({ within: timeout, signal });
  const { words: named, kind, least, most } = state;
  const hits = await storage.search(folder.mount, {
    words: named,
    below: folder.trail,
    kind,
    least,
    most,
  });
  return {
    hits: hits.filter(({ entry }) => entry.kind === "file"),
    complete: crawl.outcome()?.is === "complete",
    state,
  };
}

/** The one file that was meant: the only one, or the only one of exactly this name. Undefined = there are several, or none. */
export function onlyHit({ hits, complete }: Findings): Hit | undefined {
  const same = hits.filter(({ fit }) => fit === "same");
  const containing = hits.filter(({ fit }) => fit !== "alike");
  if (same.length === 1) return same[0];
  if (!complete) return undefined;
  if (containing.length === 1) return containing[0];
  return hits.length === 1 ? hits[0] : undefined;
}

/** Nothing fits. */
export function nothingFound(context: ActionContext, words: string): Promise<Result> | Result {
  return noticeWithWays(context, "nothing-found", { subject: words });
}
