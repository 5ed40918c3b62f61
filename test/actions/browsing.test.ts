import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { suggest } from "../../src/actions/suggest.ts";
import { namesIn, typedName } from "../../src/actions/browse/typed-path.ts";
import type { Visit } from "../../src/users/visit.ts";
import type { Listing } from "../../src/actions/model/screen.ts";
import { StorageError } from "../../src/storage/error.ts";
import { Cloud, app, inGroup, jun, many, mia, signInAs, usualCloud, type TestApp } from "./test-app.ts";

async function signedIn(cloud = usualCloud()): Promise<{ at: TestApp; first: Listing }> {
  const at = app(cloud);
  const first = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  return { at, first };
}

const rowOf = (listing: Listing, name: string) => listing.rows.findIndex((row) => row.name === name);
const names = (listing: Listing) => listing.rows.map((row) => row.name);

/** Opens a row by its name. */
async function open(at: TestApp, visit: Visit, listing: Listing, name: string): Promise<Listing> {
  return at.see(visit, { do: "open", view: listing.view, index: rowOf(listing, name) }, "listing");
}

describe("a listing", () => {
  test("a listing shows folders first and numbers in their natural order", async () => {
    const { first } = await signedIn();
    expect(names(first).slice(0, 5)).toEqual(["empty", "Films", "file 1.txt", "file 2.txt", "file 3.txt"]);
    expect(first).toMatchObject({ trail: [], up: false, page: { number: 1, count: 2, next: true } });
    expect(first.total).toEqual({ known: 14, complete: true });
  });

  test("a listing that is turned keeps its place, and beyond the end shows the last page", async () => {
    const { at, first } = await signedIn();
    const second = await at.see(mia, { do: "turn", view: first.view, page: 2 }, "listing");
    expect(names(second).at(-1)).toBe("file 12.txt");
    expect(second.page).toEqual({ number: 2, count: 2, next: false });
    const beyond = await at.see(mia, { do: "turn", view: second.view, page: 99 }, "listing");
    expect(beyond.page.number).toBe(2);
    const again = await at.see(mia, { do: "refresh", view: beyond.view }, "listing");
    expect(again.page.number).toBe(2);
  });

  test("a listing goes down and up again, to the page one came from", async () => {
    const { at, first } = await signedIn();
    const films = await open(at, mia, first, "Films");
    expect(films).toMatchObject({ trail: ["Films"], up: true });
    const raw = await open(at, mia, films, "Raw");
    expect(raw.trail).toEqual(["Films", "Raw"]);
    const up = await at.see(mia, { do: "up", view: raw.view }, "listing");
    expect(up.trail).toEqual(["Films"]);
    const top = await at.see(mia, { do: "up", view: up.view }, "listing");
    expect(top.up).toBe(false);
    const still = await at.see(mia, { do: "up", view: top.view }, "listing");
    expect(still.trail).toEqual([]);
  });

  test("a listing sorted by size turns round when asked again, and the next one is sorted likewise", async () => {
    const { at, first } = await signedIn();
    const bySize = await at.see(mia, { do: "sort", view: first.view, by: "size" }, "listing");
    expect(bySize.order).toEqual({ by: "size", descending: false });
    expect(names(bySize)[2]).toBe("file 12.txt");
    const round = await at.see(mia, { do: "sort", view: bySize.view, by: "size" }, "listing");
    expect(names(round)[2]).toBe("file 1.txt");
    const later = await at.see(mia, { do: "browse" }, "listing");
    expect(later.order).toEqual({ by: "size", descending: true });
  });

  test("a listing of an empty folder is a listing, with a way up", async () => {
    const { at, first } = await signedIn();
    const empty = await open(at, mia, first, "empty");
    expect(empty).toMatchObject({ rows: [], up: true, page: { number: 1, count: 1, next: false } });
  });

  test("a listing read anew shows what is new", async () => {
    const cloud = usualCloud();
    const { at, first } = await signedIn(cloud);
    const before = cloud.asked.length;
    await at.see(mia, { do: "turn", view: first.view, page: 2 }, "listing");
    expect(cloud.asked).toHaveLength(before);
    await at.see(mia, { do: "refresh", view: first.view }, "listing");
    expect(cloud.asked).toHaveLength(before + 1);
  });
});

