import { Keyv } from "keyv";
import { expect, test } from "vitest";
import type { DriverContext } from "../../src/storage/driver.ts";
import { StorageError } from "../../src/storage/error.ts";
import type { Values } from "../../src/storage/field.ts";
import type { Mount } from "../../src/storage/mount.ts";
import { app, SlowDrive } from "./app.ts";

/** A store that ends at the write of that number, as with a process that is killed: what was written before stays. */
function killedAt(step: number) {
  let left = step;
  const dying = <Value>(shelf: Keyv<Value>): Keyv<Value> => {
    const write = (work: () => Promise<boolean>): Promise<boolean> => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error("killed")) : work();
    };
    const { set, delete: remove } = shelf;
    return Object.assign(shelf, {
      set: (...given: Parameters<typeof set>) => write(() => set.apply(shelf, given)),
      delete: (...given: Parameters<typeof remove>) => write(() => remove.apply(shelf, given)),
    });
  };
  return dying;
}

async function keysOf(shelf: Keyv<Values>): Promise<string[]> {
  const keys: string[] = [];
  for await (const [key] of shelf.iterator?.({}) ?? []) keys.push(String(key));
  return keys;
}

const shelves = () => ({
  mounts: new Keyv<Mount>({ throwOnErrors: true }),
  secrets: new Keyv<Values>({ throwOnErrors: true }),
});

/** A copy whose writes are refused from one on; what it holds is what the disk holds. */
function onDisk({ mounts, secrets }: ReturnType<typeof shelves>) {
  return {
    mounts: new Keyv<Mount>({ store: mounts.store, throwOnErrors: true }),
    secrets: new Keyv<Values>({ store: secrets.store, throwOnErrors: true }),
  };
}

test.each([0, 1, 2, 3])(
  "a process killed at write %i of mounting leaves a whole mount or no secret after the next start",
  async (step) => {
    const disk = shelves();
    const die = killedAt(step);
    const { mounts, secrets } = onDisk(disk);
    await app(new SlowDrive([[]]), { mounts: die(mounts), secrets: die(secrets) })
      .mount()
      .catch(() => undefined);
    const { storage } = app(new SlowDrive([[]]), onDisk(disk));
    await storage.sweep();
    const held = await keysOf(disk.secrets);
    for (const id of held) expect(await storage.find(id)).toMatchObject({ id });
  },
);

test("secrets are written nowhere before the drive was listed with them", async () => {
  const drive = new SlowDrive([[]]);
  const seen: string[][] = [];
  const at = app(drive);
  const list = drive.list.bind(drive);
  drive.list = async (...given) => {
    seen.push(await keysOf(at.secrets));
    return list(...given);
  };
  await at.mount();
  expect(seen).toEqual([[]]);
  expect(await at.secrets.get("mount00000")).toEqual({ password: "correct-horse" });
});

test("a token the driver is given while it signs in is kept with the mount", async () => {
  const drive = new SlowDrive([[]]);
  let lent: DriverContext | undefined;
  const at = app(drive, { onOpen: (context) => (lent = context) });
  const list = drive.list.bind(drive);
  drive.list = async (...given) => {
    await lent?.vault.write({ refreshToken: "first" });
    return list(...given);
  };
  const { id } = await at.mount();
  await lent?.vault.write({ refreshToken: "second", password: "" });
  expect(await at.secrets.get(id)).toEqual({ refreshToken: "second" });
});

test.each([0, 1, 2, 3, 4])(
  "removing a mount that is killed at write %i can be gone on with, and leaves no secret without its mount",
  async (step) => {
    const disk = shelves();
    const { id } = await app(new SlowDrive([[]]), onDisk(disk)).mount();
    const die = killedAt(step);
    const { mounts, secrets } = onDisk(disk);
    await app(new SlowDrive([[]]), { mounts: die(mounts), secrets: die(secrets) })
      .storage.unmount(id)
      .catch(() => undefined);
    const hasSecret = (await keysOf(disk.secrets)).includes(id);
    const { storage } = app(new SlowDrive([[]]), onDisk(disk));
    expect(hasSecret && (await storage.find(id)) === undefined).toBe(false);
    await storage.unmount(id);
    expect([await storage.find(id), await keysOf(disk.secrets)]).toEqual([undefined, []]);
  },
);

test("a mount is removed with its secrets even when its kind cannot open it any more", async () => {
  const disk = shelves();
  const { id } = await app(new SlowDrive([[]]), onDisk(disk)).mount();
  const failing = () => {
    throw new Error("no such identity");
  };
  const { storage } = app(new SlowDrive([[]]), { ...onDisk(disk), onOpen: failing });
  await expect(storage.stat(id, "f1")).rejects.toMatchObject({ code: "upstream" });
  await expect(storage.can(id)).rejects.toMatchObject({ code: "upstream" });
  expect(await storage.unmount(id)).toEqual({ credential: "left" });
  expect([await storage.find(id), await keysOf(disk.secrets)]).toEqual([undefined, []]);
});

test("a token that arrives after its mount was removed is written nowhere", async () => {
  let lent: DriverContext | undefined;
  const at = app(new SlowDrive([[]]), { onOpen: (context) => (lent = context) });
  const { id } = await at.mount();
  await at.storage.unmount(id);
  await lent?.vault.write({ refreshToken: "late" });
  expect(await keysOf(at.secrets)).toEqual([]);
});

test("sweeping deletes what no mount is left for, says how many, and touches nothing else", async () => {
  const at = app(new SlowDrive([[]]));
  const { id } = await at.mount();
  await at.secrets.set("orphan0001", { password: "left behind" });
  await at.secrets.set("orphan0002", { password: "left behind" });
  expect(await at.storage.sweep()).toBe(2);
  expect(await keysOf(at.secrets)).toEqual([id]);
  expect(await at.storage.sweep()).toBe(0);
});

test("a try to sign in again that a kill breaks off leaves the old secrets", async () => {
  const disk = shelves();
  const drive = new SlowDrive([[]]);
  const at = app(drive, onDisk(disk));
  const { id } = await at.mount();
  const { promise, resolve } = Promise.withResolvers<void>();
  drive.list = async () => {
    // The process ends here: what the disk holds now is what the next one finds.
    resolve();
    return new Promise(() => undefined);
  };
  void at.storage.renew(id, { password: "new" });
  await promise;
  expect(await disk.secrets.get(id)).toEqual({ password: "correct-horse" });
});

test("a drive that wants a human hands what it has got so far to the next try, and keeps none of it", async () => {
  const drive = new SlowDrive([[]]);
  let lent: DriverContext | undefined;
  const at = app(drive, { onOpen: (context) => (lent = context) });
  drive.list = async () => {
    await lent?.vault.write({ deviceId: "d1" });
    throw new StorageError("verification-needed");
  };
  const error = await at.mount().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "verification-needed", kept: { deviceId: "d1", password: "correct-horse" } });
  expect(await keysOf(at.secrets)).toEqual([]);
});
