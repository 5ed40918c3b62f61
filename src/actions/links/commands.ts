import { anywhere, inPrivate } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { findFile } from "../search/find-file.ts";
import { givenLinks } from "./given-list.ts";
import { showLink } from "./link-view.ts";

export const linkCommands = {
  "find-link": command<{ readonly words: string }>(anywhere, (context, { words }) =>
    findFile(context, words, (file) => showLink(context, file)),
  ),
  links: command(inPrivate, (context) => givenLinks(context)),
};
