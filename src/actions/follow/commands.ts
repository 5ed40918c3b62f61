import { ofAdmins } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { follow } from "./begin.ts";

export const followCommands = {
  /** A share or a feed; absent = what is followed. */
  "start-following": command<{ readonly text?: string | undefined }>(ofAdmins, (context, { text }) =>
    follow(context, text),
  ),
};
