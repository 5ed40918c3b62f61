import { freePort } from "../../emulators/free-port.ts";
import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { jobKind, JobsError } from "../../src/jobs/job.ts";
import { openQueue } from "./open-queue.ts";

const urls = ["memory://", process.env["TEST_POSTGRES_URL"]].filter((url) => url !== undefined);

test.each(urls)("jobs run embedded over %s", async (url) => {
  const { queue, close } = await openQueue({ url, prefix: `jobs-${randomUUID()}` });
  onTestFinished(close);
  const kind = jobKind<number, never, number>("double");
  queue.handle(kind, { run: async (input) => input * 2 });
  await queue.start();
  const id = await queue.add(kind, 21);
  const states: unknown[] = [];
  for await (const state of queue.follow(kind, id, { signal: AbortSignal.timeout(5000) })) states.push(state);
  expect(states.at(-1)).toEqual({ is: "done", result: 42 });
});

test("a Redis that cannot be reached is refused with what to do, and without its password", async () => {
  const port = await freePort();
  const opening = openQueue({ url: `redis://user:pass-word@127.0.0.1:${port}`, prefix: "jobs" });
  await expect(opening).rejects.toThrow(JobsError);
  await expect(opening).rejects.toThrow(/Start it, or correct STORE_URL/);
  await expect(opening).rejects.not.toThrow(/pass-word/);
});

test("a kind of jobs is handled once, and before the queue starts", async () => {
  const { queue, close } = await openQueue({ url: "memory://", prefix: "jobs" });
  onTestFinished(close);
  const kind = jobKind<number>("once-only");
  queue.handle(kind, { run: async () => undefined });
  expect(() => queue.handle(kind, { run: async () => undefined })).toThrow(/once-only/);
  await queue.start();
  expect(() => queue.handle(jobKind<number>("late"), { run: async () => undefined })).toThrow(/late/);
});

test("a name that would not do for a queue names no kind of jobs", () => {
  expect(() => jobKind("Two words")).toThrow(/Two words/);
  expect(() => jobKind("a:b")).toThrow(/a:b/);
});
