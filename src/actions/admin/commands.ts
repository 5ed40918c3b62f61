import { byOperators } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { admin } from "./sub-commands.ts";

export const adminCommands = {
  /** The panel, or a sub-command with its words. */
  admin: command<{ readonly words?: string | undefined }>(
    { ...byOperators, hiddenAs: "unknown-command" },
    (context, { words }) => admin(context, words ?? ""),
  ),
};
