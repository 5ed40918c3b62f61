import { anywhere } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { getFile } from "./send-file.ts";

export const fileCommands = {
  get: command<{ readonly words: string }>(anywhere, (context, { words }) => getFile(context, words)),
};
