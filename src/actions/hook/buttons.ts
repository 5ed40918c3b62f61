import { inPrivate } from "../../users/roles.ts";
import { button, none } from "../context/button.ts";
import { goTo } from "../context/context.ts";
import { makeHook } from "./hook.ts";

export const hookButtons = {
  "show-hook": button("zs", inPrivate, none, (context) => goTo(context, { at: "hook" })),
  "make-hook": button("zm", inPrivate, none, makeHook),
  "renew-hook": button("zn", inPrivate, none, (context) => goTo(context, { at: "question", question: "renew-hook" })),
  "revoke-hook": button("zr", inPrivate, none, (context) => goTo(context, { at: "question", question: "revoke-hook" })),
};
