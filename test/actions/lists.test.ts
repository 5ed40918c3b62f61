import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Action } from "../../src/actions/action.ts";
import { listFormats, type ListFormat } from "../../src/actions/model/screen.ts";
import { listName, writeList } from "../../src/actions/links/write-list.ts";
import type { ListReady, Screen } from "../../src/actions/model/screen.ts";
import type { MemoryEntry } from "../../src/drivers/memory.ts";
import { StorageError, type StorageErrorCode } from "../../src/storage/error.ts";
import { choose } from "./choosing.ts";
import { Cloud, app, inGroup, mia, signInAs, type TestApp } from "./test-app.ts";

const file = (name: string, more: Partial<MemoryEntry> = {}): MemoryEntry => ({
  name,
  size: 5,
  url: `https://bytes.example/${name}`,
  ...more,
});
const folder = (name: string, ...children: MemoryEntry[]): MemoryEntry => ({ name, children });
const cloudOf = (tree: MemoryEntry) => new Cloud({ accounts: { mia: { password: "correct-horse", tree } } });

/** A app where links are tickets that live a day. */
function ticketed(tree: MemoryEntry, more: Parameters<typeof app>[1] = {}): TestApp & { readonly issued: string[] } {
  const issued: string[] = [];
  const at = app(cloudOf(tree), {
    ...more,
    changes: {
      hasTickets: true,
      issueLink: async (_mount, entry, visit, { folder: seenIn, unasked }) => {
        issued.push(`${entry.name} in ${seenIn === "" ? "root" : seenIn} ${unasked ? "unasked" : "asked"}`);
        const url = `https://bot.example/d/${encodeURIComponent(entry.id)}?${visit.person.id}`;
        return { url, via: "gateway", expiresAt: 1_000_000 + 86_400_000 };
      },
      ...more.changes,
    },
  });
  return { ...at, issued };
}

/** Walks from a listing to the list, and gives every screen on the way. */
async function listOf(at: TestApp, format: ListFormat, path = ""): Promise<readonly Screen[]> {
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const listing = await at.see(mia, { do: "browse", path }, "listing");
  const choice = await at.see(mia, { do: "list-folder", view: listing.view }, "list-choice");
  const { screen, updates } = await at.do(mia, { do: "list-as", view: choice.view, format });
  const screens: Screen[] = [screen];
  for await (const next of updates ?? []) screens.push(next);
  return screens;
}

async function readyList(at: TestApp, format: ListFormat, path = ""): Promise<ListReady> {
  const last = (await listOf(at, format, path)).at(-1);
  if (last?.show !== "list-ready") throw new Error(`no list: ${JSON.stringify(last)}`);
  return last;
}

const shelf = folder(
  "",
  file("b.mp4"),
  file("a.txt"),
  folder("Music", file("song.flac"), folder("Live", file("one.mp3"))),
  folder("empty"),
);

async function partOf(at: TestApp, action: Action): Promise<ListReady> {
  let last: Screen | undefined;
  for await (const screen of (await at.do(mia, action)).updates ?? []) last = screen;
  if (last?.show !== "list-ready") throw new Error(`no list: ${JSON.stringify(last)}`);
  return last;
}

