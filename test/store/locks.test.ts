import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openStore, type Store } from "../../src/store/store.ts";
import { ownDatabase } from "./own-database.ts";

// One contract for the locks of every database. Servers are shared by processes: there each store stands for one.

const folder = mkdtempSync(join(tmpdir(), "chatdrive-locks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { TEST_REDIS_URL: redis, TEST_POSTGRES_URL: postgres } = process.env;
const backends = [
  { name: "memory", address: "memory://", isShared: false },
  { name: "sqlite", address: `sqlite://${folder}/store.sqlite`, isShared: false },
  { name: "redis", address: redis, isShared: true, keepsOrder: true },
  { name: "postgres", address: postgres, isShared: true },
  { name: "postgres and redis", address: redis && postgres, beside: redis, isShared: true, keepsOrder: true },
];
const keys = [new Uint8Array(32)];
/** Milliseconds that a lock of a process that died lasts, in these tests. */
const lockLifetime = 900;

describe.each(backends)("the locks of a store on $name", ({ address, beside, isShared, keepsOrder }) => {
  const skipped = address === undefined;
  let url = "";
  let redisUrl: string | undefined;
  let stores: Store[] = [];
  let children: ChildProcess[] = [];

  beforeAll(async () => {
    if (address !== undefined) url = isShared ? await ownDatabase(address, "locks") : address;
    if (beside !== undefined) redisUrl = await ownDatabase(beside, "locks");
  });
  const opened = async () => {
    const store = await openStore({ url, redisUrl, keys, onError: () => undefined, lockLifetime });
    stores.push(store);
    return store;
  };
  let here: Store;
  let there: Store;
  beforeEach(async () => {
    if (skipped) return;
    here = await opened();
    there = isShared ? await opened() : here;
  });
  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(stores.map((store) => store.close()));
    [stores, children] = [[], []];
  });

  test.skipIf(skipped)("a lock lets one piece of work at a time run for a key, in whichever process", async () => {
    const counts = here.open<number>("counts");
    await counts.set("n", 0);
    const add = async () => counts.set("n", ((await counts.get("n")) ?? 0) + 1);
    await Promise.all(Array.from({ length: 40 }, (_, turn) => (turn % 2 === 0 ? here : there).exclusive("count", add)));
    expect(await counts.get("n")).toBe(40);
  });

  test.skipIf(skipped || !keepsOrder)(
    "those that wait for a lock in several processes get it in their order, whoever asked first",
    async () => {
      const third = await opened();
      const done: number[] = [];
      const [asked, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const first = third.exclusive("person:mia", async () => {
        asked.resolve();
        await free.promise;
      });
      await asked.promise;
      const waiting = [
        there.exclusive("person:mia", async () => void done.push(12), 12),
        here.exclusive("person:mia", async () => void done.push(11), 11),
        (await opened()).exclusive("person:mia", async () => void done.push(14), 14),
        (await opened()).exclusive("person:mia", async () => void done.push(13), 13),
      ];
      // All of them have looked.
      await sleep(300);
      free.resolve();
      await Promise.all([first, ...waiting]);
      expect(done).toEqual([11, 12, 13, 14]);
    },
  );

  test.skipIf(skipped || !keepsOrder)(
    "who waited for a lock in a process that is gone holds nobody up for long",
    async () => {
      const gone = await opened();
      const [asked, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const first = there.exclusive("person:mia", async () => {
        asked.resolve();
        await free.promise;
      });
      await asked.promise;
      const lost = gone.exclusive("person:mia", async () => undefined, 1).catch(() => "lost");
      await sleep(100);
      await gone.close();
      expect(await lost).toBe("lost");
      free.resolve();
      await first;
      expect(await here.exclusive("person:mia", async () => "done", 2)).toBe("done");
    },
  );

  test.skipIf(skipped)("locks hold no connection while their holders wait for a drive", async () => {
    const people = 40;
    const drive = Promise.withResolvers<void>();
    const acting = Promise.withResolvers<void>();
    let begun = 0;
    const notes = here.open<number>("notes");
    const works = Array.from({ length: people }, (_, person) =>
      here.exclusive(`person:${person}`, async () => {
        await notes.set(`before:${person}`, person);
        if (++begun === people) acting.resolve();
        await drive.promise;
        await notes.set(`after:${person}`, person);
      }),
    );
    // As many wait for the same locks, in the other process too.
    const queued = Array.from({ length: people }, (_, person) =>
      there.exclusive(`person:${person}`, async () => person),
    );
    await acting.promise;
    await notes.set("meanwhile", 1);
    expect(await notes.get("meanwhile")).toBe(1);
    drive.resolve();
    await Promise.all(works);
    expect(await Promise.all(queued)).toHaveLength(people);
    expect(await notes.get(`after:${people - 1}`)).toBe(people - 1);
  });

  test.skipIf(skipped)("one process leads until it is told to end, and another one goes on", async () => {
    const leading: string[] = [];
    const [first, second] = [new AbortController(), new AbortController()];
    const begun = Promise.withResolvers<void>();
    const work = (name: string, onBegin: () => void) => async (signal: AbortSignal) => {
      leading.push(name);
      onBegin();
      if (!signal.aborted) await once(signal, "abort");
    };
    const firstLeads = here.lead("updates", work("first", begun.resolve), first.signal);
    await begun.promise;
    const follows = Promise.withResolvers<void>();
    const secondLeads = isShared
      ? there.lead("updates", work("second", follows.resolve), second.signal)
      : Promise.resolve(follows.resolve());
    expect(leading).toEqual(["first"]);
    first.abort();
    await Promise.all([firstLeads, follows.promise]);
    second.abort();
    await secondLeads;
    expect(leading).toEqual(isShared ? ["first", "second"] : ["first"]);
    expect(here.isShared).toBe(isShared);
  });

  test.skipIf(skipped)("a lock is free after work that failed", async () => {
    await expect(here.exclusive("fails", () => Promise.reject(new Error("the drive is away")))).rejects.toThrow(
      "the drive is away",
    );
    expect(await there.exclusive("fails", async () => "next")).toBe("next");
  });

  test.skipIf(skipped)("a lock lasts as long as the work does", async () => {
    const order: string[] = [];
    const long = here.exclusive("long", async () => {
      await sleep(lockLifetime * 2.5);
      order.push("long");
    });
    await sleep(50);
    await there.exclusive("long", async () => order.push("next"));
    await long;
    expect(order).toEqual(["long", "next"]);
  });

  test.skipIf(skipped)("a lock lets work go on writing that outlives it", async () => {
    const notes = here.open<string>("notes");
    const later = Promise.withResolvers<void>();
    let writing: Promise<unknown> = Promise.resolve();
    await here.exclusive("outlived", async () => {
      writing = later.promise.then(() => notes.set("outlived", "written"));
    });
    await there.exclusive("outlived", async () => later.resolve(undefined));
    await writing;
    expect(await notes.get("outlived")).toBe("written");
  });

  const holding = async (key: string) => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, "lock-holder.ts"), url, key, String(lockLifetime)],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    children.push(child);
    const lines = child.stdout[Symbol.asyncIterator]();
    expect(String((await lines.next()).value)).toBe("held\n");
    return { child, outcome: async () => String((await lines.next()).value).trim() };
  };

  test.skipIf(skipped || !isShared)(
    "the locks of a process that was killed are free within their lifetime",
    async () => {
      const { child } = await holding("killed");
      child.kill("SIGKILL");
      await once(child, "close");
      const since = performance.now();
      await here.exclusive("killed", async () => undefined);
      expect(performance.now() - since).toBeLessThan(lockLifetime + 500);
    },
  );

  test.skipIf(skipped || !isShared)(
    "a lock keeps a process that stood still from writing over the next holder",
    async () => {
      const { child, outcome } = await holding("stopped");
      child.kill("SIGSTOP");
      const kept = here.open<string>("fenced");
      await here.exclusive("stopped", async () => {
        await kept.set("stopped", "written by the second holder");
        child.stdin?.write("go\n");
        child.kill("SIGCONT");
        expect(await outcome()).toBe("superseded");
      });
      expect(await kept.get("stopped")).toBe("written by the second holder");
    },
  );

  test.skipIf(skipped || !isShared)("a lock does not hinder the writes of those who hold it", async () => {
    const { child, outcome } = await holding("held");
    child.stdin?.write("go\n");
    expect(await outcome()).toBe("written");
    await here.exclusive("outer", () =>
      here.exclusive("inner", async () => {
        const kept = here.open<string>("fenced", { sealed: true });
        await kept.set("nested", "both are held", 60_000);
        expect(await kept.get("nested")).toBe("both are held");
        expect(await kept.delete("nested")).toBe(true);
        expect(await kept.delete("nested")).toBe(false);
      }),
    );
  });
});
