import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { RateLimiterRes } from "rate-limiter-flexible";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createTurns } from "../../src/drivers/pikpak/turns.ts";
import { createLimits, LimitError } from "../../src/gateway/limits.ts";
import type { Counts } from "../../src/store/counts.ts";
import { openStore } from "../../src/store/store.ts";
import { createRateLimit } from "../../src/users/rate-limit.ts";
import { hasRedis, startRedis } from "./own-server.ts";
import { sharedStores, type StorePlace } from "./shared-stores.ts";

// What several processes count together. Each store here stands for a process.

/** Milliseconds that a place of a process that was killed lasts, in these tests. */
const lockLifetime = 1500;
const keys = [new Uint8Array(32)];

async function countsAt(place: StorePlace, onError: (error: unknown) => void = () => undefined): Promise<Counts> {
  const store = await openStore({ ...place, keys, onError, lockLifetime });
  onTestFinished(() => store.close());
  if (!store.counts) throw new Error("this store counts nothing together");
  return store.counts;
}

test("a store of one process leaves the counting to it", async () => {
  const store = await openStore({ url: "memory://", keys, onError: () => undefined });
  onTestFinished(() => store.close());
  expect(store.counts).toBeUndefined();
});

describe.each(sharedStores.filter(({ isHere }) => isHere))("processes over $name", ({ place }) => {
  let at: StorePlace = { url: "" };
  beforeAll(async () => {
    at = await place("counts");
  });

  test("together they ask an account no more than five times within any second", async () => {
    const all = await Promise.all([countsAt(at), countsAt(at), countsAt(at)]);
    const times: number[] = [];
    const monotonic = () => performance.now();
    const wait = async (ms: number) => pause(ms);
    const requests = all.flatMap(({ reserve }) => {
      const turns = createTurns({ name: "account one", rate: 5, monotonic, wait, reserve });
      return Array.from({ length: 5 }, async () => {
        await turns.next({ asker: "mia" });
        times.push(performance.now());
      });
    });
    await Promise.all(requests);
    // Five at once, five a second later, and five more after another one: timers may be a little early.
    for (let n = 5; n < times.length; n++) expect((times[n] ?? 0) - (times[n - 5] ?? 0)).toBeGreaterThan(950);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(4000);
  });

  test("the first request of an account waits for nobody, and another account's for neither", async () => {
    const [one, other] = [await countsAt(at), await countsAt(at)];
    for (let n = 0; n < 5; n++) expect(await one.reserve("account two", 5)).toBe(0);
    expect(await other.reserve("account two", 5)).toBeGreaterThan(500);
    expect(await other.reserve("account three", 5)).toBe(0);
  });

  test("who asks too much of one process is held back by the other", async () => {
    const [one, other] = [await countsAt(at), await countsAt(at)];
    const here = createRateLimit({ most: 3, limiter: one.limiter });
    const there = createRateLimit({ most: 3, limiter: other.limiter });
    expect([await here.take("mia"), await there.take("mia"), await here.take("mia")]).toEqual(["go", "go", "go"]);
    expect([await there.take("mia"), await here.take("mia")]).toEqual(["say", "silent"]);
    expect(await there.take("otto")).toBe("go");
  });

  test("a limit gives back what was right, for both processes", async () => {
    const [one, other] = [await countsAt(at), await countsAt(at)];
    const options = { keyPrefix: "password", points: 1, duration: 60 };
    const [here, there] = [one.limiter(options), other.limiter(options)];
    await here.consume("link");
    await expect(there.consume("link")).rejects.toBeInstanceOf(RateLimiterRes);
    await here.reward("link", 2);
    await there.consume("link");
    expect((await here.get("link"))?.consumedPoints).toBe(1);
  });

  test("a person has so many streams in all processes together, and everybody has", async () => {
    const [one, other] = [await countsAt(at), await countsAt(at)];
    const here = createLimits({ streamsPerPerson: 3, streams: 4, places: one });
    const there = createLimits({ streamsPerPerson: 3, streams: 4, places: other });
    const stream = (person: string, download: string) => ({ person, download });
    const first = await here.enter(stream("mia", "film"));
    await there.enter(stream("mia", "film"));
    await expect(here.enter(stream("mia", "film"))).rejects.toMatchObject({ status: 429 });
    await here.enter(stream("mia", "song"));
    await expect(there.enter(stream("mia", "photo"))).rejects.toMatchObject({ status: 429 });
    await there.enter(stream("otto", "film"));
    await expect(here.enter(stream("nora", "film"))).rejects.toMatchObject({ status: 503 });
    first.leave();
    await expect
      .poll(() => here.enter(stream("nora", "film")).catch((error: unknown) => error))
      .not.toBeInstanceOf(LimitError);
    expect(here.streams).toBe(2);
  });

  test("the place of a process that was killed is free again within seconds, and not before", async () => {
    const counts = await countsAt(at);
    const program = new URL("place-holder.ts", import.meta.url).pathname;
    const child = spawn("node", [program, "killed", String(lockLifetime), at.url, at.redisUrl ?? ""], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    expect(said.toString()).toBe("held\n");
    const claim = () => counts.claim([{ name: "killed", most: 1 }]);
    expect(await claim()).toEqual({ is: "full", name: "killed" });
    child.kill("SIGKILL");
    await once(child, "close");
    expect(await claim()).toEqual({ is: "full", name: "killed" });
    await expect.poll(claim, { timeout: 8000, interval: 100 }).toMatchObject({ is: "held" });
  }, 20_000);

  test("a place that is held is renewed for longer than it would last", async () => {
    const client = await countsAt(at);
    const other = await countsAt(at);
    const claim = await client.claim([{ name: "long", most: 1 }]);
    expect(claim?.is).toBe("held");
    const until = performance.now() + 2 * lockLifetime;
    await expect
      .poll(
        async () => ((await other.claim([{ name: "long", most: 1 }]))?.is === "full" ? performance.now() : until + 1),
        {
          timeout: 9000,
          interval: 200,
        },
      )
      .toBeGreaterThan(until);
    expect(await other.claim([{ name: "long", most: 1 }])).toEqual({ is: "full", name: "long" });
  }, 20_000);
});

describe.skipIf(!hasRedis)("a Redis that fails", () => {
  test("leaves each process with its own count, and nobody waits for it twice", async () => {
    const server = await startRedis();
    onTestFinished(() => server.close());
    const errors: unknown[] = [];
    const counts = await countsAt(server, (error) => errors.push(error));
    const limit = createRateLimit({ most: 1, limiter: counts.limiter });
    expect(await limit.take("mia")).toBe("go");
    server.pause();
    const started = performance.now();
    expect([await limit.take("mia"), await limit.take("mia")]).toEqual(["go", "say"]);
    expect(await counts.reserve("account", 5)).toBeUndefined();
    expect(await counts.claim([{ name: "streams", most: 1 }])).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(1900);
    expect(errors).toHaveLength(1);
    server.goOn();
    await expect.poll(() => counts.reserve("account", 5), { timeout: 5000 }).toBe(0);
    // The one who waited in vain holds no place.
    expect(await counts.claim([{ name: "streams", most: 1 }])).toMatchObject({ is: "held" });
  }, 20_000);

  test("that is gone paces an account as far as the process itself knows", async () => {
    const server = await startRedis();
    onTestFinished(() => server.close());
    const { reserve } = await countsAt(server);
    let elapsed = 0;
    const wait = async (ms: number) => void (elapsed += ms);
    const turns = createTurns({ name: "account", rate: 5, monotonic: () => elapsed, wait, reserve });
    await server.kill();
    for (let n = 0; n < 6; n++) await turns.next({ asker: "mia" });
    expect(elapsed).toBe(1000);
    await server.start();
  });
});
