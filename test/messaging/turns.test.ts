import { expect, onTestFinished, test, vi } from "vitest";
import { createTurns, NotBegun, type Turn } from "../../src/messaging/turns.ts";

/** Work that ends when the test says so. */
function work() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<Turn>();
  let runs = 0;
  return {
    end: resolve,
    fail: reject,
    begun: begun.promise,
    get runs() {
      return runs;
    },
    do: (turn: Turn) => {
      runs++;
      begun.resolve(turn);
      return promise;
    },
  };
}

test("updates of one chain are done one after another, also after a failed one", async () => {
  const turns = createTurns();
  const [first, second] = [work(), work()];
  const failed = turns.take({ chains: ["mia"] }, first.do);
  const done = turns.take({ chains: ["mia"] }, second.do);
  await first.begun;
  expect(second.runs).toBe(0);
  first.fail(new Error("broken"));
  await expect(failed).rejects.toThrow("broken");
  await second.begun;
  second.end();
  expect(await done).toBe("done");
});

test("an update of two chains waits for both of them", async () => {
  const turns = createTurns();
  const [one, other, both] = [work(), work(), work()];
  void turns.take({ chains: ["mia"] }, one.do);
  void turns.take({ chains: ["message"] }, other.do);
  const last = turns.take({ chains: ["mia", "message"] }, both.do);
  one.end();
  await one.begun;
  await Promise.resolve();
  expect(both.runs).toBe(0);
  other.end();
  await both.begun;
  both.end();
  expect(await last).toBe("done");
});

test("what is urgent begins at once, and is told that it is beside others", async () => {
  const turns = createTurns();
  const [slow, urgent, alone] = [work(), work(), work()];
  void turns.take({ chains: ["mia"] }, slow.do);
  void turns.take({ chains: ["mia"], urgent: "now" }, urgent.do);
  void turns.take({ chains: ["jun"], urgent: "now" }, alone.do);
  expect((await urgent.begun).beside).toBe(true);
  expect((await alone.begun).beside).toBe(false);
  for (const each of [slow, urgent, alone]) each.end();
});

test("what is urgent soon takes its turn where what is before it ends within a moment", async () => {
  const turns = createTurns({ moment: 60_000 });
  const [ending, urgent, behind] = [work(), work(), work()];
  void turns.take({ chains: ["mia"] }, ending.do);
  const taken = turns.take({ chains: ["mia"], urgent: "soon" }, urgent.do);
  void turns.take({ chains: ["mia"] }, behind.do);
  await ending.begun;
  expect(urgent.runs).toBe(0);
  ending.end();
  expect((await urgent.begun).beside).toBe(false);
  expect(behind.runs).toBe(0);
  urgent.end();
  expect(await taken).toBe("done");
  await behind.begun;
  behind.end();
});

test("what is urgent soon begins beside what takes longer than a moment, once, and what is behind it waits on", async () => {
  const turns = createTurns({ moment: 1 });
  const [slow, urgent, behind] = [work(), work(), work()];
  void turns.take({ chains: ["mia"] }, slow.do);
  const taken = turns.take({ chains: ["mia"], urgent: "soon" }, urgent.do);
  const last = turns.take({ chains: ["mia"] }, behind.do);
  expect((await urgent.begun).beside).toBe(true);
  urgent.end();
  expect(await taken).toBe("done");
  expect(behind.runs).toBe(0);
  slow.end();
  await behind.begun;
  behind.end();
  await last;
  expect(urgent.runs).toBe(1);
});

test("what is urgent soon waits longer for what holds it back, and what is urgent now does not", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const turns = createTurns();
  const [asking, soon, now] = [work(), work(), work()];
  void turns.take({ chains: ["mia"] }, asking.do);
  void turns.take({ chains: ["mia"], urgent: "soon" }, soon.do);
  (await asking.begun).holdBack();
  await vi.advanceTimersByTimeAsync(30_000);
  void turns.take({ chains: ["mia"], urgent: "now" }, now.do);
  expect([soon.runs, (await now.begun).beside]).toEqual([0, true]);
  asking.end();
  expect((await soon.begun).beside).toBe(false);
  for (const each of [now, soon]) each.end();
});

