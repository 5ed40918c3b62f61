import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Action } from "../../src/actions/action.ts";
import { readQuery } from "../../src/actions/search/query.ts";
import type { Listing } from "../../src/actions/model/screen.ts";
import { findEntries } from "../../src/actions/search/search.ts";
import { createContext } from "../../src/actions/context/context.ts";
import { folderView } from "../../src/actions/context/folder-view.ts";
import type { MemoryEntry } from "../../src/drivers/memory.ts";
import { StorageError } from "../../src/storage/error.ts";
import { lastListing } from "./last-listing.ts";
import { Cloud, app, jun, mia, signInAs, usualCloud, type TestApp, file } from "./test-app.ts";
import { lena, lent, names, nox, rowOf, there, createGroupApp } from "./group-app.ts";

async function signedIn(cloud = usualCloud()): Promise<{ at: TestApp; first: Listing }> {
  // Long enough that what is found is not looked at after every single page.
  const at = app(cloud, { wait: async (ms) => sleep(Math.min(ms, 20)) });
  return { at, first: await at.see(mia, signInAs("mia", "correct-horse"), "listing") };
}

/** Folders in folders, with one sort of file in each. */
function wide(folders: number, files: number): MemoryEntry {
  return {
    name: "",
    children: Array.from({ length: folders }, (_, n) => ({
      name: `Folder ${n}`,
      children: Array.from({ length: files }, (_, k) => file(`clip ${n}-${k}.mp4`, 1000 * (n + 1))),
    })),
  };
}

const wideCloud = (folders: number, files: number) =>
  new Cloud({ accounts: { mia: { password: "correct-horse", tree: wide(folders, files) } } });

