import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FeedError } from "../../src/actions/model/follow.ts";
import type { FollowCard, NewsScreen } from "../../src/actions/model/follow-screen.ts";
import type { DownloadScreen } from "../../src/actions/model/screen.ts";
import type { Node } from "../../emulators/pikpak/node.ts";
import { placeNews } from "../../src/users/place.ts";
import type { Visit } from "../../src/users/visit.ts";
import { followApp, minutes, name, signedIn, type FollowApp } from "./follow-app.ts";
import { jun, mia, signInAs } from "./test-app.ts";
import { rowOf } from "./group-app.ts";

let world: FollowApp;
beforeEach(async () => {
  world = await followApp();
});
afterEach(() => world.close());

const film = (title: string, size = 100) => ({ name: title, size, mimeType: "video/mp4" });
/** What was said of that kind. */
const said = <Show extends string>(show: Show) =>
  world.told.flatMap(({ screen }) => (screen.show === show ? [screen as Extract<typeof screen, { show: Show }>] : []));
const news = () => said("news");
const notes = () => said("download");

/** Mia opens a folder of hers and follows it; the first look has ended. */
async function followFilms(): Promise<{ folder: Node; card: FollowCard }> {
  const folder = world.pikpak.build.folder(world.account, undefined, "Films");
  world.pikpak.build.file(world.account, folder, film("old.mp4"));
  await signedIn(world);
  const listing = await world.at.see(mia, { do: "browse", path: "Films" }, "listing");
  expect(listing.can).toContain("follow-folder");
  const card = await world.at.see(mia, { do: "follow-here", view: listing.view }, "follow");
  await looked(card);
  return { folder, card };
}

/** Waits until it was looked at since. */
async function looked(card: Pick<FollowCard, "view">, since = 0): Promise<void> {
  await expect
    .poll(async () => (await world.follows.of(mia.person.id))[0]?.checkedAt ?? 0, { timeout: 10_000 })
    .toBeGreaterThan(since);
  expect(card.view.id).not.toBe("");
}

/** The next look comes, and has ended. */
async function lookAgain(): Promise<void> {
  const [follow] = await world.follows.of(mia.person.id);
  world.pass((follow?.every ?? 0) + 1000);
  await expect
    .poll(async () => (await world.follows.of(mia.person.id))[0], { timeout: 10_000 })
    .toSatisfy(
      (now?: typeof follow) => now !== undefined && (now.turn > (follow?.turn ?? 0) || now.paused !== undefined),
    );
}

