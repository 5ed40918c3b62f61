import { orders } from "../../storage/entry.ts";
import { downloadMethods } from "../../storage/mount.ts";
import { inPrivate, ofAdmins } from "../../users/roles.ts";
import { button, choice, number } from "../context/button.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { setPlaceLanguage, setPlaceOrder, setPlaceRows } from "../groups/place-settings.ts";
import { setMethod } from "../mounts/mounts.ts";
import { setLanguage, setOrder, setRows, setUsualMethod } from "./settings.ts";

/** The same buttons stand on a person's settings and on a group's. */
export const settingsButtons = {
  "set-language": button("g", ofAdmins, number("index"), (context, { index }) =>
    isOfPlace(context) ? setPlaceLanguage(context, index) : setLanguage(context, index),
  ),
  "set-rows": button("k", ofAdmins, number("rows"), (context, { rows }) =>
    isOfPlace(context) ? setPlaceRows(context, rows) : setRows(context, rows),
  ),
  /** The same buttons stand on a drive's card. */
  "set-method": button("d", inPrivate, choice("method", downloadMethods), (context, { method }) =>
    (context.shown?.state ?? context.session.state).at === "settings"
      ? setUsualMethod(context, method)
      : setMethod(context, method),
  ),
  "set-order": button("q", ofAdmins, choice("by", orders), (context, { by }) =>
    isOfPlace(context) ? setPlaceOrder(context, by) : setOrder(context, by),
  ),
};

/** The settings whose button was pressed are a group's. */
function isOfPlace({ shown, session }: ButtonContext): boolean {
  return (shown?.state ?? session.state).at === "place-settings";
}
