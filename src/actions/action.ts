import { buttonOf, type ButtonPress } from "./buttons.ts";
import { commandOf, type CommandAction } from "./commands.ts";
import { forms, type Submission } from "./forms.ts";
import type { Rule } from "../users/roles.ts";

/** Everything that can be asked: by a button, by a form, by a command. */
export type Action = ButtonPress | Submission | CommandAction;

/** Who may, and where. */
export function ruleOf(action: Action): Rule {
  if ("view" in action) return buttonOf(action).rule;
  return action.do === "submit" ? forms[action.form.id].rule : commandOf(action).rule;
}

/** Whether it is done at once, beside what else the person waits for. */
export function isUrgent(action: Action): boolean {
  if ("view" in action) return buttonOf(action).urgent;
  return action.do !== "submit" && commandOf(action).urgent;
}
