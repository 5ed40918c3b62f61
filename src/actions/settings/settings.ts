import type { Order } from "../../storage/entry.ts";
import type { DownloadMethod } from "../../storage/mount.ts";
import { withPerson, type Result } from "../context/context.ts";
import { changeMethod, methodGone } from "../mounts/download-method.ts";
import { mountsOf, orderOf, reordered, rowChoicesOf } from "../../users/person.ts";
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

/** How the files of all one's drives come: those there are, whatever was chosen for each, and those to come. */
export async function setUsualMethod(context: ButtonContext, wanted: DownloadMethod): Promise<Result> {
  const { services, person } = context;
  if (!services.methods.includes(wanted)) return methodGone();
  const method = wanted === services.usualMethod ? undefined : wanted;
  for (const { id } of await mountsOf(services, person)) await changeMethod(services, id, method);
  const { method: _before, ...rest } = person;
  return showSettings(await withPerson(context, { ...rest, ...(method && { method }) }));
}
