import type { Order } from "../../storage/entry.ts";
import { withPerson, type Outcome } from "../errand.ts";
import { reordered } from "../person.ts";
import { folderNow, type Pressed } from "../pressed.ts";
import { showFolder } from "../scenes/folder.ts";
import { parentOf } from "../scenes/listing.ts";
import { redraw } from "../scenes/redraw.ts";

/** Another page of the folder. */
export function turnPage(pressed: Pressed, page: number): Promise<Outcome> {
  const folder = folderNow(pressed);
  return folder ? showFolder(pressed, { ...folder, page }) : redraw(pressed, pressed.session.scene);
}

/** The same page, read anew. */
export function refresh(pressed: Pressed): Promise<Outcome> {
  return redraw(pressed, folderNow(pressed) ?? pressed.session.scene, { refresh: true });
}

/** Another order, from the first page; asked for again it turns round. It is the person's from now on. */
export async function sort(pressed: Pressed, by: Order["by"]): Promise<Outcome> {
  const folder = folderNow(pressed);
  if (!folder) return redraw(pressed, pressed.session.scene);
  const order = reordered(folder.order, by);
  const errand = await withPerson(pressed, { ...pressed.person, order });
  return showFolder(errand, { ...folder, order, page: 1 });
}

/** The parent folder, at the page that shows where one comes from. */
export function goUp(pressed: Pressed): Promise<Outcome> {
  const folder = folderNow(pressed);
  if (!folder) return redraw(pressed, pressed.session.scene);
  const from = folder.filter === undefined ? folder.trail.at(-1) : undefined;
  return showFolder(pressed, parentOf(folder) ?? folder, from ? { around: from.id } : {});
}
