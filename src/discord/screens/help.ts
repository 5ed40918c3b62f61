import type { Help } from "../../actions/model/screen.ts";
import { commands, isOffered } from "../commands.ts";
import { strong } from "../markup.ts";
import type { Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";

/** The commands that are offered in this chat, each with what it does. */
export function helpSheet({ say, chat }: Painter, { admin }: Help): Sheet {
  return {
    head: [`### ${say("help-title")}`],
    body: [
      ...commands
        .filter((command) => isOffered(command, chat) && (admin || !command.operators))
        .map(({ name }) => `**/${say(`slash-${name}`)}** – ${say(`command-${name}`)}`),
      "",
      say("help-menu", { command: strong(say("menu-open-share")) }),
      say("help-alone"),
      admin && say("help-admin"),
    ],
  };
}
