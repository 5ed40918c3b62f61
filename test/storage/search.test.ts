import { Keyv } from "keyv";
import { describe, expect, test } from "vitest";
import { memoryKind, type MemoryEntry } from "../../src/drivers/memory.ts";
import type { Driver, DriverKind } from "../../src/storage/driver.ts";
import { StorageError, type StorageErrorCode } from "../../src/storage/error.ts";
import type { Values } from "../../src/storage/field.ts";
import type { Mount } from "../../src/storage/mount.ts";
import type { FolderRecord, Query } from "../../src/storage/name-index.ts";
import { createStorage, type Storage } from "../../src/storage/storage.ts";
import { createLocks } from "../../src/store/lock.ts";

const file = (name: string, size = 100): MemoryEntry => ({ name, size });
const folder = (name: string, ...children: MemoryEntry[]): MemoryEntry => ({ name, children });

interface TestApp {
  readonly storage: Storage;
  readonly mount: Mount;
  /** Every list call, folder and cursor. */
  readonly asked: string[];
  /** Most calls that were under way at once. */
  most(): number;
  readonly refuse: Map<string, StorageErrorCode>;
  now: number;
  /** Another process over the same store. */
  restarted(): Storage;
}

async function app(tree: MemoryEntry): Promise<TestApp> {
  const asked: string[] = [];
  const refuse = new Map<string, StorageErrorCode>();
  let under = 0;
  let most = 0;
  const kind: DriverKind = {
    ...memoryKind({ tree }),
    open: (options, context): Driver => {
      const driver = memoryKind({ tree }).open(options, context);
      return {
        ...driver,
        async list(at, options = {}) {
          asked.push(`${at ?? "/"} ${options.cursor ?? "0"}`);
          under += 1;
          most = Math.max(most, under);
          await new Promise((resolve) => setImmediate(resolve));
          under -= 1;
          const code = refuse.get(at ?? "/");
          if (code) throw new StorageError(code);
          return driver.list(at, options);
        },
      };
    },
  };
  const strict = { throwOnErrors: true };
  const mounts = new Keyv<Mount>(strict);
  const names = new Keyv<readonly FolderRecord[]>(strict);
  const at = { now: 1_000_000 };
  let ids = 0;
  const open = () =>
    createStorage({
      kinds: [kind],
      mounts,
      names,
      secrets: new Keyv<Values>(strict),
      notes: new Keyv<string>(strict),
      ...createLocks(),
      now: () => at.now,
      wait: () => new Promise((resolve) => setImmediate(resolve)),
      randomHex: (bytes) => "0".repeat(bytes * 2),
      newId: () => `mount${String(ids++).padStart(5, "0")}`,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
    });
  const storage = open();
  const mount = await storage.mount({ driver: "memory", owner: "telegram:1", values: { tree: "tree" } });
  asked.length = 0;
  return Object.assign(at, { storage, mount, asked, most: () => most, refuse, restarted: open });
}

async function crawled(at: TestApp, anew = false): Promise<void> {
  const crawl = await at.storage.crawl(at.mount.id, undefined, { asker: "telegram:1", anew });
  await crawl.done;
}

const below: Query["below"] = [];

async function found(at: TestApp, words: string, more: Partial<Query> = {}): Promise<readonly string[]> {
  const hits = await at.storage.search(at.mount.id, { words, below, ...more });
  return hits.map(({ entry, trail }) => [...trail.map(({ name }) => name), entry.name].join("/"));
}

const shelf = folder(
  "",
  folder(
    "Films",
    file("The.Broadcast.2024.S01E07.mkv", 3e9),
    file("The.Broadcast.2024.S01E08.mkv", 3e9),
    file("Amélie.mp4", 2e9),
    folder("海边的日落", file("海滩日落合集.mp4", 1e9), file("日出.mp4", 1e6)),
  ),
  folder("Music", file("ＢＥＡＴＬＥＳ　Ｈｅｙ　Ｊｕｄｅ.mp3", 5e6), file("Ångström.flac", 4e7)),
  file("notes.txt", 10),
);

