import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Keyv } from "keyv";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { openEmbeddedJobs, type KeptJob } from "../../src/jobs/embedded.ts";
import { jobKind } from "../../src/jobs/job.ts";
import { jobsContract } from "../contracts/jobs.ts";
import { openQueue } from "./open-queue.ts";
import { ended } from "./last-state.ts";

const folder = mkdtempSync(join(tmpdir(), "chatdrive-jobs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = () => join(mkdtempSync(join(folder, "one-")), "store.sqlite");
const place = () => ({ url: `sqlite://${file()}`, prefix: "jobs" });

jobsContract("the embedded queue", { place, isShared: false });

const letters = jobKind<{ readonly text: string }>("letters");

test("what a job was given cannot be read in the file of the embedded queue, whether it waits or is over", async () => {
  const path = file();
  const { queue, close } = await openQueue({ url: `sqlite://${path}`, prefix: "jobs" });
  onTestFinished(close);
  const bytes = () => [path, `${path}-wal`].map((name) => readFileSync(name, "latin1")).join("");
  await queue.add(letters, { text: "token-of-the-chat" }, { id: "known-id" });
  expect(bytes()).toContain("letters/known-id");
  expect(bytes()).not.toContain("token-of-the-chat");
});

test("an embedded job that is over has let go of its input", async () => {
  const { queue, records } = await overMemory();
  queue.handle(letters, { run: async () => undefined, over: async () => undefined });
  await queue.start();
  await queue.add(letters, { text: "token-of-the-chat" }, { id: "one" });
  await ended(queue.follow(letters, "one", { signal: AbortSignal.timeout(5000) }));
  await expect.poll(async () => JSON.stringify(await records.get("letters/one"))).not.toContain("token-of-the-chat");
  expect(await records.get("letters/one")).toMatchObject({ outcome: { is: "done" } });
});

test("an embedded queue that has nothing to do asks nothing of the store", async () => {
  const { queue, calls } = await overMemory();
  queue.handle(letters, { run: async () => undefined });
  await queue.start();
  await queue.add(letters, { text: "" }, { id: "due", dueAt: Date.now() + 250 });
  const before = calls.length;
  await sleep(200);
  expect(calls.length).toBe(before);
  expect(await ended(queue.follow(letters, "due", { signal: AbortSignal.timeout(5000) }))).toMatchObject({
    is: "done",
  });
});

test("an outcome that the store does not take is kept as soon as it does", async () => {
  const { queue, records, errors, refuse } = await overMemory();
  queue.handle(letters, {
    async run() {
      refuse(2);
    },
  });
  await queue.start();
  await queue.add(letters, { text: "" }, { id: "one" });
  expect(await ended(queue.follow(letters, "one", { signal: AbortSignal.timeout(5000) }))).toMatchObject({
    is: "done",
  });
  expect(errors).toHaveLength(2);
  expect(await records.get("letters/one")).toMatchObject({ outcome: { is: "done" } });
});

test("a job that the store does not take is not added, and can be added later", async () => {
  const { queue, refuse } = await overMemory();
  queue.handle(letters, { run: async () => undefined });
  await queue.start();
  refuse(1);
  await expect(queue.add(letters, { text: "" }, { id: "one" })).rejects.toThrow("the store is away");
  expect(await ended(queue.follow(letters, "one", { signal: AbortSignal.timeout(5000) }))).toBeUndefined();
  await queue.add(letters, { text: "" }, { id: "one" });
  expect(await ended(queue.follow(letters, "one", { signal: AbortSignal.timeout(5000) }))).toMatchObject({
    is: "done",
  });
});

/** A queue over a map that notes what is asked of it, and can be told to refuse the next writes. */
async function overMemory() {
  const calls: string[] = [];
  const errors: unknown[] = [];
  let refusals = 0;
  class Noted extends Map<string, unknown> {
    override get(key: string) {
      calls.push(`get ${key}`);
      return super.get(key);
    }
    override set(key: string, value: unknown) {
      calls.push(`set ${key}`);
      if (refusals > 0) {
        refusals -= 1;
        throw new Error("the store is away");
      }
      return super.set(key, value);
    }
  }
  const records = new Keyv<KeptJob>({ store: new Noted(), namespace: "jobs", throwOnErrors: true });
  records.on("error", () => undefined);
  const queue = await openEmbeddedJobs({
    records,
    now: Date.now,
    // What waits for longer than these tests take is not waited for.
    wait: (ms, signal) => sleep(Math.min(ms, 300), undefined, { signal }),
    newId: randomUUID,
    onError: (error) => void errors.push(error),
  });
  onTestFinished(() => queue.stop());
  return { queue, records, calls, errors, refuse: (count: number) => (refusals = count) };
}
