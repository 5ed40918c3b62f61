import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Node } from "../../../emulators/pikpak/node.ts";
import type { Account, ShareStatus } from "../../../emulators/pikpak/state.ts";
import type { Driver } from "../../../src/storage/driver.ts";
import type { Entry } from "../../../src/storage/entry.ts";
import { startService, type Service } from "./service.ts";

let at: Service;
let driver: Driver;
let ben: Account;
let target: Node;
beforeEach(async () => {
  at = await startService();
  driver = at.account();
  ben = at.pikpak.build.account({ username: "ben@example.com", password: "correct-horse" });
  target = at.pikpak.build.folder(at.mia, undefined, "saved");
});
afterEach(() => at.close());

const restore = "/drive/v1/share/restore";
const file = (name: string, size = 10, parent?: Node) => at.pikpak.build.file(ben, parent, { name, size });
const share = (nodes: readonly Node[], more: { passCode?: string; status?: ShareStatus } = {}) => ({
  kind: "pikpak-share",
  values: {
    link: `https://mypikpak.com/s/${at.pikpak.build.share(ben, { title: "gift", nodes, ...more }).id}`,
    ...(more.passCode !== undefined && { passCode: more.passCode }),
  },
});
const entryOf = ({ id, name, size, folder }: Node): Entry => ({
  id,
  name,
  kind: folder ? "folder" : "file",
  ...(!folder && { size }),
});
const sent = () => at.asked(restore);
const names = async (id: string | undefined) => (await driver.list(id)).items.map(({ name }) => name);

test("a whole share is saved, folders and all, when the service is done with it", async () => {
  at.pikpak.rules.workTakes = 3000;
  const folder = at.pikpak.build.folder(ben, undefined, "season");
  file("1.mkv", 5, folder);
  const saved = await driver.save?.(share([folder, file("readme.txt")], { passCode: "ab12" }), target.id);
  expect(saved?.entries.map(({ name }) => name).toSorted()).toEqual(["readme.txt", "season"]);
  const season = saved?.entries.find(({ kind }) => kind === "folder");
  expect(await names(season?.id)).toEqual(["1.mkv"]);
});

test("some entries of a share are saved, and the others not", async () => {
  const folder = at.pikpak.build.folder(ben, undefined, "season");
  const [first, second] = [file("1.mkv", 5, folder), file("2.mkv", 6, folder)];
  const source = { ...share([folder]), entries: [entryOf(second)], above: [folder.id] };
  expect(await driver.save?.(source, target.id)).toMatchObject({ entries: [{ name: "2.mkv" }] });
  expect(await names(target.id)).toEqual([second.name]);
  expect(first.name).toBe("1.mkv");
});

describe("an entry that was saved", () => {
  test("an entry that was saved is found where the answer traces nothing", async () => {
    at.pikpak.rules.restoreTraces = false;
    expect(await driver.save?.(share([file("a.mkv")]), target.id)).toMatchObject({ entries: [{ name: "a.mkv" }] });
  });

  test("an entry that was saved is found where the answer is only the folder it went to", async () => {
    Object.assign(at.pikpak.rules, { restoreTraces: false, restoreNamesFolder: true });
    // Into the root the service puts it in a folder of its own.
    expect(await driver.save?.(share([file("a.mkv")]), undefined)).toMatchObject({ entries: [{ name: "a.mkv" }] });
    expect(await names(undefined)).not.toContain("a.mkv");
  });

  test("an entry that was saved is found under the name the service gives it, where its own is taken by another file", async () => {
    at.pikpak.build.file(at.mia, target, { name: "a.mkv", size: 99 });
    at.pikpak.rules.restoreTraces = false;
    expect(await driver.save?.(share([file("a.mkv")]), target.id)).toMatchObject({ entries: [{ name: "a(1).mkv" }] });
  });

  test("an entry whose saving lost its answer is found, and was sent for once", async () => {
    at.pikpak.rules.workTakes = 2000;
    const source = share([file("a.mkv")]);
    at.pikpak.fail({ path: restore, lost: true });
    expect(await driver.save?.(source, target.id)).toMatchObject({ entries: [{ name: "a.mkv" }] });
    expect(sent()).toBe(1);
    expect(await names(target.id)).toEqual(["a.mkv"]);
  });
});

test("an entry that is there already with the same bytes is not saved again, and nothing is sent for it", async () => {
  const bytes = Buffer.from("the same");
  at.pikpak.build.file(at.mia, target, { name: "a.mkv", bytes });
  const source = share([at.pikpak.build.file(ben, undefined, { name: "a.mkv", bytes })]);
  expect(await driver.save?.(source, target.id)).toMatchObject({ present: 1, entries: [{ name: "a.mkv" }] });
  expect(sent()).toBe(0);
});

test("a file that only has the name and the size of another is saved beside it", async () => {
  at.pikpak.build.file(at.mia, target, { name: "a.mkv", bytes: Buffer.from("one") });
  const source = share([at.pikpak.build.file(ben, undefined, { name: "a.mkv", bytes: Buffer.from("two") })]);
  expect(await driver.save?.(source, target.id)).toMatchObject({ present: 0, entries: [{ name: "a(1).mkv" }] });
});

test("two hundred and fifty entries are saved by a hundred a call", async () => {
  const nodes = Array.from({ length: 250 }, (_, n) => file(`file ${n}`));
  const saved = await driver.save?.(share(nodes), target.id);
  expect(saved?.entries).toHaveLength(250);
  expect(sent()).toBe(3);
});

