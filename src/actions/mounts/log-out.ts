import { goTo, type ActionContext, type Result } from "../context/context.ts";
import { mountsOf } from "../../users/person.ts";
import { showMounts } from "./views.ts";

/** Asks whether the one mount is to go; of several, which. */
export async function logOut(context: ActionContext): Promise<Result> {
  const [only, ...more] = await mountsOf(context.services, context.person);
  if (!only || more.length > 0) return showMounts(context);
  return goTo(context, { at: "question", question: "remove-mount", mount: only.id, loggingOut: true });
}
