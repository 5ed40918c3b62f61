import { setTimeout as sleep } from "node:timers/promises";
import type { JobWay } from "./job-ways.ts";

/** How fast small jobs go. */
export interface JobRate {
  /** Jobs a second, when all are added at once: from the first add until the last one has begun. */
  readonly rate: number;
  /** Milliseconds from add to begun, when jobs are added one after the other. */
  readonly p50: number;
  readonly p99: number;
  /** Jobs that were not begun exactly once. */
  readonly faults: readonly string[];
}

interface JobsOptions {
  /** How many are added at once. */
  readonly jobs: number;
  /** How many are added one after the other. */
  readonly paced: number;
  /** Milliseconds between two that are added one after the other. */
  readonly pause: number;
}

/** Has small jobs done in a way, first all at once and then one after the other. */
export async function measureJobs({ open }: JobWay, { jobs, paced, pause }: JobsOptions): Promise<JobRate> {
  const begun = createBeginnings();
  const opened = await open(begun.note);
  try {
    const [together, apart] = [idsOf("together", jobs), idsOf("apart", paced)];
    const since = performance.now();
    await Promise.all([...together.map((id) => begun.of(id)), ...together.map((id) => opened.add(id))]);
    const rate = jobs / ((performance.now() - since) / 1000);
    const waits: Promise<number>[] = [];
    for (const id of apart) {
      const addedAt = performance.now();
      waits.push(Promise.all([begun.of(id), opened.add(id)]).then(([at]) => at - addedAt));
      await sleep(pause);
    }
    const times = (await Promise.all(waits)).sort((a, b) => a - b);
    const faults = [...together, ...apart].filter((id) => begun.timesOf(id) !== 1);
    return { rate, p50: percentile(times, 0.5), p99: percentile(times, 0.99), faults };
  } finally {
    await opened.close();
  }
}

const idsOf = (what: string, count: number) => Array.from({ length: count }, (_, n) => `${what}-${n}`);

/** Of ascending numbers; 0 where there are none. */
export const percentile = (times: readonly number[], part: number): number =>
  times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;

/** Milliseconds for which a job may take to begin. */
const longTimeout = 120_000;

function createBeginnings() {
  const waiting = new Map<string, PromiseWithResolvers<number>>();
  const times = new Map<string, number>();
  return {
    note(this: void, id: string): void {
      times.set(id, (times.get(id) ?? 0) + 1);
      waiting.get(id)?.resolve(performance.now());
    },
    /** Resolves with when it began; ask before it is added. */
    of(id: string): Promise<number> {
      const begins = Promise.withResolvers<number>();
      waiting.set(id, begins);
      const late = setTimeout(() => begins.reject(new Error(`the job ${id} did not begin`)), longTimeout);
      return begins.promise.finally(() => clearTimeout(late));
    },
    timesOf: (id: string): number => times.get(id) ?? 0,
  };
}
