import type { Keyv } from "keyv";
import { JobFailure } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import { lastWordKind, sayLastWord, tellPerson, type LastWordLog } from "../../messaging/last-word.ts";
import type { Messengers } from "../../messaging/messenger.ts";
import type { Visit } from "../../users/visit.ts";
import type { ApprovalOrder } from "../model/approval.ts";
import type { MessageScreen } from "../model/screen.ts";
import type { MessageRef, Placed } from "../model/target.ts";

/** A sign-in that is waited for. */
export interface Awaited extends Omit<ApprovalOrder, "pending"> {
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
}

/** Where the messages of sign-ins are, and what is said in them at last. */
export interface LastWords {
  /** Keeps where the message of a sign-in is, which is known only after it was shown. */
  placing(id: string): Placed;
  /** Says what became of it, once; `language` absent = that of the message. */
  say(awaited: Awaited, screen: MessageScreen, language?: string): Promise<void>;
}

interface Word {
  readonly id: string;
  readonly person: string;
  readonly askedAt: number;
  readonly screen: MessageScreen;
  readonly language: string;
}

const wordKind = lastWordKind<Word>("sign-in-outcome");

interface LastWordsParts {
  readonly jobs: Pick<JobQueue, "add" | "handle">;
  readonly messengers: Messengers;
  /** By the ids of sign-ins. Encrypted: a reference may let one write. */
  readonly places: Keyv<MessageRef>;
  /** The language somebody is spoken to in. */
  languageOf(visit: Visit): Promise<string>;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly log: LastWordLog;
}

/** ms that the place of a message is kept. */
const placeLife = 24 * 3_600_000;
/** ms within which a screen is shown, or never will be: its process was killed. */
const shownWithin = 10_000;

/** The last words over a job queue. Made before it is started: it is told here who says them. */
export function createLastWords(parts: LastWordsParts): LastWords {
  const { jobs, places, languageOf, log } = parts;
  jobs.handle(wordKind, { run: (word, { attempt }) => sayWord(parts, word, attempt) });
  return {
    placing: (id) => ({
      async at(shown) {
        await places.set(id, shown, placeLife);
      },
    }),
    async say({ id, visit, kind, askedAt }, screen, language) {
      const person = visit.person.id;
      const word = { id, person, askedAt, screen };
      const spoken = language ?? (await places.get(id))?.language ?? (await languageOf(visit));
      await jobs.add(wordKind, { ...word, language: spoken }, { id });
      const outcome = screen.show === "approval" ? screen.state.is : screen.show;
      log.info({ person, driver: kind, outcome }, "sign-in ended");
    },
  };
}

async function sayWord(parts: LastWordsParts, word: Word, attempt: number): Promise<void> {
  const { messengers, places, now, log } = parts;
  const { id, person, askedAt, screen, language } = word;
  const shown = await places.get(id);
  if (!shown && Math.abs(now() - askedAt) < shownWithin)
    throw new JobFailure("message-not-shown", { retryAfter: 1000 });
  const messenger = messengers.of(shown?.place ?? person);
  if (shown) await sayLastWord({ person, shown: { ...shown, language }, screen }, { messenger, attempt, isNews, log });
  else if (!isCancelled(screen)) await tellPerson({ person, screen, language }, { messenger, attempt, log });
  await places.delete(id);
}

/** That nothing came of it is none. */
function isNews({ show }: MessageScreen): boolean {
  return show !== "approval";
}

function isCancelled(screen: MessageScreen): boolean {
  return screen.show === "approval" && screen.state.is === "cancelled";
}
