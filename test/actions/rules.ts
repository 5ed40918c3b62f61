import { buttons } from "../../src/actions/buttons.ts";
import { commands } from "../../src/actions/commands.ts";
import { forms } from "../../src/actions/forms.ts";
import type { Rule } from "../../src/users/roles.ts";

/** Who may do what, by the name of the command, the button or the form. */
export const rules: readonly (readonly [name: string, rule: Rule])[] = [
  ...Object.entries(commands),
  ...Object.entries(buttons),
  ...Object.entries(forms).map(([id, form]) => [`form ${id}`, form] as const),
].map(([name, { rule }]) => [name, rule]);
