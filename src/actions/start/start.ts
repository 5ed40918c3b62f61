import type { Press } from "../model/action.ts";
import type { ActionContext, Outcome } from "../context.ts";
import { decodePress } from "../buttons.ts";
import { showWelcome } from "../settings/views.ts";
import { admin } from "../admin/command.ts";
import { help } from "./help.ts";
import { openShare, recognise } from "../shares/open-share.ts";

/** Greets; with the payload of a deep link, does what it was made from: a button, or a share's address. */
export function start(
  context: ActionContext,
  payload: string | undefined,
  press: (press: Press) => Promise<Outcome>,
): Promise<Outcome> | Outcome {
  const button = payload === undefined ? undefined : decodePress(payload);
  if (button) return press(button);
  // Where commands cannot be hidden from others, this is an operator's way in: `admin`, and a sub-command.
  const words = /^admin(?:\s+([^]*))?$/.exec(payload ?? "");
  if (words && context.operator && context.visit.place.kind === "private") return admin(context, words[1] ?? "");
  if (payload !== undefined && recognise(context, payload)) return openShare(context, { text: payload });
  return context.visit.place.kind === "private" ? showWelcome(context) : help(context);
}
