import { JobFailure } from "../../jobs/job.ts";
import type { Edited, Messenger, Sent } from "../../messaging/messenger.ts";
import type { LastWord } from "./transfer-kind.ts";

interface LastWordParts {
  /** Absent = that chat is switched off. */
  readonly messenger: Messenger | undefined;
  readonly log: { info(fields: object, event: string): void };
}

/**
 * Puts what became of a file into the message that showed it; where that is out of reach, it is a message to the person
 * instead. Who put the message away asked not to see it: only that nothing will come is news to them. Throws a
 * `JobFailure` when it can be said later.
 */
export async function sayLastWord({ shown, person, screen }: LastWord, parts: LastWordParts): Promise<void> {
  const { messenger, log } = parts;
  if (!messenger) return;
  const edited = await messenger.edit(shown, screen).catch((err: unknown): Edited => {
    log.info({ err }, "message of a transfer out of reach");
    return { is: "closed" };
  });
  switch (edited.is) {
    case "edited":
      return;
    case "later":
      throw notYet(edited.after);
    case "gone":
      if (screen.state.is === "failed" || screen.state.is === "interrupted")
        await tell(messenger, { shown, person, screen });
      return;
    case "closed":
      return tell(messenger, { shown, person, screen });
  }
}

async function tell(messenger: Messenger, { shown: { language }, person, screen }: LastWord): Promise<void> {
  const sent: Sent = await messenger
    .send({ place: person, kind: "private", language }, screen)
    .catch((cause: unknown) => {
      // It may have arrived: a word too few does less harm than one twice.
      throw new JobFailure("outcome-not-sent", { cause });
    });
  if (sent.is === "later") throw notYet(sent.after);
}

function notYet(after: number): JobFailure {
  return new JobFailure("outcome-not-sent", { retryAfter: Math.max(1000, after) });
}
