import { pino } from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { openQueue } from "../../src/app/jobs.ts";
import { jobKind } from "../../src/jobs/job.ts";
import { openStore } from "../../src/store/store.ts";
import { ownDatabase } from "../store/own-database.ts";
import type { StorePlace } from "../store/shared-stores.ts";

// One Postgres and several processes: the queue over it is one process's, unless a Redis stands beside it for all of them.

const { TEST_POSTGRES_URL: postgres, TEST_REDIS_URL: redis } = process.env;
if (postgres === undefined)
  process.stderr.write("who keeps the jobs of a Postgres is not tried: no server (.ci/run starts one)\n");

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const keys = [new Uint8Array(32).fill(9)];
const log = pino({ level: "silent" });

async function processAt({ url, redisUrl }: StorePlace) {
  const store = await openStore({ url, redisUrl, keys, onError: () => undefined });
  closing.push(() => store.close());
  const queue = await openQueue({ url, redisUrl, store, keys, log });
  closing.push(() => queue.close());
  return queue;
}

describe.skipIf(postgres === undefined)("over one Postgres", () => {
  test("a second process is refused with a sentence, and the next one is let in when the first has left", async () => {
    const url = await ownDatabase(postgres ?? "", "jobs");
    const first = await processAt({ url });
    await expect(processAt({ url })).rejects.toThrow(
      "STORE_URL: another ChatDrive process works over this Postgres: stop that one first, or set REDIS_URL for all of them.",
    );
    await first.close();
    await processAt({ url });
  }, 30_000);
});

describe.skipIf(postgres === undefined || redis === undefined)("over one Postgres and a Redis beside it", () => {
  const places = async (): Promise<Required<StorePlace>> => ({
    url: await ownDatabase(postgres ?? "", "jobs"),
    redisUrl: await ownDatabase(redis ?? "", "jobs"),
  });
  const kind = jobKind<number, never, number>("double");

  test("a job that one process was given is done by the other", async () => {
    const place = await places();
    const [one, other] = await Promise.all([processAt(place), processAt(place)]);
    other.jobs.handle(kind, { run: async (input) => input * 2 });
    await other.jobs.start();
    const id = await one.jobs.add(kind, 21);
    const states: unknown[] = [];
    for await (const state of one.jobs.follow(kind, id, { signal: AbortSignal.timeout(10_000) })) states.push(state);
    expect(states.at(-1)).toEqual({ is: "done", result: 42 });
  }, 30_000);

  test("a process without that Redis is refused, and one with it while such a one works", async () => {
    const { url, redisUrl } = await places();
    const alone = await processAt({ url });
    await expect(processAt({ url, redisUrl })).rejects.toThrow(
      "REDIS_URL: a ChatDrive process without it works over this Postgres: stop that one first, or set REDIS_URL for it too.",
    );
    await alone.close();
    await processAt({ url, redisUrl });
    await processAt({ url, redisUrl });
    await expect(processAt({ url })).rejects.toThrow(/set REDIS_URL for all of them/);
  }, 60_000);

  test("jobs that wait in the store go on in the Redis it is given: in order, with what they kept, and once", async () => {
    const { url, redisUrl } = await places();
    const steps = jobKind<string, never, void, { readonly step: number }>("steps", { retryAfter: () => 1 });
    const later = Date.now() + 3_600_000;
    const before = await processAt({ url });
    const kept = Promise.withResolvers<void>();
    before.jobs.handle(steps, {
      async run(_input, { save, signal }) {
        await save({ step: 3 });
        kept.resolve();
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
      },
    });
    await before.jobs.start();
    await before.jobs.add(steps, "begun", { id: "1" });
    await before.jobs.add(steps, "waits", { id: "2" });
    await before.jobs.add(steps, "cancelled", { id: "3" });
    await before.jobs.add(steps, "due", { id: "4", dueAt: later });
    await before.jobs.cancel(steps, "3");
    await kept.promise;
    await before.close();

    const after = await processAt({ url, redisUrl });
    const done: unknown[] = [];
    const both = Promise.withResolvers<void>();
    after.jobs.handle(steps, {
      async run(input, { checkpoint, attempt }) {
        done.push({ input, checkpoint, attempt });
        if (done.length === 2) both.resolve();
      },
    });
    expect((await after.jobs.list(steps)).map(({ id, input }) => [id, input])).toEqual([
      ["1", "begun"],
      ["2", "waits"],
      ["4", "due"],
    ]);
    await after.jobs.start();
    await both.promise;
    const [due] = await after.jobs.list(steps);
    expect(due).toMatchObject({ id: "4", state: { is: "due", at: later } });
    expect(done).toEqual([
      { input: "begun", checkpoint: { step: 3 }, attempt: 1 },
      { input: "waits", checkpoint: undefined, attempt: 1 },
    ]);
    // Known as what it was: nothing is added under its id.
    await after.jobs.add(steps, "again", { id: "3" });
    await after.close();

    const third = await processAt({ url, redisUrl });
    expect((await third.jobs.list(steps)).map(({ id }) => id)).toEqual(["4"]);
  }, 60_000);
});
