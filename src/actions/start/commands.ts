import { anywhere, inPrivate } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import type { FormRef } from "../model/form.ts";
import { cancel } from "./cancel.ts";
import { hearText } from "./hear-text.ts";
import { help } from "./help.ts";
import { start } from "./start.ts";
import type { Sent } from "../upload/upload.ts";

export const startCommands = {
  start: command<{ readonly payload?: string | undefined }>(anywhere, (context, { payload }) =>
    start(context, payload),
  ),
  help: command(anywhere, help, { urgent: true }),
  /** Plain text, and every address hidden in it; `sent` came along with it. */
  say: command<{ readonly text: string; readonly sent?: Sent | undefined }>(inPrivate, (context, { text, sent }) =>
    hearText(context, text, sent),
  ),
  /** `left`: the form that was being filled in; absent = none was. */
  cancel: command<{ readonly left?: FormRef | undefined }>(anywhere, (context, { left }) => cancel(context, left), {
    urgent: true,
  }),
};
