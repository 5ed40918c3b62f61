import type { Help } from "../../actions/model/screen.ts";
import { commands } from "../commands.ts";
import { strong } from "../markup.ts";
import type { Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";

/** The commands, each with what it does; nearly all of them answer the asker alone, so they work everywhere. */
export function helpSheet({ say }: Painter, { admin }: Help): Sheet {
  return {
    head: [`### ${say("help-title")}`],
    body: [
      ...commands
        .filter((command) => admin || !command.operators)
        .map(({ name }) => `**/${say(`slash-${name}`)}** – ${say(`command-${name}`)}`),
      "",
      say("help-menu", { command: strong(say("menu-open-share")) }),
      say("help-alone"),
      admin && say("help-admin"),
    ],
  };
}
