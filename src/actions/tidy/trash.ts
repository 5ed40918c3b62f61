import type { Entry } from "../../storage/entry.ts";
import { rowsHere } from "../../users/person.ts";
import { currentFolder } from "../browse/current.ts";
import { ableMount, noneAble } from "../context/able-mount.ts";
import { folderNow, forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, type ActionContext, type Result } from "../context/context.ts";
import { attempt, refused } from "../context/failure.ts";
import { slim } from "../context/folder-view.ts";
import { pageOf } from "../context/paging.ts";
import { tagOf, withMount } from "../context/with-mount.ts";
import type { ViewState, TrashView } from "../model/session.ts";
import type { TrashList } from "../model/tidy-screen.ts";
import { carryOut, madeAlready } from "./change.ts";
import { maxChosen, sumOf } from "./picked.ts";
import { readTrash } from "./read-back.ts";

/** The trash of the current drive, or of the first that has one. */
export async function trash(context: ActionContext): Promise<Result> {
  const mount = await ableMount(context, "listTrash");
  if (!mount) return noneAble(context, "no-trash");
  const folder = await currentFolder(context, mount);
  return goTo(context, { at: "trash", mount: mount.id, page: 1, picked: [], folder });
}

/** The trash of the drive whose card the button stands on. */
export function trashOf(context: ButtonContext): Promise<Result> | Result {
  const folder = folderNow(context);
  return folder ? goTo(context, { at: "trash", mount: folder.mount, page: 1, picked: [], folder }) : forgotten(context);
}

/** A page of the trash, with what is chosen of it. */
export function showTrash(
  context: ActionContext,
  view: TrashView,
  notice?: TrashList["notice"],
): Promise<Result> | Result {
  return withMount(context, view.mount, (mount) =>
    attempt(context, { mount, retry: view, back: view.folder }, async () => {
      const size = rowsHere(context);
      const { entries, complete } = await readTrash(context, mount.id, view.page * size + 1);
      const { rows, page: number, pages } = pageOf(entries, view.page, size);
      const chosen = new Set(view.picked.map(({ id }) => id));
      const can = await context.services.storage.can(mount.id);
      return {
        screen: {
          show: "trash",
          view: await draw(context, { ...view, page: number }, rows.map(slim)),
          mount: tagOf(mount),
          trail: [],
          rows,
          picked: rows.map(({ id }) => chosen.has(id)),
          chosen: sumOf(view.picked),
          page: { number, next: number < pages || !complete, ...(complete && { count: pages }) },
          can: [
            ...(chosen.size > 0 && can.has("restore") ? (["restore-entries"] as const) : []),
            ...(chosen.size > 0 && can.has("remove") ? (["delete-entries"] as const) : []),
            ...(chosen.size === 0 && entries.length > 0 && can.has("emptyTrash") ? (["empty-trash"] as const) : []),
          ],
          ...(notice && { notice }),
        },
      };
    }),
  );
}

function trashShown({ shown }: ButtonContext): TrashView | undefined {
  return shown?.state.at === "trash" ? shown.state : undefined;
}

/** Chooses what stood in this row, or not any more. */
export function pickTrashed(context: ButtonContext, index: number): Promise<Result> | Result {
  const { session, shown } = context;
  const entry = shown?.rows[index];
  if (shown?.state.at !== "trash" || entry === undefined || typeof entry === "string") return forgotten(context);
  const now = session.state.at === "trash" ? session.state : shown.state;
  const picked = toggled(now.picked, entry);
  return picked.length > maxChosen ? refused("selection-full") : goTo(context, { ...now, picked });
}

function toggled(picked: readonly Entry[], entry: Entry): readonly Entry[] {
  const others = picked.filter(({ id }) => id !== entry.id);
  return others.length < picked.length ? others : [...picked, slim(entry)];
}

/** Out of the trash, to where it was. */
export function restoreEntries(context: ButtonContext): Promise<Result> | Result {
  const view = trashShown(context);
  if (!view) return forgotten(context);
  if (view.picked.length === 0) return refused("nothing-chosen");
  const made = madeAlready(context, "restored");
  if (made) return made;
  return withMount(context, view.mount, (mount) =>
    carryOut(context, {
      mount,
      did: { is: "restored", picked: [{ trail: [], entries: view.picked }] },
      back: { ...view, picked: [] },
      send: (ids, options) => context.services.storage.restore(mount.id, ids, options),
    }),
  );
}

/** Asks whether what is chosen, or all that is in the trash, may be deleted for ever. */
export function askDelete(
  context: ButtonContext,
  question: "delete-entries" | "empty-trash",
): Promise<Result> | Result {
  const trash = trashShown(context);
  if (!trash) return forgotten(context);
  if (question === "delete-entries" && trash.picked.length === 0) return refused("nothing-chosen");
  return goTo(context, { at: "question", question, trash });
}

type Asked = Extract<ViewState, { question: "delete-entries" | "empty-trash" }>;

/** The question, with the room that is free then. */
export function showDeleteQuestion(context: ActionContext, state: Asked): Promise<Result> | Result {
  const { question, trash } = state;
  return withMount(context, trash.mount, (mount) =>
    attempt(context, { mount, back: trash }, async () => {
      const count = question === "empty-trash" ? undefined : trash.picked.length;
      const size = question === "empty-trash" ? await trashSize(context, mount.id) : sumOf(trash.picked).size;
      const view = await draw(context, state);
      return {
        screen: {
          show: "question",
          view,
          question,
          subject: mount.title,
          ...(count !== undefined && { count }),
          ...(size > 0 && { size }),
        },
      };
    }),
  );
}

/** Bytes in the trash, as the drive counts them, else as they are listed. */
async function trashSize(context: ActionContext, mount: string): Promise<number> {
  const { services, signal, person } = context;
  const quota = await services.storage.quota(mount, { signal, asker: person.id });
  return quota?.trashed ?? sumOf((await readTrash(context, mount)).entries).size;
}

/** Yes: it is gone for ever. */
export function deleteForEver(context: ButtonContext, { question, trash }: Asked): Promise<Result> | Result {
  return withMount(context, trash.mount, (mount) =>
    attempt(context, { mount, back: { ...trash, picked: [] } }, async () => {
      const isAll = question === "empty-trash";
      await (isAll ? emptyTrash(context, mount.id) : removeEntries(context, mount.id, trash.picked));
      return showTrash(context, { ...trash, page: 1, picked: [] }, isAll ? "emptied" : "deleted");
    }),
  );
}

async function emptyTrash({ services, signal, person }: ActionContext, mount: string): Promise<void> {
  await services.storage.emptyTrash(mount, { signal, asker: person.id });
  services.log.info({ person: person.id, mount }, "drive trash emptied");
}

async function removeEntries(
  { services, signal, person }: ActionContext,
  mount: string,
  entries: readonly Entry[],
): Promise<void> {
  const ids = entries.map(({ id }) => id);
  await services.storage.remove(mount, ids, { signal, asker: person.id });
  services.log.info({ person: person.id, mount, count: ids.length }, "drive entries deleted for ever");
}
