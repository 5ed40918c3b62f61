import { Keyv } from "keyv";
import { expect, onTestFinished, test, vi } from "vitest";
import { createAllowance } from "../../src/users/allowance.ts";
import { createLocks } from "../../src/store/lock.ts";

const kept = () => new Keyv<number>();
const locks = createLocks();

function allowanceOver(shelf: Keyv<number>, now = () => 0) {
  const errors: unknown[] = [];
  const allowance = createAllowance({
    kept: shelf,
    limitOf: async () => 1000,
    exclusive: (key, work) => locks.exclusive(key, work),
    now,
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => allowance.stop());
  return { ...allowance, errors };
}

test("bytes that are spent count at once, and for others when they are written", async () => {
  const shelf = kept();
  const [here, there] = [allowanceOver(shelf), allowanceOver(shelf)];
  here.spend("telegram:1", 600);
  here.spend("telegram:1", 400);
  expect(await here.used("telegram:1")).toBe(1000);
  expect(await here.admit("telegram:1")).toMatchObject({ ok: false });
  expect(await there.admit("telegram:1")).toEqual({ ok: true });
  await here.flush();
  expect(await here.used("telegram:1")).toBe(1000);
  expect(await there.admit("telegram:1")).toMatchObject({ ok: false });
});

test("bytes that two processes spend come together", async () => {
  const shelf = kept();
  const [here, there] = [allowanceOver(shelf), allowanceOver(shelf)];
  here.spend("telegram:1", 300);
  await here.flush();
  there.spend("telegram:1", 200);
  await Promise.all([there.flush(), there.flush()]);
  expect(await here.used("telegram:1")).toBe(500);
});

test("a store that fails loses nothing: it is written the next time, and others meanwhile", async () => {
  const shelf = kept();
  const allowance = allowanceOver(shelf);
  const { set } = shelf;
  shelf.set = (key: string, ...more) =>
    key.endsWith("telegram:1") ? Promise.reject(new Error("the disk is full")) : set.call(shelf, key, ...more);
  allowance.spend("telegram:1", 700);
  allowance.spend("telegram:2", 800);
  await expect(allowance.flush()).rejects.toMatchObject({ errors: [new Error("the disk is full")] });
  expect(await allowance.used("telegram:1")).toBe(700);
  expect(await allowanceOver(shelf).used("telegram:2")).toBe(800);
  shelf.set = set.bind(shelf);
  await allowance.flush();
  expect(await allowanceOver(shelf).used("telegram:1")).toBe(700);
});

test("a server that writes but answers too late does not count twice", async () => {
  const shelf = kept();
  const allowance = allowanceOver(shelf);
  const { set } = shelf;
  shelf.set = async (...wanted) => {
    await set.apply(shelf, wanted);
    throw new Error("the store did not answer");
  };
  allowance.spend("telegram:1", 100);
  await expect(allowance.flush()).rejects.toThrow("could not be written");
  await expect(allowance.flush()).rejects.toThrow("could not be written");
  expect(await allowance.used("telegram:1")).toBe(100);
  allowance.spend("telegram:1", 50);
  shelf.set = set.bind(shelf);
  await allowance.flush();
  expect(await allowance.used("telegram:1")).toBe(150);
  expect(await allowanceOver(shelf).used("telegram:1")).toBe(150);
});

test("bytes that were spent are written every ten seconds, and failures of that are told", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const shelf = kept();
  const allowance = allowanceOver(shelf);
  allowance.spend("telegram:1", 10);
  await vi.advanceTimersByTimeAsync(10_000);
  await expect.poll(() => shelf.get("0 telegram:1"), { timeout: 5000 }).toBe(10);
  const { set } = shelf;
  shelf.set = () => Promise.reject(new Error("the disk is full"));
  allowance.spend("telegram:1", 10);
  await vi.advanceTimersByTimeAsync(10_000);
  await expect.poll(() => allowance.errors.length, { timeout: 5000 }).toBe(1);
  shelf.set = set.bind(shelf);
});

test("stopping writes the rest, and a new day begins at nothing", async () => {
  const shelf = kept();
  const today = allowanceOver(shelf);
  today.spend("telegram:1", 900);
  await today.stop();
  expect(await allowanceOver(shelf).used("telegram:1")).toBe(900);
  expect(await allowanceOver(shelf, () => 86_400_000).used("telegram:1")).toBe(0);
});
