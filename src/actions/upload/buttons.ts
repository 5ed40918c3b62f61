import { inPrivate } from "../../users/roles.ts";
import { button, choice, none, number } from "../context/button.ts";
import { cancelUpload, openUpload, retryUpload, settleUpload, settling } from "./upload.ts";

export const uploadButtons = {
  "cancel-upload": button("ux", inPrivate, none, cancelUpload, { urgent: true }),
  "open-upload": button("uo", inPrivate, number("index"), (context, { index }) => openUpload(context, index)),
  "retry-upload": button("ur", inPrivate, none, retryUpload),
  "settle-upload": button("us", inPrivate, choice("how", settling), (context, { how }) => settleUpload(context, how)),
};
