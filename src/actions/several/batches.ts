import type { JobOutcome } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import { sayLastWord } from "../../messaging/last-word.ts";
import type { MessageScreen } from "../model/screen.ts";
import type { Batches, BatchOrder } from "../model/batch.ts";
import type { UploadPlace } from "../model/upload.ts";
import { batchKind, batchOutcomeKind, type Batch } from "./batch-kind.ts";
import { batchScreen } from "./batch-screen.ts";
import { Batching, type BatchedBy } from "./batching.ts";

/** What batches are made of. */
export interface BatchesParts extends BatchedBy {
  readonly jobs: JobQueue;
}

/** Batches a person may have under way and waiting. */
const maxOpen = 5;
/** Milliseconds a look at one may take. */
const askWithin = 5000;

/** Batches over a job queue. Made before it is started: it is told here who brings them. */
export function createBatches(parts: BatchesParts): Batches {
  const { jobs, messengers, log } = parts;
  jobs.handle(batchKind, {
    run: (batch, job) => new Batching(batch, { ...parts, job }).run(),
    over: (batch, outcome) => sayEnd(parts, batch, outcome),
  });
  jobs.handle(batchOutcomeKind, {
    run: (word, { attempt }) => sayLastWord(word, { messenger: messengers.of(word.shown.place), attempt, isNews, log }),
  });
  const cancelWhere = async (isIt: (batch: Batch) => boolean) => {
    for (const { id, input } of await jobs.list(batchKind)) if (isIt(input)) await jobs.cancel(batchKind, id);
  };
  return {
    async prepare(order) {
      if ((await jobs.list(batchKind, { key: order.person })).length >= maxOpen) return "full";
      return {
        screen: batchScreen(order, [], { is: "waiting" }),
        upload: {
          async start(place) {
            await jobs.add(batchKind, { ...order, ...placeOf(order, place) }, { id: order.id, key: order.person });
          },
        },
      };
    },
    async isKnown(id) {
      const states = jobs.follow(batchKind, id, { signal: AbortSignal.timeout(askWithin) });
      const iterator = states[Symbol.asyncIterator]();
      const { done } = await iterator.next();
      await iterator.return?.();
      return done !== true;
    },
    cancel: (id) => jobs.cancel(batchKind, id),
    forget: (person) => cancelWhere((batch) => batch.person === person),
    withdraw: (mount) => cancelWhere((batch) => batch.mount.id === mount),
  };
}

/** Where they go. What goes elsewhere needs no way in that ends. */
function placeOf({ destination }: BatchOrder, { to, shown, ...place }: UploadPlace): UploadPlace {
  if (destination) return { to: { place: destination.id, kind: "group", language: to.language }, shown };
  // Not each of many files is an answer.
  const { replyTo: _asked, ...target } = to;
  return { ...place, shown, to: target };
}

/** What ends by itself has said so. What was cancelled before it began, or never got to its end, has not. */
async function sayEnd({ jobs }: BatchesParts, batch: Batch, outcome: JobOutcome<void>): Promise<void> {
  if (outcome.is === "done") return;
  const { id, person, shown, files } = batch;
  const screen =
    outcome.is === "cancelled"
      ? batchScreen(
          batch,
          files.map(() => ({ is: "cancelled" })),
          { is: "cancelled" },
        )
      : batchScreen(batch, [], { is: "lost" });
  await jobs.add(batchOutcomeKind, { person, shown, screen }, { id });
}

/** Only that something will not come. */
function isNews(screen: MessageScreen): boolean {
  return screen.show === "batch" && screen.state.is !== "cancelled" && screen.unsent.length > 0;
}
