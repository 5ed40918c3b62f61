import { Keyv } from "keyv";
import { describe, expect, test } from "vitest";
import type { Driver, DriverKind, Link, Page } from "../../src/storage/driver.ts";
import type { Entry } from "../../src/storage/entry.ts";
import { StorageError } from "../../src/storage/error.ts";
import type { Values } from "../../src/storage/form.ts";
import type { Mount } from "../../src/storage/mount.ts";
import type { FolderRecord } from "../../src/storage/name-index.ts";
import { createStorage, type Storage } from "../../src/storage/storage.ts";
import { createLocks } from "../../src/store/lock.ts";

const entry = (n: number): Entry => ({ id: `f${n}`, kind: "file", name: `file ${n}` });

/** A drive whose pages come when the test says so, and which counts what it is asked. */
class SlowDrive implements Driver {
  readonly asked: string[] = [];
  failing: StorageError | Error | undefined;
  link1: () => Link = () => ({ kind: "url", url: "https://dl.example/1", expiresAt: this.now + 3_600_000 });
  now = 1_000_000;
  readonly #pages: Entry[][];
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;

  constructor(pages: Entry[][]) {
    this.#pages = pages;
  }

  /** Holds every further page back until `release`. */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    this.#open = resolve;
  }

  release(): void {
    this.#open();
  }

  async list(folder: string | undefined, { cursor = "0" }: { cursor?: string | undefined } = {}): Promise<Page<Entry>> {
    this.asked.push(`list ${folder ?? "/"} ${cursor}`);
    if (cursor !== "0") await this.#gate;
    if (this.failing) throw this.failing;
    const at = Number(cursor);
    const next = at + 1 < this.#pages.length ? { next: String(at + 1) } : {};
    return { items: this.#pages[at] ?? [], ...next };
  }

  async stat(id: string): Promise<Entry> {
    this.asked.push(`stat ${id}`);
    return entry(1);
  }

  async link(id: string): Promise<Link> {
    this.asked.push(`link ${id}`);
    await Promise.resolve();
    if (this.failing) throw this.failing;
    return this.link1();
  }
}

function app(
  drive: SlowDrive,
  more: { readonly maxEntries?: number } = {},
): {
  storage: Storage;
  mounts: Keyv<Mount>;
  secrets: Keyv<Values>;
  mount: () => Promise<Mount>;
} {
  const kind: DriverKind = {
    name: "slow",
    added: "sign-in",
    where: "private",
    fields: [
      { name: "username", kind: "text", required: true, maxLength: 50 },
      { name: "password", kind: "secret", required: true, maxLength: 50 },
    ],
    check: (values) => ({ ok: true, values }),
    title: (options) => options["username"] ?? "slow",
    identity: (options) => options["username"] ?? "",
    open: () => drive,
  };
  const mounts = new Keyv<Mount>({ throwOnErrors: true });
  const secrets = new Keyv<Values>({ throwOnErrors: true });
  let ids = 0;
  const storage = createStorage({
    ...more,
    kinds: [kind],
    mounts,
    secrets,
    notes: new Keyv<string>(),
    names: new Keyv<readonly FolderRecord[]>(),
    ...createLocks(),
    now: () => drive.now,
    wait: () => new Promise((resolve) => setImmediate(resolve)),
    randomHex: (bytes) => "0".repeat(bytes * 2),
    newId: () => `mount${String(ids++).padStart(5, "0")}`,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
  });
  const mount = () =>
    storage.mount({ driver: "slow", owner: "telegram:1", values: { username: "mia", password: "correct-horse" } });
  return { storage, mounts, secrets, mount };
}

describe("a mount", () => {
  test("keeps its secrets apart from its options", async () => {
    const { mount, mounts, secrets } = app(new SlowDrive([[]]));
    const { id } = await mount();
    expect(JSON.stringify(await mounts.get(id))).not.toContain("correct-horse");
    expect(await secrets.get(id)).toEqual({ password: "correct-horse" });
  });

  test("that cannot be listed is not put up, and leaves nothing behind", async () => {
    const drive = new SlowDrive([[]]);
    drive.failing = new StorageError("wrong-credentials");
    const { mount, secrets, storage } = app(drive);
    await expect(mount()).rejects.toMatchObject({ code: "wrong-credentials" });
    expect(await secrets.get("mount00000")).toBeUndefined();
    expect(await storage.find("mount00000")).toBeUndefined();
  });

  test("signed in to again in vain keeps its old secrets", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, secrets, storage } = app(drive);
    const { id } = await mount();
    drive.failing = new StorageError("wrong-credentials");
    await expect(storage.renew(id, { password: "wrong" })).rejects.toMatchObject({ code: "wrong-credentials" });
    expect(await secrets.get(id)).toEqual({ password: "correct-horse" });
  });

  test("shows in its health that it fails, and that it works again", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    drive.failing = new StorageError("signed-out");
    expect((await storage.check(id)).health).toMatchObject({ state: "failing", code: "signed-out" });
    drive.failing = undefined;
    expect((await storage.check(id)).health).toMatchObject({ state: "working" });
  });

  test("that was taken down is gone with its secrets", async () => {
    const { mount, secrets, storage } = app(new SlowDrive([[]]));
    const { id } = await mount();
    await storage.unmount(id);
    await expect(storage.folder(id, undefined)).rejects.toMatchObject({ code: "not-found" });
    expect(await secrets.get(id)).toBeUndefined();
  });
});

describe("a folder", () => {
  const three = [[entry(1), entry(2)], [entry(3)], [entry(4)]];

  test("is there after one page, and fills in with one reader for all askers", async () => {
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

  test("keeps what was read when a later page fails, and says so", async () => {
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

  test("that is empty is cached like any other, and read anew on refresh", async () => {
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

  test("that was looked at longest ago is let go when there are more entries than may be kept", async () => {
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

describe("a link", () => {
  test("costs one call for a hundred askers, and none while it is good", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    drive.asked.length = 0;
    await Promise.all(Array.from({ length: 100 }, () => storage.link(id, "f1")));
    await storage.link(id, "f1");
    expect(drive.asked).toEqual(["link f1"]);
  });

  test("is asked for anew a minute before it expires, and when it was refused", async () => {
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

  test("that failed is not remembered", async () => {
    const drive = new SlowDrive([[]]);
    const { mount, storage } = app(drive);
    const { id } = await mount();
    drive.failing = new StorageError("no-link");
    await expect(storage.link(id, "f1")).rejects.toMatchObject({ code: "no-link" });
    drive.failing = undefined;
    expect(await storage.link(id, "f1")).toMatchObject({ kind: "url" });
  });
});
