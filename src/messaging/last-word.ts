import type { MessageScreen } from "../actions/model/screen.ts";
import type { MessageRef } from "../actions/model/target.ts";
import { JobFailure, jobKind, type JobKind } from "../jobs/job.ts";
import type { Edited, Messenger, Sent } from "./messenger.ts";

/** What became of something somebody waits for. Plain JSON. */
export interface LastWord {
  /** Who is told where the message is out of reach. */
  readonly person: string;
  readonly shown: MessageRef;
  readonly screen: MessageScreen;
}

/** Kind of the jobs that say what became of something: where a platform is out of reach they are tried sixty times. */
export function lastWordKind<W = LastWord>(name: string, { concurrency = 4 } = {}): JobKind<W> {
  return jobKind<W>(name, { concurrency, maxAttempts: 60, keepFor: 3_600_000 });
}

interface LastWordParts {
  /** Absent = that chat is switched off. */
  readonly messenger: Messenger | undefined;
  /** 1 = it has not been tried before. */
  readonly attempt: number;
  /** Who put the message away asked not to see it: only what this is true of is news to them. */
  isNews(screen: MessageScreen): boolean;
  readonly log: LastWordLog;
}

/** Where it is written that somebody was not told. */
export interface LastWordLog {
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
}

/**
 * Puts the last word into the message that showed how it stood; where that is out of reach, it is a message to the person
 * instead. Throws a `JobFailure` when it can be said later.
 */
export async function sayLastWord({ shown, person, screen }: LastWord, parts: LastWordParts): Promise<void> {
  const { messenger, isNews, log } = parts;
  if (!messenger) return log.warn({ person }, "last word not sent: its chat is switched off");
  const edited = await messenger.edit(shown, screen).catch((err: unknown): Edited => {
    log.info({ err }, "message of a last word out of reach");
    return { is: "closed" };
  });
  switch (edited.is) {
    case "edited":
      return;
    case "later":
      throw notYet(Math.max(edited.after, parts.attempt * laterStep));
    case "gone":
      if (isNews(screen)) await tellPerson({ person, screen, language: shown.language }, parts);
      return;
    case "closed":
      return tellPerson({ person, screen, language: shown.language }, parts);
  }
}

/** Milliseconds until the next attempt, by how many there were: where a platform asks to wait, and where it failed. */
const [laterStep, failureStep] = [1000, 5000];

interface Told extends Pick<LastWord, "person" | "screen"> {
  readonly language: string;
}

/** Says it in a message of its own. Twice does less harm than never: who waits would wait on. */
export async function tellPerson(
  { person, screen, language }: Told,
  { messenger, attempt, log }: Omit<LastWordParts, "isNews">,
): Promise<void> {
  if (!messenger) return log.warn({ person }, "last word not sent: its chat is switched off");
  const sent: Sent = await messenger
    .send({ place: person, kind: "private", language }, screen)
    .catch((cause: unknown) => {
      throw notYet(attempt * failureStep, cause);
    });
  if (sent.is === "later") throw notYet(Math.max(sent.after, attempt * laterStep));
  if (sent.is === "closed") log.warn({ person }, "last word not sent: its chat is closed");
}

function notYet(retryAfter: number, cause?: unknown): JobFailure {
  return new JobFailure("outcome-not-sent", { retryAfter, cause });
}
