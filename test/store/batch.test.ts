import { expect, test } from "vitest";
import { createBatches } from "../../src/store/batch.ts";
import type { Run } from "../../src/store/busy.ts";
import { StoreUnavailable } from "../../src/store/error.ts";

// Writes of one turn of the event loop in one transaction, over a database that only counts.

function counting() {
  const transactions: string[][] = [];
  const written: string[] = [];
  const run: Run = async (statement) => statement();
  const batches = createBatches(run, (work) => {
    const before = written.length;
    try {
      const result = work();
      transactions.push(written.slice(before));
      return result;
    } catch (error) {
      written.length = before;
      throw error;
    }
  });
  const put = (name: string, isRefused = false) =>
    batches.write(
      () => {
        if (isRefused) throw new Error(`${name} is refused`);
        written.push(name);
        return name;
      },
      { key: name },
    );
  return { batches, put, transactions, written };
}

test("writes asked for together are one transaction, in the order asked for", async () => {
  const { put, transactions } = counting();
  expect(await Promise.all(["a", "b", "c"].map((name) => put(name)))).toEqual(["a", "b", "c"]);
  await put("d");
  expect(transactions).toEqual([["a", "b", "c"], ["d"]]);
});

test("a write that is refused fails alone; those asked for with it are written", async () => {
  const { put, written } = counting();
  const outcomes = await Promise.allSettled([put("a"), put("b", true), put("c")]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(written).toEqual(["a", "c"]);
});

test("a reader of a key waits for the write that is under way, and for no other", async () => {
  const { batches, put, written } = counting();
  expect(batches.settled("a")).toBeUndefined();
  void put("a");
  expect(batches.settled("b")).toBeUndefined();
  await batches.settled("a");
  expect(written).toEqual(["a"]);
  expect([batches.settled("a"), batches.settled()]).toEqual([undefined, undefined]);
});

test("where another process holds the file all writes of a turn fail at once, and none waits for it again", async () => {
  let runs = 0;
  const run: Run = async () => {
    runs += 1;
    throw new StoreUnavailable("locked");
  };
  const batches = createBatches(run, (work) => work());
  const outcomes = await Promise.allSettled(["a", "b", "c"].map((name) => batches.write(() => name)));
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(runs).toBe(1);
});
