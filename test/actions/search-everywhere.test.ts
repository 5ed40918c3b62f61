import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Listing } from "../../src/actions/model/screen.ts";
import { StorageError } from "../../src/storage/error.ts";
import { names } from "./group-app.ts";
import { lastListing } from "./last-listing.ts";
import { Cloud, app, inGroup, mia, signInAs, type TestApp, file, folder } from "./test-app.ts";

/** A lake in each of three drives, a hill in one. */
const lakes = () =>
  new Cloud({
    accounts: {
      mia: {
        password: "correct-horse",
        tree: folder("", folder("Films", file("lake one.mp4"), file("hill.mp4")), file("lake two.mp4")),
      },
    },
    shares: {
      open1: { tree: folder("", folder("Trip", folder("Day 1", file("lake three.jpg"))), file("a.txt")) },
      open2: { tree: folder("", ...Array.from({ length: 70 }, (_, n) => file(`lake ${n + 100}.jpg`)), file("b.txt")) },
    },
  });

async function withDrives(cloud: Cloud, ...shares: readonly string[]): Promise<TestApp> {
  let clock = 1_000_000;
  const at = app(cloud, { wait: async (ms) => sleep(Math.min(ms, 20)), now: () => (clock += 1) });
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  for (const id of shares) await at.see(mia, { do: "open-share", text: `https://share.example/s/${id}` }, "listing");
  return at;
}

async function everywhere(at: TestApp, words: string): Promise<Listing> {
  const one = await lastListing(at, mia, { do: "search", words });
  return lastListing(at, mia, { do: "search-everywhere", view: one.view });
}

const titles = (listing: Listing) => listing.search?.drives?.map(({ mount, found }) => `${mount.title} ${found}`);

test("a search of one drive goes on in all of them, whose hits stand drive by drive, and back", async () => {
  const at = await withDrives(lakes(), "open1");
  const one = await lastListing(at, mia, { do: "search", words: "lake" });
  expect([names(one), one.search?.everywhere]).toEqual([["lake one.mp4", "lake two.mp4"], true]);
  const all = await lastListing(at, mia, { do: "search-everywhere", view: one.view });
  expect(names(all)).toEqual(["lake one.mp4", "lake two.mp4", "lake three.jpg"]);
  expect(titles(all)).toEqual(["mia 2", "open1 1"]);
  expect(all.search).toMatchObject({ state: "complete", where: [["Films"], [], ["Trip", "Day 1"]] });
  const back = await lastListing(at, mia, { do: "search-in-drive", view: all.view, index: 0 });
  expect([names(back), back.search?.drives, back.search?.everywhere]).toEqual([names(one), undefined, true]);
});

test("what is found in another drive opens in that drive, and leads back to all that was found", async () => {
  const at = await withDrives(lakes(), "open1");
  const all = await everywhere(at, "lake");
  const card = await at.see(mia, { do: "open", view: all.view, index: 2 }, "file");
  expect([card.mount.title, card.trail, card.entry.name]).toEqual(["open1", ["Trip", "Day 1"], "lake three.jpg"]);
  const back = await lastListing(at, mia, { do: "back", view: card.view });
  expect(names(back)).toEqual(names(all));
  const folders = await everywhere(at, "trip");
  const opened = await at.see(mia, { do: "open", view: folders.view, index: 0 }, "listing");
  expect([opened.mount.title, opened.trail]).toEqual(["open1", ["Trip"]]);
});

test("one of the drives is searched alone by a press, with the same words", async () => {
  const at = await withDrives(lakes(), "open1", "open2");
  const all = await everywhere(at, "lake");
  // The drive one comes from stands first, then the share that was opened last.
  expect(titles(all)).toEqual(["mia 2", "open2 50", "open1 1"]);
  expect(all.search?.drives?.map(({ more }) => more)).toEqual([false, true, false]);
  const alone = await lastListing(at, mia, { do: "search-in-drive", view: all.view, index: 1 });
  expect([alone.mount.title, alone.search?.words, alone.total.known]).toEqual(["open2", "lake", 70]);
});

test("pages go through the drives one after another, and each says how many of its rows it has", async () => {
  const at = await withDrives(lakes(), "open1", "open2");
  const first = await everywhere(at, "lake");
  const rows = (listing: Listing) => listing.search?.drives?.map((drive) => drive.rows);
  expect([rows(first), first.page]).toEqual([[2, 6, 0], { number: 1, next: true, count: 7 }]);
  const last = await lastListing(at, mia, { do: "turn", view: first.view, page: 7 });
  expect([rows(last), names(last).at(-1)]).toEqual([[0, 4, 1], "lake three.jpg"]);
  const films = await lastListing(at, mia, { do: "narrow-kind", view: last.view, index: 1 });
  expect([names(films), titles(films)]).toEqual([
    ["lake one.mp4", "lake two.mp4"],
    ["mia 2", "open2 0", "open1 0"],
  ]);
});

