import { Keyv } from "keyv";
import { expect, test } from "vitest";
import { createBroadcasts, type Announce, type Broadcasts, type Kept } from "../../src/users/broadcast.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import { createLocks } from "../../src/store/lock.ts";
import { testJobs } from "../test-jobs.ts";

/** A clock that moves only while somebody waits; all who wait until the same time wake together. */
function clock() {
  let time = 1_000_000;
  return {
    now: () => time,
    wait: async (ms: number, signal: AbortSignal) => {
      signal.throwIfAborted();
      const until = time + ms;
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      time = Math.max(time, until);
    },
  };
}

interface Post {
  readonly broadcasts: Broadcasts;
  readonly jobs: JobQueue;
  readonly errors: object[];
}

/** What outlives a process. */
interface Shelf {
  readonly kept: Keyv<Kept>;
  readonly jobs: Keyv<KeptJob>;
}

function open({ kept, jobs: records }: Shelf, announce: Announce, at = clock(), gone: string[] = []): Post {
  const errors: object[] = [];
  let ids = 0;
  const jobs = testJobs(records, {
    ...at,
    onError: (error, job) => void errors.push({ error, job }),
  });
  const broadcasts = createBroadcasts({
    jobs,
    kept,
    announce,
    ...at,
    ...createLocks(),
    chats: { gone: async (place) => void gone.push(place) },
    newId: () => `broadcast${ids++}`,
    log: { error: (fields) => void errors.push(fields) },
  });
  return { broadcasts, jobs, errors };
}

const places = (count: number) => Array.from({ length: count }, (_, n) => `telegram:${n + 1}`);
const shelf = (): Shelf => ({
  kept: new Keyv<Kept>({ throwOnErrors: true }),
  jobs: new Keyv<KeptJob>({ throwOnErrors: true }),
});

/** A service that takes `count` messages and then keeps all who come waiting, until it is released. */
function stuckAfter(count: number) {
  const got: string[] = [];
  const stuck = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const announce: Announce = async (place) => {
    if (got.length >= count) {
      stuck.resolve();
      await free.promise;
    }
    got.push(place);
    return "sent";
  };
  return { got, announce, stuck: stuck.promise, release: () => free.resolve() };
}

async function ended({ broadcasts }: Post) {
  const { signal } = new AbortController();
  const all = await Array.fromAsync(broadcasts.follow({ signal }));
  return all.at(-1);
}

test("a broadcast reaches 5,000 chats once each, through refusals for being too fast, a kill in the middle, and a new process", async () => {
  const kept = shelf();
  const at = clock();
  const got = new Map<string, number>();
  let calls = 0;
  const hung: string[] = [];
  const send =
    (isAlive: () => boolean): Announce =>
    async (place) => {
      calls += 1;
      await new Promise((resolve) => setImmediate(resolve));
      if (calls % 97 === 0) return { retryAfter: 5000 };
      if (place.endsWith("77")) return "gone";
      got.set(place, (got.get(place) ?? 0) + 1);
      if (isAlive()) return "sent";
      // The process is dead: the service has the message, and nobody reads its answer.
      hung.push(place);
      return new Promise(() => undefined);
    };

  const gone: string[] = [];
  const first = open(
    kept,
    send(() => got.size < 2600),
    at,
    gone,
  );
  await first.broadcasts.begin({ by: "telegram:1", text: "Hello", to: places(5000) });
  await expect.poll(() => hung.length).toBeGreaterThan(0);
  await expect.poll(() => hung.length).toBe(5);

  // Killed: nothing of the first engine is stopped or asked. What it was sending is not known to have arrived.
  const second = open(
    kept,
    send(() => true),
    at,
    gone,
  );
  const report = await ended(second);

  expect([...got.values()].filter((times) => times !== 1)).toEqual([]);
  expect(got.size + new Set(gone).size).toBe(5000);
  expect(report).toMatchObject({ state: "done", total: 5000, tally: { sent: 4945, gone: 50, failed: 5 } });
  expect(hung).toHaveLength(5);
  // 25 a second, and 5 s for each of the refusals: virtual time.
  expect(at.now() - 1_000_000).toBeGreaterThan((5000 / 25) * 1000);
  expect(calls).toBeGreaterThan(5000);
}, 60_000);

