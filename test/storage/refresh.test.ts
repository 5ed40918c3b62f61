import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { ChangeOptions } from "../../src/storage/driver.ts";
import { StorageError } from "../../src/storage/error.ts";
import { app, entry, SlowDrive, type SlowApp } from "./app.ts";

const three = [[entry(1), entry(2)], [entry(3)], [entry(4)]];

/** A drive whose further pages are held back, mounted, with one person reading its root. */
async function reading(): Promise<{ drive: SlowDrive; at: SlowApp; id: string }> {
  const drive = new SlowDrive(three);
  const at = app(drive);
  drive.hold();
  const { id } = await at.mount();
  return { drive, at, id };
}

async function untilRead({ storage }: SlowApp, id: string) {
  const snapshots = await Array.fromAsync(storage.follow(id, undefined, { every: 1 }));
  return snapshots.at(-1);
}

test("a person who follows a folder is given its end, also when somebody else refreshes it meanwhile", async () => {
  const { drive, at, id } = await reading();
  const followed = untilRead(at, id);
  await at.storage.folder(id, undefined, { refresh: true });
  drive.release();
  expect(await followed).toMatchObject({ complete: true });
  expect((await followed)?.entries).toHaveLength(4);
  expect((await untilRead(at, id))?.entries ?? (await at.storage.folder(id, undefined)).entries).toHaveLength(4);
});

test("a refresh by one person does not fail another's search of the tree", async () => {
  const { drive, at, id } = await reading();
  const crawl = await at.storage.crawl(id, undefined, { asker: "telegram:2" });
  // It has come to the folder, and waits for it there.
  await setImmediate();
  await at.storage.folder(id, undefined, { refresh: true });
  await at.storage.folder(id, undefined, { refresh: true });
  drive.release();
  await crawl.done;
  expect(crawl.outcome()).toEqual({ is: "complete" });
  expect(crawl.progress()).toMatchObject({ entries: 4 });
});

test("a search anew by one person leaves another's running search to its end", async () => {
  const { drive, at, id } = await reading();
  const theirs = await at.storage.crawl(id, undefined, { asker: "telegram:2" });
  const anew = await at.storage.crawl(id, undefined, { asker: "telegram:3", anew: true });
  expect(anew).not.toBe(theirs);
  drive.release();
  await Promise.all([theirs.done, anew.done]);
  expect([theirs.outcome(), anew.outcome()]).toEqual([{ is: "complete" }, { is: "complete" }]);
});

test("a search ends once nobody wants it, whoever began anew", async () => {
  const { drive, at, id } = await reading();
  const first = await at.storage.crawl(id, undefined, { asker: "telegram:2" });
  const anew = await at.storage.crawl(id, undefined, { asker: "telegram:2", anew: true });
  expect(first.outcome()).toEqual({ is: "stopped" });
  expect(anew.outcome()).toBeUndefined();
  at.storage.stopCrawl(id, undefined, "telegram:2");
  expect(anew.outcome()).toEqual({ is: "stopped" });
  drive.release();
});

test.each(["not-found", "signed-out"] as const)(
  "a refresh that is told %s ends what was known, so that nobody is shown what is not so",
  async (code) => {
    const { drive, at, id } = await reading();
    drive.release();
    await untilRead(at, id);
    drive.failing = new StorageError(code);
    await expect(at.storage.folder(id, undefined, { refresh: true })).rejects.toMatchObject({ code });
    expect(at.storage.peek(id, undefined)).toBeUndefined();
    await expect(at.storage.folder(id, undefined)).rejects.toMatchObject({ code });
  },
);

test("a refresh that gets no answer takes from nobody what was known", async () => {
  const { drive, at, id } = await reading();
  drive.release();
  await untilRead(at, id);
  drive.failing = new StorageError("unreachable");
  await expect(at.storage.folder(id, undefined, { refresh: true })).rejects.toMatchObject({ code: "unreachable" });
  expect(await at.storage.folder(id, undefined)).toMatchObject({ complete: true });
  expect(at.storage.peek(id, undefined)?.entries).toHaveLength(4);
});

test("a folder that nobody reads any more is not read on after a refresh has taken its place", async () => {
  const { drive, at, id } = await reading();
  await at.storage.folder(id, undefined, { refresh: true });
  drive.release();
  await untilRead(at, id);
  expect(drive.asked.filter((call) => call === "list / 2")).toHaveLength(1);
  expect(drive.signals.some((signal) => signal?.aborted)).toBe(true);
});

test("a refresh that was under way while something was trashed does not bring it back", async () => {
  const drive = Object.assign(new SlowDrive([[entry(1), entry(2)]]), {
    trash: async (ids: readonly string[], { onDone }: ChangeOptions = {}) => onDone?.(ids),
  });
  const at = app(drive);
  const { id } = await at.mount();
  await untilRead(at, id);
  await at.storage.folder(id, undefined);
  drive.hold({ first: true });
  const refreshed = at.storage.folder(id, undefined, { refresh: true });
  await setImmediate();
  await at.storage.trash(id, ["f1"]);
  drive.release();
  await refreshed;
  expect(at.storage.peek(id, undefined)?.entries.map((there) => there.id)).toEqual(["f2"]);
});

test("a person who reads while the mount is removed is told that it is gone, and not that nobody foresaw it", async () => {
  const { at, id } = await reading();
  const followed = untilRead(at, id);
  await at.storage.unmount(id);
  expect(await followed).toMatchObject({ complete: false, failed: { code: "not-found" } });
});
