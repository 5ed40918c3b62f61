import type { ActionContext, Outcome } from "../context/context.ts";

/** What can be done here, by this person. */
export function help({ operator, visit: { place } }: ActionContext): Outcome {
  return { screen: { show: "help", place: place.kind, admin: operator && place.kind === "private" } };
}
