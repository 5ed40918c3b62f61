import { randomBytes } from "node:crypto";
import { Keyv } from "keyv";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Node } from "../../emulators/pikpak/node.ts";
import type { Task } from "../../src/storage/task.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { createStorage } from "../../src/storage/storage.ts";
import { createLocks } from "../../src/store/lock.ts";
import { kindsOf, password, startService, username, type Service } from "../drivers/pikpak/service.ts";

let at: Service;
let storage: Storage;
let mount: string;
beforeEach(async () => {
  at = await startService();
  storage = createStorage({
    kinds: kindsOf(at.pikpak),
    mounts: new Keyv(),
    secrets: new Keyv(),
    notes: new Keyv(),
    names: new Keyv(),
    ...createLocks(),
    now: at.context.now,
    monotonic: at.context.monotonic,
    wait: at.context.wait,
    randomHex: at.context.randomHex,
    newId: () => randomBytes(5).toString("hex"),
    log: at.context.log,
  });
  ({ id: mount } = await storage.mount({ driver: "pikpak", owner: "telegram:1", values: { username, password } }));
});
afterEach(async () => {
  await storage.close();
  await at.close();
});

const folder = (name: string, parent?: Node) => at.pikpak.build.folder(at.mia, parent, name);
const file = (name: string, parent?: Node) => at.pikpak.build.file(at.mia, parent, { name, size: 10 });
const read = async (id?: string) => (await storage.folder(mount, id, { refresh: true })).entries;
const known = async (id?: string) => (await storage.folder(mount, id)).entries.map(({ name }) => name).toSorted();
const lists = () => at.pikpak.calls.filter(({ method, path }) => method === "GET" && path === "/drive/v1/files").length;
const found = async (words: string) =>
  (await storage.search(mount, { words, below: [] })).map(({ entry, trail }) =>
    [...trail, entry].map(({ name }) => name).join("/"),
  );

describe("what is known is changed with the drive, and nothing is read again", () => {
  test("a folder made, an entry renamed and others moved and trashed are seen at once where they were read", async () => {
    const [films, old] = [folder("films"), folder("old")];
    const [a, b] = [file("a.mkv", films), file("b.mkv", films)];
    await read();
    await read(films.id);
    await read(old.id);
    const before = lists();
    const made = await storage.makeFolder(mount, films.id, "new");
    await storage.rename(mount, a.id, "better.mkv");
    await storage.move(mount, [b.id, a.id], old.id);
    expect(await known(films.id)).toEqual(["new"]);
    expect(await known(old.id)).toEqual(["b.mkv", "better.mkv"]);
    await storage.trash(mount, [b.id, made.id]);
    expect(await known(films.id)).toEqual([]);
    expect(await known(old.id)).toEqual(["better.mkv"]);
    await storage.restore(mount, [b.id]);
    expect(await known(old.id)).toEqual(["b.mkv", "better.mkv"]);
    await storage.remove(mount, [b.id]);
    expect(await known(old.id)).toEqual(["better.mkv"]);
    expect(lists()).toBe(before);
    expect((await read(old.id)).map(({ name }) => name)).toEqual(["better.mkv"]);
  });

  test("searching finds entries under their new name and place, and not what is in the trash", async () => {
    const [films, old] = [folder("films"), folder("old")];
    const [a, b] = [file("alpha.mkv", films), file("beta.mkv", films)];
    for (const id of [undefined, films.id, old.id]) await read(id);
    await storage.move(mount, [a.id], old.id);
    await storage.rename(mount, a.id, "gamma.mkv");
    await storage.trash(mount, [b.id]);
    await expect.poll(() => found("gamma")).toEqual(["old/gamma.mkv"]);
    expect([await found("alpha"), await found("beta")]).toEqual([[], []]);
  });

  test("a folder is read again where the drive may have changed a name, or what came is not known", async () => {
    const [films, old] = [folder("films"), folder("old")];
    const a = file("a.mkv", films);
    file("a.mkv", old);
    for (const id of [undefined, films.id, old.id]) await read(id);
    await storage.move(mount, [a.id], old.id);
    expect(await known(old.id)).toEqual(["a(1).mkv", "a.mkv"]);
    await storage.copy(mount, [a.id], films.id);
    expect(await known(films.id)).toEqual(["a(1).mkv"]);
  });

  test("links to what was changed are asked for anew, and the others are not", async () => {
    const [a, b] = [file("a.mkv"), file("b.mkv")];
    await read();
    for (const { id } of [a, b]) await storage.link(mount, id);
    await storage.trash(mount, [a.id]);
    const before = at.asked(`/drive/v1/files/${b.id}`);
    await expect(storage.link(mount, a.id)).rejects.toMatchObject({ code: "trashed" });
    await storage.link(mount, b.id);
    expect(at.asked(`/drive/v1/files/${b.id}`)).toBe(before);
  });

  test("what a refused batch had done before is seen, and the rest stays where it was", async () => {
    const to = folder("to");
    for (let n = 0; n < 150; n++) file(`file ${n}`);
    const ids = (await read()).filter(({ kind }) => kind === "file").map(({ id }) => id);
    await read(to.id);
    const more: string[] = [];
    // The second call is refused as it comes.
    const onDone = (done: readonly string[]) => {
      more.push(...done);
      at.pikpak.fail({ path: "/drive/v1/files:batchMove", error: "file_space_not_enough", code: 8 });
    };
    await expect(storage.move(mount, ids, to.id, { onDone })).rejects.toMatchObject({ code: "no-space" });
    expect(more).toHaveLength(100);
    expect(await known(to.id)).toHaveLength(100);
    expect(await known()).toHaveLength(51);
  });
});

