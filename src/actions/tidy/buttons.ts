import { inPrivate } from "../../users/roles.ts";
import { button, none, number } from "../context/button.ts";
import { askEntryName, askFolderName } from "./names.ts";
import { enter, pick, pickAll, pickPage, select, unpick } from "./select.ts";
import { askTarget, enterTarget, putHere, trashEntries } from "./target.ts";
import { openChanged } from "./tidied.ts";
import { tidy, tidySelection } from "./tidy.ts";
import { askDelete, pickTrashed, restoreEntries, trashOf } from "./trash.ts";
import { undo } from "./undo.ts";

export const tidyButtons = {
  tidy: button("kt", inPrivate, none, tidy),
  "new-folder": button("kn", inPrivate, none, askFolderName, { form: true }),
  "rename-entry": button("kr", inPrivate, none, askEntryName, { form: true }),
  "move-entries": button("km", inPrivate, none, (context) => askTarget(context, "move")),
  "copy-entries": button("ky", inPrivate, none, (context) => askTarget(context, "copy")),
  "trash-entries": button("kd", inPrivate, none, trashEntries),
  undo: button("ku", inPrivate, none, undo),
  "open-changed": button("kg", inPrivate, none, openChanged),
  select: button("ks", inPrivate, none, select),
  pick: button("kp", inPrivate, number("index"), (context, { index }) => pick(context, index)),
  enter: button("ke", inPrivate, number("index"), (context, { index }) => enter(context, index)),
  "pick-page": button("ka", inPrivate, none, pickPage),
  "pick-all": button("kw", inPrivate, none, pickAll),
  unpick: button("kc", inPrivate, none, unpick),
  "tidy-selection": button("kl", inPrivate, none, tidySelection),
  "enter-target": button("ko", inPrivate, number("index"), (context, { index }) => enterTarget(context, index)),
  "put-here": button("kh", inPrivate, none, putHere),
  "show-trash": button("kb", inPrivate, none, trashOf),
  "pick-trashed": button("ki", inPrivate, number("index"), (context, { index }) => pickTrashed(context, index)),
  "restore-entries": button("kf", inPrivate, none, restoreEntries),
  "delete-entries": button("kx", inPrivate, none, (context) => askDelete(context, "delete-entries")),
  "empty-trash": button("kz", inPrivate, none, (context) => askDelete(context, "empty-trash")),
};