test("a second search of all drives asks none of them, and a refresh asks each", async () => {
  const at = await withDrives(lakes(), "open1", "open2");
  await everywhere(at, "lake");
  const before = at.cloud.asked.length;
  const again = await everywhere(at, "hill");
  expect([names(again), at.cloud.asked.length]).toEqual([["hill.mp4"], before]);
  await lastListing(at, mia, { do: "refresh", view: again.view });
  const asked = at.cloud.asked.slice(before).filter((call) => call.includes(" / "));
  expect(new Set(asked.map((call) => call.split(" ")[1]))).toEqual(new Set(["mia", "open1", "open2"]));
  expect(asked).toHaveLength(3);
});

test("a drive that fails says why, and the others show what they have", async () => {
  const cloud = lakes();
  const at = await withDrives(cloud, "open1");
  const one = await lastListing(at, mia, { do: "search", words: "lake" });
  cloud.failing = new StorageError("share-deleted");
  const all = await lastListing(at, mia, { do: "search-everywhere", view: one.view });
  expect(names(all)).toEqual(["lake one.mp4", "lake two.mp4"]);
  expect(all.search).toMatchObject({ state: "failed", drives: [{}, { failed: { code: "share-deleted" } }] });
  expect(all.total.complete).toBe(false);
});

test("stopping stops the reading of every drive, and what was found stays", async () => {
  const cloud = lakes();
  cloud.shares["open3"] = {
    tree: folder("", ...Array.from({ length: 900 }, (_, n) => file(`note ${n}.txt`)), file("lake four.jpg")),
  };
  const at = await withDrives(cloud, "open1");
  await at.see(mia, { do: "search", words: "lake" }, "listing");
  cloud.hold();
  await at.see(mia, { do: "open-share", text: "https://share.example/s/open3" }, "listing");
  const one = await at.see(mia, { do: "search", words: "lake" }, "listing");
  const { screen, updates } = await at.do(mia, { do: "search-everywhere", view: one.view });
  if (screen.show !== "listing") throw new Error(screen.show);
  expect(screen.search?.state).toBe("running");
  await at.see(mia, { do: "stop-search", view: screen.view }, "notice");
  const rest = await Array.fromAsync(updates ?? []);
  cloud.release();
  const last = rest.at(-1);
  expect(last).toMatchObject({ show: "listing", search: { state: "stopped" } });
  expect(last?.show === "listing" && names(last)).toEqual(["lake one.mp4", "lake two.mp4", "lake three.jpg"]);
});

test("all drives are searched by their owner alone: not offered to who has one, and not shown to a group", async () => {
  const at = await withDrives(lakes());
  const only = await lastListing(at, mia, { do: "search", words: "lake" });
  expect(only.search?.everywhere).toBe(false);
  await at.see(mia, { do: "open-share", text: "https://share.example/s/open1" }, "listing");
  const pressed = await at.see(inGroup(mia), { do: "search-everywhere", view: only.view }, "notice");
  expect(pressed.notice).toBe("private-only");
  const all = await everywhere(at, "lake");
  const posted = await at.see(inGroup(mia), { do: "turn", view: all.view, page: 1 }, "notice");
  expect(posted.notice).toBe("private-only");
});

test("a drive that was removed is not searched, and its button says that the list has changed", async () => {
  const at = await withDrives(lakes(), "open1", "open2");
  const all = await everywhere(at, "lake");
  const mounts = await at.see(mia, { do: "show-mounts" }, "mounts");
  const index = mounts.mounts.findIndex(({ title }) => title === "open2");
  const card = await at.see(mia, { do: "mount", view: mounts.view, index }, "mount");
  const question = await at.see(mia, { do: "remove-mount", view: card.view }, "question");
  await at.see(mia, { do: "confirm", view: question.view }, "notice");
  expect((await at.see(mia, { do: "search-in-drive", view: all.view, index: 1 }, "notice")).notice).toBe("mount-gone");
  const again = await lastListing(at, mia, { do: "refresh", view: all.view });
  expect(titles(again)).toEqual(["mia 2", "open1 1"]);
});
