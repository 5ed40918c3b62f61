import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Entry } from "../../../src/storage/entry.ts";
import { createFolders } from "../../../src/storage/folders.ts";
import { kindNamed, kindsOf, startService, username, type Service } from "./service.ts";

let at: Service;
beforeEach(async () => {
  at = await startService();
});
afterEach(() => at.close());

const root = (answer: string) =>
  kindNamed(kindsOf(at.pikpak), "pikpak").check({ username, password: "p", rootFolder: answer });

describe("the root of a mount", () => {
  test.each(["", "  ", "root", "Root", "https://mypikpak.com/drive/all", "https://mypikpak.com/drive/all/"])(
    "%j as the root folder is the drive's own",
    async (answer) => {
      at.pikpak.build.file(at.mia, undefined, { name: "top.txt", size: 1 });
      const checked = root(answer);
      if (!checked.ok) throw new Error(checked.problem.code);
      const { password: _asked, ...options } = checked.values;
      expect(options).toEqual({ username });
      expect((await at.account(options).list(undefined)).items.map((entry) => entry.name)).toEqual(["top.txt"]);
    },
  );

  test.each([
    ["an id", (id: string) => id],
    ["an address", (id: string) => `https://mypikpak.com/drive/all/${id}`],
    ["an address with the folders above", (id: string) => `https://mypikpak.net/drive/all/VNabcdefgh/${id}?tab=1`],
    ["an address without its scheme", (id: string) => ` mypikpak.com/drive/all/${id} `],
    ["a share's address", (id: string) => `https://mypikpak.com/s/VNabcdefgh/${id}`],
  ])("%s as the root folder is a folder of that id", async (_form, asTyped) => {
    const folder = at.pikpak.build.folder(at.mia, undefined, "Films");
    at.pikpak.build.file(at.mia, folder, { name: "inside.txt", size: 1 });
    const checked = root(asTyped(folder.id));
    if (!checked.ok) throw new Error(checked.problem.code);
    expect(checked.values["rootFolder"]).toBe(folder.id);
    const driver = at.account({ username, rootFolder: folder.id });
    expect((await driver.list(undefined)).items.map((entry) => entry.name)).toEqual(["inside.txt"]);
  });

  test.each(["no such folder!", "https://mypikpak.com/s/VNabcdefgh", "a/b", "https://"])(
    "%j is no root folder",
    (answer) => {
      expect(root(answer)).toEqual({ ok: false, problem: { field: "rootFolder", code: "not-a-folder-id" } });
    },
  );

  test("the word root in options that were never checked is still the drive's own", async () => {
    await expect(at.account({ username, rootFolder: "root" }).list(undefined)).resolves.toEqual({ items: [] });
  });
});