test("what waits a moment when the process ends is refused, though what is before it goes on", async () => {
  const turns = createTurns({ moment: 1, grace: 1 });
  const [slow, never] = [work(), work()];
  void turns.take({ chains: ["mia"] }, slow.do);
  const refused = turns.take({ chains: ["mia"], urgent: "soon" }, never.do);
  const finished = turns.finish();
  await expect(refused).rejects.toBeInstanceOf(NotBegun);
  slow.end();
  await finished;
  expect(never.runs).toBe(0);
});

test("what was held back by one update is not by the next", async () => {
  const turns = createTurns({ moment: 1 });
  const [asking, slow, urgent] = [work(), work(), work()];
  void turns.take({ chains: ["mia"] }, asking.do);
  void turns.take({ chains: ["mia"] }, slow.do);
  (await asking.begun).holdBack();
  asking.end();
  await slow.begun;
  void turns.take({ chains: ["mia"], urgent: "soon" }, urgent.do);
  expect((await urgent.begun).beside).toBe(true);
  for (const each of [slow, urgent]) each.end();
});

test("of presses that make each other needless only the first, already begun, and the last are done", async () => {
  const turns = createTurns();
  const works = Array.from({ length: 100 }, work);
  const taken = works.map(({ do: done }) => turns.take({ chains: ["mia"], supersedes: "keyboard" }, done));
  await works[0]?.begun;
  const outcomes = taken.slice(1, 99);
  // They are told at once, while the first is still in progress.
  expect(new Set(await Promise.all(outcomes))).toEqual(new Set(["superseded"]));
  works[0]?.end();
  await works[99]?.begun;
  works[99]?.end();
  expect(await Promise.all([taken[0], taken[99]])).toEqual(["done", "done"]);
  expect(works.reduce((sum, { runs }) => sum + runs, 0)).toBe(2);
});

test("what comes after a superseded update still waits for those before it", async () => {
  const turns = createTurns();
  const [first, dropped, last, behind] = [work(), work(), work(), work()];
  void turns.take({ chains: ["mia"] }, first.do);
  void turns.take({ chains: ["mia"], supersedes: "keyboard" }, dropped.do);
  void turns.take({ chains: ["mia"] }, behind.do);
  void turns.take({ chains: ["mia"], supersedes: "keyboard" }, last.do);
  await first.begun;
  await Promise.resolve();
  expect(behind.runs).toBe(0);
  first.end();
  await behind.begun;
  expect([dropped.runs, last.runs]).toEqual([0, 0]);
  behind.end();
  await last.begun;
  last.end();
});

test("the time an update may take counts from its begin, not from its arrival", async () => {
  const turns = createTurns({ deadline: 60 });
  const [slow, waiting] = [work(), work()];
  void turns.take({ chains: ["mia"] }, slow.do);
  void turns.take({ chains: ["mia"] }, waiting.do);
  const { signal } = await slow.begun;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  slow.end();
  const begun = await waiting.begun;
  expect(begun.signal.aborted).toBe(false);
  waiting.end();
});

test("what was not begun when the process ends is refused, and what was is ended after a while", async () => {
  const turns = createTurns({ grace: 30 });
  const [slow, never] = [work(), work()];
  void turns.take({ chains: ["mia"] }, slow.do);
  const refused = turns.take({ chains: ["mia"] }, never.do);
  const { signal } = await slow.begun;
  signal.addEventListener("abort", () => slow.end(), { once: true });
  await turns.finish();
  await expect(refused).rejects.toBeInstanceOf(NotBegun);
  expect(never.runs).toBe(0);
});