describe("an old button", () => {
  test("an old button opens what its label said, wherever the screen has gone since", async () => {
    const { at, first } = await signedIn();
    const films = await open(at, mia, first, "Films");
    const back = await at.see(mia, { do: "open", view: first.view, index: rowOf(first, "empty") }, "listing");
    expect(back.trail).toEqual(["empty"]);
    const file = await at.see(mia, { do: "open", view: films.view, index: rowOf(films, "beach.mp4") }, "file");
    expect(file).toMatchObject({ trail: ["Films"], entry: { name: "beach.mp4" } });
  });

  test("an old button whose screen is forgotten shows what there is now, and says that the list has changed", async () => {
    const { at, first } = await signedIn();
    let latest = await open(at, mia, first, "Films");
    for (let turns = 0; turns < 5; turns++) {
      latest = await at.see(mia, { do: "refresh", view: latest.view }, "listing");
    }
    const fresh = await at.see(mia, { do: "open", view: first.view, index: 0 }, "listing");
    expect(fresh).toMatchObject({ trail: ["Films"], notice: "list-changed" });
  });

  test("an old button for a row that was never there shows what there is now", async () => {
    const { at, first } = await signedIn();
    const fresh = await at.see(mia, { do: "open", view: first.view, index: 77 }, "listing");
    expect(fresh.notice).toBe("list-changed");
  });

  test("an old button to turn or sort acts on where the screen is now", async () => {
    const { at, first } = await signedIn();
    await open(at, mia, first, "Films");
    const turned = await at.see(mia, { do: "turn", view: first.view, page: 2 }, "listing");
    expect(turned).toMatchObject({ trail: ["Films"], page: { number: 1 } });
  });

  test("an old button works after a restart", async () => {
    const { at, first } = await signedIn();
    const later = at.restarted();
    const films = await open(later, mia, first, "Films");
    expect(names(films)).toEqual(["Raw", "beach.mp4"]);
  });

  test("an old button pressed twice opens the same thing twice", async () => {
    const { at, first } = await signedIn();
    const index = rowOf(first, "Films");
    const [one, two] = await Promise.all([
      at.see(mia, { do: "open", view: first.view, index }, "listing"),
      at.see(mia, { do: "open", view: first.view, index }, "listing"),
    ]);
    expect(two.trail).toEqual(one.trail);
    expect(two.view.revision).toBe(one.view.revision + 1);
  });

  test("an old button of a screen nobody knows is told to have expired", async () => {
    const { at, first } = await signedIn();
    const gone = await at.see(mia, { do: "up", view: { id: "0123456789", revision: 1 } }, "notice");
    expect(gone).toMatchObject({ notice: "view-expired", for: "asker" });
    const future = await at.see(mia, { do: "up", view: { ...first.view, revision: 99 } }, "notice");
    expect(future.notice).toBe("view-expired");
  });

  test("an old button of a mount that was removed says so", async () => {
    const { at, first } = await signedIn();
    await at.services.storage.unmount(first.mount.id);
    const gone = await at.see(mia, { do: "refresh", view: first.view }, "notice");
    expect(gone).toMatchObject({ notice: "mount-gone", level: "failed" });
  });

  test("a button is drawn only for a session that is already written", async () => {
    const { at, first } = await signedIn();
    expect(await at.shelves.sessions.get(first.view.id)).toMatchObject({ revision: first.view.revision });
  });
});