describe("what may have happened is looked at again", () => {
  test("a download of which nobody knows whether it was begun shows in its folder", async () => {
    const to = folder("to");
    await read(to.id);
    at.pikpak.fail({ method: "POST", path: "/drive/v1/files", reset: true });
    const source = "https://files.example/a.iso";
    await expect(storage.download(mount, source, to.id)).rejects.toMatchObject({ code: "unreachable" });
    file("came.iso", to);
    expect(await known(to.id)).toEqual(["came.iso"]);
  });

  test("a saving that was sent and then failed shows in its folder", async () => {
    const ben = at.pikpak.build.account({ username: "ben@example.com", password });
    const gift = at.pikpak.build.file(ben, undefined, { name: "gift.mkv", size: 5 });
    const { id } = at.pikpak.build.share(ben, { title: "gift", nodes: [gift] });
    const values = { link: `https://mypikpak.com/s/${id}` };
    const share = await storage.mount({ driver: "pikpak-share", owner: "telegram:1", values });
    const to = folder("to");
    await read(to.id);
    at.pikpak.fail({ path: "/drive/v1/share/restore", error: "file_space_not_enough", code: 8 });
    await expect(storage.save(mount, { mount: share.id }, to.id)).rejects.toMatchObject({ code: "no-space" });
    file("came.mkv", to);
    expect(await known(to.id)).toEqual(["came.mkv"]);
  });

  test("the folders of tasks that were cancelled before a later call is refused are read again", async () => {
    const films = folder("films");
    await read(films.id);
    const ids: string[] = [];
    Object.assign(at.pikpak.rules, { offlineAtOnce: 200, offlineLimit: 200 });
    for (let n = 0; n < 101; n++) ids.push((await storage.download(mount, `https://files.example/${n}`, undefined)).id);
    const onDone = () =>
      at.pikpak.fail({ path: "/drive/v1/tasks", method: "DELETE", error: "invalid_argument", code: 3 });
    const [outcome] = await Promise.allSettled([
      storage.cancelTasks(mount, ids, { withFiles: true, onDone }),
      read(films.id),
    ]);
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "bad-argument" } });
    file("came.iso", films);
    expect(await known(films.id)).toEqual(["came.iso"]);
  });

  test("a folder in the trash is known no more, nor are those below it", async () => {
    const films = folder("films");
    const old = folder("old", films);
    for (const id of [undefined, films.id, old.id]) await read(id);
    await storage.trash(mount, [films.id]);
    expect([storage.peek(mount, films.id), storage.peek(mount, old.id)]).toEqual([undefined, undefined]);
  });

  test("what comes back to the root, its folder being gone, is seen there", async () => {
    const films = folder("films");
    const a = file("a.mkv", films);
    for (const id of [undefined, films.id]) await read(id);
    await storage.trash(mount, [a.id]);
    await storage.trash(mount, [films.id]);
    await storage.restore(mount, [a.id]);
    expect(await known()).toEqual(["a.mkv"]);
  });
});

describe("tasks are watched for all who follow them", () => {
  test("twenty that run cost one look an interval, and each one more when it is over", async () => {
    const to = folder("to");
    const tasks: Task[] = [];
    Object.assign(at.pikpak.rules, { offlineTakes: 60_000 });
    for (let n = 0; n < 20; n++) tasks.push(await storage.download(mount, `https://files.example/${n}`, to.id));
    const looks = () => at.asked("/drive/v1/tasks");
    const ask = () => Promise.all(tasks.map(({ id }) => storage.taskNow(mount, id, { to: to.id })));
    at.context.advance(1000);
    const first = await ask();
    expect(first.every(({ ended, task }) => !ended && task.phase === "running")).toBe(true);
    await ask();
    expect(looks()).toBe(1);
    at.context.advance((first[0]?.again ?? 0) + 1);
    await ask();
    expect(looks()).toBe(2);
    at.context.advance(60_000);
    expect((await ask()).every(({ ended, task }) => ended && task.phase === "done")).toBe(true);
    expect(looks()).toBe(3);
    const single = at.pikpak.calls.filter(({ path }) => path.startsWith("/drive/v1/tasks/"));
    expect(single).toHaveLength(20);
  });

  test("a folder shows what has come as soon as its task is told to be over", async () => {
    const to = folder("to");
    await read(to.id);
    const { id } = await storage.download(mount, "https://files.example/a.iso", to.id);
    expect(await known(to.id)).toEqual([]);
    at.context.advance(6000);
    expect(await storage.taskNow(mount, id, { to: to.id })).toMatchObject({ ended: true, task: { phase: "done" } });
    expect(await known(to.id)).toEqual(["a.iso"]);
  });
});

test("what a drive cannot do is refused by name", async () => {
  const ben = at.pikpak.build.account({ username: "ben@example.com", password });
  const gift = at.pikpak.build.file(ben, undefined, { name: "gift.mkv", size: 5 });
  const { id } = at.pikpak.build.share(ben, { title: "gift", nodes: [gift] });
  const values = { link: `https://mypikpak.com/s/${id}` };
  const share = await storage.mount({ driver: "pikpak-share", owner: "telegram:1", values });
  expect([...(await storage.can(share.id))]).toEqual([]);
  await expect(storage.trash(share.id, [gift.id])).rejects.toMatchObject({ code: "unsupported" });
  const to = folder("to");
  await read(to.id);
  expect(await storage.save(mount, { mount: share.id }, to.id)).toMatchObject({ entries: [{ name: "gift.mkv" }] });
  expect(await known(to.id)).toEqual(["gift.mkv"]);
  await expect(storage.save(mount, { mount }, to.id)).rejects.toMatchObject({ code: "unsupported" });
});
