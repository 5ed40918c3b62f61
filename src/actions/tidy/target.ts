import type { Entry } from "../../storage/entry.ts";
import type { Mount } from "../../storage/mount.ts";
import { StorageError } from "../../storage/error.ts";
import { rowsHere, withTarget, withoutTarget, type Person } from "../../users/person.ts";
import type { Crumb } from "../../users/place.ts";
import { parentOf } from "../browse/listing.ts";
import { cut } from "../browse/page.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, withPerson, type ActionContext, type Result, type ViewOptions } from "../context/context.ts";
import { attempt, refused } from "../context/failure.ts";
import { slim } from "../context/folder-view.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";
import type { Did, Picked, Carrying } from "../model/change.ts";
import type { CarryTargetView, FolderView, FoundRow, TargetView } from "../model/session.ts";
import { carryOut, madeAlready } from "./change.ts";
import { fetchedBy, fetchInto } from "./fetch-target.ts";
import { entriesOf, folderOfTidy, idsOf, onlyOne, pickedBy, sumOf } from "./picked.ts";
import { namesBehind, readWhole } from "./read-back.ts";

/** Asks where to: the folder they are in is where looking begins. */
export function askTarget(context: ButtonContext, carrying: Carrying): Promise<Result> | Result {
  const tidy = context.shown?.state;
  if (tidy?.at !== "tidy") return forgotten(context);
  const { filter: _left, ...folder } = folderOfTidy(tidy);
  // A folder is not put into itself: looking begins beside it.
  const start = tidy.about === "folder" ? (parentOf(folder) ?? folder) : folder;
  return goTo(context, { at: "target", carrying, tidy, folder: { ...start, page: 1 }, first: true });
}

/** A page of folders to choose from. */
export function showTarget(
  context: ActionContext,
  view: TargetView,
  { refresh = false }: ViewOptions = {},
): Promise<Result> | Result {
  const { folder, carrying } = view;
  const isFetch = carrying === "fetch";
  const back = isFetch ? folder : folderOfTidy(view.tidy);
  return withMount(context, folder.mount, (mount) =>
    attempt(context, { mount, back }, async () => {
      const picked = isFetch ? [] : pickedBy(view.tidy, context.session ?? {});
      const entries = entriesOf(picked);
      if (!isFetch && entries.length === 0) return goTo(context, back);
      const fetched = isFetch ? await fetchedBy(context, view) : undefined;
      const carried = new Set(idsOf(picked));
      const read = await readWhole(context, mount.id, folder.trail, { refresh });
      const folders = read.entries.filter(({ id, kind }) => kind === "folder" && !carried.has(id));
      const page = cut({ ...read, entries: folders }, folder, { size: rowsHere(context) });
      const fits = (to: readonly Crumb[]) => isFetch || (!isInside(picked, to) && reachable(picked, to).length > 0);
      const recent = view.first && page.page === 1 ? recentOf(context.person, folder, fits) : [];
      const rows = [...recent, ...page.rows.map(slim)];
      const can = await context.services.storage.can(mount.id);
      return {
        screen: {
          show: "target",
          view: await draw(context, { ...view, folder: { ...folder, page: page.page } }, rows),
          mount: tagIn(mount, folder),
          trail: namesOf(folder),
          carrying,
          chosen: sumOf(entries),
          entry: onlyOne(entries),
          fetched,
          recent: recent.map(({ trail, name }) => [...trail.map((crumb) => crumb.name), name]),
          rows: page.rows,
          page: { number: page.page, count: page.pages, next: page.page < page.pages },
          up: parentOf(folder) !== undefined,
          here: isFetch || reachable(picked, folder.trail).length > 0,
          makes: can.has("makeFolder"),
        },
      };
    }),
  );
}

/** Folders of the drive chosen lately that fit; the root is no row. */
function recentOf(
  { targets = [] }: Person,
  { mount, trail: here }: FolderView,
  fits: (to: readonly Crumb[]) => boolean,
): FoundRow[] {
  return targets.flatMap(({ mount: of, trail }) => {
    const last = trail.at(-1);
    const isOther = of === mount && last !== undefined && last.id !== here.at(-1)?.id;
    if (!isOther || !fits(trail)) return [];
    return [{ ...last, kind: "folder" as const, trail: trail.slice(0, -1), mount }];
  });
}

/** What is not in that folder already. */
function reachable(picked: readonly Picked[], to: readonly Crumb[]): readonly Picked[] {
  return picked.filter(({ trail }) => trail.at(-1)?.id !== to.at(-1)?.id);
}

/** The target is one of the folders, or lies below one. */
function isInside(picked: readonly Picked[], to: readonly Crumb[]): boolean {
  const ids = new Set(idsOf(picked));
  return to.some(({ id }) => ids.has(id));
}

