import type { SelectList, TidyCard } from "../../src/actions/model/tidy-screen.ts";
import type { ViewRef } from "../../src/actions/model/session.ts";
import type { Visit } from "../../src/users/visit.ts";
import type { TestApp } from "./test-app.ts";

/** Chooses rows of the folder that is open, and opens what can be done with them. A name with a `/` at its end is entered instead. */
export async function choose(at: TestApp, visit: Visit, view: ViewRef, names: readonly string[]): Promise<TidyCard> {
  let list: SelectList = await at.see(visit, { do: "select", view }, "select");
  for (const name of names) {
    const index = list.rows.findIndex((row) => row.name === name.replace(/\/$/, ""));
    const press = name.endsWith("/") ? ("enter" as const) : ("pick" as const);
    list = await at.see(visit, { do: press, view: list.view, index }, "select");
  }
  return at.see(visit, { do: "tidy-selection", view: list.view }, "tidy");
}
