import { draw, type ActionContext, type Result } from "../context/context.ts";
import { languageOf, orderOf, rowChoicesOf, rowsOf } from "../../users/person.ts";

/** The person's settings as they are now. */
export async function showSettings(context: ActionContext): Promise<Result> {
  const { services, person, visit } = context;
  const view = await draw(context, { at: "settings" });
  return {
    screen: {
      show: "settings",
      view,
      languages: services.languages,
      language: languageOf(services, person, visit),
      rows: rowsOf(person, visit),
      rowChoices: rowChoicesOf(visit),
      order: orderOf(person),
      method: person.method && services.methods.includes(person.method) ? person.method : services.usualMethod,
      methods: services.methods,
      ...(services.pushes && { aria2: { host: await aria2Host(context) } }),
      ...(services.revokeLinks && { revocable: true }),
      ...(services.hooks && { hooks: true }),
    },
  };
}

/** Where the person's aria2 is, as people call it. */
async function aria2Host({ services, person }: ActionContext): Promise<string | undefined> {
  const address = person.aria2 ? await services.pushes?.addressOf(person.id) : undefined;
  return address && new URL(address).host;
}
