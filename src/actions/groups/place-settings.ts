import type { Order } from "../../storage/entry.ts";
import type { Result } from "../context/context.ts";
import { refused } from "../context/failure.ts";
import { reordered, rowChoicesOf } from "../../users/person.ts";
import { changePlace, clearChoices, groupIn, standingIn, type PlaceSettings } from "../../users/place.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { showPlaceSettings } from "./views.ts";
import { defaultOrder } from "../../storage/entry.ts";

/** Changes the settings of the group the button was about, for whoever the table lets. Asked for again, a choice is undone. */
async function change(context: ButtonContext, work: (settings: PlaceSettings) => PlaceSettings): Promise<Result> {
  const { services, visit, shown } = context;
  const here = groupIn(visit);
  if (!here || shown?.state.at !== "place-settings" || shown.state.place !== here.id) return refused("view-expired");
  if ((await standingIn(services, visit, here.id)) !== "admin") return refused("admins-only");
  const { id, title } = here;
  await changePlace(services, id, (before) => ({
    ...before,
    ...(title !== undefined && { title }),
    settings: work(before.settings),
  }));
  return showPlaceSettings(context);
}

/** The language the bot speaks to all of the group. */
export function setPlaceLanguage(context: ButtonContext, index: number): Promise<Result> | Result {
  const wanted = context.services.languages[index];
  return change(context, (settings) => {
    if (wanted === undefined) return settings;
    return { ...settings, language: wanted === settings.language ? undefined : wanted };
  });
}

/** Rows a page, for all. */
export function setPlaceRows(context: ButtonContext, wanted: number): Promise<Result> | Result {
  return change(context, (settings) => {
    if (!rowChoicesOf(context.visit).includes(wanted)) return settings;
    return { ...settings, rows: wanted === settings.rows ? undefined : wanted };
  });
}

/** The order of new listings, for all. */
export function setPlaceOrder(context: ButtonContext, by: Order["by"]): Promise<Result> | Result {
  return change(context, (settings) => ({
    ...settings,
    order: settings.order ? reordered(settings.order, by) : { ...defaultOrder, by },
  }));
}

/** After how long what was shown is removed. */
export function setClear(context: ButtonContext, minutes: number): Promise<Result> | Result {
  return change(context, (settings) => {
    if (!clearChoices.includes(minutes)) return settings;
    return { ...settings, clearAfter: minutes > 0 ? minutes : undefined };
  });
}

/** Whether links are shown to the asker alone, even where their lender lets everybody see them. */
export function setPrivateLinks(context: ButtonContext, privateLinks: boolean): Promise<Result> | Result {
  return change(context, (settings) => ({ ...settings, privateLinks: privateLinks || undefined }));
}
