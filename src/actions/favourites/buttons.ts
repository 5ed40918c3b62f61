import { inPrivate } from "../../users/roles.ts";
import { button, flag, none, number } from "../context/button.ts";
import { addFavourite, dropFavourite, openFavourite, removeFavourite } from "./favourites.ts";
import { showFavourites } from "./view.ts";

export const favouriteButtons = {
  favourites: button("fv", inPrivate, none, (context) => showFavourites(context)),
  "open-favourite": button("fo", inPrivate, number("index"), (context, { index }) => openFavourite(context, index)),
  "add-favourite": button("fa", inPrivate, none, addFavourite),
  "remove-favourite": button("fr", inPrivate, none, removeFavourite),
  "edit-favourites": button("fe", inPrivate, flag("editing"), showFavourites),
  "drop-favourite": button("fd", inPrivate, number("index"), (context, { index }) => dropFavourite(context, index)),
};
