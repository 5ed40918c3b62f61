import type { Welcome } from "../../actions/model/screen.ts";
import { elideName } from "../../i18n/names.ts";
import { shortcutRows } from "./favourites.ts";
import { button, lines, strong, type Painted, type Painter } from "./painter.ts";

/** The first words, and the two ways in. */
export function paintWelcome(painter: Painter, { view, mounts, current, kept }: Welcome): Painted {
  const { say } = painter;
  return {
    text: lines(
      strong(say("welcome-title")),
      "",
      say("welcome-ways"),
      mounts > 0 && say("welcome-mounts", { count: mounts }),
    ),
    keyboard: [
      ...(current ? [[button(`📁 ${elideName(current.title)}`, { do: "open-mount", view })]] : []),
      ...shortcutRows(painter, view, kept),
      [button(`🔑 ${say("press-add-account")}`, { do: "add-account", view })],
      [button(`📂 ${say("press-add-share")}`, { do: "add-share", view })],
      ...(mounts > 0 ? [[button(`🗄 ${say("press-mounts")}`, { do: "mounts", view })]] : []),
    ],
  };
}
