import { slim } from "../context/folder-view.ts";
import type { Folder } from "../../storage/folders.ts";
import type { Mount } from "../../storage/mount.ts";
import type { ViewRef, FolderView } from "../model/session.ts";
import { abilitiesOf, isSavable, canShareOut, canTidy } from "../context/abilities.ts";
import { draw, isSendable, type ActionContext, type ViewOptions } from "../context/context.ts";
import { reasonOf } from "../context/failure.ts";
import { rowsHere } from "../../users/person.ts";
import type { Listing } from "../model/screen.ts";
import { cut, type Cut } from "./page.ts";
import { keepable } from "../favourites/kept.ts";
import { isFavourite } from "../../users/kept-folders.ts";
import { namesOf, tagIn } from "../context/with-mount.ts";

/** Where `up` leads; undefined at the root. */
export function parentOf({ filter, ...state }: FolderView): FolderView | undefined {
  if (filter !== undefined) return { ...state, page: 1 };
  return state.trail.length <= (state.base ?? 0) ? undefined : { ...state, trail: state.trail.slice(0, -1), page: 1 };
}

/** Nothing more will come. */
export function isSettled({ complete, failed }: Folder): boolean {
  return complete || failed !== undefined;
}

/** A folder about to be drawn. */
export interface Shown {
  readonly mount: Mount;
  readonly state: FolderView;
  readonly folder: Folder;
  readonly options: ViewOptions;
}

/** The page as a screen of its own revision. */
export async function drawListing(context: ActionContext, { mount, state, folder, options }: Shown): Promise<Listing> {
  const size = rowsHere(context);
  const page = cut(folder, state, { size, around: options.around });
  const view = await draw(context, { ...state, page: page.page }, page.rows.map(slim));
  return {
    ...listingOf({ mount, state, folder, page, view, ...(options.notice && { notice: options.notice }) }),
    can: abilitiesOf({
      "save-share": isSavable(context, mount) && page.known > 0,
      "share-out": state.trail.length > 0 && (await canShareOut(context, mount)),
      "send-folder": isListable(context, mount) && isSendable(context) && page.known > 0,
      select: isListable(context, mount) && isSavable(context, mount) && page.known > 0,
      "list-folder": isListable(context, mount) && page.known > 0,
      tidy: await canTidy(context, mount),
      "follow-folder": isFollowable(context),
      ...keepingOf(context, state),
    }),
  };
}

/** In a group its admins say what it is told, by a command. */
function isFollowable({ services, visit }: ActionContext): boolean {
  return services.follows !== undefined && visit.place.kind === "private";
}

/** A folder of one's own is kept as a favourite, or kept no more. */
function keepingOf(context: ActionContext, state: FolderView) {
  const folder = keepable(context, state);
  const isKept = folder !== undefined && isFavourite(context.person, folder);
  return { "add-favourite": folder !== undefined && !isKept, "remove-favourite": isKept };
}

/** A list is full of links, and a folder's files are many messages: its owner's, where nobody else sees it. */
function isListable({ visit, person }: ActionContext, mount: Mount): boolean {
  return visit.place.kind === "private" && mount.owner === person.id;
}

interface ListingParts {
  readonly mount: Mount;
  readonly state: FolderView;
  readonly folder: Folder;
  readonly page: Cut;
  readonly view: ViewRef;
  readonly notice?: NonNullable<Listing["notice"]>;
}

function listingOf({ mount, state, folder, page, view, notice }: ListingParts): Omit<Listing, "can"> {
  return {
    show: "listing",
    view,
    mount: tagIn(mount, state),
    trail: namesOf(state),
    rows: page.rows,
    ...progressOf(folder, page),
    order: state.order,
    up: parentOf(state) !== undefined,
    ...(folder.failed && { failed: reasonOf(folder.failed) }),
    ...(notice && { notice }),
    filter: state.filter,
  };
}

/** What a listing says of how far its folder is read. */
export function progressOf(folder: Folder, { page, pages, known }: Cut): Pick<Listing, "page" | "total"> {
  const next = page < pages || !isSettled(folder);
  return {
    page: { number: page, next, ...(folder.complete && { count: pages }) },
    total: { known, complete: folder.complete },
  };
}
