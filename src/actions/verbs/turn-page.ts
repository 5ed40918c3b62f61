import type { Order } from "../../storage/entry.ts";
import { withPerson, type Outcome } from "../errand.ts";
import { reordered } from "../person.ts";
import { folderNow, listingNow, type Pressed } from "../pressed.ts";
import { showFolder } from "../scenes/folder.ts";
import { parentOf } from "../scenes/listing.ts";
import type { SearchScene } from "../session.ts";
import { showSearch } from "../scenes/search.ts";
import { redraw } from "../scenes/redraw.ts";

/** Another page of the folder, or of what was found. */
export function turnPage(pressed: Pressed, page: number): Promise<Outcome> {
  const listing = listingNow(pressed);
  return redraw(pressed, listing ? { ...listing, page } : pressed.session.scene);
}

/** The same page, read anew. */
export function refresh(pressed: Pressed): Promise<Outcome> {
  return redraw(pressed, listingNow(pressed) ?? pressed.session.scene, { refresh: true });
}

/** Another order, from the first page; asked for again it turns round. It is the person's from now on. */
export async function sort(pressed: Pressed, by: Order["by"]): Promise<Outcome> {
  const listing = listingNow(pressed);
  if (!listing) return redraw(pressed, pressed.session.scene);
  // What was found stands by how well it fits until somebody wants it otherwise.
  if (listing.at === "search") return showSearch(pressed, { ...listing, order: nextOrder(listing, by), page: 1 });
  const order = reordered(listing.order, by);
  const errand = await withPerson(pressed, { ...pressed.person, order });
  return showFolder(errand, { ...listing, order, page: 1 });
}

function nextOrder({ order }: Pick<SearchScene, "order">, by: Order["by"]): Order {
  return order ? reordered(order, by) : { by, descending: by !== "name" };
}

/** The parent folder, at the page that shows where one comes from. */
export function goUp(pressed: Pressed): Promise<Outcome> {
  const folder = folderNow(pressed);
  if (!folder) return redraw(pressed, pressed.session.scene);
  if (listingNow(pressed)?.at === "search") return showFolder(pressed, folder);
  const from = folder.filter === undefined ? folder.trail.at(-1) : undefined;
  return showFolder(pressed, parentOf(folder) ?? folder, from ? { around: from.id } : {});
}
