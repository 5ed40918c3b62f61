import { folderNow, forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, noteInSession, type ActionContext, type Result, type ViewOptions } from "../context/context.ts";
import { attempt, refused } from "../context/failure.ts";
import { folderId, slim } from "../context/folder-view.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";
import { parentOf } from "../browse/listing.ts";
import { cut } from "../browse/page.ts";
import type { Picked } from "../model/change.ts";
import { rowsHere } from "../../users/person.ts";
import type { Entry } from "../../storage/entry.ts";
import type { SelectView } from "../model/session.ts";
import { chosenIn, entriesOf, idsOf, maxChosen, sumOf, withMore, without } from "./picked.ts";
import { readWhole } from "./read-back.ts";

/** The open folder, to choose from. */
export function select(context: ButtonContext): Promise<Result> | Result {
  const folder = folderNow(context);
  return folder ? goTo(context, { at: "select", folder }) : forgotten(context);
}

/** A folder's page with what is chosen of it; beside it how much is chosen in all. */
export function showSelect(
  context: ActionContext,
  { folder }: SelectView,
  { refresh = false }: ViewOptions = {},
): Promise<Result> | Result {
  const { mount: id } = folder;
  return withMount(context, id, (mount) =>
    attempt(context, { mount, back: folder }, async () => {
      const { services, signal, person, session = {} } = context;
      const read = await services.storage.folder(id, folderId(folder), { refresh, signal, asker: person.id });
      const page = cut(read, folder, { size: rowsHere(context) });
      const chosen = entriesOf(chosenIn(session, id)?.picked ?? []);
      const ids = new Set(chosen.map((entry) => entry.id));
      const shown = { ...folder, page: page.page };
      return {
        screen: {
          show: "select",
          view: await draw(context, { at: "select", folder: shown }, page.rows.map(slim)),
          mount: tagIn(mount, folder),
          trail: namesOf(folder),
          rows: page.rows,
          picked: page.rows.map((entry) => ids.has(entry.id)),
          chosen: sumOf(chosen),
          page: {
            number: page.page,
            next: page.page < page.pages || !read.complete,
            ...(read.complete && { count: page.pages }),
          },
          up: parentOf(folder) !== undefined,
        },
      };
    }),
  );
}

/** The rows the button's screen showed, and where; undefined = it is forgotten, or was another screen. */
function shownRows({
  shown,
}: ButtonContext): { readonly view: SelectView; readonly rows: readonly Entry[] } | undefined {
  if (shown?.state.at !== "select") return undefined;
  return { view: shown.state, rows: shown.rows.filter((row) => typeof row !== "string") };
}

/** Chooses what stood in this row, or not any more. */
export function pick(context: ButtonContext, index: number): Promise<Result> | Result {
  const from = shownRows(context);
  const entry = from?.rows[index];
  return from && entry ? choose(context, from.view, [entry]) : forgotten(context);
}

/** Chooses all of the page; where all of it is chosen, none. */
export function pickPage(context: ButtonContext): Promise<Result> | Result {
  const from = shownRows(context);
  return from ? choose(context, from.view, from.rows) : forgotten(context);
}

/** Chooses all of the folder, as it is filtered. */
export function pickAll(context: ButtonContext): Promise<Result> | Result {
  const from = shownRows(context);
  if (!from) return forgotten(context);
  const { folder } = from.view;
  return withMount(context, folder.mount, (mount) =>
    attempt(context, { mount, back: folder }, async () => {
      const read = await readWhole(context, folder.mount, folder.trail);
      const { rows } = cut(read, { ...folder, page: 1 }, { size: Infinity });
      return choose(context, from.view, rows, { adds: true });
    }),
  );
}

/** Chooses nothing any more. */
export async function unpick(context: ButtonContext): Promise<Result> {
  const from = shownRows(context);
  if (!from) return forgotten(context);
  return goTo(await noteInSession(context, { selection: undefined }), viewNow(context, from.view));
}

/** Into the folder that stood in this row; what is chosen stays. */
export function enter(context: ButtonContext, index: number): Promise<Result> | Result {
  const from = shownRows(context);
  const entry = from?.rows[index];
  if (!from || entry?.kind !== "folder") return forgotten(context);
  const { filter: _left, ...folder } = from.view.folder;
  const trail = [...folder.trail, { id: entry.id, name: entry.name }];
  return goTo(context, { at: "select", folder: { ...folder, trail, page: 1 } });
}

/** The page that is shown now: an old button chooses, and turns nothing back. */
function viewNow({ session }: ButtonContext, view: SelectView): SelectView {
  return session.state.at === "select" ? session.state : view;
}

interface Choosing {
  /** What is chosen already stays so. */
  readonly adds?: boolean;
}

async function choose(
  context: ButtonContext,
  view: SelectView,
  entries: readonly Entry[],
  { adds = false }: Choosing = {},
): Promise<Result> {
  const { folder } = view;
  const before = chosenIn(context.session, folder.mount)?.picked ?? [];
  const ids = new Set(idsOf(before));
  const areChosen = !adds && entries.length > 0 && entries.every(({ id }) => ids.has(id));
  const picked: readonly Picked[] = areChosen
    ? without(before, new Set(entries.map(({ id }) => id)))
    : withMore(before, folder.trail, entries);
  if (idsOf(picked).length > maxChosen) return refused("selection-full");
  const selection = picked.length === 0 ? undefined : { mount: folder.mount, picked };
  return goTo(await noteInSession(context, { selection }), viewNow(context, view));
}
