import type { Order } from "../../storage/entry.ts";
import { withPerson, type Outcome } from "../errand.ts";
import { orderOf, reordered, rowChoicesOf } from "../person.ts";
import type { Pressed } from "../pressed.ts";
import { showSettings } from "../scenes/person.ts";

/** The language of that index in the list settings show. */
export async function setLanguage(pressed: Pressed, index: number): Promise<Outcome> {
  const language = pressed.services.languages[index];
  if (language === undefined) return showSettings(pressed);
  return showSettings(await withPerson(pressed, { ...pressed.person, language }));
}

/** Rows a page; what is not among the choices changes nothing. */
export async function setRows(pressed: Pressed, rows: number): Promise<Outcome> {
  if (!rowChoicesOf(pressed.visit).includes(rows)) return showSettings(pressed);
  return showSettings(await withPerson(pressed, { ...pressed.person, rows }));
}

/** The order of new listings; asked for again it turns round. */
export async function setOrder(pressed: Pressed, by: Order["by"]): Promise<Outcome> {
  const order = reordered(orderOf(pressed.person), by);
  return showSettings(await withPerson(pressed, { ...pressed.person, order }));
}
