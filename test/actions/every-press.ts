import { buttons, type ButtonName, type ButtonPress } from "../../src/actions/buttons.ts";
import type { ViewRef } from "../../src/actions/model/session.ts";

/** One of each button there is, with the first argument it takes. */
export function presses(view: ViewRef): readonly ButtonPress[] {
  return Object.entries(buttons).map(([name, { argument }]) => {
    const read = [undefined, 0, 1].map((n) => argument.read(n)).find((found) => found !== undefined);
    if (!read) throw new Error(`no argument of the button ${name} could be made`);
    // Read by the row of that very name.
    return { do: name as ButtonName, view, ...read } as ButtonPress;
  });
}
