import type { Folder } from "../../storage/folders.ts";
import { StorageError, storageErrorKind } from "../../storage/error.ts";
import { noteGone, noteVisit } from "../favourites/kept.ts";
import type { ActionContext, Result } from "../context/context.ts";
import { attempt } from "../context/failure.ts";
import { rowsHere } from "../../users/person.ts";
import type { FolderView } from "../model/session.ts";
import { fillIn } from "./fill-in.ts";
import { drawListing, isSettled, parentOf, type Shown } from "./listing.ts";
import { folderId } from "../context/folder-view.ts";
import { type ViewOptions } from "../context/context.ts";
import { withMount } from "../context/with-mount.ts";

/** A folder's page. The screen is there after one upstream page; while the folder is read on, updates follow it. */
export function showFolder(
  context: ActionContext,
  state: FolderView,
  options: ViewOptions = {},
): Promise<Result> | Result {
  const back = parentOf(state);
  return withMount(
    context,
    state.mount,
    (mount) =>
      attempt(context, { mount, retry: state, back }, async () => {
        const folder = await present(context, state, () => readUpTo(context, state, options));
        const result = await drawFolder(context, { mount, state, folder, options });
        await noteVisit(context, state);
        return result;
      }),
    { for: "browse", trail: state.trail },
  );
}

/** What is read of a folder; one that is not there any more is noted. */
async function present(context: ActionContext, state: FolderView, read: () => Promise<Folder>): Promise<Folder> {
  try {
    return await read();
  } catch (error) {
    if (isGone(error)) await noteGone(context, state);
    throw error;
  }
}

/** The folder itself, and not the whole drive. */
function isGone(error: unknown): boolean {
  if (!(error instanceof StorageError)) return false;
  const { about, status } = storageErrorKind(error.code);
  return about === "entry" && status === 404;
}

/** The folder, read at least as far as the page asked for: who turns pages faster than it is read waits for it. */
async function readUpTo(context: ActionContext, state: FolderView, options: ViewOptions): Promise<Folder> {
  const { services, signal, person } = context;
  const { refresh = false } = options;
  const { storage } = services;
  const asker = person.id;
  // Rows are there sooner than their page. What is looked for among them is not.
  const soon = state.page === 1 && state.filter === undefined && options.around === undefined;
  const first = await storage.folder(state.mount, folderId(state), { refresh, soon, signal, asker });
  const wanted = (state.page - 1) * rowsHere(context);
  if (state.page === 1 || isSettled(first) || first.entries.length > wanted) return first;
  for await (const folder of storage.follow(state.mount, folderId(state), { signal, asker, every: 200 })) {
    if (isSettled(folder) || folder.entries.length > wanted) return folder;
  }
  return storage.folder(state.mount, folderId(state), { signal, asker });
}

async function drawFolder(context: ActionContext, shown: Shown): Promise<Result> {
  const listing = await drawListing(context, shown);
  if (isSettled(shown.folder)) return { screen: listing };
  return { screen: listing, updates: fillIn(context, shown, listing) };
}