/** Into the folder that stood in this row; one that was chosen lately is the target. */
export function enterTarget(context: ButtonContext, index: number): Promise<Result> | Result {
  const { shown } = context;
  const row = shown?.rows[index];
  if (shown?.state.at !== "target" || row === undefined || typeof row === "string") return forgotten(context);
  const { first: _passed, ...view } = shown.state;
  const crumb = { id: row.id, name: row.name };
  if ("trail" in row) return put(context, view, [...row.trail, crumb]);
  return goTo(context, { ...view, folder: { ...view.folder, trail: [...view.folder.trail, crumb], page: 1 } });
}

/** The open folder is the target. */
export function putHere(context: ButtonContext): Promise<Result> | Result {
  const state = context.shown?.state;
  return state?.at === "target" ? put(context, state, state.folder.trail) : forgotten(context);
}

function put(context: ButtonContext, view: TargetView, to: readonly Crumb[]): Promise<Result> | Result {
  return view.carrying === "fetch"
    ? fetchInto(context, view, to, (moving, tidy) => carry(moving, { carrying: "move", tidy }, to))
    : carry(context, view, to);
}

function carry(
  context: ButtonContext,
  { carrying, tidy }: Pick<CarryTargetView, "carrying" | "tidy">,
  to: readonly Crumb[],
): Promise<Result> | Result {
  const back = folderOfTidy(tidy);
  const made = madeAlready(context, carrying === "move" ? "moved" : "copied");
  if (made) return made;
  return withMount(context, back.mount, (mount) =>
    attempt(context, { mount, back }, async () => {
      const all = pickedBy(tidy, context.session);
      const picked = reachable(all, to);
      if (isInside(all, to)) return refused("target-inside");
      if (picked.length === 0) throw new StorageError("same-folder");
      const did = await plannedTo(context, mount, { carrying, picked, to });
      const id = to.at(-1)?.id;
      const result = await carryOut(context, {
        mount,
        did,
        back: whereLeft(back, carrying === "move" && tidy.about === "folder"),
        send: (ids, options) => context.services.storage[carrying](mount.id, ids, id, options),
      });
      const isPut = "goTo" in result && result.goTo.at === "tidied";
      const target = { mount: mount.id, trail: to };
      // A folder that took nothing may be gone, and is not offered again.
      const person = (isPut ? withTarget : withoutTarget)(context.person, target);
      if (!("goTo" in result)) return withPerson(context, person).then(() => result);
      return { ...result, context: await withPerson(result.context, person) };
    }),
  );
}

/** A folder that has gone elsewhere is not gone back to. */
function whereLeft(back: FolderView, isGone: boolean): FolderView {
  return isGone ? (parentOf(back) ?? back) : back;
}

interface Carried {
  readonly carrying: Carrying;
  readonly picked: readonly Picked[];
  readonly to: readonly Crumb[];
}

/** What is in the target with such a name is noted: the drive numbers what comes to it. */
async function plannedTo(
  context: ActionContext,
  { id }: Mount,
  { carrying, picked, to }: Carried,
): Promise<Extract<Did, { is: "moved" | "copied" }>> {
  const { entries: there } = await readWhole(context, id, to);
  const carried = entriesOf(picked);
  const taken = namesTaken(carried, there);
  const clashes = carried
    .filter((entry, at) => taken.has(entry.name) || isRepeated(carried, at))
    .map((entry) => entry.id);
  if (carrying === "move") return { is: "moved", picked, to, clashes };
  const names = new Set(carried.map(({ name }) => name));
  const present = there.filter(({ name }) => namesBehind(name).some((one) => names.has(one))).map((entry) => entry.id);
  return { is: "copied", picked, to, clashes, present };
}

function namesTaken(carried: readonly Entry[], there: readonly Entry[]): ReadonlySet<string> {
  const names = new Set(there.map(({ name }) => name));
  return new Set(carried.flatMap(({ name }) => (names.has(name) ? name : [])));
}

function isRepeated(carried: readonly Entry[], at: number): boolean {
  return carried.findIndex(({ name }) => name === carried[at]?.name) !== at;
}

/** To the trash, and nothing is asked: it can be undone. */
export function trashEntries(context: ButtonContext): Promise<Result> | Result {
  const tidy = context.shown?.state;
  if (tidy?.at !== "tidy") return forgotten(context);
  const made = madeAlready(context, "trashed");
  if (made) return made;
  const back = folderOfTidy(tidy);
  const picked = pickedBy(tidy, context.session);
  if (picked.length === 0) return refused("nothing-chosen");
  return withMount(context, back.mount, (mount) =>
    carryOut(context, {
      mount,
      did: { is: "trashed", picked },
      back: whereLeft(back, tidy.about === "folder"),
      send: (ids, options) => context.services.storage.trash(mount.id, ids, options),
    }),
  );
}
