import { expect, test } from "vitest";
import { StorageError } from "../../src/storage/error.ts";
import { app, entry, SlowDrive } from "./app.ts";

const jump = 10 * 3_600_000;

/** Storage whose monotonic clock goes by itself while the other is set by the test. */
async function clocked() {
  const drive = new SlowDrive([[entry(1)]]);
  let elapsed = 0;
  const at = app(drive, { monotonic: () => elapsed });
  drive.now = 100 * 3_600_000;
  const { id } = await at.mount();
  const pass = (ms: number) => {
    elapsed += ms;
    drive.now += ms;
  };
  return { drive, at, id, pass };
}

test("a listing is read anew after half an hour, also when the clock was set back meanwhile", async () => {
  const { drive, at, id, pass } = await clocked();
  drive.now -= jump;
  pass(31 * 60_000);
  await at.storage.folder(id, undefined);
  expect(drive.asked.filter((call) => call === "list / 0")).toHaveLength(2);
});

test("a link is asked for anew by whoever wants a fresh one, also when the clock was set back meanwhile", async () => {
  const { drive, at, id, pass } = await clocked();
  await at.storage.link(id, "f1");
  drive.now -= jump;
  pass(4 * 60_000);
  await at.storage.link(id, "f1", { maxAge: 180_000 });
  expect(drive.asked.filter((call) => call === "link f1")).toHaveLength(2);
});

test("names read before the clock was set back give way to newer ones", async () => {
  const { drive, at, id, pass } = await clocked();
  const crawl = async () => (await at.storage.crawl(id, undefined, { asker: "telegram:1", anew: true })).done;
  await crawl();
  drive.now -= jump;
  pass(1000);
  drive.list = async () => ({ items: [{ id: "f1", kind: "file", name: "renamed" }] });
  await crawl();
  const found = await at.storage.search(id, { words: "", below: [] });
  expect(found.map((hit) => hit.entry.name)).toEqual(["renamed"]);
});

test("a mount's health is never of a time yet to come", async () => {
  const { drive, at, id } = await clocked();
  drive.failing = new StorageError("signed-out");
  await at.storage.check(id);
  drive.now -= jump;
  expect((await at.storage.find(id))?.health).toEqual({ state: "failing", at: drive.now, code: "signed-out" });
});
