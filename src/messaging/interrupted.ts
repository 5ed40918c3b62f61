import type { Interrupted } from "../actions/model/transfer.ts";
import { readRef, type Messenger } from "./messenger.ts";

/**
 * Messages that showed a file on its way say that it was lost with its process, and offer to go on; where such a message
 * is gone, a new one says it, there or else to the person themself. What an outage prevents is told after it.
 */
export async function tellInterrupted(messenger: Messenger, interrupted: readonly Interrupted[]): Promise<void> {
  for (const one of interrupted) if (await isTold(messenger, one)) await one.told();
}

const closed = { is: "closed" } as const;

/** False = not now. */
async function isTold(messenger: Messenger, { person, message, language, screen }: Interrupted): Promise<boolean> {
  const ref = readRef(message);
  const edited = ref ? await messenger.edit({ ...ref, language }, screen) : closed;
  if (edited.is === "edited") return true;
  if (edited.is === "later") return false;
  const beside = ref && edited.is === "gone" ? await messenger.send({ ...ref, language }, screen) : closed;
  if (beside.is !== "closed") return beside.is === "sent";
  const sent = await messenger.send({ place: person, kind: "private", language }, screen);
  return sent.is !== "later";
}
