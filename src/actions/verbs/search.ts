import { readForm, type Values } from "../../storage/form.ts";
import type { Hit } from "../../storage/name-index.ts";
import { searchKinds, searchSizes } from "../action.ts";
import { findSession, type Errand, type Outcome } from "../errand.ts";
import { notice, noticeWithWays, refused } from "../failure.ts";
import { searchFields, searchForm } from "../forms.ts";
import { folderNow, forgotten, searchNow, type Pressed } from "../pressed.ts";
import { readQuery, type Asked } from "../query.ts";
import { folderId } from "../scenes/listing.ts";
import { withMount } from "../scenes/mounted.ts";
import { showSearch } from "../scenes/search.ts";
import { folderOf, type FolderScene, type SearchScene } from "../session.ts";
import { currentFolder, inCurrentMount } from "./current.ts";

/** What is below the current folder and fits the words. */
export function searchFor(errand: Errand, words: string): Promise<Outcome> {
  return inCurrentMount(errand, async (mount) => {
    const folder = await currentFolder(errand, mount);
    return words.trim() === "" ? searchForm(errand, {}) : showSearch(errand, searchScene(folder, readQuery(words)));
  });
}

/** What was asked, below a folder. */
function searchScene(folder: FolderScene, asked: Asked): SearchScene {
  return { at: "search", folder, ...asked, page: 1 };
}

/** Asks what to search for below the folder whose button was pressed. */
export function askWords(pressed: Pressed): Promise<Outcome> {
  const folder = folderNow(pressed);
  if (!folder) return forgotten(pressed);
  return withMount(pressed, folder.mount, () => searchForm(pressed, { session: pressed.session.id }), {
    for: "browse",
    trail: folder.trail,
  });
}

/** The words to search for; `subject` is the session of the folder, absent = the current one. */
export async function submitSearch(errand: Errand, subject: string | undefined, answers: Values): Promise<Outcome> {
  const reading = readForm(searchFields, answers);
  if (!reading.ok)
    return searchForm(errand, { ...(subject !== undefined && { session: subject }), problem: reading.problem });
  const words = reading.values["words"] ?? "";
  if (subject === undefined) return searchFor(errand, words);
  const session = await findSession(errand.services, { id: subject, revision: 0 });
  const folder = session?.owner === errand.person.id ? folderOf(session.scene) : undefined;
  if (!session || !folder) return refused("view-expired");
  const { through, quiet } = session;
  return showSearch(
    { ...errand, ...(through !== undefined && { through }), ...(quiet && { quiet }) },
    searchScene(folder, readQuery(words)),
  );
}

/** Reads no further; what was found stays. */
export async function stopSearch(pressed: Pressed): Promise<Outcome> {
  const scene = searchNow(pressed);
  if (!scene) return forgotten(pressed);
  pressed.services.storage.stopCrawl(scene.folder.mount, folderId(scene.folder), pressed.person.id);
  return notice("search-stopped", { level: "done", for: "asker" });
}

/** Only a kind, or with 0 every kind; asked for again it lets every kind through. */
export function narrowKind(pressed: Pressed, index: number): Promise<Outcome> {
  const scene = searchNow(pressed);
  if (!scene) return forgotten(pressed);
  const { kind: before, ...rest } = scene;
  const kind = searchKinds[index - 1];
  return showSearch(pressed, { ...rest, ...(kind && kind !== before && { kind }), page: 1 });
}

/** Only from a size on, or with 0 of every size; asked for again it lets every size through. */
export function narrowSize(pressed: Pressed, index: number): Promise<Outcome> {
  const scene = searchNow(pressed);
  if (!scene) return forgotten(pressed);
  const { least: before, most: _before, ...rest } = scene;
  const least = searchSizes[index - 1];
  return showSearch(pressed, { ...rest, ...(least !== undefined && least !== before && { least }), page: 1 });
}

/** What words came to: files that fit, best first, and whether everything was looked at. */
export interface Findings {
  readonly hits: readonly Hit[];
  readonly complete: boolean;
  /** The search as a screen of its own, to pick from. */
  readonly scene: SearchScene;
}

/** Milliseconds somebody who wants one file waits for the whole drive to be looked at. */
const patience = 8000;

/** Files below a folder by words, for those who want one of them. Reads what is not known, but not for ever. */
export async function findEntries(errand: Errand, folder: FolderScene, words: string): Promise<Findings> {
  const { storage } = errand.services;
  const { person, signal } = errand;
  const scene = searchScene(folder, readQuery(words));
  const crawl = await storage.crawl(folder.mount, folderId(folder), { asker: person.id });
  await crawl.settled({ within: patience, signal });
  const { words: named, kind, least, most } = scene;
  const hits = await storage.search(folder.mount, {
    words: named,
    below: folder.trail,
    ...(kind && { kind }),
    ...(least !== undefined && { least }),
    ...(most !== undefined && { most }),
  });
  return {
    hits: hits.filter(({ entry }) => entry.kind === "file"),
    complete: crawl.outcome()?.is === "complete",
    scene,
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
export function nothingFound(errand: Errand, words: string): Promise<Outcome> {
  return noticeWithWays(errand, "nothing-found", { subject: words });
}
