import type { Order } from "../../storage/entry.ts";
import { goTo, withPerson, type Redirect, type Result } from "../context/context.ts";
import { reordered } from "../../users/person.ts";
import { folderNow, forgotten, listingNow, type ButtonContext } from "../context/button-context.ts";
import { showFolder } from "./folder.ts";
import { parentOf } from "./listing.ts";
import type {
  DestinationsView,
  FollowsView,
  GivenListView,
  PreviewView,
  SearchView,
  SelectView,
  SharedListView,
  TargetView,
  TasksView,
  ViewState,
} from "../model/session.ts";

/** Another page of the folder, of what was found, or of the mounts. */
export function turnPage(context: ButtonContext, page: number): Promise<Result> | Result {
  const { state } = context.shown ?? {};
  const { state: now } = context.session;
  if (state?.at === "mounts") return goTo(context, { at: "mounts", page });
  if (state && isPagedList(state)) return goTo(context, { ...state, page });
  // What was chosen meanwhile stays so.
  if (state?.at === "backfill") return goTo(context, { ...(now.at === "backfill" ? now : state), page });
  if (state?.at === "trash") return goTo(context, { ...(now.at === "trash" ? now : state), page });
  if (state?.at === "select" || state?.at === "target")
    return goTo(context, { ...state, folder: { ...state.folder, page } });
  const listing = listingNow(context);
  return goTo(context, listing ? { ...listing, page } : context.session.state);
}

/** Lists that their page alone turns. */
function isPagedList(
  state: ViewState,
): state is TasksView | SharedListView | GivenListView | FollowsView | DestinationsView | PreviewView {
  return ["tasks", "shared-list", "given-links", "follows", "destinations", "preview"].includes(state.at);
}

/** The same page, read anew. */
export function refresh(context: ButtonContext): Promise<Result> | Result {
  const { state } = context.shown ?? {};
  if (state?.at === "select" || state?.at === "target" || state?.at === "destinations")
    return goTo(context, state, { refresh: true });
  return goTo(context, listingNow(context) ?? context.session.state, { refresh: true });
}

/** Another order, from the first page; asked for again it turns round. It is the person's from now on. */
export async function sort(context: ButtonContext, by: Order["by"]): Promise<Result> {
  const listing = listingNow(context);
  if (!listing) return goTo(context, context.session.state);
  // What was found stands by how well it fits until somebody wants it otherwise.
  if (listing.at === "search") return goTo(context, { ...listing, order: nextOrder(listing, by), page: 1 });
  const order = reordered(listing.order, by);
  const changed = await withPerson(context, { ...context.person, order });
  return showFolder(changed, { ...listing, order, page: 1 });
}

function nextOrder({ order }: Pick<SearchView, "order">, by: Order["by"]): Order {
  return order ? reordered(order, by) : { by, descending: by !== "name" };
}

/** The parent folder, at the page that shows where one comes from. */
export function goUp(context: ButtonContext): Promise<Result> | Result {
  const { state } = context.shown ?? {};
  if (state?.at === "select" || state?.at === "target") return goTo(context, above(state));
  const folder = folderNow(context);
  if (!folder) return goTo(context, context.session.state);
  if (listingNow(context)?.at === "search") return showFolder(context, folder);
  const from = folder.filter === undefined ? folder.trail.at(-1) : undefined;
  return showFolder(context, parentOf(folder) ?? folder, from ? { around: from.id } : {});
}

/** Choosing goes on in the folder above. */
function above<V extends SelectView | TargetView>(view: V): V {
  return { ...view, folder: parentOf(view.folder) ?? view.folder };
}

/** The root of what may be seen of the drive. */
export function goToTop(context: ButtonContext): Redirect {
  const folder = folderNow(context);
  if (!folder) return forgotten(context);
  const { filter: _left, ...state } = folder;
  return goTo(context, { ...state, trail: state.trail.slice(0, state.base ?? 0), page: 1 });
}
