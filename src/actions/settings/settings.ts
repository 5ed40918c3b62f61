import type { Order } from "../../storage/entry.ts";
import { withPerson, type Result } from "../context/context.ts";
import { orderOf, reordered, rowChoicesOf } from "../../users/person.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { showSettings } from "./views.ts";

/** The language of that index in the list settings show. */
export async function setLanguage(context: ButtonContext, index: number): Promise<Result> {
  const language = context.services.languages[index];
  if (language === undefined) return showSettings(context);
  return showSettings(await withPerson(context, { ...context.person, language }));
}

/** Rows a page; what is not among the choices changes nothing. */
export async function setRows(context: ButtonContext, rows: number): Promise<Result> {
  if (!rowChoicesOf(context.visit).includes(rows)) return showSettings(context);
  return showSettings(await withPerson(context, { ...context.person, rows }));
}

/** The order of new listings; asked for again it turns round. */
export async function setOrder(context: ButtonContext, by: Order["by"]): Promise<Result> {
  const order = reordered(orderOf(context.person), by);
  return showSettings(await withPerson(context, { ...context.person, order }));
}
