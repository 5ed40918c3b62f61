import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createTurns } from "../../../src/drivers/pikpak/turns.ts";

/** Turns at five a second, by a clock that moves only while they wait. */
function turns() {
  let elapsed = 0;
  const waiting: { readonly at: number; readonly done: () => void }[] = [];
  const wait = (ms: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push({ at: elapsed + ms, done: resolve });
    return promise;
  };
  const given: { readonly asker: string; readonly at: number }[] = [];
  const { next } = createTurns({ name: "account", rate: 5, monotonic: () => elapsed, wait });
  const ask = async (asker: string, more: { background?: boolean; signal?: AbortSignal } = {}) => {
    await next({ asker, ...more });
    given.push({ asker, at: elapsed });
  };
  const pass = async (ms: number) => {
    const until = elapsed + ms;
    for (let due = waiting.shift(); due; due = waiting.shift()) {
      if (due.at > until) {
        waiting.unshift(due);
        break;
      }
      elapsed = due.at;
      due.done();
      await sleep(0);
    }
    elapsed = until;
  };
  return { ask, pass, given };
}

test("turns go round among askers: who asks once does not wait for who asked fifty times before", async () => {
  const { ask, pass, given } = turns();
  for (let n = 0; n < 50; n++) void ask("busy");
  void ask("one");
  void ask("other");
  await pass(2000);
  expect(given.findIndex(({ asker }) => asker === "one")).toBeLessThanOrEqual(7);
  expect(given.findIndex(({ asker }) => asker === "other")).toBeLessThanOrEqual(8);
});

test("what somebody waits for is served before crawls, which still get one turn of five", async () => {
  const { ask, pass, given } = turns();
  for (let n = 0; n < 50; n++) void ask("crawl", { background: true });
  await sleep(0);
  for (let n = 0; n < 20; n++) void ask("person");
  await pass(4000);
  const afterwards = given.slice(5, 25).map(({ asker }) => asker);
  expect(afterwards[0]).toBe("person");
  expect(afterwards.filter((asker) => asker === "crawl")).toHaveLength(4);
});

test("a turn of somebody who left goes to the next, and no more than five are given within any second", async () => {
  const { ask, pass, given } = turns();
  const leaving = new AbortController();
  const left = ["a", "b", "c", "d", "e", "f", "g"].map((asker) => ask(asker, { signal: leaving.signal }));
  leaving.abort(new Error("enough"));
  const outcomes = await Promise.allSettled(left);
  expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(2);
  for (let n = 0; n < 12; n++) void ask("stays");
  await pass(5000);
  expect(given).toHaveLength(17);
  for (const { at } of given)
    expect(given.filter((other) => other.at >= at && other.at < at + 1000).length).toBeLessThanOrEqual(5);
});