describe("a folder of 20,000", () => {
  const largeApp = async () => {
    const cloud = new Cloud({ accounts: { mia: { password: "correct-horse", tree: many(20_000) } } });
    const at = app(cloud);
    cloud.hold();
    const answer = await at.do(mia, signInAs("mia", "correct-horse"));
    if (answer.screen.show !== "listing") throw new Error(answer.screen.show);
    return { at, cloud, answer, first: answer.screen };
  };

  test("a folder of 20,000 is shown after one page, then counted while it is read, and sorted once when it is there", async () => {
    const { cloud, answer, first } = await largeApp();
    expect(first.total).toEqual({ known: 500, complete: false });
    expect(first.page).toEqual({ number: 1, next: true });
    cloud.release();
    const updates = await Array.fromAsync(answer.updates ?? []);
    const listings = updates.filter((screen) => screen.show === "listing");
    const last = listings.at(-1);
    expect(last?.total).toEqual({ known: 20_000, complete: true });
    expect(last?.page.count).toBe(2500);
    expect(last?.rows[0]?.name).toBe("file 1.txt");
    for (const between of listings.slice(0, -1)) {
      expect(between.rows).toEqual(first.rows);
      expect(between.view).toEqual(first.view);
      expect(between.total.complete).toBe(false);
    }
    const counts = listings.map((listing) => listing.total.known);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  });

  test("a folder of 20,000 that somebody left is not drawn over where they are", async () => {
    const { at, cloud, answer, first } = await largeApp();
    const mounts = await at.see(mia, { do: "mounts", view: first.view }, "mounts");
    cloud.release();
    expect(await Array.fromAsync(answer.updates ?? [])).toEqual([]);
    expect(await at.shelves.sessions.get(first.view.id)).toMatchObject({
      revision: mounts.view.revision,
      state: { at: "mounts" },
    });
  });

  test("a folder of 20,000 waits for a page that is not read yet", async () => {
    const { at, cloud, first } = await largeApp();
    const turning = at.see(mia, { do: "turn", view: first.view, page: 100 }, "listing");
    cloud.release();
    expect((await turning).page.number).toBe(100);
  });

  test("a folder of 20,000 that breaks off keeps what was read and says why", async () => {
    const { cloud, answer } = await largeApp();
    cloud.failing = new StorageError("too-frequent", { retryAfter: 30_000 });
    cloud.release();
    const last = (await Array.fromAsync(answer.updates ?? [])).at(-1);
    expect(last).toMatchObject({ failed: { code: "too-frequent", retryAfter: 30_000 }, total: { complete: false } });
    expect(last?.show === "listing" && last.rows.length).toBe(8);
  });

  test("a folder of 20,000 draws nothing more once its message is not followed any more", async () => {
    const { cloud, answer, at, first } = await largeApp();
    const updates = answer.updates?.[Symbol.asyncIterator]();
    await updates?.return?.();
    cloud.release();
    expect(await at.shelves.sessions.get(first.view.id)).toMatchObject({ revision: first.view.revision });
  });
});

describe("a file", () => {
  const card = async () => {
    const { at, first } = await signedIn();
    const films = await open(at, mia, first, "Films");
    const file = await at.see(mia, { do: "open", view: films.view, index: rowOf(films, "beach.mp4") }, "file");
    return { at, films, file };
  };

  test("a file has a card with its renditions, and the way back to its page", async () => {
    const { at, file } = await card();
    expect(file.variants.map((variant) => variant.name)).toEqual(["720P", "480P"]);
    const back = await at.see(mia, { do: "back", view: file.view }, "listing");
    expect(back.trail).toEqual(["Films"]);
  });

  test("a file is linked to as the original, or as the rendition asked for", async () => {
    const { at, file } = await card();
    const original = await at.see(mia, { do: "link", view: file.view }, "link");
    expect(original).toMatchObject({ for: "asker", via: "gateway", entry: { name: "beach.mp4" } });
    expect(original.variant).toBeUndefined();
    const small = await at.see(mia, { do: "link", view: file.view, variant: 1 }, "link");
    expect(small.variant?.name).toBe("480P");
    expect(small.url).toContain("v480");
    const back = await at.see(mia, { do: "back", view: small.view }, "file");
    expect(back.entry.name).toBe("beach.mp4");
  });

  test("a file linked to in a group leaves the screen pressed on as it is", async () => {
    const at = app(usualCloud());
    const there = inGroup(mia);
    const film = await at.see(there, { do: "open-share", text: "https://share.example/s/open1/Films" }, "listing");
    const file = await at.see(there, { do: "open", view: film.view, index: rowOf(film, "file 1.txt") }, "file");
    const link = await at.see(there, { do: "link", view: file.view }, "link");
    expect(link.view.id).not.toBe(file.view.id);
    expect(await at.shelves.sessions.get(file.view.id)).toMatchObject({ revision: file.view.revision });
  });

  test("a file that cannot be linked to in a group is told to the asker alone", async () => {
    const refusing = { issueLink: () => Promise.reject(new StorageError("no-link")) };
    const at = app(usualCloud(), { changes: refusing });
    const there = inGroup(mia);
    const list = await at.see(there, { do: "open-share", text: "https://share.example/s/open1" }, "listing");
    const file = await at.see(there, { do: "open", view: list.view, index: rowOf(list, "file 1.txt") }, "file");
    const sorry = await at.see(there, { do: "link", view: file.view }, "notice");
    expect(sorry).toMatchObject({ notice: "no-link", for: "asker", offer: ["retry", "back"] });
    expect(await at.shelves.sessions.get(file.view.id)).toMatchObject({ revision: file.view.revision });
  });

  test("a file that is gone is a screen with a way back", async () => {
    const cloud = usualCloud();
    const { at, first } = await signedIn(cloud);
    cloud.failing = new StorageError("not-found");
    const gone = await at.see(mia, { do: "open", view: first.view, index: rowOf(first, "file 1.txt") }, "notice");
    expect(gone).toMatchObject({ notice: "not-found", level: "failed", offer: ["retry", "back", "mounts"] });
    cloud.failing = undefined;
    const view = gone.view ?? first.view;
    expect((await at.see(mia, { do: "back", view }, "listing")).trail).toEqual([]);
    expect((await at.see(mia, { do: "retry", view }, "file")).entry.name).toBe("file 1.txt");
  });
});

