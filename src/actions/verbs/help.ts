import type { Errand, Outcome } from "../errand.ts";

/** What can be done here, by this person. */
export function help({ services, visit: { person, place } }: Errand): Outcome {
  return { screen: { show: "help", place: place.kind, admin: services.admins.includes(person.id) } };
}