test("a chat that is told to wait is sent the broadcast after that, in the next process too", async () => {
  const kept = shelf();
  const at = clock();
  let refuse = true;
  const sentAt: number[] = [];
  const announce: Announce = async () => {
    if (refuse) return { retryAfter: 30_000 };
    sentAt.push(at.now());
    return "sent";
  };
  const first = open(kept, announce, { ...at, wait: () => new Promise(() => undefined) });
  await first.broadcasts.begin({ by: "telegram:1", text: "Hello", to: places(1) });
  await expect.poll(() => kept.kept.get("broadcast0 chat telegram:1")).toBe("waiting");
  refuse = false;
  const second = open(kept, announce, at);
  expect(await ended(second)).toMatchObject({ state: "done", tally: { sent: 1, gone: 0, failed: 0 } });
  expect(sentAt).toHaveLength(1);
});

test("a broadcast goes at 25 a second, and nothing is sent while the service asks to wait", async () => {
  const at = clock();
  const times: number[] = [];
  const announce: Announce = async () => {
    times.push(at.now());
    return times.length === 50 ? { retryAfter: 7000 } : "sent";
  };
  const post = open(shelf(), announce, at);
  await post.broadcasts.begin({ by: "telegram:1", text: "Hello", to: places(100) });
  await ended(post);
  expect(times).toHaveLength(101);
  const held = times[49] ?? 0;
  expect(times.slice(50).every((time) => time >= held + 7000)).toBe(true);
  for (let n = 25; n < 49; n++) expect((times[n] ?? 0) - (times[n - 25] ?? 0)).toBeGreaterThanOrEqual(960);
});

test("a broadcast that is stopped sends no more, says how far it came, and lets another begin", async () => {
  const kept = shelf();
  const { got: sent, announce, stuck, release } = stuckAfter(20);
  const post = open(kept, announce);
  await post.broadcasts.begin({ by: "telegram:1", text: "Hello", to: places(500) });
  expect(await post.broadcasts.begin({ by: "telegram:1", text: "Again", to: places(5) })).toBeUndefined();
  await stuck;
  const halting = post.broadcasts.halt();
  release();
  const report = await halting;
  const count = sent.length;
  expect(report).toMatchObject({ state: "stopped", tally: { sent: count } });
  expect(count).toBeLessThan(500);
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent).toHaveLength(count);
  const next = open(kept, async (place) => (sent.push(place), "sent"));
  expect((await next.broadcasts.latest())?.state).toBe("stopped");
  await post.broadcasts.begin({ by: "telegram:1", text: "Next", to: places(3) });
  expect(await ended(post)).toMatchObject({ text: "Next", state: "done", tally: { sent: 3 } });
});

test("an orderly end finishes what is under way, and the next process does the rest of the broadcast", async () => {
  const kept = shelf();
  const { got, announce, stuck, release } = stuckAfter(210);
  const first = open(kept, announce);
  await first.broadcasts.begin({ by: "telegram:1", text: "Hello", to: places(300) });
  await stuck;
  const stopping = first.jobs.stop();
  release();
  await stopping;
  const before = got.length;
  expect(before).toBeLessThan(300);
  const second = open(kept, announce);
  expect(await second.broadcasts.latest()).toMatchObject({ state: "running", tally: { sent: before } });
  expect(await ended(second)).toMatchObject({ state: "done", tally: { sent: 300, failed: 0 } });
  expect(new Set(got).size).toBe(300);
});

test("a message without an answer is a failure that is not tried again; one always too fast fails after ten tries", async () => {
  let calls = 0;
  const post = open(shelf(), async (place) => {
    calls += 1;
    if (place === "telegram:1") throw new Error("connection lost");
    return place === "telegram:2" ? { retryAfter: 1 } : "sent";
  });
  await post.broadcasts.begin({ by: "telegram:1", text: "Hello", to: places(3) });
  expect(await ended(post)).toMatchObject({ state: "done", tally: { sent: 1, gone: 0, failed: 2 } });
  expect(calls).toBe(12);
  expect(post.errors).toHaveLength(1);
});

test("a store that fails in the middle of a broadcast delays the rest, and doubles nothing", async () => {
  const kept = shelf();
  const got: string[] = [];
  let fails = 3;
  const faulty = new Proxy(kept.kept, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== "set" || typeof value !== "function")
        return typeof value === "function" ? value.bind(target) : value;
      return async (...given: unknown[]) => {
        if (got.length > 30 && given[1] === "sent" && fails-- > 0) throw new Error("the store is away");
        return Reflect.apply(value, target, given);
      };
    },
  });
  const post = open({ ...kept, kept: faulty }, async (place) => (got.push(place), "sent"));
  await post.broadcasts.begin({ by: "telegram:1", text: "Hello", to: places(100) });
  const report = await ended(post);
  expect(report).toMatchObject({ state: "done", tally: { sent: 97, failed: 3 } });
  expect(new Set(got).size).toBe(got.length);
  expect(post.errors.length).toBeGreaterThan(0);
});
