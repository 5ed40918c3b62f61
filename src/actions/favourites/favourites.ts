import {
  isFavourite,
  maxFavourites,
  withFavourite,
  withoutFavourite,
  type KeptFolder,
} from "../../users/kept-folders.ts";
import { forgotten, listingNow, type ButtonContext } from "../context/button-context.ts";
import { goTo, withPerson, type Result } from "../context/context.ts";
import { refused } from "../context/failure.ts";
import { folderView } from "../context/folder-view.ts";
import { keepable } from "./kept.ts";
import { showFavourites } from "./view.ts";

/** Opens the folder that stood in this place. */
export function openFavourite(context: ButtonContext, index: number): Promise<Result> | Result {
  const place = placeAt(context, index);
  return place ? goTo(context, folderView(context, place.mount, place.trail)) : showFavourites(context);
}

/** Keeps the folder the button was on. */
export async function addFavourite(context: ButtonContext): Promise<Result> {
  const folder = folderShown(context);
  if (!folder) return forgotten(context);
  const { favourites = [] } = context.person;
  if (favourites.length >= maxFavourites && !isFavourite(context.person, folder)) return refused("favourites-full");
  return redrawn(await withPerson(context, withFavourite(context.person, folder)));
}

/** Keeps it no more. */
export async function removeFavourite(context: ButtonContext): Promise<Result> {
  const folder = folderShown(context);
  if (!folder) return forgotten(context);
  return redrawn(await withPerson(context, withoutFavourite(context.person, folder)));
}

/** Takes the favourite off that stood in this place. */
export async function dropFavourite(context: ButtonContext, index: number): Promise<Result> {
  const place = placeAt(context, index);
  const left = place ? await withPerson(context, withoutFavourite(context.person, place)) : context;
  return showFavourites(left, { editing: true });
}

function folderShown(context: ButtonContext): KeptFolder | undefined {
  const state = context.shown?.state;
  return state?.at === "folder" ? keepable(context, state) : undefined;
}

function redrawn(context: ButtonContext): Result {
  return goTo(context, listingNow(context) ?? context.session.state);
}

function placeAt({ shown }: ButtonContext, index: number): KeptFolder | undefined {
  const state = shown?.state;
  const hasPlaces = state?.at === "favourites" || state?.at === "mounts" || state?.at === "welcome";
  return hasPlaces ? state.places?.[index] : undefined;
}
