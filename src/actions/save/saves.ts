import type { JobOutcome } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import type { Saves } from "../model/save.ts";
import { keyOf, saveKind, type Save } from "./save-kind.ts";
import { createSaveDisplay } from "./display.ts";
import { Saving, type SavedBy } from "./saving.ts";

/** What saving is made of. */
export interface SavesParts extends SavedBy {
  readonly jobs: JobQueue;
}

/** Saving over a job queue. Made before it is started: it is told here who does it. */
export function createSaves(parts: SavesParts): Saves {
  const { jobs } = parts;
  jobs.handle(saveKind, {
    run: (save, job) => new Saving(save, { ...parts, job }).run(),
    over: (save, outcome) => sayEnd(parts, save, outcome),
  });
  const open = async (id: string) => (await jobs.list(saveKind)).find((job) => job.id === id);
  return {
    async prepare({ id, ...order }) {
      const key = keyOf(order);
      if ((await jobs.list(saveKind, { key })).length > 0) return "busy";
      return {
        screen: { ...order.card, state: { is: "waiting" } },
        placed: {
          async at(shown) {
            await jobs.add(saveKind, { ...order, id, shown }, { id, key });
          },
        },
      };
    },
    async cancel(id) {
      const state = (await open(id))?.state;
      if (state?.is === "running" && state.report) return "too-late";
      return (await jobs.cancel(saveKind, id)) ? "cancelled" : "over";
    },
    async forget(person) {
      for (const { id, input } of await jobs.list(saveKind))
        if (input.person === person) await jobs.cancel(saveKind, id);
    },
  };
}

/** What ends by itself has said so. What was cancelled, or never got to its end, has not. */
async function sayEnd(parts: SavesParts, save: Save, outcome: JobOutcome<void>): Promise<void> {
  if (outcome.is === "done") return;
  const display = createSaveDisplay(save, { ...parts, signal: AbortSignal.timeout(60_000) });
  await display.last({ is: outcome.is === "cancelled" ? "cancelled" : "lost" });
}
