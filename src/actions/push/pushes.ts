import type { JobOutcome } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import type { Aria2Settings, Pushes, PushOrder } from "../model/push.ts";
import type { PushFailure, PushState } from "../model/push-screen.ts";
import { Aria2Error, openAria2 } from "./aria2.ts";
import { sayOutcome } from "./outcome.ts";
import { pushKind, pushOutcomeKind, type Push } from "./push-kind.ts";
import { Pushing, sayLater, type PushedBy } from "./pushing.ts";

/** What pushes are made of. */
export interface PushesParts extends PushedBy {
  readonly jobs: JobQueue;
}

/** Pushes over a job queue. Made before it is started: it is told here who does them. */
export function createPushes(parts: PushesParts): Pushes {
  const { jobs, settings, send } = parts;
  jobs.handle(pushKind, {
    run: (push, job) => new Pushing(push, { ...parts, job }).run(),
    over: (push, outcome) => sayEnd(parts, push, outcome),
  });
  jobs.handle(pushOutcomeKind, { run: (outcome, { attempt }) => sayOutcome(parts, outcome, attempt) });
  const aria2Of = async (person: string) => {
    const kept = await settings.get(person);
    if (!kept) throw new Aria2Error("not-set");
    return openAria2({ ...kept, send });
  };
  return {
    addressOf: async (person) => (await settings.get(person))?.address,
    connect: (person, given, { signal }) =>
      orFailure(
        async () => {
          const version = await openAria2({ ...given, send }).version(signal);
          await settings.set(person, keptOf(given));
          return { is: "connected", version };
        },
        (failure) => ({ is: "failed", failure }),
      ),
    disconnect: async (person) => void (await settings.delete(person)),
    prepare: ({ id, ...order }) => ({
      screen: { ...order.card, state: beginning(order) },
      placed: {
        async at(shown) {
          await jobs.add(pushKind, { ...order, id, shown }, { id, key: order.person });
        },
      },
    }),
    cancel: (id) => jobs.cancel(pushKind, id),
    status: (person, gids, { signal }) =>
      orFailure(
        async () => (await aria2Of(person)).status(gids, signal),
        (failure) => failure,
      ),
    async forget(person) {
      await settings.delete(person);
      for (const { id } of await jobs.list(pushKind, { key: person })) await jobs.cancel(pushKind, id);
    },
  };
}

/** Files alone need not be looked for. */
function beginning({ roots }: Pick<PushOrder, "roots">): PushState {
  const areFiles = roots.every(({ entry }) => entry.kind === "file");
  return areFiles ? { is: "sending", sent: 0, of: roots.length } : { is: "reading", files: 0 };
}

function keptOf({ address, secret }: Aria2Settings): Aria2Settings {
  return { address, ...(secret !== undefined && { secret }) };
}

async function orFailure<T, F>(work: () => Promise<T>, failed: (failure: PushFailure) => F): Promise<T | F> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Aria2Error)) throw error;
    return failed(error.failure);
  }
}

/** What ends by itself has said so. What was cancelled, or never got to its end, has not. */
async function sayEnd(parts: PushesParts, push: Push, outcome: JobOutcome<void>): Promise<void> {
  if (outcome.is === "done") return;
  await sayLater(parts, push, { state: { is: outcome.is === "cancelled" ? "cancelled" : "lost" } });
}
