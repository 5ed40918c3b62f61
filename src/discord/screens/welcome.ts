import { ButtonStyle } from "discord.js";
import type { Welcome } from "../../actions/model/screen.ts";
import { plainLabel } from "../markup.ts";
import { shortcutRow } from "./favourites.ts";
import { press, type Painter } from "./painter.ts";
import type { Sheet } from "./sheet.ts";

/** The first words, and the two ways in. */
export function welcomeSheet(painter: Painter, { view, mounts, current, kept }: Welcome): Sheet {
  const { say } = painter;
  return {
    head: [`### ${say("welcome-title")}`],
    body: [say("welcome-ways"), mounts > 0 && say("welcome-mounts", { count: mounts })],
    rows: [
      current
        ? [press(`📁 ${plainLabel(current.title, 60)}`, { do: "open-mount", view }, { style: ButtonStyle.Primary })]
        : [],
      shortcutRow(painter, view, kept),
      [
        press(`📂 ${say("press-add-share")}`, { do: "add-share", view }, { style: ButtonStyle.Primary }),
        press(`🔑 ${say("press-add-account")}`, { do: "add-account", view }),
        mounts > 0 && press(`🗄 ${say("press-mounts")}`, { do: "mounts", view }),
      ],
    ],
  };
}