describe("a search", () => {
  test("a search finds what is in the drive, says where, and goes up to its top", async () => {
    const { at, first } = await signedIn();
    const found = await lastListing(at, mia, { do: "search", words: "one" });
    expect(found).toMatchObject({
      trail: [],
      up: true,
      total: { known: 1, complete: true },
      search: { words: "one", common: ["Films", "Raw"], where: [[]], ranked: true, state: "complete" },
    });
    expect(found.search?.elsewhere).toBeUndefined();
    const file = await at.see(mia, { do: "open", view: found.view, index: 0 }, "file");
    expect(file.trail).toEqual(["Films", "Raw"]);
    const back = await at.see(mia, { do: "back", view: file.view }, "listing");
    expect(back.search?.words).toBe("one");
    const up = await at.see(mia, { do: "up", view: back.view }, "listing");
    expect(up.search).toBeUndefined();
    expect(names(up)).toEqual(names(first));
  });

  test("a search looks in the whole drive wherever one is, offers that folder, and from there the drive again", async () => {
    const { at, first } = await signedIn();
    await at.see(mia, { do: "open", view: first.view, index: rowOf(first, "Films") }, "listing");
    // What nobody sees as being somewhere does not change where a search looks either.
    await at.see(mia, { do: "find-link", words: "Films/Raw/one.raw" }, "link");
    const found = await lastListing(at, mia, { do: "search", words: "file 1.txt" });
    expect(found).toMatchObject({ trail: [], search: { elsewhere: { is: "narrower", folder: "Raw" } } });
    expect(names(found)).toContain("file 1.txt");
    const here = await at.see(mia, { do: "search-elsewhere", view: found.view }, "listing");
    expect(here).toMatchObject({
      trail: ["Films", "Raw"],
      total: { known: 0, complete: true },
      search: { words: "file 1.txt", elsewhere: { is: "wider", folder: "Raw" } },
    });
    const again = await at.see(mia, { do: "search-elsewhere", view: here.view }, "listing");
    expect(names(again)).toEqual(names(found));
  });

  test("a search in a group never leaves the folder that is shared with it", async () => {
    const here = createGroupApp();
    await lent(here, "Films");
    const { at } = here;
    const found = await lastListing(at, there(jun), { do: "search", words: "one" });
    expect(names(found)).toEqual(["one.raw"]);
    expect(found.search?.elsewhere).toBeUndefined();
    expect((await lastListing(at, there(jun), { do: "search", words: "file" })).total.known).toBe(0);
    const root = await at.see(there(jun), { do: "up", view: found.view }, "listing");
    const raw = await at.see(there(jun), { do: "open", view: root.view, index: rowOf(root, "Raw") }, "listing");
    const form = await at.see(there(jun), { do: "find", view: raw.view }, "form");
    const below = await lastListing(at, there(jun), { do: "submit", form: form.form, values: { words: "file" } });
    expect(below.search?.elsewhere).toEqual({ is: "wider", folder: "Raw" });
    const wider = await at.see(there(jun), { do: "search-elsewhere", view: below.view }, "listing");
    expect(wider.total.known).toBe(0);
  });

  test("a search shows what it can be narrowed by when that is asked for, and puts it away again", async () => {
    const { at } = await signedIn();
    const found = await lastListing(at, mia, { do: "search", words: "e" });
    expect(found.search?.filters).toBe(false);
    const open = await at.see(mia, { do: "search-filters", view: found.view }, "listing");
    expect(open.search?.filters).toBe(true);
    const films = await at.see(mia, { do: "narrow-kind", view: open.view, index: 1 }, "listing");
    expect(films.search).toMatchObject({ filters: true, kind: "video" });
    const closed = await at.see(mia, { do: "search-filters", view: films.view }, "listing");
    expect(closed.search).toMatchObject({ filters: false, kind: "video" });
  });

  test("a search is asked for by a button of the folder, and remembers which folder that was", async () => {
    const { at, first } = await signedIn();
    const films = await at.see(mia, { do: "open", view: first.view, index: rowOf(first, "Films") }, "listing");
    const form = await at.see(mia, { do: "find", view: films.view }, "form");
    expect(form.form).toEqual({ id: "search-words", subject: films.view.id });
    await at.see(mia, { do: "browse" }, "listing");
    const found = await lastListing(at, mia, { do: "submit", form: form.form, values: { words: "beach" } });
    expect(found.trail).toEqual(["Films"]);
    expect(names(found)).toEqual(["beach.mp4"]);
    const empty = await at.see(mia, { do: "submit", form: form.form, values: { words: "  " } }, "form");
    expect(empty.problem).toEqual({ field: "words", code: "required" });
    expect(await at.see(jun, { do: "submit", form: form.form, values: { words: "beach" } }, "notice")).toMatchObject({
      notice: "view-expired",
    });
  });

  test("a search shows what is found as it is found, at last in its order, and asks the drive nothing a second time", async () => {
    const cloud = wideCloud(20, 1000);
    const { at } = await signedIn(cloud);
    const before = cloud.asked.length;
    const answer = await at.do(mia, { do: "search", words: "clip 7-77" });
    const screens = [answer.screen, ...(await Array.fromAsync(answer.updates ?? []))].filter(
      (screen) => screen.show === "listing",
    );
    const counts = screens.map(({ total }) => total.known);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    const last = screens.at(-1);
    expect(last?.rows[0]?.name).toBe("clip 7-77.mp4");
    expect(last?.search).toMatchObject({ state: "complete", looked: { folders: 21, entries: 20_020 } });
    expect(cloud.asked.length - before).toBe(20 * 2);
    const again = await at.restarted().see(mia, { do: "search", words: "clip 7-77" }, "listing");
    expect(again.rows).toEqual(last?.rows);
    expect(cloud.asked.length - before).toBe(20 * 2);
  });

  test("a search has pages like any listing, and an order when one is wanted", async () => {
    const { at } = await signedIn(wideCloud(3, 10));
    const found = await lastListing(at, mia, { do: "search", words: "clip" });
    expect(found).toMatchObject({ page: { number: 1, count: 4, next: true }, total: { known: 30, complete: true } });
    const second = await at.see(mia, { do: "turn", view: found.view, page: 2 }, "listing");
    expect(second.page.number).toBe(2);
    expect(second.search?.words).toBe("clip");
    const sorted = await at.see(mia, { do: "sort", view: second.view, by: "size" }, "listing");
    expect(sorted).toMatchObject({ order: { by: "size", descending: true }, search: { ranked: false } });
    expect(sorted.rows[0]?.size).toBe(3000);
    // The order of one search is not how folders are sorted from now on.
    expect((await at.see(mia, { do: "browse" }, "listing")).order.by).toBe("name");
  });

  test("a search is narrowed to a kind and a size by words or by buttons, and widened again", async () => {
    const { at } = await signedIn();
    const byWords = await lastListing(at, mia, { do: "search", words: "类型:视频" });
    expect(names(byWords)).toEqual(["beach.mp4"]);
    const all = await lastListing(at, mia, { do: "search", words: "e" });
    const films = await at.see(mia, { do: "narrow-kind", view: all.view, index: 1 }, "listing");
    expect(names(films)).toEqual(["beach.mp4"]);
    const large = await at.see(mia, { do: "narrow-size", view: films.view, index: 2 }, "listing");
    expect(large).toMatchObject({ rows: [], search: { kind: "video", least: 1024 ** 3 } });
    const small = await at.see(mia, { do: "narrow-size", view: large.view, index: 2 }, "listing");
    const wide = await at.see(mia, { do: "narrow-kind", view: small.view, index: 1 }, "listing");
    expect(wide.total).toEqual(all.total);
  });

  test("a search that is stopped keeps what was found, says so, and goes on when refreshed", async () => {
    const cloud = wideCloud(40, 1000);
    const { at } = await signedIn(cloud);
    cloud.hold();
    const answer = await at.do(mia, { do: "search", words: "clip 7-77" });
    const first = answer.screen;
    if (first.show !== "listing") throw new Error(first.show);
    expect(first.search?.state).toBe("running");
    expect(first.page.count).toBeUndefined();
    const stopped = await at.see(mia, { do: "stop-search", view: first.view }, "notice");
    expect(stopped).toMatchObject({ notice: "search-stopped", for: "asker" });
    const last = (await Array.fromAsync(answer.updates ?? [])).at(-1);
    expect(last).toMatchObject({ search: { state: "stopped" }, total: { complete: false } });
    const calls = cloud.asked.length;
    cloud.release();
    expect(calls).toBeLessThan(10);
    if (last?.show !== "listing") throw new Error("no listing");
    const whole = await lastListing(at, mia, { do: "refresh", view: last.view });
    expect(whole.search).toMatchObject({ state: "complete", looked: { folders: 41 } });
  });

  test("a search that the drive breaks off shows what there is and why", async () => {
    const cloud = wideCloud(3, 5);
    const { at } = await signedIn(cloud);
    cloud.failing = new StorageError("too-frequent", { retryAfter: 30_000 });
    const found = await lastListing(at, mia, { do: "search", words: "folder" });
    expect(found).toMatchObject({
      failed: { code: "too-frequent" },
      search: { state: "failed" },
      total: { known: 3, complete: false },
    });
  });

  test("a search somebody went on from is not drawn over where they are", async () => {
    const cloud = wideCloud(10, 1000);
    const { at } = await signedIn(cloud);
    cloud.hold();
    const { screen, updates } = await at.do(mia, { do: "search", words: "clip" });
    if (screen.show !== "listing") throw new Error(screen.show);
    const up = await at.see(mia, { do: "up", view: screen.view }, "listing");
    cloud.release();
    expect(await Array.fromAsync(updates ?? [])).toEqual([]);
    expect(await at.shelves.sessions.get(screen.view.id)).toMatchObject({ revision: up.view.revision });
  });
});

