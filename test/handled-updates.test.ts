import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { updatesOnce } from "../src/app/handled-updates.ts";
import { StoreUnavailable } from "../src/store/error.ts";
import { openStore } from "../src/store/store.ts";

describe.each([
  ["one", false],
  ["several", true],
])("processes: %s", (_of, isShared) => {
  test("an update is done once, and has not failed where that cannot be noted", async () => {
    const store = await openStore({ url: "memory://", keys: [new Uint8Array(32)], onError: () => undefined });
    onTestFinished(() => store.close());
    const kept = store.open<never>("handled-updates");
    const open = () => kept;
    const once = updatesOnce({ ...store, isShared, open }, pino({ level: "silent" }));
    const done: number[] = [];
    for (const update of [1, 1, 2]) await once(update, async () => void done.push(update));
    expect(done).toEqual([1, 2]);
    kept.set = () => Promise.reject(new StoreUnavailable("away"));
    await once(3, async () => void done.push(3));
    expect(done).toEqual([1, 2, 3]);
  });

  test("an update that fails, fails for whoever brought it", async () => {
    const store = await openStore({ url: "memory://", keys: [new Uint8Array(32)], onError: () => undefined });
    onTestFinished(() => store.close());
    const once = updatesOnce({ ...store, isShared }, pino({ level: "silent" }));
    await expect(once(1, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  });
});
