import { inPrivate } from "../../users/roles.ts";
import { button, none, number } from "../context/button.ts";
import { cancelBatch, openUnsent, retryBatch, sendEntries, sendFolder } from "./send-several.ts";

export const severalButtons = {
  // A folder is many messages: its owner's, where nobody else is disturbed.
  "send-folder": button("jv", inPrivate, none, (context) => sendFolder(context, { asFiles: false })),
  "send-entries": button("jk", inPrivate, none, (context) => sendEntries(context, { asFiles: false })),
  "send-as-files": button("jy", inPrivate, none, (context) => sendEntries(context, { asFiles: true })),
  "retry-batch": button("ji", inPrivate, none, retryBatch),
  "open-unsent": button("je", inPrivate, number("index"), (context, { index }) => openUnsent(context, index)),
  // Whoever cancels does not wait for what else they asked for.
  "cancel-batch": button("ju", inPrivate, none, cancelBatch, { urgent: true }),
};
