import { expect, test } from "vitest";
import type { DriverContext } from "../../src/storage/driver.ts";
import { app, entry, SlowDrive } from "./app.ts";

/** A drive that counts how often it was opened and closed. */
class CountedDrive extends SlowDrive {
  closed = 0;

  async close(): Promise<void> {
    this.closed += 1;
  }
}

test("drivers that nobody uses are closed beyond the number that may be open, and opened again when they are asked", async () => {
  const drive = new CountedDrive([[]]);
  const opened: DriverContext[] = [];
  const at = app(drive, { maxOpen: 3, onOpen: (context) => opened.push(context) });
  const ids: string[] = [];
  for (let n = 0; n < 20; n++) ids.push((await at.mount()).id);
  expect(opened.length - drive.closed).toBe(3);
  await at.storage.stat(ids[0] ?? "", "f1");
  expect(opened.length - drive.closed).toBe(3);
  await at.storage.close();
  expect(drive.closed).toBe(opened.length);
});

test("a driver whose turn to be closed comes while it is asked answers first, and goes on with the rest of a folder", async () => {
  const drive = new CountedDrive([[entry(1)], [entry(2)], [entry(3)]]);
  const at = app(drive, { maxOpen: 1 });
  drive.hold();
  const { id } = await at.mount();
  const followed = Array.fromAsync(at.storage.follow(id, undefined, { every: 1 }));
  await at.mount();
  expect(drive.closed).toBe(0);
  drive.release();
  expect((await followed).at(-1)).toMatchObject({ complete: true });
  expect(drive.closed).toBeGreaterThan(0);
});

test("a mount whose driver is closed in the moment it is made has the drive's own title all the same", async () => {
  class TitledDrive extends CountedDrive {
    title(): string {
      return "Holiday 2026";
    }
  }
  const drive = new TitledDrive([[]]);
  const at = app(drive, { maxOpen: 1 });
  drive.hold({ first: true });
  const mounts = Promise.all([at.mount(), at.mount(), at.mount()]);
  await new Promise((resolve) => setImmediate(resolve));
  drive.release();
  expect((await mounts).map(({ title }) => title)).toEqual(["Holiday 2026", "Holiday 2026", "Holiday 2026"]);
});

test("what one process keeps of links ends at twenty thousand, the one asked for longest ago going first", async () => {
  const drive = new SlowDrive([[]]);
  const at = app(drive);
  const { id } = await at.mount();
  const asked = (entry: string) => drive.asked.filter((call) => call === `link ${entry}`).length;
  for (let n = 0; n < 20_001; n++) await at.storage.link(id, `f${n}`);
  await at.storage.link(id, "f20000");
  await at.storage.link(id, "f0");
  expect([asked("f20000"), asked("f0")]).toEqual([1, 2]);
});

test("what one process keeps of listings ends at the entries it may keep, whoever comes and goes", async () => {
  const page = Array.from({ length: 100 }, (_, n) => entry(n));
  const drive = new SlowDrive([page]);
  const at = app(drive, { maxEntries: 1000 });
  const ids: string[] = [];
  for (let n = 0; n < 50; n++) ids.push((await at.mount()).id);
  const kept = ids.flatMap((id) => at.storage.peek(id, undefined)?.entries ?? []);
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThanOrEqual(1000);
});
