import { draw, type ActionContext, type Outcome } from "../context.ts";
import { languageOf, mountsOf, orderOf, rowChoicesOf, rowsOf } from "../../users/person.ts";
import type { ViewState } from "../model/session.ts";
import { withMount } from "../mounts/with-mount.ts";
import { recipients } from "../admin/views.ts";

/** The first words. */
export async function showWelcome(context: ActionContext): Promise<Outcome> {
  const mounts = await mountsOf(context.services, context.person);
  const view = await draw(context, { at: "welcome" });
  return { screen: { show: "welcome", view, mounts: mounts.length } };
}

/** The person's settings as they are now. */
export async function showSettings(context: ActionContext): Promise<Outcome> {
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
      ...(services.revokeLinks && { revocable: true }),
    },
  };
}

/** Are you sure? */
export async function ask(context: ActionContext, state: Extract<ViewState, { at: "question" }>): Promise<Outcome> {
  switch (state.question) {
    case "forget":
    case "revoke-every-link": {
      const view = await draw(context, state);
      return { screen: { show: "question", view, question: state.question } };
    }
    case "broadcast": {
      const to = await recipients(context);
      const view = await draw(context, state);
      return { screen: { show: "question", view, question: "broadcast", subject: state.text, count: to.length } };
    }
    case "remove-mount":
      return withMount(context, state.mount, async ({ title }) => {
        const view = await draw(context, state);
        return { screen: { show: "question", view, question: "remove-mount", subject: title } };
      });
  }
}
