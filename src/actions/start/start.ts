import { admin } from "../admin/sub-commands.ts";
import { goTo, type ActionContext, type Result } from "../context/context.ts";
import { openShare } from "../shares/open-share.ts";
import { sharesIn } from "../shares/recognise.ts";
import { help } from "./help.ts";

/** Greets; with the payload of a deep link, opens the share it was made from. A button's payload is pressed before this. */
export function start(context: ActionContext, payload: string | undefined): Promise<Result> | Result {
  // Where commands cannot be hidden from others, this is an operator's way in: `admin`, and a sub-command.
  const words = /^admin(?:\s+([^]*))?$/.exec(payload ?? "");
  if (words && context.operator && context.visit.place.kind === "private") return admin(context, words[1] ?? "");
  if (payload !== undefined && sharesIn(context, payload).length > 0) return openShare(context, { text: payload });
  return context.visit.place.kind === "private" ? goTo(context, { at: "welcome" }) : help(context);
}
