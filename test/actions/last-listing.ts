import type { Action } from "../../src/actions/action.ts";
import type { Listing, Screen } from "../../src/actions/model/screen.ts";
import type { Visit } from "../../src/users/visit.ts";
import type { TestApp } from "./test-app.ts";

/** The listing once nothing more comes. */
export async function lastListing(at: TestApp, visit: Visit, action: Action): Promise<Listing> {
  const { screen, updates } = await at.do(visit, action);
  const all: Screen[] = [screen, ...(await Array.fromAsync(updates ?? []))];
  const last = all.at(-1);
  if (last?.show !== "listing") throw new Error(JSON.stringify(last));
  return last;
}
