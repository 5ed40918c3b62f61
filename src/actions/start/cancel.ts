import type { FormRef } from "../model/form.ts";
import type { ActionContext, Result } from "../context/context.ts";
import { notice } from "../context/failure.ts";

/** Leaves a dialogue; what was typed for it is forgotten with it. */
export async function cancel({ services, person }: ActionContext, left: FormRef | undefined): Promise<Result> {
  await services.pending.delete(person.id);
  return left ? notice("cancelled") : notice("nothing-to-cancel");
}
