import type { Edited, Messengers } from "../../messaging/messenger.ts";
import type { DownloadScreen } from "../model/screen.ts";
import type { Download } from "./download-kind.ts";

/** The message of a batch. */
export interface Display {
  /** Shows how far it is, if that is something new and an edit is due. */
  now(screen: DownloadScreen): Promise<void>;
  /** The last word: waited for, and said to the person where the message is out of reach. */
  last(screen: DownloadScreen): Promise<void>;
}

interface DisplayParts {
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

export function createDisplay({ shown, person }: Pick<Download, "shown" | "person">, parts: DisplayParts): Display {
  const { messengers, now, wait, signal, log } = parts;
  let said = "";
  let dueAt = now() + first;
  let pace = first;
  let isGone = false;
  const edit = async (screen: DownloadScreen): Promise<Edited> => {
    const messenger = messengers.of(shown.place);
    if (!messenger) return { is: "closed" };
    return messenger.edit(shown, screen).catch((err: unknown): Edited => {
      log.info({ err }, "message of a download not changed");
      return { is: "later", after: slowest };
    });
  };
  return {
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
      const own = { place: person, kind: "private", language: shown.language } as const;
      await messengers
        .of(person)
        ?.send(own, screen)
        .catch((err: unknown) => log.info({ err }, "end of a download not sent"));
    },
  };
}
