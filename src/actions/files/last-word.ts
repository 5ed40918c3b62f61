import { JobFailure } from "../../jobs/job.ts";
import type { Edited, Messenger, Sent } from "../../messaging/messenger.ts";
import type { LastWord } from "./transfer-kind.ts";

interface LastWordParts {
  /** Absent = that chat is switched off. */
  readonly messenger: Messenger | undefined;
  /** 1 = it has not been tried before. */
  readonly attempt: number;
  readonly log: { info(fields: object, event: string): void };
}

/**
 * Puts what became of a file into the message that showed it; where that is out of reach, it is a message to the person
 * instead. Who put the message away asked not to see it: only that nothing will come is news to them. Throws a
 * `JobFailure` when it can be said later.
 */
export async function sayLastWord({ shown, person, screen }: LastWord, parts: LastWordParts): Promise<void> {
  const { messenger, attempt, log } = parts;
  if (!messenger) return;
  const edited = await messenger.edit(shown, screen).catch((err: unknown): Edited => {
    log.info({ err }, "message of a transfer out of reach");
    return { is: "closed" };
  });
  switch (edited.is) {
    case "edited":
      return;
    case "later":
      throw notYet(Math.max(edited.after, attempt * laterStep));
    case "gone":
      if (screen.state.is === "failed" || screen.state.is === "interrupted")
        await tell(messenger, { shown, person, screen }, attempt);
      return;
    case "closed":
      return tell(messenger, { shown, person, screen }, attempt);
  }
}

/** Milliseconds until the next attempt, by how many there were: where a platform asks to wait, and where it failed. */
const [laterStep, failureStep] = [1000, 5000];

/** Twice does less harm than never: who waits for a file would wait on. */
async function tell(messenger: Messenger, word: LastWord, attempt: number): Promise<void> {
  const { shown, person, screen } = word;
  const sent: Sent = await messenger
    .send({ place: person, kind: "private", language: shown.language }, screen)
    .catch((cause: unknown) => {
      throw notYet(attempt * failureStep, cause);
    });
  if (sent.is === "later") throw notYet(Math.max(sent.after, attempt * laterStep));
}

function notYet(retryAfter: number, cause?: unknown): JobFailure {
  return new JobFailure("outcome-not-sent", { retryAfter, cause });
}
