import { Keyv } from "keyv";
import { expect, test } from "vitest";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Removed } from "../../src/messaging/messenger.ts";
import { createRemovals, handleRemovals, type Removals } from "../../src/messaging/removals.ts";
import { keptInputs, testJobs } from "../test-jobs.ts";

/** A clock whose time a test sets, and which wakes whoever waits for a time that has come. */
function clock() {
  const waiting: { readonly at: number; go(): void }[] = [];
  const at = {
    time: 1_000_000,
    now: () => at.time,
    wait(ms: number, signal: AbortSignal): Promise<void> {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      waiting.push({ at: at.time + ms, go: resolve });
      return promise;
    },
    pass(ms: number) {
      at.time += ms;
      for (const one of waiting) if (one.at <= at.time) one.go();
    },
  };
  return at;
}

interface Process {
  readonly removals: Removals;
  readonly jobs: JobQueue;
  readonly removed: string[];
}

function open(
  records: Keyv<KeptJob>,
  at: ReturnType<typeof clock>,
  answer: () => Removed = () => ({ is: "removed" }),
): Process {
  const jobs = testJobs(records, at);
  const removed: string[] = [];
  handleRemovals({
    jobs,
    now: at.now,
    async remove({ platform, message }) {
      removed.push(`${platform} ${message}`);
      return answer();
    },
  });
  return { removals: createRemovals(jobs, "telegram"), jobs, removed };
}

const shelf = () => new Keyv<KeptJob>({ throwOnErrors: true });

test("messages to be removed are remembered over a restart, and each goes once, at the latest time that was noted", async () => {
  const [records, at] = [shelf(), clock()];
  const first = open(records, at);
  await first.removals.note("-100:1", at.now() + 1000);
  await first.removals.note("-100:2", at.now() + 9000);
  await first.removals.note("-100:1", at.now() + 5000);
  await first.jobs.stop();
  const second = open(records, at);
  await second.jobs.start();
  at.pass(4999);
  expect(await keptInputs(records, "removal")).toHaveLength(2);
  expect(second.removed).toEqual([]);
  at.pass(1);
  await expect.poll(() => second.removed).toEqual(["telegram -100:1"]);
  at.pass(4000);
  await expect.poll(() => second.removed).toEqual(["telegram -100:1", "telegram -100:2"]);
  await expect.poll(() => keptInputs(records, "removal")).toEqual([]);
  expect(first.removed).toEqual([]);
});

test("a platform that asks to wait is asked for nothing else until then, and every message goes in the end", async () => {
  const [records, at] = [shelf(), clock()];
  let isBusy = true;
  const here = open(records, at, () => (isBusy ? { is: "later", after: 60_000 } : { is: "removed" }));
  await here.jobs.start();
  for (const message of ["1", "2", "3"]) await here.removals.note(message, at.now() + 1000);
  at.pass(1000);
  await expect.poll(() => here.removed).toEqual(["telegram 1"]);
  at.pass(30_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(here.removed).toHaveLength(1);
  isBusy = false;
  at.pass(31_000);
  await expect.poll(() => here.removed.toSorted()).toEqual(["telegram 1", "telegram 1", "telegram 2", "telegram 3"]);
});

test("while messages wait for their time, the store is asked for nothing", async () => {
  const records = shelf();
  const asked: string[] = [];
  const watched = new Proxy(records, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (typeof name === "string" && ["get", "set", "has", "delete", "iterator"].includes(name)) asked.push(name);
      return value.bind(target) as unknown;
    },
  });
  const at = clock();
  const here = open(watched, at);
  await here.jobs.start();
  await here.removals.note("1", at.now() + 3_600_000);
  const before = asked.length;
  expect(before).toBeGreaterThan(0);
  for (let minutes = 0; minutes < 59; minutes += 1) {
    at.pass(60_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(asked).toHaveLength(before);
  expect(here.removed).toEqual([]);
  at.pass(60_000);
  await expect.poll(() => here.removed).toEqual(["telegram 1"]);
});
