import { inPrivate } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { trash } from "./trash.ts";

export const tidyCommands = {
  trash: command(inPrivate, (context) => trash(context)),
};
