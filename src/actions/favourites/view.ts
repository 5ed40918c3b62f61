import { mountsOf } from "../../users/person.ts";
import { draw, type ActionContext, type Result } from "../context/context.ts";
import { noticeWithWays } from "../context/failure.ts";
import { keptIn, lineOf } from "./kept.ts";

/** Favourites and recent folders; `editing`: the favourites alone, to be taken off. */
export async function showFavourites(
  context: ActionContext,
  { editing = false }: { readonly editing?: boolean | undefined } = {},
): Promise<Result> {
  const mounts = await mountsOf(context.services, context.person);
  if (mounts.length === 0) return noticeWithWays(context, "no-mounts", { offer: ["add-account", "add-share"] });
  const kept = keptIn(context, mounts);
  const isEditing = editing && kept.favourites.length > 0;
  const recent = isEditing ? [] : kept.recent;
  const places = [...kept.favourites, ...recent].map(({ folder }) => folder);
  const view = await draw(context, { at: "favourites", places, ...(isEditing && { editing: true }) });
  return {
    screen: {
      show: "favourites",
      view,
      favourites: kept.favourites.map(lineOf),
      recent: recent.map(lineOf),
      editing: isEditing,
    },
  };
}
