import { anywhere } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { browse } from "./browse.ts";

export const browseCommands = {
  browse: command<{ readonly path?: string | undefined }>(anywhere, (context, { path }) => browse(context, path)),
};
