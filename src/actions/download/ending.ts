import { JobFailure } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import { sayLastWord } from "../../messaging/last-word.ts";
import type { Messengers } from "../../messaging/messenger.ts";
import type { DownloadScreen } from "../model/screen.ts";
import { downloadNoteKind, downloadOutcomeKind, type Download } from "./download-kind.ts";

interface EndingParts {
  readonly jobs: JobQueue;
  readonly messengers: Messengers;
  readonly log: { info(fields: object, event: string): void };
}

/** Sees to it that what became of a batch is said: where it was followed, or in a message of its own. */
export async function addEnding(
  jobs: Pick<JobQueue, "add">,
  { id, person, shown, told }: Download,
  screen: DownloadScreen,
): Promise<void> {
  if (shown) await jobs.add(downloadOutcomeKind, { person, shown, screen }, { id });
  else if (told) await jobs.add(downloadNoteKind, { told, screen }, { id });
}

/** Says who says it. */
export function handleEndings({ jobs, messengers, log }: EndingParts): void {
  jobs.handle(downloadOutcomeKind, {
    run: (word, { attempt }) =>
      // Who put the message away asked not to see it.
      sayLastWord(word, { messenger: messengers.of(word.shown.place), attempt, isNews: () => false, log }),
  });
  jobs.handle(downloadNoteKind, {
    async run({ told, screen }, { checkpoint, save }) {
      const messenger = messengers.of(told.place);
      if (!messenger || checkpoint?.sent) return;
      await save({ sent: true });
      const sent = await messenger.send(told, screen);
      if (sent.is !== "later") return;
      await save({ sent: false });
      throw new JobFailure("note-not-sent", { retryAfter: sent.after });
    },
  });
}