describe("listing", () => {
  test("a listing takes 500 a page, asks for what is whole and not in the trash, and keeps the service's order", async () => {
    const folder = at.pikpak.build.folder(at.mia, undefined, "Many");
    at.pikpak.build.many(at.mia, folder, 1100, (n) => ({ name: `file ${n}`, size: n, trashed: n === 7 }));
    at.pikpak.build.file(at.mia, folder, { name: "uploading", size: 1, phase: "PHASE_TYPE_PENDING" });
    const driver = at.account();
    const sizes: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await driver.list(folder.id, cursor === undefined ? {} : { cursor });
      sizes.push(page.items.length);
      cursor = page.next;
    } while (cursor !== undefined);
    expect(sizes).toEqual([500, 500, 99]);
  });

  test("a listing says so when the service gives the same page token again", async () => {
    const folder = at.pikpak.build.folder(at.mia, undefined, "Many");
    at.pikpak.build.many(at.mia, folder, 1200, (n) => ({ name: `file ${n}`, size: n }));
    at.pikpak.rules.repeatToken = true;
    const driver = at.account();
    const { next = "" } = await driver.list(folder.id);
    await expect(driver.list(folder.id, { cursor: next })).rejects.toMatchObject({ code: "upstream" });
  });

  test("page tokens that go round in a circle end the reading, with what was read", async () => {
    const page = (token: string) =>
      JSON.stringify({ files: [{ id: `VO${token}`, name: token }], next_page_token: token });
    const driver = at.account();
    for (const token of ["a", "b", "a", "b", "a"])
      at.pikpak.fail({ path: "/drive/v1/files", status: 200, body: page(token) });
    const folders = createFolders({ ...at.context, onRead: () => undefined });
    const wanted = { mount: "m", folder: undefined, driver, refresh: false, signal: undefined };
    await folders.read(wanted);
    await expect.poll(async () => (await folders.read(wanted)).failed).toEqual({ code: "upstream" });
    expect((await folders.read(wanted)).entries.map((entry) => entry.name)).toEqual(["a", "b", "a"]);
    expect(at.asked("/drive/v1/files")).toBe(3);
  });

  test("one odd entry does not cost the folder; nothing but odd ones is no folder", async () => {
    const driver = at.account();
    at.pikpak.fail({
      path: "/drive/v1/files",
      status: 200,
      body: '{"files":[null,{"id":"VO1","name":"a"},{"name":"no id"}]}',
    });
    expect((await driver.list(undefined)).items).toEqual([{ id: "VO1", kind: "file", name: "a" }]);
    at.pikpak.fail({ path: "/drive/v1/files", status: 200, body: '{"files":["garbage"]}' });
    await expect(driver.list(undefined)).rejects.toMatchObject({ code: "upstream" });
  });

  test("an entry has what the service says of it, and nothing it does not", async () => {
    const modifiedAt = Date.parse("2026-03-01T10:00:00.250+08:00");
    const film = { duration: 1440, width: 1920, height: 1080, transcodes: ["720P"] } as const;
    at.pikpak.build.folder(at.mia, undefined, "Films", { modifiedAt });
    at.pikpak.build.file(at.mia, undefined, { name: "f.mkv", size: 7, mimeType: "video/x-matroska", modifiedAt, film });
    const { items } = await at.account().list(undefined);
    expect(items).toEqual([
      { id: expect.any(String), kind: "folder", name: "Films", modifiedAt },
      {
        id: expect.any(String),
        kind: "file",
        name: "f.mkv",
        size: 7,
        modifiedAt,
        mimeType: "video/x-matroska",
        thumbnail: expect.stringContaining("/240/720"),
        hash: expect.stringMatching(/^[0-9A-F]{40}$/),
      },
    ]);
  });

  test("a folder in the trash, a file and a folder that is gone are told apart", async () => {
    const { build, state } = at.pikpak;
    const trashed = build.folder(at.mia, undefined, "old");
    trashed.trashed = true;
    const gone = build.folder(at.mia, undefined, "gone");
    state.nodes.remove(gone);
    const file = build.file(at.mia, undefined, { name: "a.txt", size: 1 });
    const driver = at.account();
    await expect(driver.list(trashed.id)).rejects.toMatchObject({ code: "trashed" });
    await expect(driver.list(gone.id)).rejects.toMatchObject({ code: "not-found" });
    await expect(driver.list(file.id)).rejects.toMatchObject({ code: "not-a-folder" });
    await expect(driver.list("not an id")).rejects.toMatchObject({ code: "not-found" });
  });

  test("a folder whose detail says it is in the trash is", async () => {
    const driver = at.account();
    const detail = JSON.stringify({ kind: "drive#folder", id: "VO1", name: "old", trashed: true });
    at.pikpak.fail({ path: "/drive/v1/files/VO1", status: 200, body: detail });
    at.pikpak.fail({ path: "/drive/v1/files", status: 200, body: '{"files":[]}' });
    await expect(driver.list("VO1")).rejects.toMatchObject({ code: "trashed" });
  });

  test("an expired captcha in the middle is no empty folder", async () => {
    const folder = at.pikpak.build.folder(at.mia, undefined, "Many");
    at.pikpak.build.many(at.mia, folder, 700, (n) => ({ name: `file ${n}`, size: n }));
    const driver = at.account();
    const { next = "" } = await driver.list(folder.id);
    at.pikpak.tokens.expireCaptcha();
    expect((await driver.list(folder.id, { cursor: next })).items).toHaveLength(200);
  });
});

