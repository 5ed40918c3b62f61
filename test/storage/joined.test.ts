import { expect, test } from "vitest";
import { joined } from "../../src/storage/joined.ts";

test("an asker who has left already is told so, and the work may fail without anybody left to hear it", async () => {
  const unheard: unknown[] = [];
  const hear = (error: unknown) => unheard.push(error);
  process.on("unhandledRejection", hear);
  try {
    const reason = new Error("left");
    await expect(joined(Promise.reject(new Error("work")), AbortSignal.abort(reason))).rejects.toBe(reason);
    // Node reports what nobody handled after the microtasks, before the next timers.
    await new Promise((resolve) => setImmediate(resolve));
    expect(unheard).toEqual([]);
  } finally {
    process.off("unhandledRejection", hear);
  }
});

test("one asker's leaving is no other's, and the work goes on for them", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const leaving = new AbortController();
  const [first, second] = [joined(promise, leaving.signal), joined(promise, new AbortController().signal)];
  leaving.abort(new Error("left"));
  await expect(first).rejects.toThrow("left");
  resolve("there");
  expect(await second).toBe("there");
});