describe("a folder's links as a file", () => {
  test("a folder's links are offered in three formats, with how many files of how many folders a list holds at most", async () => {
    const at = ticketed(shelf);
    const { view, can } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    expect(can).toContain("list-folder");
    const choice = await at.see(mia, { do: "list-folder", view }, "list-choice");
    expect(choice).toMatchObject({
      formats: listFormats,
      most: { files: 2000, folders: 200 },
      mount: { title: "mia" },
      trail: [],
    });
    expect((await at.see(mia, { do: "back", view: choice.view }, "listing")).rows).toHaveLength(4);
  });

  test("a list of links holds every file below the folder, and no drive is asked for tickets", async () => {
    const at = ticketed(shelf);
    const list = await readyList(at, "plain");
    expect(list).toMatchObject({ links: 4, leftOut: 0, via: "gateway", expiresAt: 87_400_000 });
    expect(list.file.name).toBe("mia.links.txt");
    expect(list.file.text).toBe(
      [
        "https://bot.example/d/1?telegram:1",
        "https://bot.example/d/0?telegram:1",
        "https://bot.example/d/2.0?telegram:1",
        "https://bot.example/d/2.1.0?telegram:1",
        "",
      ].join("\n"),
    );
    expect(at.issued).toEqual([
      "a.txt in root unasked",
      "b.mp4 in root unasked",
      "song.flac in 2 unasked",
      "one.mp3 in 2.1 unasked",
    ]);
    expect(at.cloud.asked.filter((call) => call.startsWith("link"))).toEqual([]);
  });

  test("a list of links holds films and music alone as a playlist", async () => {
    const list = await readyList(ticketed(shelf), "m3u8", "");
    expect(list).toMatchObject({ links: 3, leftOut: 1 });
    expect(list.file.text.split("\n").slice(0, 6)).toEqual([
      "#EXTM3U",
      "#PLAYLIST:mia",
      "# expires 1970-01-02T00:16:40Z",
      "#EXTINF:-1,b.mp4",
      "https://bot.example/d/0?telegram:1",
      "#EXTINF:-1,Music / song.flac",
    ]);
  });

  test("a list of links for aria2 says where each file goes, and equal names do not overwrite each other", async () => {
    const twins = folder("", file("x.mp4"), file("X.mp4"), folder("Day", file("1.txt")), folder("Day", file("1.txt")));
    const { file: list } = await readyList(ticketed(twins), "aria2");
    expect(list.text.split("\n").filter((line) => line.startsWith("  out="))).toEqual([
      "  out=x.mp4",
      "  out=X (2).mp4",
      "  out=Day/1.txt",
      "  out=Day/1 (2).txt",
    ]);
  });

  test("a list of links tells how far it is while the folders are read", async () => {
    const screens = await listOf(ticketed(shelf), "plain");
    expect(screens[0]).toMatchObject({ show: "list-progress", folders: 0, files: 0 });
    expect(screens).toContainEqual(expect.objectContaining({ show: "list-progress", folders: 2, files: 2 }));
    expect(screens.at(-1)?.show).toBe("list-ready");
  });

  test("a list of links to names that were searched for holds those and what lies below them", async () => {
    const at = ticketed(
      folder("", file("day 1.txt"), file("day 2.txt"), file("night.txt"), folder("Day 3", file("any.txt"))),
    );
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const hits = await at.see(mia, { do: "find-link", words: "day" }, "listing");
    const choice = await at.see(mia, { do: "list-folder", view: hits.view }, "list-choice");
    const { updates } = await at.do(mia, { do: "list-as", view: choice.view, format: "plain" });
    const screens: Screen[] = [];
    for await (const screen of updates ?? []) screens.push(screen);
    expect(screens.at(-1)).toMatchObject({ show: "list-ready", links: 3, leftOut: 0 });
    expect(at.issued.map((line) => line.split(" in ")[0])).toEqual(["day 1.txt", "day 2.txt", "any.txt"]);
  });

  test("a list of links stops at 2,000 files, says so, and goes on in the next part: each file is in one of them", async () => {
    const many = folder("", ...Array.from({ length: 4100 }, (_, n) => file(`f${n}.mp4`)));
    const at = ticketed(many);
    let list = await readyList(at, "plain");
    expect(list).toMatchObject({ part: 1, links: 2000, capped: { files: 2000, folders: 200 } });
    const files = [list.file];
    while (list.capped) {
      list = await partOf(at, { do: "list-part", view: list.view, format: "plain", part: list.part + 1 });
      files.push(list.file);
    }
    expect(list).toMatchObject({ part: 3, links: 100 });
    expect(files.map(({ name }) => name)).toEqual(["mia.links.txt", "mia.part2.links.txt", "mia.part3.links.txt"]);
    const lines = files.flatMap(({ text }) => text.trimEnd().split("\n"));
    expect(new Set(lines).size).toBe(4100);
    for (const line of lines) expect(line).toMatch(/^https:/);
  });

  test("a list of many folders goes on in the next part, too, and no folder is left out", async () => {
    const many = folder("", ...Array.from({ length: 250 }, (_, n) => folder(`d${n}`, file(`${n}.mp4`))));
    const at = ticketed(many);
    const first = await readyList(at, "plain");
    const second = await partOf(at, { do: "list-part", view: first.view, format: "plain", part: 2 });
    expect([first.links, second.links, second.capped]).toEqual([199, 51, undefined]);
  });

  test("a list of links holds no name that turns itself around", async () => {
    const { file: list } = await readyList(ticketed(folder("", file("photo\u202Egpj.exe"))), "aria2");
    expect(list.text).toContain("out=photogpj.exe");
  });

  test.each(listFormats)(
    "a list of links stops at 200 folders, and says so in the file as well, where that has comments: %s",
    async (format) => {
      const many = folder("", ...Array.from({ length: 250 }, (_, n) => folder(`d${n}`, file("f.mp4"))));
      const list = await readyList(ticketed(many), format);
      expect(list).toMatchObject({ links: 199, capped: { files: 2000, folders: 200 } });
      const said = list.file.text.split("\n").includes("# incomplete: at most 2000 files from 200 folders");
      expect(said).toBe(format !== "plain");
    },
  );

  test("a list of links that is whole does not say it stops somewhere", async () => {
    const list = await readyList(ticketed(shelf), "plain");
    expect(list.capped).toBeUndefined();
    expect(list.file.text).not.toContain("incomplete");
  });

  test("a list of links begins in the part where there is something", async () => {
    const many = folder(
      "",
      ...Array.from({ length: 250 }, (_, n) => folder(`d${n}`, file(n < 240 ? "f.txt" : "f.mp4"))),
    );
    expect(await readyList(ticketed(many), "m3u8", "")).toMatchObject({ part: 2, links: 10 });
  });

  test("a list of the drive's own links costs a call each: there are fewer, and the first end is told", async () => {
    const many = folder("", ...Array.from({ length: 60 }, (_, n) => file(`f${n}.mp4`)));
    let calls = 0;
    const at = app(cloudOf(many), {
      changes: {
        issueLink: async (_mount, { name }) => {
          calls += 1;
          return { url: `https://dl.example/${name}`, via: "direct", expiresAt: 2_000_000 - calls };
        },
      },
    });
    const list = await readyList(at, "plain");
    expect(list).toMatchObject({ links: 50, capped: { files: 50, folders: 200 }, via: "direct", expiresAt: 1_999_950 });
    expect(calls).toBe(50);
  });

  test.each([
    ["blocked", 3],
    ["no-link", 3],
    ["too-frequent", 1],
    ["risk-limited", 1],
  ] as const satisfies readonly (readonly [StorageErrorCode, number])[])(
    "a list of links leaves out what has none, and stops where asking on is in vain: %s",
    async (code, links) => {
      const at = ticketed(shelf, {
        changes: {
          issueLink: async (_mount, { name }) => {
            if (name === "b.mp4") throw new StorageError(code);
            return { url: `https://dl.example/${name}`, via: "direct" };
          },
        },
      });
      const list = await readyList(at, "plain");
      expect(list.links).toBe(links);
      expect(list.failed?.code).toBe(links === 1 ? code : undefined);
    },
  );

  test("a list of links is no file when there is nothing to list, or nothing can be had", async () => {
    const none = (await listOf(ticketed(shelf), "plain", "empty")).at(-1);
    expect(none).toMatchObject({ show: "notice", notice: "nothing-to-list", offer: ["back"] });
    const at = ticketed(shelf, {
      changes: {
        issueLink: async () => {
          throw new StorageError("signed-out");
        },
      },
    });
    const screens = await listOf(at, "plain");
    expect(screens.at(-1)).toMatchObject({ show: "notice", notice: "signed-out", level: "failed" });
  });

  test("a list of links to a folder that breaks off holds what was read", async () => {
    const at = ticketed(folder("", file("a.txt"), folder("deep", file("b.txt"))));
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const listing = await at.see(mia, { do: "browse" }, "listing");
    const choice = await at.see(mia, { do: "list-folder", view: listing.view }, "list-choice");
    const { updates } = await at.do(mia, { do: "list-as", view: choice.view, format: "plain" });
    at.cloud.failing = new StorageError("unreachable", { retryAfter: 7 });
    const screens: Screen[] = [];
    for await (const screen of updates ?? []) screens.push(screen);
    expect(screens.at(-1)).toMatchObject({
      show: "list-ready",
      links: 1,
      failed: { code: "unreachable", retryAfter: 7 },
    });
  });

  test("a list of links is for private chats: a file in a group is everybody's", async () => {
    const at = ticketed(shelf);
    const { view } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    expect(await at.see(inGroup(mia), { do: "list-folder", view }, "notice")).toMatchObject({ notice: "private-only" });
  });
});