describe("the first entries of a long listing", () => {
  const listing = "/drive/v1/files";
  const many = (count: number) => {
    const folder = at.pikpak.build.folder(at.mia, undefined, "Many");
    at.pikpak.build.many(at.mia, folder, count, (n) => ({ name: `file ${n} },{"}]`, size: n }));
    return folder.id;
  };
  const namesOf = (entries: readonly { name: string }[] | undefined) => entries?.map(({ name }) => name);

  test("are told before the rest of their page has come, as the page has them", async () => {
    const id = many(501);
    const driver = at.account();
    const { items } = await driver.list(id);
    at.pikpak.fail({ path: listing, restAfter: 3_600_000 });
    const { promise: first, resolve: onFirst } = Promise.withResolvers<readonly Entry[]>();
    const leave = new AbortController();
    const listed = driver.list(id, { onFirst, signal: leave.signal });
    expect(await first).toEqual(items.slice(0, 30));
    leave.abort(new Error("seen enough"));
    await expect(listed).rejects.toThrow("seen enough");
  });

  test("are not told where the page is all there is: it is given whole", async () => {
    const told: number[] = [];
    const { items } = await at.account().list(many(500), { onFirst: (entries) => told.push(entries.length) });
    expect(items).toHaveLength(500);
    expect(told).toEqual([]);
  });

  test("are told again where the answer broke off in the middle and was asked for again", async () => {
    const id = many(501);
    at.pikpak.fail({ path: listing, half: true });
    const told: (readonly string[] | undefined)[] = [];
    const { items } = await at.account().list(id, { onFirst: (entries) => told.push(namesOf(entries)) });
    const first = namesOf(items)?.slice(0, 30);
    expect(told).toEqual([first, first]);
  });

  test("are not told of a refusal", async () => {
    const body =
      JSON.stringify({ error: "file_not_found", error_code: 5, next_page_token: "x", files: [] }) + " ".repeat(1e5);
    at.pikpak.fail({ path: listing, status: 404, body });
    const told: unknown[] = [];
    const listed = at.account().list("VOgone", { onFirst: (entries) => told.push(entries) });
    await expect(listed).rejects.toMatchObject({ code: "not-found" });
    expect(told).toEqual([]);
  });
});

describe("quota", () => {
  const giga = 1024 ** 3;

  test("the quota is told in bytes, with the plan and what may be moved this month, for three calls", async () => {
    at.pikpak.build.file(at.mia, undefined, { name: "a", size: 1000 });
    at.pikpak.build.file(at.mia, undefined, { name: "old", size: 5, trashed: true });
    const before = at.pikpak.calls.length;
    expect(await at.account().quota?.()).toEqual({
      limit: 10_995_116_277_760,
      used: 1005,
      trashed: 5,
      plan: "platinum",
      transfer: {
        offline: { limit: 10_240 * giga, used: 0 },
        download: { limit: 20_480 * giga, used: 0 },
        upload: { limit: 10_240 * giga, used: 0 },
      },
    });
    const asked = at.pikpak.calls.slice(before).filter(({ method }) => method === "GET");
    expect(asked.map(({ path }) => path).toSorted()).toEqual([
      "/drive/v1/about",
      "/drive/v1/privilege/vip",
      "/vip/v1/quantity/list",
    ]);
  });

  test("a free account is told its offline downloads and its day's allowance", async () => {
    const free = { username: "free@example.com", password: "correct-horse" };
    at.pikpak.build.account({ ...free, email: free.username, plan: "novip" });
    expect(await at.account({ username: free.username }, { password: free.password }).quota?.()).toMatchObject({
      plan: "novip",
      tasks: { limit: 5, used: 0 },
      transfer: { "download-day": { limit: 20 * giga, used: 0 } },
    });
  });

  test.each([
    ["a 404", { status: 404, error: "not_found", code: 5 }],
    ["figures in words", { status: 200, body: '{"base":{"offline":{"total_assets":"10T","assets":"1T"}}}' }],
    ["no limit", { status: 200, body: '{"base":{"download_daily":{"total_assets":0,"assets":0}},"transfer":null}' }],
    ["lists and words", { status: 200, body: '{"base":[],"transfer":"none"}' }],
  ])("a quota whose monthly allowances come as %s is told without them", async (_what, answer) => {
    at.pikpak.fail({ path: "/vip/v1/quantity/list", ...answer });
    expect(await at.account().quota?.()).toEqual({
      limit: 10_995_116_277_760,
      used: 0,
      trashed: 0,
      plan: "platinum",
    });
  });

  test("what was moved is read as bytes where the words beside it are for people", async () => {
    const body = '{"base":{"upload":{"total_assets":"100","assets":"7B","size":7}}}';
    at.pikpak.fail({ path: "/vip/v1/quantity/list", status: 200, body });
    expect(await at.account().quota?.()).toMatchObject({ transfer: { upload: { limit: 100, used: 7 } } });
  });

  test.each([
    ["a limit that is no number", '{"quota":{"limit":"","usage":"3"}}'],
    ["an unlimited account", '{"quota":{"limit":"9","usage":"3","is_unlimited":true}}'],
  ])("a quota with %s has no limit", async (_what, body) => {
    at.pikpak.fail({ path: "/drive/v1/about", status: 200, body });
    at.pikpak.fail({ path: "/drive/v1/privilege/vip", error: "internal", code: 13, status: 500 });
    at.pikpak.fail({ path: "/vip/v1/quantity/list", error: "internal", code: 13, status: 500 });
    expect(await at.account().quota?.()).toEqual({ used: 3 });
  });
});
