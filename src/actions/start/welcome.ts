import { mountsOf } from "../../users/person.ts";
import { draw, type ActionContext, type Result } from "../context/context.ts";

/** The first words. */
export async function showWelcome(context: ActionContext): Promise<Result> {
  const mounts = await mountsOf(context.services, context.person);
  const view = await draw(context, { at: "welcome" });
  return { screen: { show: "welcome", view, mounts: mounts.length } };
}
