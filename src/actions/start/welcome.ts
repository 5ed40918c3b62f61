import { mountsOf } from "../../users/person.ts";
import { tagOf } from "../context/with-mount.ts";
import { draw, type ActionContext, type Result } from "../context/context.ts";
import { shortcutsIn } from "../favourites/kept.ts";

/** The first words. */
export async function showWelcome(context: ActionContext): Promise<Result> {
  const mounts = await mountsOf(context.services, context.person);
  const current = mounts.find(({ id }) => id === context.person.current) ?? mounts[0];
  const { places, kept } = shortcutsIn(context, mounts);
  const view = await draw(context, { at: "welcome", places, ...(current && { mount: current.id }) });
  return {
    screen: {
      show: "welcome",
      view,
      mounts: mounts.length,
      ...(current && { current: tagOf(current) }),
      kept,
    },
  };
}
