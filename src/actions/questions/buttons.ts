import { anywhere, inPrivate } from "../../users/roles.ts";
import { button, none } from "../context/button.ts";
import { confirm, dismiss } from "./answer.ts";

export const questionButtons = {
  confirm: button("y", inPrivate, none, confirm),
  dismiss: button("z", anywhere, none, dismiss),
};
