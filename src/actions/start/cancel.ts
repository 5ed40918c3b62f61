import type { FormRef } from "../model/action.ts";
import type { ActionContext, Outcome } from "../context.ts";
import { notice } from "../failure.ts";

/** Leaves a dialogue; what was typed for it is forgotten with it. */
export async function cancel({ services, person }: ActionContext, left: FormRef | undefined): Promise<Outcome> {
  await services.pending.delete(person.id);
  return left ? notice("cancelled") : notice("nothing-to-cancel");
}