describe("whatever things are called", () => {
  const nasty = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "..",
      ".",
      "",
      "../../etc/passwd",
      "a\nout=/etc/x",
      "a\r\n#EXTINF:0,x",
      "\u2028",
      "\ud800",
      "~/x",
      "C:\\x",
      "CON.",
      "x\u202e4pm.exe",
    ),
  );
  const item = fc.record({
    path: fc.array(nasty, { maxLength: 3 }),
    name: nasty,
    url: fc.constant("https://bot.example/d/x"),
  });

  test.each(listFormats)("a line of %s stays one line, and an address an address", (format) => {
    fc.assert(
      fc.property(nasty, fc.array(item, { maxLength: 5 }), (title, items) => {
        const lines = writeList(format, { title, expiresAt: 0 }, items).split(/[\r\n\u2028\u2029\v\f\u0085]/);
        expect(lines.filter((line) => line === "https://bot.example/d/x")).toHaveLength(items.length);
        const others = lines.filter((line) => line !== "https://bot.example/d/x" && line !== "");
        expect(others.every((line) => line.startsWith("#") || line.startsWith("  out="))).toBe(true);
        expect(lines.join("").isWellFormed()).toBe(true);
      }),
    );
  });

  test("a list for aria2 writes nowhere but below its own folder, and no two files to one place", () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 8 }), (items) => {
        const outs = writeList("aria2", { title: "x" }, items)
          .split("\n")
          .filter((line) => line.startsWith("  out="))
          .map((line) => line.slice("  out=".length));
        expect(new Set(outs.map((out) => out.normalize("NFC").toLowerCase())).size).toBe(items.length);
        for (const out of outs) {
          expect(out).not.toMatch(/^[/~\s]|\\|:|\s$/);
          for (const step of out.split("/")) {
            expect(step).not.toMatch(/^\.{0,2}$/);
            expect(Buffer.byteLength(step)).toBeLessThanOrEqual(255);
          }
        }
      }),
    );
  });

  test("names of any script stay as they are", () => {
    const text = writeList("aria2", { title: "電影" }, [
      { path: ["電影 2024"], name: "Ä – Крепкий орешек 👨‍👩‍👧.mkv", url: "https://bot.example/d/x" },
    ]);
    expect(text).toContain("  out=電影 2024/Ä – Крепкий орешек 👨‍👩‍👧.mkv\n");
    expect(listName("m3u8", "電影 2024", 1)).toBe("電影 2024.m3u8");
    expect(listName("plain", "電影 2024", 3)).toBe("電影 2024.part3.links.txt");
  });

  test("a name longer than a file system takes keeps its extension, and no half character", () => {
    const text = writeList("aria2", { title: "x" }, [
      { path: [], name: `${"👨‍👩‍👧".repeat(50)}.mkv`, url: "https://bot.example/d/x" },
    ]);
    const out = /out=(.*)/.exec(text)?.[1] ?? "";
    expect(Buffer.byteLength(out)).toBeLessThanOrEqual(255);
    expect(out).toMatch(/^(👨‍👩‍👧)+\.mkv$/u);
  });
});

test("the links of all that is chosen are one list: files by themselves, and what lies below folders", async () => {
  const at = ticketed(shelf);
  const { view } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const card = await choose(at, mia, view, ["a.txt", "Music"]);
  const choice = await at.see(mia, { do: "list-folder", view: card.view }, "list-choice");
  const { updates } = await at.do(mia, { do: "list-as", view: choice.view, format: "plain" });
  const last = (await Array.fromAsync(updates ?? [])).at(-1);
  expect(last).toMatchObject({ show: "list-ready", links: 3 });
  expect(at.issued.map((line) => line.split(" ")[0])).toEqual(["a.txt", "song.flac", "one.mp3"]);
});
