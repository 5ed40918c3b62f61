import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { startApp } from "../src/app.ts";
import { keysOf } from "../src/app/drives.ts";
import { startWorld } from "../emulators/world.ts";
import { openStore } from "../src/store/store.ts";

// The end of the process: whatever asks for it, and however often, parts close one after another and what was counted is kept.

test("bytes that people fetched are counted in the store, also when the end is asked for twice at once while a download is under way", async () => {
  const world = await startWorld();
  const home = mkdtempSync(join(tmpdir(), "chatdrive-stop-"));
  onTestFinished(async () => {
    await world.close();
    rmSync(home, { recursive: true, force: true });
  });
  const problems: unknown[] = [];
  const log = pino({ level: "error" }, { write: (line: string) => void problems.push(line) });
  const config = {
    ...world.config,
    storeUrl: `sqlite://${home}/store.sqlite`,
    dataDir: home,
    downloadMethod: "proxy",
  } as const;
  const leaving = new AbortController();
  const app = await startApp(config, { onFatal: () => undefined, log, signal: leaving.signal });
  const { mia } = world.people;
  mia.sends(world.shelf.shares.open.url);
  await mia.waitsFor("› Holiday 2026");
  const linkTo = async (file: string): Promise<string> => {
    const known = new Set(mia.messages.map(({ id }) => id));
    mia.sends(`/link ${file}`);
    const card = await mia.waitsFor(({ id, text }) => !known.has(id) && text.includes("Download link"));
    return /https?:\/\/127\S+/.exec(card.text)?.[0] ?? "";
  };
  const bytes = (await (await fetch(await linkTo("Holiday 2026/Packing list.txt"))).arrayBuffer()).byteLength;
  expect(bytes).toBeGreaterThan(0);

  // Somebody else's download ends because they leave while the app closes.
  const left = new AbortController();
  const film = await fetch(await linkTo("Holiday 2026/Day 1/Beach, day 1.mp4"), { signal: left.signal });
  let received = 0;
  const reading = (async () => {
    for await (const piece of film.body ?? []) received += piece.length;
  })().catch(() => undefined);
  await expect.poll(() => received, { timeout: 5000 }).toBeGreaterThan(0);
  leaving.abort();
  const stopped = Promise.all([app.stop(), app.stop()]);
  // They leave late enough for a store that is closed too early to be so.
  await sleep(300);
  left.abort();
  await reading;
  await stopped;

  const store = await openStore({ url: config.storeUrl, keys: keysOf(config), onError: () => undefined });
  onTestFinished(() => store.close());
  let spent = 0;
  for await (const [, kept] of store.open<number>("allowance").iterator?.({}) ?? []) spent += Number(kept);
  expect(spent).toBeGreaterThanOrEqual(bytes + received);
  expect(await store.open("counters").get("totals")).toMatchObject({ bytes: spent });
  expect(problems).toEqual([]);
});
