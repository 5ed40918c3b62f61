import { inPrivate } from "../../users/roles.ts";
import { button, none } from "../context/button.ts";
import { goTo } from "../context/context.ts";
import { makeHook } from "./hook.ts";

export const hookButtons = {
  "show-hook": button("hs", inPrivate, none, (context) => goTo(context, { at: "hook" })),
  "make-hook": button("hm", inPrivate, none, makeHook),
  "renew-hook": button("hn", inPrivate, none, (context) => goTo(context, { at: "question", question: "renew-hook" })),
  "revoke-hook": button("hr", inPrivate, none, (context) => goTo(context, { at: "question", question: "revoke-hook" })),
};
