import type { JobOutcome } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import { sayLastWord } from "../../messaging/last-word.ts";
import { maxBatches, maxUploads, type Uploads } from "../model/upload-batch.ts";
import { dropBegun } from "./dropping.ts";
import { createJoining, type JoiningParts } from "./joining.ts";
import type { UploadItem } from "../model/upload-item.ts";
import { itemOf, rememberRows, settledOf } from "./rows.ts";
import { itemsOf, uploadKind, uploadOutcomeKind, type Begun, type UploadBatch } from "./upload-kind.ts";
import { Uploading, type UploadedBy } from "./uploading.ts";

/** What uploads are made of. */
export interface UploadsParts extends Omit<UploadedBy, "joining">, JoiningParts {
  readonly jobs: JobQueue;
}

/** Uploads over a job queue. Made before it is started: it is told here who does them. */
export function createUploads(given: UploadsParts): Uploads {
  const { jobs } = given;
  const joining = createJoining(given);
  const parts = { ...given, joining };
  jobs.handle(uploadKind, {
    run: (batch, job) => new Uploading(batch, { ...parts, job }).run(),
    over: (batch, outcome, { checkpoint }) => sayEnd(parts, batch, { outcome, checkpoint }),
  });
  jobs.handle(uploadOutcomeKind, {
    run: (word, { attempt }) =>
      // Who put the message away asked not to see it.
      sayLastWord(word, { ...given, messenger: given.messengers.of(word.shown.place), attempt, isNews: () => false }),
  });
  const end = async (isMeant: (batch: UploadBatch) => boolean) => {
    const signal = AbortSignal.timeout(endWithin);
    for (const { id, input } of await jobs.list(uploadKind)) {
      if (!isMeant(input)) continue;
      await jobs.cancel(uploadKind, id);
      await Array.fromAsync(jobs.follow(uploadKind, id, { signal }));
    }
  };
  return {
    async prepare({ id, ...order }) {
      const waiting = await jobs.list(uploadKind, { key: order.person });
      if (waiting.length >= maxBatches) return "full";
      return {
        screen: { ...order.card, is: "running", items: shownOf(order, itemsOf(order.files)) },
        placed: {
          async at(shown) {
            await joining.open(order.person, id, order.group);
            await jobs.add(uploadKind, { ...order, id, shown }, { id, key: order.person });
          },
        },
      };
    },
    join: async (person, files, group) => files.length < maxUploads && joining.add(person, files, group),
    cancel: (id) => jobs.cancel(uploadKind, id),
    async forget(person) {
      await end((batch) => batch.person === person);
      await joining.forget(person);
    },
    withdraw: (mount) => end((batch) => batch.mount === mount),
  };
}

/** ms until a drive is let go of though what was begun in it is still being taken away. */
const endWithin = 10_000;

interface BatchEnd {
  readonly outcome: JobOutcome<void>;
  /** Absent = it never began. */
  readonly checkpoint?: Begun | undefined;
}

/**
 * A batch that ends by itself has said all. One that never began, or did not get to its end, has not: what its last attempt
 * has begun is taken away, and what has come stays.
 */
async function sayEnd(parts: UploadedBy, batch: UploadBatch, { outcome, checkpoint }: BatchEnd): Promise<void> {
  if (outcome.is === "done") return;
  await dropBegun(batch, checkpoint?.current, { ...parts, signal: AbortSignal.timeout(endWithin) });
  const state = { is: outcome.is === "cancelled" ? "cancelled" : "lost" } as const;
  const { id, person, shown, before = [], card } = batch;
  const joined = await parts.joining.read(id);
  const files = [...batch.files, ...(joined?.files ?? [])];
  const left = files.map((file, n) => settledOf(file, checkpoint?.items[n] ?? { name: file.name, state }));
  await rememberRows(parts, { person, view: card.view }, [...before, ...left]);
  const screen = { ...card, is: "over" as const, items: shownOf(batch, left.map(itemOf)) };
  await parts.jobs.add(uploadOutcomeKind, { person, shown, screen }, { id });
}

/** With what stands above them. */
function shownOf({ before = [] }: Pick<UploadBatch, "before">, items: readonly UploadItem[]): readonly UploadItem[] {
  return [...before.map(itemOf), ...items];
}
