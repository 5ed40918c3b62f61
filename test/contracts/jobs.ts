import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { JobCancelled, JobFailure, JobStopped, jobKind, type AnyJobKind, type JobState } from "../../src/jobs/job.ts";
import type { JobQueue, RunningJob } from "../../src/jobs/queue.ts";
import { openQueue, type Place } from "../jobs/open-queue.ts";

interface JobsContract {
  /** Where nothing is kept yet. */
  place(): Place;
  /** Several queues, and so several processes, work on one place at once. */
  readonly isShared: boolean;
  /** Absent = it runs; else why not. */
  readonly skipped?: string | undefined;
}

interface Text {
  readonly text: string;
}

const letters = jobKind<Text, { readonly sent: number }, { readonly length: number }, { readonly at: number }>(
  "letters",
  { concurrency: 2, retryAfter: () => 20 },
);

/** What every queue of jobs promises. */
export function jobsContract(name: string, { place, isShared, skipped }: JobsContract): void {
  describe.skipIf(skipped !== undefined)(
    `${name} as a queue of jobs${skipped === undefined ? "" : `: ${skipped}`}`,
    () => {
      test("a job is done once, and whoever follows it sees it run, report and end", async () => {
        const queue = await opened(place());
        const gate = Promise.withResolvers<void>();
        queue.handle(letters, {
          async run({ text }, job) {
            job.progress({ sent: 3 });
            await gate.promise;
            return { length: text.length };
          },
        });
        await queue.start();
        const id = await queue.add(letters, { text: "hello" });
        const states: JobState[] = [];
        for await (const state of follow(queue, letters, id)) {
          states.push(state);
          if (state.is === "running" && state.report) gate.resolve();
        }
        expect(states.at(-1)).toEqual({ is: "done", result: { length: 5 } });
        expect(states).toContainEqual({ is: "running", attempt: 1, report: { sent: 3 } });
      });

      test("the last of many reports reaches a follower", async () => {
        const queue = await opened(place());
        const gate = Promise.withResolvers<void>();
        queue.handle(letters, {
          async run(_input, job) {
            for (let sent = 0; sent <= 2000; sent++) job.progress({ sent });
            await gate.promise;
            return { length: 0 };
          },
        });
        await queue.start();
        const id = await queue.add(letters, { text: "" });
        for await (const state of follow(queue, letters, id))
          if (state.is === "running" && state.report?.sent === 2000) gate.resolve();
        await expect(outcomeOf(queue, letters, id)).resolves.toMatchObject({ is: "done" });
      });

      test("a job of an id that is known is not done again, whether it waits or is over", async () => {
        const queue = await opened(place());
        const done: string[] = [];
        queue.handle(letters, { run: async ({ text }) => ({ length: done.push(text) }) });
        await Promise.all([
          queue.add(letters, { text: "first" }, { id: "42" }),
          queue.add(letters, { text: "second" }, { id: "42" }),
        ]);
        await queue.start();
        await outcomeOf(queue, letters, "42");
        await queue.add(letters, { text: "third" }, { id: "42" });
        await queue.add(letters, { text: "another" }, { id: "a:b/c 中文" });
        await outcomeOf(queue, letters, "a:b/c 中文");
        expect(done).toHaveLength(2);
        expect(done[1]).toBe("another");
      });

      test("no more jobs of a kind run at once than the kind allows", async () => {
        const queue = await opened(place());
        let [now, most] = [0, 0];
        queue.handle(letters, {
          async run() {
            most = Math.max(most, ++now);
            await soon();
            now--;
            return { length: 0 };
          },
        });
        await queue.start();
        const ids = await Promise.all(Array.from({ length: 12 }, () => queue.add(letters, { text: "" })));
        await Promise.all(ids.map((id) => outcomeOf(queue, letters, id)));
        expect(most).toBe(2);
      });

      test("jobs of a key run one at a time in their order, and those of another key beside them", async () => {
        const queue = await opened(place());
        const { log, most, worker } = keyedWorker();
        queue.handle(letters, worker);
        const ids: string[] = [];
        for (let n = 0; n < 6; n++) ids.push(await queue.add(letters, { text: `mia ${n}` }, { key: "mia" }));
        ids.push(await queue.add(letters, { text: "jun 0" }, { key: "jun" }));
        await queue.start();
        await Promise.all(ids.map((id) => outcomeOf(queue, letters, id)));
        expect(log.filter((text) => text.startsWith("mia"))).toEqual(Array.from({ length: 6 }, (_, n) => `mia ${n}`));
        expect(most.get("mia")).toBe(1);
        expect(log.indexOf("jun 0")).toBeLessThan(6);
      });

      test("a job between two attempts keeps its key", async () => {
        const queue = await opened(place());
        const log: string[] = [];
        queue.handle(letters, {
          async run({ text }, { attempt }) {
            log.push(`${text} ${attempt}`);
            if (text === "first" && attempt === 1) throw new JobFailure("flood", { retryAfter: 150 });
            return { length: 0 };
          },
        });
        await queue.start();
        await queue.add(letters, { text: "first" }, { id: "1", key: "chat" });
        await queue.add(letters, { text: "second" }, { id: "2", key: "chat" });
        await outcomeOf(queue, letters, "2");
        expect(log).toEqual(["first 1", "first 2", "second 1"]);
      });

      test("a job that waits knows its place, and is told when that changes", async () => {
        const queue = await opened(place());
        const single = jobKind<Text>("single");
        const gates = gatesOf(["a", "b", "c"]);
        queue.handle(single, { run: async ({ text }) => gates.wait(text) });
        await queue.start();
        for (const id of ["a", "b", "c"]) {
          await queue.add(single, { text: id }, { id });
          if (id === "a") await gates.begun("a");
        }
        const places: number[] = [];
        for await (const state of follow(queue, single, "c")) {
          if (state.is === "waiting") places.push(state.place);
          if (state.is === "waiting" && state.place === 2) gates.open("a");
          if (state.is === "waiting" && state.place === 1) gates.open("b");
          if (state.is === "running") gates.open("c");
        }
        expect(places).toEqual([2, 1]);
      });

      test("a cancelled job in front of it moves a waiting one on", async () => {
        const queue = await opened(place());
        const single = jobKind<Text>("single");
        for (const id of ["a", "b"]) await queue.add(single, { text: id }, { id });
        const places: number[] = [];
        for await (const state of follow(queue, single, "b")) {
          if (state.is === "waiting") places.push(state.place);
          if (places.length === 1) await queue.cancel(single, "a");
          if (places.length === 2) break;
        }
        expect(places).toEqual([2, 1]);
      });

      test("a job with a time does not begin before it, and later when it was postponed", async () => {
        const queue = await opened(place());
        const begun = new Map<string, number>();
        queue.handle(letters, {
          async run({ text }) {
            begun.set(text, Date.now());
            return { length: 0 };
          },
        });
        await queue.start();
        const dueAt = Date.now() + 300;
        await queue.add(letters, { text: "due" }, { id: "due", dueAt });
        await queue.add(letters, { text: "later" }, { id: "later", dueAt });
        expect(await queue.postpone(letters, "later", dueAt + 300)).toBe(true);
        expect(await first(follow(queue, letters, "due"))).toEqual({ is: "due", at: dueAt });
        expect(await first(follow(queue, letters, "later"))).toEqual({ is: "due", at: dueAt + 300 });
        await Promise.all(["due", "later"].map((id) => outcomeOf(queue, letters, id)));
        expect(begun.get("due")).toBeGreaterThanOrEqual(dueAt);
        expect(begun.get("later")).toBeGreaterThanOrEqual(dueAt + 300);
        expect(await queue.postpone(letters, "due", dueAt + 300)).toBe(false);
      });

      test("a job that waits for its time takes no key before it", async () => {
        const queue = await opened(place());
        const { log, worker } = keyedWorker();
        queue.handle(letters, worker);
        await queue.start();
        await queue.add(letters, { text: "chat later" }, { id: "later", key: "chat", dueAt: Date.now() + 400 });
        await queue.add(letters, { text: "chat now" }, { id: "now", key: "chat" });
        await Promise.all(["later", "now"].map((id) => outcomeOf(queue, letters, id)));
        expect(log).toEqual(["chat now", "chat later"]);
      });

      test("cancelling a running job aborts its signal and passes its key on", async () => {
        const queue = await opened(place());
        const begun = Promise.withResolvers<void>();
        const reasons: unknown[] = [];
        queue.handle(letters, {
          async run({ text }, { signal }) {
            if (text === "next") return { length: 4 };
            begun.resolve();
            await aborted(signal);
            reasons.push(signal.reason);
            throw signal.reason;
          },
        });
        await queue.start();
        await queue.add(letters, { text: "long" }, { id: "long", key: "chat" });
        await queue.add(letters, { text: "next" }, { id: "next", key: "chat" });
        await begun.promise;
        expect(await queue.cancel(letters, "long")).toBe(true);
        expect(await outcomeOf(queue, letters, "long")).toEqual({ is: "cancelled" });
        expect(reasons).toEqual([expect.any(JobCancelled)]);
        expect(await outcomeOf(queue, letters, "next")).toEqual({ is: "done", result: { length: 4 } });
        expect(await queue.cancel(letters, "long")).toBe(false);
        expect(await queue.cancel(letters, "nobody")).toBe(false);
      });

      test("a job that is cancelled while it waits never begins, and its worker is told that it is over", async () => {
        const queue = await opened(place());
        const single = jobKind<Text>("single");
        const gates = gatesOf(["front", "last"]);
        const begun: string[] = [];
        const over: unknown[] = [];
        queue.handle(single, {
          run: async ({ text }) => {
            begun.push(text);
            await gates.wait(text);
          },
          over: async ({ text }, outcome) => void over.push([text, outcome.is]),
        });
        await queue.start();
        await queue.add(single, { text: "front" }, { id: "front", key: "chat" });
        await gates.begun("front");
        await queue.add(single, { text: "waiting" }, { id: "waiting", key: "chat" });
        await queue.add(single, { text: "due" }, { id: "due", dueAt: Date.now() + 3_600_000 });
        await queue.add(single, { text: "last" }, { id: "last", key: "chat" });
        expect(await queue.cancel(single, "waiting")).toBe(true);
        expect(await queue.cancel(single, "due")).toBe(true);
        expect(await outcomeOf(queue, single, "waiting")).toEqual({ is: "cancelled" });
        expect(await outcomeOf(queue, single, "due")).toEqual({ is: "cancelled" });
        gates.open("front");
        gates.open("last");
        await outcomeOf(queue, single, "last");
        await expect.poll(() => over).toHaveLength(4);
        expect(begun).toEqual(["front", "last"]);
        expect(over).toEqual(
          expect.arrayContaining([
            ["waiting", "cancelled"],
            ["due", "cancelled"],
            ["front", "done"],
          ]),
        );
      });

      test("a job whose worker throws something unnamed is tried again, and has failed after its last attempt", async () => {
        const { queue, errors } = await openedWithErrors(place());
        const attempts: number[] = [];
        queue.handle(letters, {
          async run(_input, { attempt }) {
            attempts.push(attempt);
            throw new Error("out of luck");
          },
        });
        await queue.start();
        const id = await queue.add(letters, { text: "" });
        expect(await outcomeOf(queue, letters, id)).toEqual({ is: "failed", code: "job-failed" });
        expect(attempts).toEqual([1, 2, 3]);
        expect(errors).toHaveLength(3);
      });

      test("a failure with a name is final unless it says when to try again", async () => {
        const { queue, errors } = await openedWithErrors(place());
        queue.handle(letters, {
          async run({ text }, { attempt }) {
            if (text === "final") throw new JobFailure("too-large", { detail: { limit: 50 } });
            if (attempt < 3) throw new JobFailure("busy", { retryAfter: 0 });
            return { length: attempt };
          },
        });
        await queue.start();
        await queue.add(letters, { text: "final" }, { id: "final" });
        await queue.add(letters, { text: "again" }, { id: "again" });
        expect(await outcomeOf(queue, letters, "final")).toEqual({
          is: "failed",
          code: "too-large",
          detail: { limit: 50 },
        });
        expect(await outcomeOf(queue, letters, "again")).toEqual({ is: "done", result: { length: 3 } });
        expect(errors).toEqual([]);
      });

      test("an attempt goes on from the checkpoint of the one before", async () => {
        const queue = await opened(place());
        const from: unknown[] = [];
        queue.handle(letters, {
          async run(_input, job) {
            from.push(job.checkpoint);
            await job.save({ at: (job.checkpoint?.at ?? 0) + 10 });
            job.progress({ sent: 1 });
            if (job.attempt < 3) throw new JobFailure("broken-off", { retryAfter: 5 });
            return { length: 0 };
          },
        });
        await queue.start();
        await outcomeOf(queue, letters, await queue.add(letters, { text: "" }));
        expect(from).toEqual([undefined, { at: 10 }, { at: 20 }]);
      });

      test("a job that runs when its queue stops goes on in the next one, and no attempt is counted", async () => {
        const where = place();
        const once = jobKind<Text, never, number, { readonly at: number }>("once", { maxAttempts: 1 });
        const before = await openQueue(where);
        const begun = Promise.withResolvers<void>();
        const reasons: unknown[] = [];
        before.queue.handle(once, {
          async run(_input, job) {
            await job.save({ at: 7 });
            begun.resolve();
            await aborted(job.signal);
            reasons.push(job.signal.reason);
            throw new Error("broken off");
          },
        });
        await before.queue.start();
        await before.queue.add(once, { text: "" }, { id: "one", key: "chat" });
        await before.queue.add(once, { text: "" }, { id: "two", key: "chat" });
        await begun.promise;
        await before.close();
        expect(reasons).toEqual([expect.any(JobStopped)]);
        const queue = await opened(where);
        const seen: unknown[] = [];
        queue.handle(once, {
          run: async (_input, job) => seen.push([job.id, job.attempt, job.checkpoint]),
        });
        await queue.start();
        await Promise.all(["one", "two"].map((id) => outcomeOf(queue, once, id)));
        expect(seen).toEqual([
          ["one", 1, { at: 7 }],
          ["two", 1, undefined],
        ]);
      });

      test("a job whose process is killed goes on in another from its checkpoint, as the next attempt", async () => {
        const where = place();
        await killedAtWork(where, 3);
        const queue = await opened(where);
        const seen: unknown[] = [];
        const killed = jobKind<Text, never, string, { readonly at: number }>("killed");
        queue.handle(killed, {
          async run({ text }, job) {
            seen.push([text, job.attempt, job.checkpoint]);
            return "whole";
          },
        });
        await queue.start();
        expect(await outcomeOf(queue, killed, "one")).toEqual({ is: "done", result: "whole" });
        expect(seen).toEqual([["carry on", 2, { at: 41 }]]);
      });

      test("a job whose process is killed in its last attempt has failed as interrupted, and its key is free", async () => {
        const where = place();
        await killedAtWork(where, 1);
        const queue = await opened(where);
        const killed = jobKind<Text, never, string, { readonly at: number }>("killed", { maxAttempts: 1 });
        const over: unknown[] = [];
        queue.handle(killed, {
          run: async ({ text }) => text,
          over: async ({ text }, outcome, { checkpoint }) => void over.push([text, outcome, checkpoint]),
        });
        await queue.start();
        const outcome = { is: "failed", code: "job-interrupted" };
        expect(await outcomeOf(queue, killed, "one")).toEqual(outcome);
        await queue.add(killed, { text: "next" }, { id: "next", key: "chat" });
        expect(await outcomeOf(queue, killed, "next")).toEqual({ is: "done", result: "next" });
        expect(over[0]).toEqual(["carry on", outcome, { at: 41 }]);
      });

      test("a job that is cancelled between two attempts is not tried again, and its worker is told what it kept", async () => {
        const queue = await opened(place());
        const failing = jobKind<Text, never, string, { readonly at: number }>("failing", {
          retryAfter: () => 3_600_000,
        });
        const over = Promise.withResolvers<unknown>();
        let begun = 0;
        queue.handle(failing, {
          async run(_input, job) {
            begun += 1;
            await job.save({ at: 7 });
            throw new JobFailure("out-of-order", { retryAfter: 3_600_000 });
          },
          over: async (_input, outcome, { id, checkpoint }) => over.resolve([id, outcome, checkpoint]),
        });
        await queue.start();
        const id = await queue.add(failing, { text: "carry on" }, { key: "chat" });
        await expect.poll(async () => (await queue.list(failing)).map(({ state }) => state.is)).toEqual(["due"]);
        expect(await queue.cancel(failing, id)).toBe(true);
        expect(await outcomeOf(queue, failing, id)).toEqual({ is: "cancelled" });
        expect(await over.promise).toEqual([id, { is: "cancelled" }, { at: 7 }]);
        expect(begun).toBe(1);
      });

      test("a job that waited survives its queue, and the outcome of one that is over can still be read", async () => {
        const where = place();
        const before = await openQueue(where);
        before.queue.handle(letters, { run: async ({ text }) => ({ length: text.length }) });
        await before.queue.start();
        await outcomeOf(before.queue, letters, await before.queue.add(letters, { text: "abc" }, { id: "over" }));
        const waiting = jobKind<Text>("waiting");
        await before.queue.add(waiting, { text: "kept" }, { id: "waits" });
        await before.queue.add(waiting, { text: "kept" }, { id: "is-due", dueAt: Date.now() + 100 });
        await before.close();
        const queue = await opened(where);
        const seen: string[] = [];
        queue.handle(waiting, { run: async ({ text }, { id }) => void seen.push(`${id} ${text}`) });
        await queue.start();
        await Promise.all(["waits", "is-due"].map((id) => outcomeOf(queue, waiting, id)));
        expect(seen).toEqual(["waits kept", "is-due kept"]);
        expect(await outcomeOf(queue, letters, "over")).toEqual({ is: "done", result: { length: 3 } });
      });

      test("the outcome of a job is forgotten some time after it", async () => {
        const queue = await opened(place());
        const brief = jobKind<Text>("brief", { keepFor: 1000 });
        let count = 0;
        queue.handle(brief, { run: async () => void count++ });
        await queue.start();
        await queue.add(brief, { text: "" }, { id: "one" });
        await outcomeOf(queue, brief, "one");
        await expect
          .poll(
            async () => {
              // An old outcome goes when a newer one comes.
              await outcomeOf(queue, brief, await queue.add(brief, { text: "" }));
              return outcomeOf(queue, brief, "one");
            },
            { timeout: 5000, interval: 100 },
          )
          .toBeUndefined();
        await queue.add(brief, { text: "" }, { id: "one" });
        expect(await outcomeOf(queue, brief, "one")).toMatchObject({ is: "done" });
      });

      test("nothing is told of a job that nobody knows", async () => {
        const queue = await opened(place());
        expect(await outcomeOf(queue, letters, "nobody")).toBeUndefined();
      });

      test("following ends at the signal and when the queue stops", async () => {
        const { queue, close } = await openQueue(place());
        await queue.add(letters, { text: "" }, { id: "waits" });
        const leaving = new AbortController();
        const followed = (signal: AbortSignal) => all(queue.follow(letters, "waits", { signal }));
        const [left, stayed] = [followed(leaving.signal), followed(new AbortController().signal)];
        await first(follow(queue, letters, "waits"));
        leaving.abort();
        await left;
        await close();
        expect((await stayed).map(({ is }) => is)).toEqual(["waiting"]);
      });

      test("the jobs that are not over can be listed, all of a kind or those of a key", async () => {
        const queue = await opened(place());
        await queue.add(letters, { text: "1" }, { id: "1", key: "mia" });
        await queue.add(letters, { text: "2" }, { id: "2", key: "jun" });
        await queue.add(letters, { text: "3" }, { id: "3", key: "mia", dueAt: 32_503_680_000_000 });
        await queue.add(letters, { text: "4" }, { id: "4", key: "mia" });
        await queue.cancel(letters, "4");
        expect(await queue.list(letters)).toMatchObject([
          { id: "1", key: "mia", input: { text: "1" }, state: { is: "waiting", place: 1 } },
          { id: "2", key: "jun", input: { text: "2" }, state: { is: "waiting", place: 2 } },
          { id: "3", key: "mia", input: { text: "3" }, state: { is: "due", at: 32_503_680_000_000 } },
        ]);
        expect((await queue.list(letters, { key: "mia" })).map(({ id }) => id)).toEqual(["1", "3"]);
      });

      test("a worker is given a copy of the input, never the caller's object", async () => {
        const queue = await opened(place());
        const input = { text: "as it was", call: () => undefined };
        const given: unknown[] = [];
        queue.handle(letters, { run: async (got) => ({ length: given.push(got) }) });
        const id = await queue.add(letters, input);
        input.text = "changed";
        await queue.start();
        await outcomeOf(queue, letters, id);
        expect(given).toEqual([{ text: "as it was" }]);
      });

      describe.runIf(isShared)("among several processes", () => {
        test("a job is followed and cancelled by a process that does not run it", async () => {
          const where = place();
          const [doer, other] = [await opened(where), await opened(where)];
          doer.handle(letters, {
            async run(_input, { progress, signal }) {
              progress({ sent: 1 });
              await aborted(signal);
              throw signal.reason;
            },
          });
          await doer.start();
          const id = await other.add(letters, { text: "" });
          let isCancelled = false;
          const states: JobState[] = [];
          for await (const state of follow(other, letters, id)) {
            states.push(state);
            if (state.is === "running" && state.report) isCancelled = await other.cancel(letters, id);
          }
          expect(isCancelled).toBe(true);
          expect(states).toContainEqual({ is: "running", attempt: 1, report: { sent: 1 } });
          expect(states.at(-1)).toEqual({ is: "cancelled" });
        });

        test("jobs of a key run one at a time and in order wherever they run", async () => {
          const where = place();
          const queues = [await opened(where), await opened(where)];
          const { log, most, worker } = keyedWorker();
          for (const queue of queues) queue.handle(letters, worker);
          await Promise.all(queues.map((queue) => queue.start()));
          const ids: string[] = [];
          for (let n = 0; n < 16; n++)
            ids.push((await queues[n % 2]?.add(letters, { text: `mia ${n}` }, { key: "mia" })) ?? "");
          await Promise.all(ids.map((id, n) => outcomeOf(queues[(n + 1) % 2], letters, id)));
          expect(log).toEqual(Array.from({ length: 16 }, (_, n) => `mia ${n}`));
          expect(most.get("mia")).toBe(1);
        });

        test("a job that waits hears in another process that its place has changed", async () => {
          const where = place();
          const [doer, other] = [await opened(where), await opened(where)];
          const single = jobKind<Text>("single");
          const gates = gatesOf(["a", "b", "c"]);
          doer.handle(single, { run: async ({ text }) => gates.wait(text) });
          await doer.start();
          await other.add(single, { text: "a" }, { id: "a" });
          await gates.begun("a");
          for (const id of ["b", "c"]) await other.add(single, { text: id }, { id });
          const places: number[] = [];
          for await (const state of follow(other, single, "c")) {
            if (state.is === "waiting") places.push(state.place);
            if (state.is === "waiting" && state.place === 2) gates.open("a");
            if (state.is === "waiting" && state.place === 1) gates.open("b");
            if (state.is === "running") gates.open("c");
          }
          expect(places).toEqual([2, 1]);
        });
      });
    },
  );
}

