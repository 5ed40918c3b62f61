import { inPrivate } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { download } from "./download.ts";
import { tasks } from "./tasks.ts";

export const downloadCommands = {
  /** Addresses in a text; absent = none were given. */
  download: command<{ readonly text?: string | undefined }>(inPrivate, (context, { text }) => download(context, text)),
  tasks: command(inPrivate, (context) => tasks(context)),
};