describe("a share that cannot be saved", () => {
  test("a share of one's own is refused by name", async () => {
    const own = at.pikpak.build.file(at.mia, undefined, { name: "mine", size: 1 });
    const { id } = at.pikpak.build.share(at.mia, { title: "mine", nodes: [own] });
    const source = { kind: "pikpak-share", values: { link: `https://mypikpak.com/s/${id}` } };
    await expect(driver.save?.(source, target.id)).rejects.toMatchObject({ code: "own-share" });
  });

  test("a share there is no room for is refused by name", async () => {
    const source = share([file("a.mkv", 100)]);
    Object.assign(at.mia.quota, { limit: 10 });
    await expect(driver.save?.(source, target.id)).rejects.toMatchObject({ code: "no-space" });
  });

  test.each([
    ["MAX_RESTORE_COUNT", "share-restore-limit"],
    ["EXPIRED", "share-expired"],
    ["SENSITIVE_RESOURCE", "share-blocked"],
  ] as const)("a share that is %s is refused by name, and nothing is sent", async (status, code) => {
    await expect(driver.save?.(share([file("a")], { status }), target.id)).rejects.toMatchObject({ code });
    expect(sent()).toBe(0);
  });

  test("a share whose code is wrong is refused by name", async () => {
    const source = share([file("a")], { passCode: "ab12" });
    const wrong = { ...source, values: { ...source.values, passCode: "zz99" } };
    await expect(driver.save?.(wrong, target.id)).rejects.toMatchObject({ code: "pass-code-wrong" });
  });
});

test("a share of one's own is made once when the answer is lost, and revoked once", async () => {
  const { id } = at.pikpak.build.file(at.mia, undefined, { name: "mine", size: 1 });
  at.pikpak.fail({ path: "/drive/v1/share", method: "POST", lost: true });
  const made = await driver.shareOut?.([id], { passCode: "ab12", days: 3 });
  expect(made).toMatchObject({ passCode: "ab12" });
  expect((await driver.listSharedOut?.())?.items.map((one) => one.id)).toEqual([made?.id]);
  at.pikpak.fail({ path: "/drive/v1/share:batchDelete", lost: true });
  await driver.revokeShared?.([made?.id ?? ""]);
  expect((await driver.listSharedOut?.())?.items).toEqual([]);
});

test("a share whose answer is lost is not taken for another of the same entry, with another code or made before", async () => {
  const { id } = at.pikpak.build.file(at.mia, undefined, { name: "mine", size: 1 });
  const never = () => at.pikpak.fail({ path: "/drive/v1/share", method: "POST", reset: true });
  const open = await driver.shareOut?.([id], {});
  never();
  await expect(driver.shareOut?.([id], { passCode: "ab12" })).rejects.toMatchObject({ code: "unreachable" });
  never();
  await expect(driver.shareOut?.([id], {})).rejects.toMatchObject({ code: "unreachable" });
  expect((await driver.listSharedOut?.())?.items.map((one) => one.id)).toEqual([open?.id]);
});

test("a saving that the service answered and then does not finish is told as what was met, and not looked for", async () => {
  const failed = { id: "VtaskTaskTaskTaskTaskTaso1", phase: "PHASE_TYPE_ERROR", message: "the service broke" };
  const lists = () => at.asked("/drive/v1/files");
  at.pikpak.rules.workTakes = 3000;
  let before = 0;
  at.pikpak.onCall(({ path }) => {
    if (path === restore) before = lists();
  });
  at.pikpak.fail({ path: "/drive/v1/tasks/", status: 200, body: JSON.stringify(failed) });
  await expect(driver.save?.(share([file("a.mkv")]), target.id)).rejects.toMatchObject({ code: "upstream" });
  expect([before > 0, lists()]).toEqual([true, before]);
});

describe("a saving whose end nobody saw", () => {
  test("a saving whose end nobody saw is waited for while it goes on, found, and not made again", async () => {
    at.pikpak.rules.workTakes = 4000;
    const source = share([at.pikpak.build.folder(ben, undefined, "season"), file("a.mkv")]);
    const askedAt = at.context.now();
    const broken = new AbortController();
    const onSend = async () =>
      void at.pikpak.onCall(({ path }) => path === restore && broken.abort(new Error("killed")));
    await expect(driver.save?.(source, target.id, { onSend, signal: broken.signal })).rejects.toThrow("killed");
    const saved = await driver.save?.(source, target.id, { askedAt });
    expect(saved?.entries.map(({ name }) => name).toSorted()).toEqual(["a.mkv", "season"]);
    expect(saved?.present).toBe(0);
    expect(sent()).toBe(1);
    expect((await names(target.id)).toSorted()).toEqual(["a.mkv", "season"]);
  });

  test("a saving whose end nobody saw is made again where it brought nothing", async () => {
    const source = share([file("a.mkv")]);
    expect(await driver.save?.(source, target.id, { askedAt: at.context.now() })).toMatchObject({ present: 0 });
    expect(sent()).toBe(1);
  });
});

test("an entry saved into the root is found in the service's own folder, which is told, and is saved once", async () => {
  const source = share([file("a.mkv")]);
  const saved = { entries: [{ name: "a.mkv" }], folder: { name: "Pack From Shared" } };
  expect(await driver.save?.(source, undefined)).toMatchObject({ ...saved, present: 0 });
  expect(await driver.save?.(source, undefined)).toMatchObject({ ...saved, present: 1 });
  expect(sent()).toBe(1);
});
