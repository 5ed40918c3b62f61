import type { Order } from "../../storage/entry.ts";
import type { Outcome } from "../errand.ts";
import { refused } from "../failure.ts";
import { reordered, rowChoicesOf } from "../person.ts";
import { changePlace, clearChoices, groupIn, standingIn, type PlaceSettings } from "../place.ts";
import type { Pressed } from "../pressed.ts";
import { showPlaceSettings } from "../scenes/lending.ts";
import { defaultOrder } from "../../storage/entry.ts";

/** Changes the settings of the group the button was about, for whoever the table lets. Asked for again, a choice is undone. */
async function change(pressed: Pressed, work: (settings: PlaceSettings) => PlaceSettings): Promise<Outcome> {
  const { services, visit, shown } = pressed;
  const here = groupIn(visit);
  if (!here || shown?.scene.at !== "place-settings" || shown.scene.place !== here.id) return refused("view-expired");
  if ((await standingIn(services, visit, here.id)) !== "admin") return refused("admins-only");
  const { id, title } = here;
  await changePlace(services, id, (before) => ({
    ...before,
    ...(title !== undefined && { title }),
    settings: work(before.settings),
  }));
  return showPlaceSettings(pressed);
}

/** The language the bot speaks to all of the group. */
export function setPlaceLanguage(pressed: Pressed, index: number): Promise<Outcome> {
  const wanted = pressed.services.languages[index];
  return change(pressed, ({ language, ...rest }) => {
    if (wanted === undefined) return { ...rest, ...(language !== undefined && { language }) };
    return { ...rest, ...(wanted !== language && { language: wanted }) };
  });
}

/** Rows a page, for all. */
export function setPlaceRows(pressed: Pressed, wanted: number): Promise<Outcome> {
  return change(pressed, ({ rows, ...rest }) => {
    if (!rowChoicesOf(pressed.visit).includes(wanted)) return { ...rest, ...(rows !== undefined && { rows }) };
    return { ...rest, ...(wanted !== rows && { rows: wanted }) };
  });
}

/** The order of new listings, for all. */
export function setPlaceOrder(pressed: Pressed, by: Order["by"]): Promise<Outcome> {
  return change(pressed, (settings) => ({
    ...settings,
    order: settings.order ? reordered(settings.order, by) : { ...defaultOrder, by },
  }));
}

/** After how long what was shown is removed. */
export function setClear(pressed: Pressed, minutes: number): Promise<Outcome> {
  return change(pressed, ({ clearAfter, ...rest }) => {
    if (!clearChoices.includes(minutes)) return { ...rest, ...(clearAfter !== undefined && { clearAfter }) };
    return { ...rest, ...(minutes > 0 && { clearAfter: minutes }) };
  });
}

/** Whether links may stand in the open where their lender allows it. */
export function setHushed(pressed: Pressed, hushed: boolean): Promise<Outcome> {
  return change(pressed, ({ hushed: _before, ...rest }) => ({ ...rest, ...(hushed && { hushed }) }));
}