describe("a folder is followed", () => {
  test("what is there is known, what comes is told once in one message, and opens from it", async () => {
    const { folder, card } = await followFilms();
    expect(card).toMatchObject({ said: "begun", title: "Films", trail: ["Films"], paused: false, every: minutes(10) });
    await lookAgain();
    expect(world.told).toEqual([]);
    for (const title of ["one.mp4", "two.mp4"]) world.pikpak.build.file(world.account, folder, film(title));
    await lookAgain();
    await expect
      .poll(news)
      .toMatchObject([{ count: 2, trail: ["Films"], entries: [{ name: "one.mp4" }, { name: "two.mp4" }] }]);
    expect(world.told[0]?.target).toMatchObject({ place: mia.person.id, kind: "private", language: "en" });
    await lookAgain();
    expect(news()).toHaveLength(1);
    const { view } = news()[0] as NewsScreen;
    expect(await world.at.see(mia, { do: "open", view, index: 1 }, "file")).toMatchObject({
      entry: { name: "two.mp4" },
    });
    expect(await world.at.see(mia, { do: "refresh", view }, "listing")).toMatchObject({ total: { known: 3 } });
  });

  test("of many the first ten are named and the others counted, and the list says what is followed", async () => {
    const { folder } = await followFilms();
    for (let n = 0; n < 40; n++) world.pikpak.build.file(world.account, folder, film(`f${n}.mp4`));
    await lookAgain();
    await expect.poll(() => news()[0]).toMatchObject({ count: 40 });
    expect(news()[0]?.entries).toHaveLength(10);
    const list = await world.at.see(mia, { do: "start-following" }, "follows");
    expect(list).toMatchObject({ total: 1, max: 30, follows: [{ title: "Films", paused: false }] });
    expect(list.here).toBeUndefined();
    expect(await world.at.see(mia, { do: "follow", view: list.view, index: 0 }, "follow")).toMatchObject({ known: 41 });
  });

  test("the same folder is followed once, paused, taken up again and left", async () => {
    const { folder, card } = await followFilms();
    const listing = await world.at.see(mia, { do: "open-followed", view: card.view }, "listing");
    expect(await world.at.see(mia, { do: "follow-here", view: listing.view }, "follow")).toMatchObject({
      said: "known",
    });
    const paused = await world.at.see(mia, { do: "pause-follow", view: card.view, paused: true }, "follow");
    expect(paused).toMatchObject({ paused: true });
    expect(
      await world.jobs.list({ name: "watch", concurrency: 1, maxAttempts: 1, keepFor: 0, retryAfter: () => 0 }),
    ).toEqual([]);
    world.pikpak.build.file(world.account, folder, film("while paused.mp4"));
    world.pass(minutes(60));
    const resumed = await world.at.see(mia, { do: "pause-follow", view: paused.view, paused: false }, "follow");
    expect(resumed).toMatchObject({ paused: false, said: "looking" });
    await expect.poll(news).toMatchObject([{ entries: [{ name: "while paused.mp4" }] }]);
    const list = await world.at.see(mia, { do: "remove-follow", view: resumed.view }, "follows");
    expect(list).toMatchObject({ removed: true, total: 0, here: { trail: ["Films"] } });
    // The list offers the folder one is in.
    expect(await world.at.see(mia, { do: "follow-here", view: list.view }, "follow")).toMatchObject({ title: "Films" });
  });

  test("how often is chosen among what the operator permits, and a look can be had at once", async () => {
    const { folder, card } = await followFilms();
    expect(card.choices[0]).toBe(minutes(5));
    const slow = await world.at.see(mia, { do: "set-follow-every", view: card.view, index: 5 }, "follow");
    expect(slow.every).toBe(24 * minutes(60));
    world.pikpak.build.file(world.account, folder, film("now.mp4"));
    expect(await world.at.see(mia, { do: "check-follow", view: slow.view }, "follow")).toMatchObject({
      said: "looking",
    });
    world.pass(10_000);
    await expect.poll(news).toMatchObject([{ entries: [{ name: "now.mp4" }] }]);
    await world.restart({ minEvery: minutes(30), max: 1 });
    expect(world.follows.choices[0]).toBe(minutes(30));
    const listing = await world.at.see(mia, { do: "browse" }, "listing");
    expect(await world.at.see(mia, { do: "follow-here", view: listing.view }, "notice")).toMatchObject({
      notice: "follows-full",
    });
  });

  test("a share is followed by its link, and stays when others are opened after it", async () => {
    const folder = world.pikpak.build.folder(world.account, undefined, "Holiday");
    world.pikpak.build.file(world.account, folder, film("a.mp4"));
    world.pikpak.build.file(world.account, folder, film("b.mp4"));
    const share = world.pikpak.build.share(world.account, { title: "Holiday", nodes: [folder] });
    const card = await world.at.see(
      mia,
      { do: "start-following", text: `https://mypikpak.com/s/${share.id}` },
      "follow",
    );
    expect(card).toMatchObject({ said: "begun", about: "folder" });
    await looked(card);
    const [follow] = await world.follows.of(mia.person.id);
    for (let n = 0; n < 21; n++) {
      const { id } = world.pikpak.build.share(world.account, { title: `s${n}`, nodes: [folder] });
      await world.at.do(mia, { do: "open-share", text: `https://mypikpak.com/s/${id}` });
    }
    expect(await world.at.services.storage.find(follow?.about.mount ?? "")).toBeDefined();
  });

  test("what is neither a share nor a feed is said, with what would be", async () => {
    await signedIn(world);
    expect(await world.at.see(mia, { do: "start-following", text: "good morning" }, "notice")).toMatchObject({
      notice: "follow-what",
    });
  });
});