async function openedWithErrors(where: Place) {
  const opening = await openQueue(where);
  onTestFinished(() => opening.close());
  return opening;
}

async function opened(where: Place): Promise<JobQueue> {
  const { queue } = await openedWithErrors(where);
  return queue;
}

type Followed<K> = K extends { readonly of?: readonly [unknown, infer Report, infer Result, unknown] }
  ? JobState<Report, Result>
  : never;

function follow<K extends AnyJobKind>(queue: JobQueue, kind: K, id: string): AsyncIterable<Followed<K>> {
  // Whatever is wrong, a test does not wait for ever.
  return queue.follow(kind, id, { signal: AbortSignal.timeout(15_000) }) as AsyncIterable<Followed<K>>;
}

/** The last state of a job, which is its outcome unless it was not followed to the end. */
async function outcomeOf(queue: JobQueue | undefined, kind: AnyJobKind, id: string): Promise<JobState | undefined> {
  return queue && (await all(follow(queue, kind, id))).at(-1);
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

async function first<T>(values: AsyncIterable<T>): Promise<T | undefined> {
  for await (const value of values) return value;
  return undefined;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return once(signal, "abort").then(() => undefined);
}

/** Long enough that two jobs overlap where they may. */
function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 15));
}

function keyedWorker() {
  const log: string[] = [];
  const running = new Map<string, number>();
  const most = new Map<string, number>();
  const run = async ({ text }: Text, { key = "" }: Pick<RunningJob<never, never>, "key">) => {
    log.push(text);
    const now = (running.get(key) ?? 0) + 1;
    running.set(key, now);
    most.set(key, Math.max(now, most.get(key) ?? 0));
    await soon();
    running.set(key, now - 1);
    return { length: text.length };
  };
  return { log, most, worker: { run } };
}

/** Jobs that begin when they do and end when they are let. */
function gatesOf(names: readonly string[]) {
  const gates = new Map(
    names.map((name) => [name, { begun: Promise.withResolvers<void>(), end: Promise.withResolvers<void>() }]),
  );
  return {
    open: (name: string) => gates.get(name)?.end.resolve(),
    begun: (name: string) => gates.get(name)?.begun.promise,
    async wait(name: string): Promise<void> {
      gates.get(name)?.begun.resolve();
      await gates.get(name)?.end.promise;
    },
  };
}

/** A process that begins the job "one" and is killed amidst it. */
async function killedAtWork({ url, prefix }: Place, maxAttempts: number): Promise<void> {
  const program = join(import.meta.dirname, "../jobs/killed-program.ts");
  const child = spawn(process.execPath, [program, url, prefix, String(maxAttempts)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  expect(said.toString()).toBe("attempt 1\n");
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  expect(await exited).toEqual([null, "SIGKILL"]);
}
