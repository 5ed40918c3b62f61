import { inPrivate, ofAdmins } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { goTo } from "../context/context.ts";
import { showPlaceSettings } from "../groups/views.ts";
import { showSettings } from "./views.ts";

export const settingsCommands = {
  "show-settings": command(ofAdmins, (context) =>
    context.visit.place.kind === "group" ? showPlaceSettings(context) : showSettings(context),
  ),
  forget: command(inPrivate, (context) => goTo(context, { at: "question", question: "forget" })),
};
