import { anywhere, inPrivate, shared } from "../../users/roles.ts";
import { button, none, number } from "../context/button.ts";
import { askRoot } from "./root-folder.ts";
import { accountForm } from "./sign-in-form.ts";
import { approveAgain, chooseWay, otherWays } from "./sign-in-ways.ts";
import { cancelApproval } from "./start-approval.ts";
import { checkMount, chooseMount, openMount, pickMount, removeMount, renamePressed, renewPressed } from "./mounts.ts";
import { showMounts } from "./views.ts";

export const mountButtons = {
  mounts: button("m", anywhere, none, (context) => showMounts(context)),
  mount: button("n", shared, number("index"), (context, { index }) => pickMount(context, index)),
  "open-mount": button("p", anywhere, none, openMount),
  "choose-mount": button("c", inPrivate, none, chooseMount),
  "rename-mount": button("e", inPrivate, none, renamePressed, { form: true }),
  "ask-root": button("er", inPrivate, none, askRoot, { form: true }),
  "check-mount": button("h", inPrivate, none, checkMount),
  "renew-mount": button("w", inPrivate, none, renewPressed),
  "remove-mount": button("x", inPrivate, none, removeMount),
  "add-account": button("a", inPrivate, none, (context) => accountForm(context), { form: true }),
  "choose-way": button("wc", inPrivate, number("index"), (context, { index }) => chooseWay(context, index)),
  "show-ways": button("ww", inPrivate, none, otherWays),
  "approve-again": button("wg", inPrivate, none, approveAgain),
  // Whoever cancels does not wait for what else they asked for.
  "cancel-approval": button("wz", inPrivate, none, cancelApproval, { urgent: true }),
};
