import { anywhere, shared } from "../../users/roles.ts";
import { button, none } from "../context/button.ts";
import { sendPrivately } from "./send-privately.ts";
import { cancelTransfer, sendPressed } from "./send-file.ts";

export const fileButtons = {
  send: button("js", anywhere, none, (context) => sendPressed(context)),
  "send-as-file": button("ja", anywhere, none, (context) => sendPressed(context, { asFile: true })),
  "send-privately": button("jq", shared, none, sendPrivately),
  // Whoever cancels does not wait for what else they asked for.
  "cancel-transfer": button("jx", anywhere, none, cancelTransfer, { urgent: true }),
};