describe("a process that ends in the middle", () => {
  test("another one looks again, and tells what came meanwhile once", async () => {
    const { folder } = await followFilms();
    await world.jobs.stop();
    world.pikpak.build.file(world.account, folder, film("meanwhile.mp4"));
    world.pass(minutes(60));
    await world.restart();
    await expect.poll(news).toMatchObject([{ entries: [{ name: "meanwhile.mp4" }] }]);
    await lookAgain();
    expect(news()).toHaveLength(1);
  });

  test("what may have been told is not told again, and the next news is", async () => {
    const { folder } = await followFilms();
    let tries = 0;
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    // It arrives, and the process never hears of it.
    world.answer = async () => {
      tries += 1;
      resolve();
      return new Promise(() => undefined);
    };
    world.pikpak.build.file(world.account, folder, film("maybe.mp4"));
    const [follow] = await world.follows.of(mia.person.id);
    world.pass((follow?.every ?? 0) + 1000);
    await begun;
    world.answer = () => "sent";
    world.kill();
    await expect
      .poll(async () => (await world.follows.of(mia.person.id))[0]?.turn, { timeout: 10_000 })
      .toBeGreaterThan(follow?.turn ?? 0);
    expect(tries).toBe(1);
    expect(world.told).toEqual([]);
    world.pikpak.build.file(world.account, folder, film("next.mp4"));
    await lookAgain();
    await expect.poll(news).toMatchObject([{ entries: [{ name: "next.mp4" }] }]);
  });

  test("a follow whose job was never added is looked at after the next start", async () => {
    const { folder } = await followFilms();
    await world.jobs.stop();
    for await (const [key] of world.records.iterator?.({}) ?? []) await world.records.delete(String(key));
    world.pass(minutes(60));
    world.pikpak.build.file(world.account, folder, film("late.mp4"));
    await world.restart();
    await world.follows.resumeAll();
    await expect.poll(news).toMatchObject([{ entries: [{ name: "late.mp4" }] }]);
  });

  test("a platform that asks to wait is told later, once", async () => {
    const { folder } = await followFilms();
    let tries = 0;
    world.answer = () => (tries++ === 0 ? "later" : "sent");
    world.pikpak.build.file(world.account, folder, film("a.mp4"));
    const [follow] = await world.follows.of(mia.person.id);
    world.pass((follow?.every ?? 0) + 1000);
    await expect.poll(() => tries).toBe(1);
    world.pass(5000);
    await expect.poll(news, { timeout: 10_000 }).toMatchObject([{ entries: [{ name: "a.mp4" }] }]);
  });
});

