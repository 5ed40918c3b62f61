import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import type { ChangeOptions } from "../../src/storage/driver.ts";
import { StorageError } from "../../src/storage/error.ts";
import { app, entry, SlowDrive, type SlowApp } from "./app.ts";

const pages = [[entry(1), entry(2), entry(3), entry(4)], [entry(5)]];

let drive: SlowDrive;
let at: SlowApp;
let id: string;
/** A drive that has told the first two entries of a long folder, and holds back the rest. */
beforeEach(async () => {
  drive = Object.assign(new SlowDrive(pages), {
    early: 2,
    trash: async (ids: readonly string[], { onDone }: ChangeOptions = {}) => onDone?.(ids),
  });
  at = app(drive);
  drive.hold({ first: true });
  ({ id } = await at.mount());
});

const idsOf = (folder: { entries: readonly { id: string }[] } | undefined) => folder?.entries.map((one) => one.id);
const soon = () => at.storage.folder(id, undefined, { soon: true });
const untilRead = async () => (await Array.fromAsync(at.storage.follow(id, undefined, { every: 1 }))).at(-1);

describe("the first entries of a long folder, told before their page", () => {
  test("are given to a caller that asks for them soon, and the whole page to one that does not", async () => {
    let isRead = false;
    const whole = at.storage.folder(id, undefined).finally(() => (isRead = true));
    expect(await soon()).toMatchObject({ entries: [entry(1), entry(2)], complete: false });
    await setImmediate();
    expect(isRead).toBe(false);
    drive.release();
    expect(idsOf(await whole)?.slice(0, 4)).toEqual(["f1", "f2", "f3", "f4"]);
    expect(drive.asked.filter((call) => call === "list / 0")).toHaveLength(1);
  });

  test("stand in the folder once, in the drive's order", async () => {
    await soon();
    drive.release();
    expect(idsOf(await untilRead())).toEqual(["f1", "f2", "f3", "f4", "f5"]);
  });

  test("one that is trashed before the page has come does not come back with it", async () => {
    await soon();
    await at.storage.trash(id, ["f2"]);
    expect(idsOf(at.storage.peek(id, undefined))).toEqual(["f1"]);
    drive.release();
    expect(idsOf(await untilRead())).toEqual(["f1", "f3", "f4", "f5"]);
  });

  test("stay where the page breaks off, and the folder says what happened", async () => {
    await soon();
    drive.failing = new StorageError("unreachable");
    const whole = at.storage.folder(id, undefined);
    drive.release();
    await expect(whole).rejects.toMatchObject({ code: "unreachable" });
    expect(at.storage.peek(id, undefined)).toMatchObject({
      entries: [entry(1), entry(2)],
      failed: { code: "unreachable" },
    });
  });

  test("a refresh of what is known gives the whole page, so that others are shown what is known until then", async () => {
    drive.release();
    await at.storage.folder(id, undefined);
    await untilRead();
    drive.hold({ first: true });
    const refreshed = at.storage.folder(id, undefined, { refresh: true, soon: true });
    await setImmediate();
    expect(idsOf(await soon())).toHaveLength(5);
    drive.release();
    expect(idsOf(await refreshed)?.slice(0, 4)).toEqual(["f1", "f2", "f3", "f4"]);
  });
});

test("a caller that asks for first entries soon is told why a folder cannot be read", async () => {
  drive.release();
  await untilRead();
  [drive.early, drive.failing] = [0, new StorageError("signed-out")];
  const refreshed = at.storage.folder(id, undefined, { refresh: true, soon: true });
  await expect(refreshed).rejects.toMatchObject({ code: "signed-out" });
});
