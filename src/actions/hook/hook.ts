import { draw, goTo, type ActionContext, type Result } from "../context/context.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { refused } from "../context/failure.ts";

/** The person's hook, or that there is none. */
export async function showHook(context: ActionContext, address?: string): Promise<Result> {
  const { services, person } = context;
  if (!services.hooks) return refused("no-hooks");
  const hook = await services.hooks.of(person.id);
  return { screen: { show: "hook", view: await draw(context, { at: "hook" }), hook, address } };
}

/** Makes one where there is none; one that is there is not taken away by a press on an old message. */
export async function makeHook(context: ButtonContext): Promise<Result> {
  const { services, person } = context;
  if (context.shown?.state.at !== "hook") return forgotten(context);
  if (!services.hooks || (await services.hooks.of(person.id))) return showHook(context);
  return newHook(context);
}

/** Another address in the place of the one there is. */
export async function newHook(context: ActionContext): Promise<Result> {
  const { services, person, visit } = context;
  if (!services.hooks) return refused("no-hooks");
  const address = await services.hooks.make({ ...visit.person, id: person.id });
  services.log.info({ person: person.id }, "hook made");
  return showHook(context, address);
}

/** Ends the one there is. */
export async function revokeHook(context: ActionContext): Promise<Result> {
  const { services, person } = context;
  await services.hooks?.revoke(person.id);
  services.log.info({ person: person.id }, "hook taken back");
  return goTo(context, { at: "hook" });
}
