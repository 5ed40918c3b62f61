import type { Errand, Outcome } from "../errand.ts";
import { mountsOf } from "../person.ts";
import { showMounts } from "../scenes/mounts.ts";
import { ask } from "../scenes/person.ts";

/** Asks whether the one mount is to go; of several, which. */
export async function logOut(errand: Errand): Promise<Outcome> {
  const [only, ...more] = await mountsOf(errand.services, errand.person);
  if (!only || more.length > 0) return showMounts(errand);
  return ask(errand, { at: "question", question: "remove-mount", mount: only.id, loggingOut: true });
}
