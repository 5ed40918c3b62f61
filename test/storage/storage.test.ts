import { describe, expect, test } from "vitest";
import { StorageError } from "../../src/storage/error.ts";
import { app, entry, SlowDrive } from "./app.ts";

describe("storage of mounts", () => {
  test("a mount keeps its secrets apart from its options", async () => {
    const { mount, mounts, secrets } = app(new SlowDrive([[]]));
    const { id } = await mount();
    expect(JSON.stringify(await mounts.get(id))).not.toContain("correct-horse");
    expect(await secrets.get(id)).toEqual({ password: "correct-horse" });
  });

  test("a mount that cannot be listed is not made, and leaves nothing behind", async () => {
    const drive = new SlowDrive([[]]);
    drive.failing = new StorageError("wrong-credentials");
    const { mount, secrets, storage } = app(drive);
    await expect(mount()).rejects.toMatchObject({ code: "wrong-credentials" });
    expect(await secrets.get("mount00000")).toBeUndefined();
    expect(await storage.find("mount00000")).toBeUndefined();
  });

  test("a mount that was signed in to again in vain keeps its old secrets", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, secrets, storage } = app(drive);
    const { id } = await mount();
    drive.failing = new StorageError("wrong-credentials");
    await expect(storage.renew(id, { password: "wrong" })).rejects.toMatchObject({ code: "wrong-credentials" });
    expect(await secrets.get(id)).toEqual({ password: "correct-horse" });
  });

  test("a mount shows in its health that it fails, and that it works again", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    drive.failing = new StorageError("signed-out");
    expect((await storage.check(id)).health).toMatchObject({ state: "failing", code: "signed-out" });
    drive.failing = undefined;
    expect((await storage.check(id)).health).toMatchObject({ state: "working" });
  });

  test("a mount that fails goes on failing in its health while known folders and links are shown", async () => {
    const drive = new SlowDrive([[entry(1)]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    await storage.link(id, "f1");
    drive.now += 1000;
    drive.failing = new StorageError("signed-out");
    await expect(storage.link(id, "f2")).rejects.toMatchObject({ code: "signed-out" });
    const failing = { state: "failing", code: "signed-out", at: drive.now };
    drive.now += 1000;
    expect((await storage.folder(id, undefined)).entries).toHaveLength(1);
    expect(await storage.link(id, "f1")).toMatchObject({ url: "https://dl.example/1" });
    expect((await storage.find(id))?.health).toEqual(failing);
    drive.failing = undefined;
    await storage.link(id, "f2");
    expect((await storage.find(id))?.health).toMatchObject({ state: "working" });
  });

  test("a mount that was removed is gone with its secrets", async () => {
    const { mount, secrets, storage } = app(new SlowDrive([[]]));
    const { id } = await mount();
    await storage.unmount(id);
    await expect(storage.folder(id, undefined)).rejects.toMatchObject({ code: "not-found" });
    expect(await secrets.get(id)).toBeUndefined();
  });
});

test("storage tells what a mount's drive can do besides the required, and asks it nothing for that", async () => {
  const drive = new SlowDrive([[]]);
  const { mount, storage } = app(drive);
  const { id } = await mount();
  drive.asked.length = 0;
  expect([...(await storage.can(id))]).toEqual([]);
  const able = app(Object.assign(new SlowDrive([[]]), { quota: async () => ({ used: 5 }) }));
  const other = await able.mount();
  expect([...(await able.storage.can(other.id))]).toEqual(["quota"]);
  expect(await able.storage.quota(other.id)).toEqual({ used: 5 });
  expect(await storage.quota(id)).toBeUndefined();
  expect(drive.asked).toEqual([]);
});

