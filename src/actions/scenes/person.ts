import { draw, type Errand, type Outcome } from "../errand.ts";
import { languageOf, mountsOf, orderOf, rowChoicesOf, rowsOf } from "../person.ts";
import type { Scene } from "../session.ts";
import { withMount } from "./mounted.ts";
import { recipients } from "./operators.ts";

/** The first words. */
export async function showWelcome(errand: Errand): Promise<Outcome> {
  const mounts = await mountsOf(errand.services, errand.person);
  const view = await draw(errand, { at: "welcome" });
  return { screen: { show: "welcome", view, mounts: mounts.length } };
}

/** The person's settings as they are now. */
export async function showSettings(errand: Errand): Promise<Outcome> {
  const { services, person, visit } = errand;
  const view = await draw(errand, { at: "settings" });
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
export async function ask(errand: Errand, scene: Extract<Scene, { at: "question" }>): Promise<Outcome> {
  switch (scene.question) {
    case "forget":
    case "revoke-every-link": {
      const view = await draw(errand, scene);
      return { screen: { show: "question", view, question: scene.question } };
    }
    case "broadcast": {
      const to = await recipients(errand);
      const view = await draw(errand, scene);
      return { screen: { show: "question", view, question: "broadcast", subject: scene.text, count: to.length } };
    }
    case "remove-mount":
      return withMount(errand, scene.mount, async ({ title }) => {
        const view = await draw(errand, scene);
        return { screen: { show: "question", view, question: "remove-mount", subject: title } };
      });
  }
}
