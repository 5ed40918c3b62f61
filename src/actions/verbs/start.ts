import type { Press } from "../action.ts";
import type { Errand, Outcome } from "../errand.ts";
import { decodePress } from "../press.ts";
import { showWelcome } from "../scenes/person.ts";
import { admin } from "./admin.ts";
import { help } from "./help.ts";
import { openShare, recognise } from "./open-share.ts";

/** Greets; with the payload of a deep link, does what it was made from: a button, or a share's address. */
export function start(
  errand: Errand,
  payload: string | undefined,
  press: (press: Press) => Promise<Outcome>,
): Promise<Outcome> | Outcome {
  const button = payload === undefined ? undefined : decodePress(payload);
  if (button) return press(button);
  // Where commands cannot be hidden from others, this is an operator's way in: `admin`, and a sub-command.
  const words = /^admin(?:\s+([^]*))?$/.exec(payload ?? "");
  if (words && errand.operator && errand.visit.place.kind === "private") return admin(errand, words[1] ?? "");
  if (payload !== undefined && recognise(errand, payload)) return openShare(errand, { text: payload });
  return errand.visit.place.kind === "private" ? showWelcome(errand) : help(errand);
}