describe("what ends says so once, with the way on", () => {
  test("a folder that is gone pauses it, and is looked at again only when somebody wants it", async () => {
    const { folder } = await followFilms();
    folder.trashed = true;
    await lookAgain();
    await expect
      .poll(() => said("follow"))
      .toMatchObject([{ paused: true, reason: expect.stringMatching(/not-found|trashed/) }]);
    const calls = world.pikpak.calls.length;
    world.pass(24 * minutes(60));
    await world.restart();
    await world.follows.resumeAll();
    expect(world.pikpak.calls.length).toBe(calls);
    expect(said("follow")).toHaveLength(1);
    const [card] = said("follow");
    folder.trashed = false;
    await world.at.see(mia, { do: "pause-follow", view: (card as FollowCard).view, paused: false }, "follow");
    await expect.poll(async () => (await world.follows.of(mia.person.id))[0]?.paused).toBeUndefined();
  });

  test("a drive that cannot be reached is tried for a day, and then it is said", async () => {
    await followFilms();
    for (let n = 0; n < 200; n++) world.pikpak.fail({ path: "/drive/v1/files", method: "GET", status: 500 });
    await lookAgain();
    await expect
      .poll(async () => (await world.follows.of(mia.person.id))[0]?.failing?.reason, { timeout: 20_000 })
      .toBeDefined();
    expect(world.told).toEqual([]);
    world.pass(25 * minutes(60));
    await expect.poll(() => said("follow"), { timeout: 20_000 }).toMatchObject([{ paused: true }]);
  });

  test("following ends with its drive, and with its person", async () => {
    await followFilms();
    const [follow] = await world.follows.of(mia.person.id);
    const question = await world.at.see(mia, { do: "log-out" }, "question");
    await world.at.see(mia, { do: "confirm", view: question.view }, "notice");
    expect(await world.follows.find(follow?.id ?? "")).toBeUndefined();
    await world.at.see(mia, signInAs(name, "correct-horse"), "listing");
    const listing = await world.at.see(mia, { do: "browse" }, "listing");
    await world.at.see(mia, { do: "follow-here", view: listing.view }, "follow");
    const sure = await world.at.see(mia, { do: "forget" }, "question");
    await world.at.see(mia, { do: "confirm", view: sure.view }, "notice");
    expect(await world.follows.of(mia.person.id)).toEqual([]);
  });

  test("of who is forgotten no screen is left that was said unasked", async () => {
    const { folder } = await followFilms();
    world.pikpak.build.file(world.account, folder, film("a.mp4"));
    await lookAgain();
    await expect.poll(news).toHaveLength(1);
    const { view } = news()[0] as NewsScreen;
    expect(await world.at.shelves.sessions.get(view.id)).toBeDefined();
    const sure = await world.at.see(mia, { do: "forget" }, "question");
    await world.at.see(mia, { do: "confirm", view: sure.view }, "notice");
    expect(await world.at.shelves.sessions.get(view.id)).toBeUndefined();
  });

  test("another person's card does nothing for somebody else", async () => {
    const { card } = await followFilms();
    expect(await world.at.see(jun, { do: "remove-follow", view: card.view }, "notice")).toMatchObject({
      notice: "not-yours",
    });
    expect(await world.follows.of(mia.person.id)).toHaveLength(1);
  });
});

const hashes = Array.from({ length: 60 }, (_, n) => n.toString(16).padStart(40, "a"));
const item = (n: number, title = `Show - ${n}`) =>
  `<item><title>${title}</title><guid>g${n}</guid><link>magnet:?xt=urn:btih:${hashes[n] ?? ""}</link></item>`;
const rss = (...items: readonly string[]) => `<rss><channel><title>Shows</title>${items.join("")}</channel></rss>`;
const url = "https://feeds.example/rss?key=secret-of-mia";

/** Mia follows a feed of two entries. */
async function followFeed(folder = "Shows"): Promise<FollowCard> {
  world.pikpak.build.folder(world.account, undefined, folder);
  world.pikpak.rules.offlineTakes = 1000;
  world.feeds.set(url, rss(item(1), item(0)));
  await signedIn(world);
  await world.at.see(mia, { do: "browse", path: folder }, "listing");
  return world.at.see(mia, { do: "start-following", text: url }, "follow");
}

const begun = () =>
  world.pikpak.calls.filter(({ method, path }) => method === "POST" && path === "/drive/v1/files").length;