describe("a search", () => {
  test.each([
    ["broadcast s01e07", ["Films/The.Broadcast.2024.S01E07.mkv"]],
    ["BRODCAST s01e08", ["Films/The.Broadcast.2024.S01E08.mkv"]],
    ["amelie", ["Films/Amélie.mp4"]],
    ["AMÉLIE", ["Films/Amélie.mp4"]],
    ["beatles jude", ["Music/ＢＥＡＴＬＥＳ　Ｈｅｙ　Ｊｕｄｅ.mp3"]],
    ["angstrom", ["Music/Ångström.flac"]],
    ["海滩日落", ["Films/海边的日落/海滩日落合集.mp4", "Films/海边的日落"]],
    ["海滩日洛", ["Films/海边的日落/海滩日落合集.mp4"]],
    ["合集", ["Films/海边的日落/海滩日落合集.mp4"]],
    ["出", ["Films/海边的日落/日出.mp4"]],
    ["borad", []],
    ["ntoes", ["notes.txt"]],
    ["cast", ["Films/The.Broadcast.2024.S01E07.mkv", "Films/The.Broadcast.2024.S01E08.mkv"]],
    ["notes.txt", ["notes.txt"]],
    ["films", ["Films"]],
    ["zebra", []],
    ["s01e09", []],
    ["日月", []],
  ])("a search for %s finds what is meant, however it is written", async (words, names) => {
    const at = await app(shelf);
    await crawled(at);
    expect(await found(at, words)).toEqual(names);
  });

  test("a search puts the name that is the words before those that contain them, and those before others alike", async () => {
    const at = await app(folder("", file("beaches.mp4"), file("my beach.mp4"), file("beach.mp4"), file("baech.mp4")));
    await crawled(at);
    const names = await found(at, "beach");
    expect(names[0]).toBe("beach.mp4");
    expect(names.slice(1, 3).toSorted()).toEqual(["beaches.mp4", "my beach.mp4"]);
  });

  test("a search looks only below the folder it was asked in", async () => {
    const at = await app(shelf);
    await crawled(at);
    const films = (await at.storage.folder(at.mount.id, undefined)).entries[0];
    expect(await found(at, "mp", { below: [{ id: films?.id ?? "", name: "Films" }] })).toHaveLength(3);
    expect(await found(at, "mp")).toHaveLength(4);
  });

  test("a search for a kind and sizes finds files of that kind and those sizes alone", async () => {
    const at = await app(shelf);
    await crawled(at);
    expect(await found(at, "", { kind: "audio" })).toHaveLength(2);
    expect(await found(at, "", { kind: "video", least: 2e9 })).toHaveLength(3);
    expect(await found(at, "", { most: 10 })).toEqual(["notes.txt"]);
  });
});

describe("a crawl", () => {
  const big = folder(
    "",
    ...Array.from({ length: 20 }, (_, n) =>
      folder(`Folder ${n}`, ...Array.from({ length: 1000 }, (_, k) => file(`clip ${n}-${k}.mp4`))),
    ),
  );

  test("a crawl of 20,000 files reads each page once, two at a time, and a second one nothing, not even after a restart", async () => {
    const at = await app(big);
    await Promise.all([crawled(at), crawled(at)]);
    // The root is known since the mount was made.
    expect(at.asked).toHaveLength(20 * 2);
    expect(new Set(at.asked).size).toBe(at.asked.length);
    expect(at.most()).toBeLessThanOrEqual(2);
    expect((await found(at, "clip 7-77.mp4"))[0]).toBe("Folder 7/clip 7-77.mp4");
    await crawled(at);
    await at.storage.close();
    const later = at.restarted();
    const crawl = await later.crawl(at.mount.id, undefined, { asker: "telegram:2" });
    await crawl.done;
    expect(crawl.outcome()).toEqual({ is: "complete" });
    expect(crawl.progress()).toEqual({ folders: 21, entries: 20_020 });
    const [best] = await later.search(at.mount.id, { words: "clip 7-77.mp4", below });
    expect(best).toMatchObject({ entry: { name: "clip 7-77.mp4" }, trail: [{ name: "Folder 7" }], fit: "same" });
    expect(at.asked).toHaveLength(40);
  });

  test("a crawl reads again what was read a day ago, and all of it when asked to", async () => {
    const at = await app(shelf);
    await crawled(at);
    expect(at.asked).toHaveLength(3);
    await crawled(at, true);
    expect(at.asked).toHaveLength(3);
    at.now += 1;
    await crawled(at, true);
    expect(at.asked).toHaveLength(3 + 4);
    at.now += 25 * 3_600_000;
    await crawled(at);
    expect(at.asked).toHaveLength(3 + 4 + 4);
  });

  test("a crawl ends when the last who asked for it stops it", async () => {
    const at = await app(big);
    const one = await at.storage.crawl(at.mount.id, undefined, { asker: "telegram:1" });
    await at.storage.crawl(at.mount.id, undefined, { asker: "telegram:2" });
    at.storage.stopCrawl(at.mount.id, undefined, "telegram:1");
    expect(one.outcome()).toBeUndefined();
    at.storage.stopCrawl(at.mount.id, undefined, "telegram:2");
    await one.done;
    expect(one.outcome()).toEqual({ is: "stopped" });
    expect(at.asked.length).toBeLessThan(10);
  });

  test("a crawl passes over a folder that went, and ends at what concerns the whole account", async () => {
    const at = await app(shelf);
    at.refuse.set("1", "not-found");
    await crawled(at);
    expect(await found(at, "amelie")).toHaveLength(1);
    expect(await found(at, "angstrom")).toEqual([]);
    at.refuse.set("0", "too-frequent");
    at.now += 1;
    const crawl = await at.storage.crawl(at.mount.id, undefined, { asker: "telegram:1", anew: true });
    await crawl.done;
    expect(crawl.outcome()).toEqual({ is: "failed", code: "too-frequent" });
    expect(await found(at, "amelie")).toHaveLength(1);
  });
});

describe("what is known by name", () => {
  test("what is known by name is what browsing saw, without any crawl", async () => {
    const at = await app(shelf);
    await at.storage.folder(at.mount.id, undefined);
    await expect.poll(() => found(at, "notes")).toEqual(["notes.txt"]);
    expect(await found(at, "amelie")).toEqual([]);
    expect(at.asked).toHaveLength(0);
  });

  test("what is known by name goes with the mount", async () => {
    const at = await app(shelf);
    await crawled(at);
    await at.storage.unmount(at.mount.id);
    expect(await at.storage.search(at.mount.id, { words: "", below })).toEqual([]);
    expect(await at.restarted().search(at.mount.id, { words: "", below })).toEqual([]);
  });
});
