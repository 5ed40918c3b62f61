import type { JobOutcome } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import type { Saves } from "../model/save.ts";
import { sayOutcome } from "./outcome.ts";
import { keyOf, saveKind, saveOutcomeKind, type Save } from "./save-kind.ts";
import { Saving, type SavedBy } from "./saving.ts";
import { saveScreen } from "./screen.ts";

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
  jobs.handle(saveOutcomeKind, { run: (outcome, { attempt }) => sayOutcome(parts, outcome, attempt) });
  const open = async (id: string) => (await jobs.list(saveKind)).find((job) => job.id === id);
  return {
    isUnderWay: async (same) => (await jobs.list(saveKind, { key: keyOf(same) })).length > 0,
    async prepare({ id, ...order }) {
      const key = keyOf(order);
      return {
        screen: saveScreen(order.card, { is: "waiting" }),
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
async function sayEnd({ jobs, newId }: SavesParts, save: Save, outcome: JobOutcome<void>): Promise<void> {
  if (outcome.is === "done") return;
  const state = { is: outcome.is === "cancelled" ? ("cancelled" as const) : ("lost" as const) };
  await jobs.add(saveOutcomeKind, { save, state, own: newId() }, { id: save.id });
}
