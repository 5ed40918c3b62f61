import { describe, expect, test } from "vitest";
import { createFollower } from "../../src/messaging/follow.ts";
import type { Screen } from "../../src/actions/model/screen.ts";
import { createLatest } from "../latest.ts";

const screen = (reference: string): Screen => ({ show: "notice", notice: "unexpected", level: "info", reference });
const nameOf = (drawn: Screen) => ("reference" in drawn ? drawn.reference : undefined);
const broken = new Error("connection reset");
const refused = new Error("too long");

/** A message that is followed, each of whose edits ends as a test says: drawn, gone or with an error. */
function followed(...ends: readonly (boolean | Error | { readonly after: number })[]) {
  const left = [...ends];
  const latest = createLatest<Screen>();
  const at = {
    time: 0,
    drawn: [] as unknown[],
    missed: [] as unknown[],
    given: [] as unknown[],
    waits: [] as number[],
  };
  const follower = createFollower({
    now: () => at.time,
    onError: (error) => at.given.push(error),
    onMissed: (error) => at.missed.push(error),
    wait: async (ms) => void at.waits.push(ms),
  });
  follower.follow("message", latest.values, {
    every: 10,
    draw: async (shown) => {
      const end = left.shift() ?? true;
      if (typeof end !== "boolean") throw end;
      at.drawn.push(nameOf(shown));
      return end;
    },
    again: (error) => {
      if (error === refused) return undefined;
      return error === broken ? 0 : (error as { readonly after: number }).after;
    },
  });
  /** One more screen, later than any pause. */
  const show = async (reference: string) => {
    at.time += 100_000;
    latest.set(screen(reference));
    await new Promise((resolve) => setImmediate(resolve));
  };
  const over = async (end?: Screen) => {
    latest.end(end);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { ...at, follower, show, over, last: (reference: string) => over(screen(reference)) };
}

describe("a message that changes by itself", () => {
  test.each([broken, refused, { after: 5 }])(
    "a message that changes goes on after an edit that failed: %o",
    async (failure) => {
      const { show, last, drawn, missed, given } = followed(true, failure);
      await show("1");
      await show("2");
      await show("3");
      await last("4");
      expect(drawn).toEqual(["1", "3", "4"]);
      expect(missed).toEqual([failure]);
      expect(given).toEqual([]);
    },
  );

  test("a message that changes has its last state shown again, later each time, until it is there", async () => {
    const { last, drawn, waits, given } = followed(broken, broken, { after: 9000 }, true);
    await last("end");
    expect(drawn).toEqual(["end"]);
    expect(waits).toEqual([1000, 4000, 15_000]);
    expect(given).toEqual([]);
  });

  test("a message that changes waits as long as it is asked to", async () => {
    const { last, drawn, waits } = followed({ after: 20_000 });
    await last("end");
    expect(waits).toEqual([20_000]);
    expect(drawn).toEqual(["end"]);
  });

  test("a message that changes is edited again where it failed before anybody knew that it was the last time", async () => {
    const { show, over, drawn, waits } = followed({ after: 20_000 });
    await show("end");
    expect(drawn).toEqual([]);
    await over();
    expect(drawn).toEqual(["end"]);
    expect(waits).toEqual([20_000]);
  });

  test("a message that changes is not edited before the time that was asked for", async () => {
    const { show, drawn } = followed({ after: 150_000 });
    for (const reference of ["1", "2", "3"]) await show(reference);
    expect(drawn).toEqual(["3"]);
  });

  test("a message that changes does not show its last state once it shows something else", async () => {
    const { last, drawn, given, follower, waits } = followed(broken, broken);
    follower.follow("message", createLatest<Screen>().values, { every: 10, draw: async () => true, again: () => 0 });
    await last("end");
    expect([drawn, given, waits]).toEqual([[], [], []]);
    await follower.stopAll();
  });

  test.each([
    ["after a few tries", Array.from({ length: 9 }, () => broken), 4],
    ["at once where it is refused for good", [refused], 0],
    ["at once where the wait is too long", [{ after: 60_001 }], 0],
  ] as const)("a message that changes is given up with a word to the log %s", async (_when, ends, tries) => {
    const { last, drawn, given, waits } = followed(...ends);
    await last("end");
    expect(drawn).toEqual([]);
    expect(waits).toHaveLength(tries);
    expect(given).toEqual([ends[0]]);
  });

  test("a message that changes is followed no more where it is gone", async () => {
    const { show, drawn, given } = followed(false);
    await show("1");
    await show("2");
    expect(drawn).toEqual(["1"]);
    expect(given).toEqual([new Error("the message is gone")]);
  });
});
