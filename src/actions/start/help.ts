import type { Visit } from "../../users/visit.ts";
import type { ActionContext, Outcome } from "../context/context.ts";

/** What can be done here, by this person. */
export function help({ operator, visit }: Pick<ActionContext, "operator" | "visit">): Outcome {
  return helpIn(visit, operator);
}

/** The same where nothing kept can be read, and nobody is known to be an operator. */
export function helpWithoutStore(visit: Visit): Outcome {
  return helpIn(visit, false);
}

function helpIn({ place }: Visit, operator: boolean): Outcome {
  return { screen: { show: "help", place: place.kind, admin: operator && place.kind === "private" } };
}
