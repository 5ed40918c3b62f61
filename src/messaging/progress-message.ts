import type { MessageScreen } from "../actions/model/screen.ts";
import type { MessageRef } from "../actions/model/target.ts";
import type { Edited, Messengers } from "./messenger.ts";

/** A message that a job goes on changing while it runs. What becomes of it is said by `sayLastWord`. */
export interface ProgressMessage {
  /** Shows how far it is, if that is something new and an edit is due. */
  show(screen: MessageScreen): Promise<void>;
}

/** What is followed, and where. */
interface Followed {
  readonly shown: MessageRef;
  readonly person: string;
}

export interface ProgressMessageParts {
  readonly messengers: Messengers;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly log: { info(fields: object, event: string): void };
  /** The first edit need not wait; absent = the message has just said how it stands. */
  readonly isDue?: boolean;
}

/** ms between edits, and what they grow to. */
const [first, slowest] = [4000, 15_000];

export function createProgressMessage({ shown, person }: Followed, parts: ProgressMessageParts): ProgressMessage {
  const { messengers, now, log } = parts;
  let said = "";
  let [saidAt, rest] = [now(), parts.isDue === true ? 0 : first];
  let pace = first;
  let isGone = false;
  const edit = async (screen: MessageScreen): Promise<Edited> => {
    const messenger = messengers.of(shown.place);
    if (!messenger) return { is: "closed" };
    return messenger.edit(shown, screen).catch((err: unknown): Edited => {
      log.info({ err, person }, "progress message not changed");
      return { is: "later", after: slowest };
    });
  };
  return {
    async show(screen) {
      const text = JSON.stringify(screen);
      if (isGone || text === said || Math.abs(now() - saidAt) < rest) return;
      const edited = await edit(screen);
      if (edited.is === "edited") said = text;
      if (edited.is === "gone") isGone = true;
      pace = Math.min(slowest, pace * 1.25);
      rest = Math.max(pace, edited.is === "later" ? edited.after : 0);
      saidAt = now();
    },
  };
}
