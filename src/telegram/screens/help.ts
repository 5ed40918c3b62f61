import type { Help } from "../../actions/model/screen.ts";
import { commands } from "../commands.ts";
import { lines, strong, type Painted, type Painter } from "./painter.ts";

/** The commands that work here, each with what it does. */
export function paintHelp({ say }: Painter, { place, admin }: Help): Painted {
  const here = commands.filter(
    ({ scope }) => scope === "all" || scope === place || (scope === "operators" && place === "private" && admin),
  );
  return {
    text: lines(
      strong(say("help-title")),
      "",
      ...here.map(({ name }) => `/${name} – ${say(`command-${name}`)}`),
      "",
      place === "private" ? say("help-private") : say("help-group"),
      admin && say("help-admin"),
    ),
    keyboard: [],
  };
}