describe("a feed is followed", () => {
  test("what is in it is known, what comes is fetched into the folder, and each is told when it is there", async () => {
    const card = await followFeed();
    expect(card).toMatchObject({
      said: "begun",
      about: "feed",
      title: "Shows",
      trail: ["Shows"],
      known: 2,
      feed: { host: "feeds.example" },
    });
    expect(JSON.stringify(card)).not.toContain("secret-of-mia");
    await lookAgain();
    expect(begun()).toBe(0);
    world.feeds.set(url, rss(item(3), item(2), item(1), item(0)));
    await lookAgain();
    await expect.poll(notes, { timeout: 10_000 }).toHaveLength(2);
    expect(notes().map(({ items: [one] }) => one)).toMatchObject([
      { name: "Show - 2", state: { is: "done", entry: { name: "Show - 2" } } },
      { name: "Show - 3", state: { is: "done" } },
    ]);
    expect(notes()[0]).toMatchObject({ is: "over", feed: "Shows", trail: ["Shows"] });
    await world.at
      .see(mia, { do: "open-download", view: (notes()[0] as DownloadScreen).view, index: 0 }, "listing")
      .catch(() => undefined);
    await lookAgain();
    expect(begun()).toBe(2);
    // What has not changed is not sent again.
    expect(world.fetched.at(-1)).toMatch(/ "\d+"$/);
  });

  test("one info hash is fetched once, whatever it is called and whichever feed brings it", async () => {
    await followFeed();
    const other = "https://feeds.example/other";
    world.feeds.set(other, rss());
    await world.at.see(mia, { do: "start-following", text: other }, "follow");
    const again = `<item><title>again</title><guid>new</guid><link>magnet:?xt=urn:btih:${(hashes[5] ?? "").toUpperCase()}</link></item>`;
    world.feeds.set(url, rss(item(5), again, item(1), item(0)));
    await lookAgain();
    await expect.poll(notes, { timeout: 10_000 }).toHaveLength(1);
    world.feeds.set(other, rss(item(5)));
    world.pass(minutes(16));
    await expect
      .poll(() => world.fetched.filter((one) => one.startsWith(other)).length, { timeout: 10_000 })
      .toBeGreaterThan(1);
    await expect.poll(async () => (await world.follows.of(mia.person.id))[1]?.known).toBe(1);
    expect(begun()).toBe(1);
  });

  test("a torrent file is fetched as what it holds, and once, whoever names it", async () => {
    await followFeed();
    const torrent = (guid: string) =>
      `<item><title>${guid}</title><guid>${guid}</guid><enclosure url="https://site.example/${guid}.torrent"/></item>`;
    const bytes = Buffer.from(`d4:infod6:lengthi1e4:name4:film12:piece lengthi16384e6:pieces20:${"x".repeat(20)}ee`);
    world.torrents.set("https://site.example/a.torrent", bytes).set("https://site.example/b.torrent", bytes);
    world.feeds.set(url, rss(torrent("a"), torrent("b"), torrent("gone"), item(1), item(0)));
    await lookAgain();
    await expect.poll(notes, { timeout: 10_000 }).toHaveLength(2);
    const sources = [...world.pikpak.state.tasks.values()].map((task) => JSON.stringify(task));
    expect(sources.filter((source) => source.includes("magnet:?xt=urn:btih:"))).toHaveLength(1);
    expect(sources.filter((source) => source.includes("gone.torrent"))).toHaveLength(1);
  });

  test("words choose what is fetched, and a pattern says what it is called", async () => {
    const card = await followFeed();
    const form = await world.at.see(mia, { do: "feed-words", view: card.view }, "form");
    const words = await world.at.see(
      mia,
      { do: "submit", form: form.form, values: { include: "show", exclude: "cam" } },
      "follow",
    );
    const asked = await world.at.see(mia, { do: "feed-pattern", view: words.view }, "form");
    expect(
      await world.at.see(mia, { do: "submit", form: asked.form, values: { pattern: "{what}" } }, "form"),
    ).toMatchObject({
      problem: { field: "pattern", code: "not-a-pattern" },
    });
    const named = await world.at.see(
      mia,
      { do: "submit", form: asked.form, values: { pattern: "* - * => {1} S01E{2}" } },
      "follow",
    );
    expect(named.feed).toMatchObject({
      include: "show",
      exclude: "cam",
      preview: [
        { title: "Show - 1", wanted: true, name: "Show S01E1" },
        { title: "Show - 0", wanted: true, name: "Show S01E0" },
      ],
    });
    world.feeds.set(url, rss(item(4, "Show - 4 CAM"), item(3, "Other - 3"), item(2), item(1), item(0)));
    await lookAgain();
    await expect.poll(notes, { timeout: 10_000 }).toHaveLength(1);
    expect(notes()[0]?.items[0]).toMatchObject({
      state: { is: "done", entry: { name: expect.stringMatching(/^Show S01E2/) } },
    });
    expect(begun()).toBe(1);
  });

  test("the folder is chosen by browsing, and what is new goes there", async () => {
    world.pikpak.build.folder(world.account, undefined, "Films");
    const card = await followFeed();
    const list = await world.at.see(mia, { do: "feed-folder", view: card.view }, "target");
    expect(list).toMatchObject({ carrying: "fetch", here: true, fetched: { name: card.title, count: 1 } });
    const top = list.up ? await world.at.see(mia, { do: "up", view: list.view }, "target") : list;
    const index = top.recent.length + top.rows.findIndex(({ name }) => name === "Films");
    const films = await world.at.see(mia, { do: "enter-target", view: top.view, index }, "target");
    expect(await world.at.see(mia, { do: "put-here", view: films.view }, "follow")).toMatchObject({ trail: ["Films"] });
    const again = await world.at.see(mia, { do: "feed-folder", view: films.view }, "listing");
    expect(again).toMatchObject({ notice: "list-changed" });
  });

  test("a folder that is not chosen leaves the feed's as it was", async () => {
    const card = await followFeed();
    const list = await world.at.see(mia, { do: "feed-folder", view: card.view }, "target");
    expect(await world.at.see(mia, { do: "back", view: list.view }, "follow")).toMatchObject({ trail: card.trail });
  });

  test("earlier entries are fetched only when they are chosen, as one batch", async () => {
    const card = await followFeed();
    const list = await world.at.see(mia, { do: "feed-backfill", view: card.view }, "backfill");
    expect(list).toMatchObject({
      chosen: 0,
      picked: [false, false],
      entries: [{ title: "Show - 1" }, { title: "Show - 0" }],
    });
    expect(await world.at.see(mia, { do: "fetch-feed-entries", view: list.view }, "notice")).toMatchObject({
      notice: "nothing-chosen",
    });
    const one = await world.at.see(mia, { do: "pick-feed-entry", view: list.view, index: 0 }, "backfill");
    const two = await world.at.see(mia, { do: "pick-feed-entry", view: one.view, index: 1 }, "backfill");
    const none = await world.at.see(mia, { do: "pick-feed-entry", view: two.view, index: 0 }, "backfill");
    expect(none).toMatchObject({ chosen: 1, picked: [false, true] });
    const { screen, placed } = await world.at.do(mia, { do: "fetch-feed-entries", view: none.view });
    expect(screen).toMatchObject({ show: "download", items: [{ name: "Show - 0" }] });
    await placed?.at({ place: mia.person.id, kind: "private", language: "en", message: "7" });
    await expect.poll(begun).toBe(1);
  });

  test("what is no feed, brings nothing, or leads inside is refused with words, and nothing is followed", async () => {
    await signedIn(world);
    const refusedWith = async (text: string | FeedError, code: string) => {
      world.feeds.set(url, text);
      expect(await world.at.see(mia, { do: "start-following", text: url }, "notice")).toMatchObject({ notice: code });
    };
    await refusedWith("<html/>", "feed-not-a-feed");
    await refusedWith(
      rss("<item><title>news</title><link>https://site.example/a</link></item>"),
      "feed-brings-nothing",
    );
    await refusedWith(new FeedError("feed-forbidden"), "feed-forbidden");
    await refusedWith(new FeedError("feed-too-large"), "feed-too-large");
    expect(await world.follows.of(mia.person.id)).toEqual([]);
  });

  test("a feed that is gone for a day says so once, and is paused", async () => {
    await followFeed();
    world.feeds.delete(url);
    await lookAgain();
    expect(world.told).toEqual([]);
    const card = await world.at.see(mia, { do: "start-following" }, "follows");
    expect(card.follows[0]).toMatchObject({ paused: false, reason: "feed-gone" });
    world.pass(25 * minutes(60));
    await expect.poll(() => said("follow"), { timeout: 10_000 }).toMatchObject([{ paused: true, reason: "feed-gone" }]);
    world.pass(25 * minutes(60));
    expect(said("follow")).toHaveLength(1);
  });

  test("a process that ends amidst what it brings begins and tells nothing twice", async () => {
    await followFeed();
    world.pikpak.rules.offlineTakes = 600_000;
    world.feeds.set(url, rss(item(3), item(2), item(1), item(0)));
    await lookAgain();
    await expect.poll(begun).toBe(2);
    await world.restart();
    await expect.poll(notes, { timeout: 20_000 }).toHaveLength(2);
    await lookAgain();
    expect(begun()).toBe(2);
    expect(notes()).toHaveLength(2);
  });

  test("where the drive takes no more today, it is said once, and what came waits for the next day", async () => {
    await followFeed();
    world.pikpak.rules.offlineLimit = 0;
    world.feeds.set(url, rss(item(4), item(3), item(2), item(1), item(0)));
    await lookAgain();
    await expect
      .poll(() => said("notice"), { timeout: 10_000 })
      .toMatchObject([{ notice: "daily-limit", subject: "Shows" }]);
    expect(notes()).toEqual([]);
    world.pikpak.rules.offlineLimit = 1000;
    await expect.poll(notes, { timeout: 20_000 }).toHaveLength(3);
    expect(said("notice")).toHaveLength(1);
  });

  test("of very many at once twenty are begun at a look, and none is lost", async () => {
    await followFeed();
    world.feeds.set(url, rss(...Array.from({ length: 50 }, (_, n) => item(n))));
    await lookAgain();
    await expect.poll(begun, { timeout: 20_000 }).toBe(20);
    await lookAgain();
    await expect.poll(begun, { timeout: 20_000 }).toBe(40);
    await lookAgain();
    await expect.poll(begun, { timeout: 20_000 }).toBe(48);
  }, 60_000);
});

