import type { Interrupted } from "../actions/model/transfer.ts";
import { readRef, type Messenger } from "./messenger.ts";

/**
 * Messages that showed a file on its way say that it was lost with its process, and offer to go on; where such a message
 * is gone, a new one says it. What an outage prevents is told after it.
 */
export async function tellInterrupted(messenger: Messenger, interrupted: readonly Interrupted[]): Promise<void> {
  for (const { message, language, screen, told } of interrupted) {
    const ref = readRef(message);
    const edited = ref && (await messenger.edit({ ...ref, language }, screen));
    if (edited?.is === "later") continue;
    if (ref && edited?.is === "gone") {
      const sent = await messenger.send({ ...ref, language }, screen);
      if (sent.is === "later") continue;
    }
    await told();
  }
}
