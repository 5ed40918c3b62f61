import type { JobOutcome } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import type { Downloads } from "../model/download.ts";
import { downloadKind, itemsOf, type Download } from "./download-kind.ts";
import { addEnding, handleEndings } from "./ending.ts";
import { createRestarts } from "./restarts.ts";
import { Following, type FollowedBy } from "./following.ts";

/** What downloads are made of. */
export interface DownloadsParts extends FollowedBy {
  readonly jobs: JobQueue;
}

/** Downloads over a job queue. Made before it is started: it is told here who does them. */
export function createDownloads(parts: DownloadsParts): Downloads {
  const { jobs, now } = parts;
  jobs.handle(downloadKind, {
    run: (download, job) => new Following(download, { ...parts, job }).run(),
    over: (download, outcome) => sayEnd(parts, download, outcome),
  });
  handleEndings(parts);
  const restarts = createRestarts(parts);
  return {
    ...restarts,
    prepare: ({ id, ...order }) => ({
      screen: { ...order.card, is: "running", items: itemsOf(order) },
      placed: {
        async at(shown) {
          await jobs.add(downloadKind, { ...order, id, shown, askedAt: now() }, { id });
        },
      },
    }),
    async begin({ id, ...order }, told) {
      await jobs.add(downloadKind, { ...order, id, told, askedAt: now() }, { id });
    },
    find: async (id) => (await jobs.list(downloadKind)).find(({ input }) => input.id === id)?.input,
    cancel: (id) => jobs.cancel(downloadKind, id),
    async forget(person) {
      await restarts.forget(person);
      for (const { id, input } of await jobs.list(downloadKind))
        if (input.person === person) await jobs.cancel(downloadKind, id);
    },
  };
}

/** A batch that ends by itself has said all. One that was never begun, or not followed to its end, has not. */
async function sayEnd({ jobs }: DownloadsParts, download: Download, outcome: JobOutcome<void>): Promise<void> {
  if (outcome.is === "done") return;
  const isCancelled = outcome.is === "cancelled";
  const items = itemsOf(download);
  const screen = {
    ...download.card,
    is: isCancelled ? ("over" as const) : ("lost" as const),
    items: isCancelled ? items.map((item) => ({ ...item, state: { is: "cancelled" as const } })) : items,
  };
  await addEnding(jobs, download, screen);
}
