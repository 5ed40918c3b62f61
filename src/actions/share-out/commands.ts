import { inPrivate } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { shares } from "./shared.ts";

export const shareOutCommands = {
  shares: command(inPrivate, (context) => shares(context)),
};
