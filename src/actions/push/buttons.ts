import { inPrivate } from "../../users/roles.ts";
import { button, none } from "../context/button.ts";
import { cancelPush, push, pushStatus, retryPush } from "./push.ts";
import { askAria2, dropAria2 } from "./settings.ts";

export const pushButtons = {
  push: button("ha", inPrivate, none, push),
  "cancel-push": button("hc", inPrivate, none, cancelPush, { urgent: true }),
  "push-status": button("hs", inPrivate, none, pushStatus),
  "retry-push": button("hr", inPrivate, none, retryPush),
  "ask-aria2": button("hq", inPrivate, none, askAria2),
  "drop-aria2": button("hx", inPrivate, none, dropAria2),
};