describe("storage of folders", () => {
  const three = [[entry(1), entry(2)], [entry(3)], [entry(4)]];

  test("a folder is there after one page, and fills in with one reader for all askers", async () => {
    const drive = new SlowDrive(three);
    const { mount, storage } = app(drive);
    drive.hold();
    const { id } = await mount();
    const [first, second] = await Promise.all([storage.folder(id, undefined), storage.folder(id, undefined)]);
    expect(first).toMatchObject({ complete: false, entries: [entry(1), entry(2)] });
    expect(second.complete).toBe(false);
    drive.release();
    const snapshots = await Array.fromAsync(storage.follow(id, undefined, { every: 1 }));
    expect(snapshots.at(-1)).toMatchObject({ complete: true });
    expect(snapshots.at(-1)?.entries).toHaveLength(4);
    expect(drive.asked).toEqual(["list / 0", "list / 1", "list / 2"]);
  });

  test("a folder keeps what was read when a later page fails, and says so", async () => {
    const drive = new SlowDrive(three);
    const { mount, storage } = app(drive);
    drive.hold();
    const { id } = await mount();
    await storage.folder(id, undefined);
    drive.failing = new StorageError("too-frequent", { retryAfter: 30_000 });
    drive.release();
    const last = (await Array.fromAsync(storage.follow(id, undefined, { every: 1 }))).at(-1);
    expect(last).toMatchObject({ complete: false, failed: { code: "too-frequent", retryAfter: 30_000 } });
    expect(last?.entries).toHaveLength(2);
  });

  test("an empty folder is cached like any other, and read anew on refresh", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    await storage.folder(id, undefined);
    await storage.folder(id, undefined);
    // The one call is that of putting it up: who does it sees the root without another.
    expect(drive.asked).toEqual(["list / 0"]);
    await storage.folder(id, undefined, { refresh: true });
    expect(drive.asked).toHaveLength(2);
  });

  test("the folder that was looked at longest ago is let go when there are more entries than may be kept", async () => {
    const drive = new SlowDrive([[entry(1), entry(2)]]);
    const { mount, storage } = app(drive, { maxEntries: 7 });
    const { id } = await mount();
    for (const folder of ["a", "b", "a", "b"]) await storage.folder(id, folder);
    const asked = (folder: string) => drive.asked.filter((call) => call === `list ${folder} 0`).length;
    expect([asked("/"), asked("a"), asked("b")]).toEqual([1, 1, 1]);
    await storage.folder(id, undefined);
    expect(asked("/")).toBe(2);
  });

  test("one asker's abort does not fail the others", async () => {
    const drive = new SlowDrive([[entry(1)]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    const leaving = new AbortController();
    const left = storage.folder(id, undefined, { refresh: true, signal: leaving.signal });
    const stayed = storage.folder(id, undefined);
    leaving.abort();
    await expect(left).rejects.toThrow(/abort/i);
    expect((await stayed).entries).toHaveLength(1);
  });

  test("what a driver throws besides becomes upstream, with its cause", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    drive.failing = new TypeError("bug");
    await expect(storage.folder(id, undefined, { refresh: true })).rejects.toMatchObject({
      code: "upstream",
      cause: drive.failing,
    });
  });
});

describe("storage of links", () => {
  test("a link costs one call for a hundred askers, and none while it is good", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    drive.asked.length = 0;
    await Promise.all(Array.from({ length: 100 }, () => storage.link(id, "f1")));
    await storage.link(id, "f1");
    expect(drive.asked).toEqual(["link f1"]);
  });

  test("a link is asked for anew a minute before it expires, and when it was refused", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    drive.asked.length = 0;
    await storage.link(id, "f1");
    drive.now += 3_600_000 - 60_000;
    await storage.link(id, "f1");
    const link = await storage.link(id, "f1");
    if (link.kind !== "url") throw new Error("the drive gave no address");
    await Promise.all([1, 2, 3].map(() => storage.link(id, "f1", { refused: link.url })));
    expect(drive.asked).toHaveLength(3);
    // Who met the old address late is given the new one.
    await storage.link(id, "f1", { refused: "https://another.example/" });
    expect(drive.asked).toHaveLength(3);
  });

  test("a link that the file host refused is given to nobody any more, also where the drive has no other one just now", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    const dead = await storage.link(id, "f1");
    if (dead.kind !== "url") throw new Error("the drive gave no address");
    drive.failing = new StorageError("unreachable");
    await expect(storage.link(id, "f1", { refused: dead.url })).rejects.toMatchObject({ code: "unreachable" });
    drive.failing = undefined;
    drive.link1 = () => ({ kind: "url", url: "https://dl.example/2", expiresAt: drive.now + 3_600_000 });
    expect(await storage.link(id, "f1")).toMatchObject({ url: "https://dl.example/2" });
  });

  test("a link that the drive gives again after it was refused is doubted, and soon asked for anew", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    const url = "https://dl.example/1";
    await storage.link(id, "f1");
    await storage.link(id, "f1", { refused: url });
    const asked = () => drive.asked.filter((call) => call === "link f1").length;
    expect(asked()).toBe(2);
    drive.now += 11_000;
    await storage.link(id, "f1");
    expect(asked()).toBe(3);
  });

  test("a link is asked for anew by whoever wants a fresh one, once the cached one is older than that", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    const asked = () => drive.asked.filter((call) => call === "link f1").length;
    await storage.link(id, "f1");
    drive.now += 60_000;
    await storage.link(id, "f1", { maxAge: 180_000 });
    expect(asked()).toBe(1);
    drive.now += 121_000;
    await storage.link(id, "f1");
    expect(asked()).toBe(1);
    await Promise.all([1, 2, 3].map(() => storage.link(id, "f1", { maxAge: 180_000 })));
    expect(asked()).toBe(2);
    await storage.link(id, "f1", { maxAge: 180_000 });
    expect(asked()).toBe(2);
  });

  test("a link that failed is not remembered", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    drive.failing = new StorageError("no-link");
    await expect(storage.link(id, "f1")).rejects.toMatchObject({ code: "no-link" });
    drive.failing = undefined;
    expect(await storage.link(id, "f1")).toMatchObject({ kind: "url" });
  });
});
