import { inPrivate } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { showFavourites } from "./view.ts";

export const favouriteCommands = {
  "show-favourites": command(inPrivate, (context) => showFavourites(context)),
};
