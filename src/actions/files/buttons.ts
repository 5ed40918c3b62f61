import { anywhere } from "../../users/roles.ts";
import { button, none } from "../context/button.ts";
import { cancelTransfer, sendPressed } from "./send-file.ts";

export const fileButtons = {
  send: button("js", anywhere, none, (context) => sendPressed(context)),
  "send-as-file": button("ja", anywhere, none, (context) => sendPressed(context, { asFile: true })),
  // Whoever cancels does not wait for what else they asked for.
  "cancel-transfer": button("jx", anywhere, none, cancelTransfer, { urgent: true }),
};
