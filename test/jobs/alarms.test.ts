import { expect, test } from "vitest";
import { createAlarms } from "../../src/jobs/alarms.ts";

// What waits for a time, on a machine whose clock is set forwards and back.

const hour = 3_600_000;
const day = 24 * hour;

/** A machine whose time passes when it is told to, and whose clock can be set. */
function machine() {
  let passed = 0;
  let set = 0;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  const rung: string[] = [];
  const start = Date.parse("2026-11-28T12:00:00Z");
  const alarms = createAlarms({
    now: () => start + passed + set,
    monotonic: () => passed,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: passed + ms, wake: resolve };
        sleepers.add(sleeper);
        signal.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    onDue: (name) => void rung.push(name),
  });
  return {
    alarms,
    rung,
    now: () => start + passed + set,
    sets: (ms: number) => void (set += ms),
    async passes(ms: number) {
      for (const end = passed + ms; ;) {
        const next = [...sleepers].filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at)[0];
        if (!next) return void (passed = end);
        passed = Math.max(passed, next.at);
        sleepers.delete(next);
        next.wake();
        await new Promise(setImmediate);
      }
    },
  };
}

test.each([-hour, -day])("a clock that is set back by %i ms makes nobody wait the longer", async (back) => {
  const { alarms, rung, now, sets, passes } = machine();
  alarms.set("again in five seconds", now() + 5000);
  sets(back);
  alarms.set("added afterwards", now() + 60_000);
  await passes(4999);
  expect(rung).toEqual([]);
  await passes(1);
  expect(rung).toEqual(["again in five seconds"]);
  await passes(60_000);
  expect(rung).toEqual(["again in five seconds", "added afterwards"]);
});

test.each([hour, day])(
  "a clock that is set forwards by %i ms is noticed within a minute, and nothing is due twice",
  async (forwards) => {
    const { alarms, rung, now, sets, passes } = machine();
    alarms.set("soon", now() + 10 * 60_000);
    alarms.set("next week", now() + 7 * day);
    sets(forwards);
    await passes(60_000);
    expect(rung).toEqual(["soon"]);
    await passes(2 * hour);
    expect(rung).toEqual(["soon"]);
    await passes(7 * day);
    expect(rung).toEqual(["soon", "next week"]);
  },
);

test("an alarm that is set anew after the clock was set counts by the new clock", async () => {
  const { alarms, rung, now, sets, passes } = machine();
  alarms.set("moved", now() + 1000);
  sets(-day);
  alarms.set("moved", now() + 5000);
  await passes(4999);
  expect(rung).toEqual([]);
  await passes(1);
  expect(rung).toEqual(["moved"]);
});
