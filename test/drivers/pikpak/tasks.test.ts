import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Driver } from "../../../src/storage/driver.ts";
import { startService, type Service } from "./service.ts";

let at: Service;
let driver: Driver;
beforeEach(async () => {
  at = await startService();
  driver = at.account();
});
afterEach(() => at.close());

const files = "/drive/v1/files";
const hash = "0123456789abcdef0123456789abcdef01234567";
const magnet = `magnet:?xt=urn:btih:${hash}&dn=a+film.mkv`;
const begin = async (source = magnet, to?: string) => {
  const task = await driver.download?.(source, to);
  if (!task) throw new Error("the driver cannot download");
  return task;
};
const now = async (id: string) => driver.task?.(id);
const sent = (path: string, method: string) =>
  at.pikpak.calls.filter((call) => call.path === path && call.method === method).length;

test.each([
  ["a magnet", magnet],
  ["a magnet with its hash in base 32", "magnet:?xt=urn:btih:AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH"],
  ["a bare hash", hash],
  ["a web address", "https://files.example/a.iso"],
  ["an ed2k address with a blank in its name", "ed2k://|file|a film.mkv|1234|31d6cfe0d16ae931b73c59d7e0c089c0|/"],
  ["an address by content", `PikPak://a film.mkv|1234|${hash.toUpperCase()}`],
])("%s is fetched into the folder asked for", async (_what, source) => {
  const folder = at.pikpak.build.folder(at.mia, undefined, "films");
  const { id } = await begin(source, folder.id);
  expect(await now(id)).toMatchObject({ phase: "running", progress: expect.closeTo(0, -1) });
  at.context.advance(2500);
  expect(await now(id)).toMatchObject({ phase: "running", progress: expect.closeTo(50, -1) });
  at.context.advance(2500);
  const done = await now(id);
  expect(done).toMatchObject({ phase: "done", progress: 100 });
  expect((await driver.list(folder.id)).items.map((entry) => entry.id)).toEqual([done?.entry]);
});

test("a download without a folder lands in the root and not in a folder of the service's own", async () => {
  const { entry } = await begin();
  at.context.advance(5000);
  expect((await driver.list(undefined)).items.map(({ id }) => id)).toEqual([entry]);
});

describe("a download whose beginning went wrong", () => {
  test("a download whose answer is lost is found among the tasks, and begun once", async () => {
    at.pikpak.fail({ path: files, method: "POST", lost: true });
    const { id } = await begin();
    expect([...at.pikpak.state.tasks.keys()]).toEqual([id]);
    expect(sent(files, "POST")).toBe(1);
  });

  test("a download that never arrived is not taken for another that is under way", async () => {
    await begin("https://files.example/another");
    at.pikpak.fail({ path: files, method: "POST", reset: true });
    await expect(begin()).rejects.toMatchObject({ code: "unreachable" });
    expect(sent(files, "POST")).toBe(2);
  });
});

describe("a failed download", () => {
  const fail = async () => {
    at.pikpak.rules.offlineFails = true;
    const folder = at.pikpak.build.folder(at.mia, undefined, "films");
    const { id } = await begin(magnet, folder.id);
    at.context.advance(5000);
    at.pikpak.rules.offlineFails = false;
    return { id, folder };
  };

  test("a failed download says that it failed", async () => {
    const { id } = await fail();
    expect(await now(id)).toMatchObject({ phase: "failed", reason: "download-failed" });
  });

  test("a failed download is fetched anew into the same folder where the service's own retrying fails, and the old one is forgotten", async () => {
    const { id, folder } = await fail();
    const again = await driver.retryTask?.(id);
    expect(again?.id).not.toBe(id);
    await expect(now(id)).rejects.toMatchObject({ code: "not-found" });
    at.context.advance(5000);
    const entry = (await now(again?.id ?? ""))?.entry;
    expect((await driver.list(folder.id)).items.map((one) => one.id)).toEqual([entry]);
  });

  test("a failed download is begun again also where the old one cannot be forgotten", async () => {
    const { id } = await fail();
    at.pikpak.fail({ path: "/drive/v1/tasks", method: "DELETE", error: "invalid_argument", code: 3 });
    expect(await driver.retryTask?.(id)).toMatchObject({ phase: "running" });
  });

  test("a failed download is begun again as it is where the service can, also when that answer is lost", async () => {
    at.pikpak.rules.retryWorks = true;
    const { id } = await fail();
    at.pikpak.fail({ path: "/drive/v1/task", method: "POST", lost: true });
    expect(await driver.retryTask?.(id)).toMatchObject({ id, phase: "running" });
    expect(sent("/drive/v1/task", "POST")).toBe(1);
  });
});

test("a limit has its own word: too many today, too many at once, no room, no such kind of address", async () => {
  at.pikpak.rules.offlineAtOnce = 1;
  await begin("https://files.example/1");
  await expect(begin("https://files.example/2")).rejects.toMatchObject({ code: "task-limit", retryAfter: 60_000 });
  at.pikpak.rules.offlineAtOnce = 20;
  at.pikpak.rules.offlineLimit = 1;
  await expect(begin("https://files.example/2")).rejects.toMatchObject({ code: "daily-limit" });
  at.pikpak.rules.offlineLimit = 1000;
  Object.assign(at.mia.quota, { limit: 10 });
  await expect(begin("https://files.example/2")).rejects.toMatchObject({ code: "no-space" });
  await expect(begin("gopher://files.example/2")).rejects.toMatchObject({ code: "source-unsupported" });
});

test("a download into a folder that is gone is refused", async () => {
  const folder = at.pikpak.build.folder(at.mia, undefined, "films");
  await driver.trash?.([folder.id]);
  await expect(begin(magnet, folder.id)).rejects.toMatchObject({ code: "not-found" });
});

test("tasks are listed newest first, by phase, page after page, with the interval the service names", async () => {
  for (let n = 0; n < 20; n++) await begin(`https://files.example/${n}`);
  at.context.advance(5000);
  const last = await begin("https://files.example/last");
  const running = await driver.tasks?.({ phases: ["running", "waiting"] });
  expect(running).toMatchObject({ items: [{ id: last.id }], again: 3000 });
  const all = await driver.tasks?.();
  expect(all?.items).toHaveLength(21);
  expect(all?.items[0]?.id).toBe(last.id);
});

test("a task is cancelled with its file or without, once, also when the answer is lost", async () => {
  const [first, second] = [await begin("https://files.example/1"), await begin("https://files.example/2")];
  at.context.advance(5000);
  at.pikpak.fail({ path: "/drive/v1/tasks", method: "DELETE", lost: true });
  await driver.cancelTasks?.([first.id], { withFiles: true });
  await driver.cancelTasks?.([second.id]);
  expect(sent("/drive/v1/tasks", "DELETE")).toBe(2);
  expect((await driver.list(undefined)).items.map(({ id }) => id)).toEqual([second.entry]);
  expect((await driver.tasks?.())?.items).toEqual([]);
});

test("finished tasks are cleared once, also when the answer is lost, and those that run stay", async () => {
  await begin("https://files.example/1");
  at.context.advance(5000);
  const running = await begin("https://files.example/2");
  at.pikpak.fail({ path: "/drive/v1/tasks:clear", method: "POST", lost: true });
  await driver.clearTasks?.();
  expect((await driver.tasks?.())?.items.map(({ id }) => id)).toEqual([running.id]);
  expect(sent("/drive/v1/tasks:clear", "POST")).toBe(1);
});
