import { anywhere } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { findFile } from "../search/find-file.ts";
import { showLink } from "./link-view.ts";

export const linkCommands = {
  "find-link": command<{ readonly words: string }>(anywhere, (context, { words }) =>
    findFile(context, words, (file) => showLink(context, file)),
  ),
};