describe("a typed path", () => {
  test("a typed path leads to a folder or a file, name by name, however it is written", async () => {
    const { at } = await signedIn();
    expect((await at.see(mia, { do: "browse", path: "Films/Raw" }, "listing")).trail).toEqual(["Films", "Raw"]);
    expect((await at.see(mia, { do: "browse", path: "/films//./raw/../" }, "listing")).trail).toEqual(["Films"]);
    expect((await at.see(mia, { do: "browse", path: "Films/BEACH.mp4" }, "file")).entry.name).toBe("beach.mp4");
    expect((await at.see(mia, { do: "browse", path: "" }, "listing")).trail).toEqual([]);
  });

  test("a typed path that leads nowhere says so", async () => {
    const { at } = await signedIn();
    const lost = await at.see(mia, { do: "browse", path: "Films/nothing" }, "notice");
    expect(lost).toMatchObject({ notice: "no-such-path", subject: "Films/nothing" });
  });

  test("a typed path finds what only a later page holds", async () => {
    const cloud = new Cloud({ accounts: { mia: { password: "correct-horse", tree: many(1200) } } });
    const { at } = await signedIn(cloud);
    expect((await at.see(mia, { do: "browse", path: "FILE 1.txt" }, "file")).entry.name).toBe("file 1.txt");
  });

  test("a typed path without any mount offers the ways to one", async () => {
    const at = app(usualCloud());
    const none = await at.see(jun, { do: "browse" }, "notice");
    expect(none).toMatchObject({ notice: "no-mounts", offer: ["add-account", "add-share"] });
  });
});

describe("/link", () => {
  test("/link takes a path", async () => {
    const { at } = await signedIn();
    const link = await at.see(mia, { do: "find-link", words: "/Films/beach.mp4" }, "link");
    expect(link.entry.name).toBe("beach.mp4");
  });

  test("/link takes words of a name in the folder one is in", async () => {
    const { at, first } = await signedIn();
    await open(at, mia, first, "Films");
    expect((await at.see(mia, { do: "find-link", words: "BEACH" }, "link")).entry.name).toBe("beach.mp4");
    expect((await at.see(mia, { do: "find-link", words: "file 3.txt" }, "link")).entry.name).toBe("file 3.txt");
  });

  test("/link lists several hits to choose from, and a whole name is one hit", async () => {
    const { at } = await signedIn();
    const hits = await at.see(mia, { do: "find-link", words: "file 1" }, "listing");
    expect(names(hits)).toEqual(["file 1.txt", "file 10.txt", "file 11.txt", "file 12.txt"]);
    expect(hits).toMatchObject({ filter: "file 1", up: true, total: { known: 4 } });
    expect(names(await at.see(mia, { do: "up", view: hits.view }, "listing"))).toContain("Films");
    expect((await at.see(mia, { do: "find-link", words: "file 1.txt" }, "link")).entry.name).toBe("file 1.txt");
  });

  test("/link says when there is nothing, or only a folder", async () => {
    const { at } = await signedIn();
    expect((await at.see(mia, { do: "find-link", words: "zebra" }, "notice")).notice).toBe("nothing-found");
    expect((await at.see(mia, { do: "find-link", words: "" }, "notice")).notice).toBe("nothing-found");
    expect((await at.see(mia, { do: "find-link", words: "Films" }, "notice")).notice).toBe("not-a-file");
    expect((await at.see(mia, { do: "find-link", words: "x/y" }, "notice")).notice).toBe("no-such-path");
  });
});

test("names with marks of every kind arrive as they are", async () => {
  const odd = ["<b>&amp;.txt", "*_`[x](y)", "\u202Egpj.exe", "👩‍👩‍👧.png", "名".repeat(255)];
  const tree = { name: "", children: odd.map((name) => ({ name, size: 1, url: "https://bytes.example/x" })) };
  const { first } = await signedIn(new Cloud({ accounts: { mia: { password: "correct-horse", tree } } }));
  expect(new Set(names(first))).toEqual(new Set(odd));
});