describe("/link by words", () => {
  test("/link by words acts on the one file they mean, wherever it is, and however they are spelt", async () => {
    const { at } = await signedIn();
    for (const words of ["one.raw", "beach.mp4", "baech"]) {
      const card = await at.see(mia, { do: "find-link", words }, "link");
      expect(["one.raw", "beach.mp4"]).toContain(card.entry.name);
    }
  });

  test("/link by words that could mean several files shows them to pick from", async () => {
    const { at } = await signedIn(wideCloud(3, 2));
    const list = await at.see(mia, { do: "find-link", words: "clip" }, "listing");
    expect(list.search?.words).toBe("clip");
    expect(list.total.known).toBe(6);
    const file = await at.see(mia, { do: "open", view: list.view, index: 0 }, "file");
    await at.see(mia, { do: "link", view: file.view }, "link");
  });

  test("/link by words gives every helper the same hits", async () => {
    const { at, first } = await signedIn();
    const context = await createContext(at.services, mia, new AbortController().signal);
    const findings = await findEntries(context, folderView(context, first.mount.id), "kind:video");
    expect(findings.hits.map(({ entry }) => entry.name)).toEqual(["beach.mp4"]);
    expect(findings.complete).toBe(true);
  });
});

test.each([
  ["beach kind:video >1gb", { words: "beach", kind: "video", least: 1024 ** 3 }],
  ["类型：音乐 海滩 小于1.5MB", { words: "海滩", kind: "audio", most: 1.5 * 1024 ** 2 }],
  ["＞２ＧＢ", { words: "", least: 2 * 1024 ** 3 }],
  ["kind:nonsense", { words: "kind:nonsense" }],
  ["kind:constructor", { words: "kind:constructor" }],
  ["a > b <3", { words: "a > b <3" }],
])("the query %s is read as it is meant", (text, asked) => {
  expect(readQuery(text)).toEqual(asked);
});

