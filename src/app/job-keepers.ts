import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Keyv } from "keyv";
import { JobsError } from "../jobs/job.ts";
import type { Store } from "../store/store.ts";

/** Where jobs are kept: in the store, by a queue that one process works on, or in a Redis, for any number of processes. */
export type JobKeeper = "store" | "redis";

/** Which of them kept the jobs of a store last; absent = the store, or nobody yet. */
export function lastKeeper(store: Pick<Store, "open">): {
  get(): Promise<JobKeeper | undefined>;
  set(keeper: JobKeeper): Promise<unknown>;
} {
  const about: Keyv<JobKeeper> = store.open("schema");
  return { get: () => about.get("jobs"), set: (keeper) => about.set("jobs", keeper) };
}

/** Milliseconds another process may take to leave: longer than the lease of one that was killed lasts. */
const leaveWithin = 8000;
/** Milliseconds between two looks. */
const lookEvery = 100;

const refusals = {
  store:
    "STORE_URL: another ChatDrive process works over this Postgres: stop that one first, or set REDIS_URL for all of them.",
  redis:
    "REDIS_URL: a ChatDrive process without it works over this Postgres: stop that one first, or set REDIS_URL for it too.",
} as const;

/**
 * Sees to it that the processes over one Postgres keep their jobs in one place. One of them has a lease: the one that works
 * on the queue in the store, or any of those that share a Redis. Resolves with how to give it back; throws a `JobsError`
 * where others keep them elsewhere.
 */
export async function agreeOnJobs(
  store: Pick<Store, "open" | "lead">,
  keeper: JobKeeper,
): Promise<() => Promise<void>> {
  const over = new AbortController();
  let isLeading = false;
  const holding = store.lead("jobs-owner", (signal) => hold(signal, (holds) => (isLeading = holds)), over.signal);
  const letGo = async () => {
    over.abort();
    await holding;
  };
  const { get } = lastKeeper(store);
  const isAgreed = async () => isLeading || (keeper === "redis" && (await get()) === "redis");
  const until = performance.now() + leaveWithin;
  try {
    while (!(await isAgreed())) {
      if (performance.now() > until) throw new JobsError(refusals[keeper]);
      await sleep(lookEvery);
    }
  } catch (error) {
    await letGo();
    throw error;
  }
  return letGo;
}

async function hold(signal: AbortSignal, onChange: (holds: boolean) => void): Promise<void> {
  onChange(true);
  if (!signal.aborted) await once(signal, "abort");
  onChange(false);
}
