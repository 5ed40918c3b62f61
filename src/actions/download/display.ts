import type { Edited, Messengers } from "../../messaging/messenger.ts";
import type { MessageScreen } from "../model/screen.ts";
import type { MessageRef, Target } from "../model/target.ts";

/** A message that a job goes on changing. */
export interface Display {
  /** Shows how far it is, if that is something new and an edit is due. */
  now(screen: MessageScreen): Promise<void>;
  /** The last word: waited for, and said to the person where the message is out of reach. */
  last(screen: MessageScreen): Promise<void>;
  /** Says it to the person in a message of its own. */
  apart(screen: MessageScreen): Promise<void>;
}

/** What is followed, and where: the person is told where that message cannot be changed any more. */
interface Displayed {
  readonly shown: MessageRef;
  readonly person: string;
}

export interface DisplayParts {
  readonly messengers: Messengers;
  now(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
  readonly signal: AbortSignal;
  readonly log: { info(fields: object, event: string): void };
}

/** ms between edits, and what they grow to. */
const [first, slowest] = [4000, 15_000];
/** How often the last word is tried. */
const maxTries = 30;

/** What becomes of a batch, wherever that is to be seen. */
export function displayOf(
  {
    shown,
    told,
    person,
  }: { readonly shown?: MessageRef | undefined; readonly told?: Target | undefined; readonly person: string },
  parts: DisplayParts,
): Display {
  const own = { place: person, kind: "private", language: "" } as const;
  return shown ? createDisplay({ shown, person }, parts) : createNote(told ?? own, parts);
}

/** Shows nothing until the last word, which is a message of its own. */
function createNote(told: Target, { messengers, wait, signal, log }: DisplayParts): Display {
  const last = async (screen: MessageScreen): Promise<void> => {
    for (let n = 0; n < maxTries; n++) {
      // What became of a call that rejects nobody knows: it is said once.
      const sent = await messengers
        .of(told.place)
        ?.send(told, screen)
        .catch((err: unknown) => {
          log.info({ err }, "end of a job not sent");
        });
      if (sent?.is !== "later") return;
      await wait(Math.max(1000, sent.after), signal);
    }
  };
  return { now: async () => undefined, last, apart: last };
}

export function createDisplay({ shown, person }: Displayed, parts: DisplayParts): Display {
  const { messengers, now, wait, signal, log } = parts;
  let said = "";
  let dueAt = now() + first;
  let pace = first;
  let isGone = false;
  const edit = async (screen: MessageScreen): Promise<Edited> => {
    const messenger = messengers.of(shown.place);
    if (!messenger) return { is: "closed" };
    return messenger.edit(shown, screen).catch((err: unknown): Edited => {
      log.info({ err }, "message of a job not changed");
      return { is: "later", after: slowest };
    });
  };
  const apart = async (screen: MessageScreen): Promise<void> => {
    const own = { place: person, kind: "private", language: shown.language } as const;
    await messengers
      .of(person)
      ?.send(own, screen)
      .catch((err: unknown) => log.info({ err }, "end of a job not sent"));
  };
  return {
    apart,
    async now(screen) {
      const text = JSON.stringify(screen);
      if (isGone || text === said || now() < dueAt) return;
      const edited = await edit(screen);
      if (edited.is === "edited") said = text;
      if (edited.is === "gone") isGone = true;
      pace = Math.min(slowest, pace * 1.25);
      dueAt = now() + Math.max(pace, edited.is === "later" ? edited.after : 0);
    },
    async last(screen) {
      if (isGone) return;
      for (let n = 0; n < maxTries; n++) {
        const edited = await edit(screen);
        // Who put the message away asked not to see it.
        if (edited.is === "edited" || edited.is === "gone") return;
        if (edited.is === "closed") break;
        await wait(Math.max(1000, edited.after), signal);
      }
      await apart(screen);
    },
  };
}