describe("while somebody types in any chat", () => {
  test("files of one's own drives are found while typing in any chat, only by what is known, and each has a button of its own", async () => {
    const { at } = await signedIn();
    const calls = at.cloud.asked.length;
    const found = await at.see(mia, { do: "find-inline", words: "file 1", from: 0 }, "found");
    expect(found.files[0]).toMatchObject({ index: 0, entry: { name: "file 1.txt" }, mount: { title: "mia" } });
    expect(found.files.map(({ entry }) => entry.name)).not.toContain("beach.mp4");
    expect(at.cloud.asked).toHaveLength(calls);
    const link = await at.see(mia, { do: "link-row", view: found.view, index: 0 }, "link");
    expect(link.entry.name).toBe("file 1.txt");
    // Pressed as often as one likes: the card stays what it is.
    for (let times = 0; times < 6; times++) await at.see(mia, { do: "link-row", view: found.view, index: 0 }, "link");
    expect((await at.see(mia, { do: "find-inline", words: " ", from: 0 }, "found")).files).toEqual([]);
    expect(await at.see(jun, { do: "find-inline", words: "file", from: 0 }, "found")).toMatchObject({
      files: [],
      homeless: true,
    });
  });

  test("files found while typing come page by page", async () => {
    const { at } = await signedIn(wideCloud(1, 30));
    await lastListing(at, mia, { do: "search", words: "clip" });
    const first = await at.see(mia, { do: "find-inline", words: "clip", from: 0 }, "found");
    expect(first.files).toHaveLength(20);
    const second = await at.see(mia, { do: "find-inline", words: "clip", from: first.next ?? 0 }, "found");
    expect(second.files).toHaveLength(10);
    expect(second.next).toBeUndefined();
  });

  test("a card of a file found while typing works for others only as far as the drive is lent to them", async () => {
    const at = createGroupApp();
    const card = await lent(at);
    await lastListing(at.at, mia, { do: "search", words: "beach" });
    const { view } = await at.at.see(mia, { do: "find-inline", words: "beach", from: 0 }, "found");
    await at.at.see(mia, { do: "keep-card", card: view.id }, "notice");
    const press: Action = { do: "link-row", view, index: 0 };
    const link = await at.at.see(jun, press, "link");
    expect(link.url).toContain(`for=${jun.person.id}`);
    expect((await at.at.see(nox, press, "notice")).notice).toBe("not-yours");
    await at.at.see(
      there(mia),
      { do: "set-policy", view: card.view, capability: "link", audience: "owner" },
      "lending",
    );
    expect((await at.at.see(lena, press, "notice")).notice).toBe("not-yours");
    expect(await at.at.see(jun, { do: "keep-card", card: view.id }, "notice")).toMatchObject({
      notice: "view-expired",
    });
    const before = await at.at.shelves.people.get(mia.person.id);
    expect(before?.sessions).toContain(view.id);
  });
});
