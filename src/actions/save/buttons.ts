import { anywhere, inPrivate, shared } from "../../users/roles.ts";
import { button, none, number } from "../context/button.ts";
import { cancelSave, openSaved, retrySave, save } from "./save.ts";

export const saveButtons = {
  save: button("wa", shared, none, save),
  "cancel-save": button("wx", anywhere, none, cancelSave, { urgent: true }),
  "retry-save": button("wr", anywhere, none, retrySave),
  "open-saved": button("wo", inPrivate, number("index"), (context, { index }) => openSaved(context, index)),
};