const group = "telegram:-100";
const inTopic = (visit: Visit): Visit => ({
  ...visit,
  place: { id: group, kind: "group", title: "Film night", thread: "5" },
});

describe("a group is told", () => {
  const roles = new Map<string, "admin" | "member">();
  beforeEach(async () => {
    await world.close();
    roles.clear();
    roles.set(mia.person.id, "admin").set(jun.person.id, "member");
    world = await followApp({ changes: { roleIn: async (_place, person) => roles.get(person) ?? "none" } });
  });

  test("its admins say what, in the topic they are in; members may open it, and others say nothing", async () => {
    const folder = world.pikpak.build.folder(world.account, undefined, "Films");
    await signedIn(world);
    const draft = await world.at.see(inTopic(mia), { do: "bind", path: "Films" }, "lending");
    await world.at.see(inTopic(mia), { do: "confirm-lend", view: draft.view }, "lending");
    expect(await world.at.see(inTopic(jun), { do: "start-following" }, "notice")).toMatchObject({
      notice: "admins-only",
    });
    const list = await world.at.see(inTopic(mia), { do: "start-following" }, "follows");
    expect(list).toMatchObject({ total: 0, here: { mount: { title: "Films" } } });
    const card = await world.at.see(inTopic(mia), { do: "follow-here", view: list.view }, "follow");
    expect(card).toMatchObject({ told: "Film night", title: "Films" });
    await looked(card);
    world.pikpak.build.file(world.account, folder, film("new.mp4"));
    await lookAgain();
    await expect.poll(() => world.told[0]).toMatchObject({ target: { place: group, kind: "group", thread: "5" } });
    const { view } = news()[0] as NewsScreen;
    expect(await world.at.see(inTopic(jun), { do: "open", view, index: 0 }, "file")).toMatchObject({
      entry: { name: "new.mp4" },
    });
    expect(await world.at.see(inTopic(jun), { do: "remove-follow", view: card.view }, "notice")).toMatchObject({
      notice: "admins-only",
    });
  });

  test("what is not shared with it any more is not told there, and whoever wanted it is told so alone", async () => {
    const folder = world.pikpak.build.folder(world.account, undefined, "Films");
    await signedIn(world);
    const draft = await world.at.see(inTopic(mia), { do: "bind", path: "Films" }, "lending");
    await world.at.see(inTopic(mia), { do: "confirm-lend", view: draft.view }, "lending");
    const list = await world.at.see(inTopic(mia), { do: "start-following" }, "follows");
    await looked(await world.at.see(inTopic(mia), { do: "follow-here", view: list.view }, "follow"));
    await world.at.see(inTopic(mia), { do: "unbind" }, "notice");
    world.pikpak.build.file(world.account, folder, film("secret.mp4"));
    await lookAgain();
    await expect
      .poll(() => world.told)
      .toMatchObject([
        { target: { place: mia.person.id, kind: "private" }, screen: { show: "follow", reason: "not-allowed-here" } },
      ]);
    expect(news()).toEqual([]);
  });

  test("a group that gets another id is told there, and what is shared with it stays", async () => {
    const folder = world.pikpak.build.folder(world.account, undefined, "Films");
    await signedIn(world);
    const draft = await world.at.see(inTopic(mia), { do: "bind", path: "Films" }, "lending");
    await world.at.see(inTopic(mia), { do: "confirm-lend", view: draft.view }, "lending");
    const list = await world.at.see(inTopic(mia), { do: "start-following" }, "follows");
    await looked(await world.at.see(inTopic(mia), { do: "follow-here", view: list.view }, "follow"));
    await placeNews(world.at.services).moved(group, "telegram:-1007");
    await world.follows.moved(group, "telegram:-1007");
    world.pikpak.build.file(world.account, folder, film("new.mp4"));
    await lookAgain();
    await expect
      .poll(() => world.told[0])
      .toMatchObject({ target: { place: "telegram:-1007" }, screen: { show: "news" } });
    expect(await world.follows.inGroup(group)).toEqual([]);
  });

  test("a feed is a matter between its reader and the bot", async () => {
    await signedIn(world);
    expect(await world.at.see(inTopic(mia), { do: "start-following", text: url }, "notice")).toMatchObject({
      notice: "private-only",
    });
  });

  test("on a server that is asked in private, its admin may have it told in the channel they are in", async () => {
    const folder = world.pikpak.build.folder(world.account, undefined, "Films");
    await signedIn(world);
    const draft = await world.at.see(inTopic(mia), { do: "bind", path: "Films" }, "lending");
    await world.at.see(inTopic(mia), { do: "confirm-lend", view: draft.view }, "lending");
    const within = { id: group, title: "Film night", role: "admin", channel: "discord:channel:77" } as const;
    const asked: Visit = { ...mia, place: { ...mia.place, within } };
    const listing = await world.at.see(asked, { do: "browse", path: "Films" }, "listing");
    const card = await world.at.see(asked, { do: "follow-here", view: listing.view }, "follow");
    expect(card).toMatchObject({ elsewhere: "group" });
    expect(card.told).toBeUndefined();
    const there = await world.at.see(asked, { do: "tell-group", view: card.view, group: true }, "follow");
    expect(there).toMatchObject({ told: "Film night", elsewhere: "alone", mount: { title: "Films" }, trail: [] });
    await looked(card);
    world.pikpak.build.file(world.account, folder, film("new.mp4"));
    await lookAgain();
    await expect.poll(() => world.told[0]).toMatchObject({ target: { place: "discord:channel:77", kind: "group" } });
    expect(rowOf(listing, "nothing")).toBe(-1);
  });
});