test("an abort of the asker passes through, and the next action is done all the same", async () => {
  const { at, first } = await signedIn();
  const leaving = AbortSignal.abort(new Error("gone"));
  await expect(at.do(mia, { do: "refresh", view: first.view }, leaving)).rejects.toThrow("gone");
  expect((await at.see(mia, { do: "refresh", view: first.view }, "listing")).trail).toEqual([]);
});

test("what nobody foresaw is logged once, with the reference the person sees, and without what was typed", async () => {
  const at = app(usualCloud(), { changes: { issueLink: () => Promise.reject(new TypeError("bug")) } });
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const notice = await at.see(mia, { do: "find-link", words: "Films/beach.mp4" }, "notice");
  expect(notice).toMatchObject({ notice: "unexpected", level: "failed" });
  expect(at.logged).toHaveLength(1);
  expect(at.logged[0]).toMatchObject({ reference: notice.reference });
  expect(JSON.stringify(at.logged)).not.toContain("correct-horse");
});

describe("a typed path", () => {
  const odd = () =>
    new Cloud({
      accounts: {
        mia: {
          password: "correct-horse",
          tree: {
            name: "",
            children: [
              { name: "AC/DC", children: [{ name: "T.N.T.mp3", size: 1, url: "https://bytes.example/1" }] },
              { name: "twin", children: [{ name: "first", size: 1, url: "https://bytes.example/2" }] },
              { name: "twin", children: [{ name: "second", size: 1, url: "https://bytes.example/3" }] },
              { name: "take#2", children: [{ name: "as written", size: 1, url: "https://bytes.example/4" }] },
              { name: '"Heroes"', children: [{ name: "song", size: 1, url: "https://bytes.example/5" }] },
            ],
          },
        },
      },
    });

  test.each([
    ["AC\\/DC", "T.N.T.mp3"],
    ['"AC/DC"', "T.N.T.mp3"],
    ["“AC/DC”", "T.N.T.mp3"],
    ["twin", "first"],
    ["twin#1", "first"],
    ["twin#2", "second"],
    ["/Twin#2/", "second"],
    ["take#2", "as written"],
    ['"Heroes"', "song"],
    ["「twin#2」", "second"],
  ])("the typed path %s leads to its folder", async (path, name) => {
    const at = app(odd());
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const listing = await at.see(mia, { do: "browse", path }, "listing");
    expect(listing.rows.map((row) => row.name)).toEqual([name]);
  });

  test("a typed path in quotes leads to a file, too", async () => {
    const at = app(odd());
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    for (const words of ['"AC/DC"/T.N.T.mp3', "AC\\/DC/T.N.T.mp3"]) {
      const card = await at.see(mia, { do: "find-link", words }, "link");
      expect(card.entry.name).toBe("T.N.T.mp3");
    }
    const card = await at.see(mia, { do: "find-link", words: '"twin#2/second"' }, "link");
    expect(card.entry.name).toBe("second");
  });

  test("a typed path is suggested so that it leads to the very entry it was suggested for", async () => {
    const at = app(odd());
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const suggested = await suggest(at.services, mia, { of: "path", typed: "" });
    expect(suggested.map(({ value }) => value).toSorted()).toEqual([
      '"Heroes"',
      String.raw`AC\/DC`,
      "take#2",
      "twin",
      "twin#2",
    ]);
    for (const { value } of suggested) await at.see(mia, { do: "browse", path: value }, "listing");
    await at.see(mia, { do: "browse", path: "AC\\/DC" }, "listing");
    const inside = await suggest(at.services, mia, { of: "path", typed: "AC\\/DC/t" });
    expect(inside.map(({ value }) => value)).toEqual(["AC\\/DC/T.N.T.mp3"]);
    const second = await suggest(at.services, mia, { of: "path", typed: "twin#2/s" });
    expect(second.map(({ value }) => value)).toEqual(["twin#2/second"]);
  });

  test("a typed path of any names is read as those names", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ minLength: 1 }).filter((name) => name.trim() === name && !/^(?:\.\.?)$|^["'`]/.test(name)),
        ),
        (path) => {
          expect(namesIn(path.map((name) => typedName(name)).join("/")).map(({ name }) => name)).toEqual(path);
        },
      ),
    );
  });
});
