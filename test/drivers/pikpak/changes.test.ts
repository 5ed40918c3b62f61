import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Node } from "../../../emulators/pikpak/node.ts";
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
const lost = (path: string, method = "POST") => at.pikpak.fail({ path, method, lost: true });
const folder = (name: string) => at.pikpak.build.folder(at.mia, undefined, name);
const file = (parent: Node | undefined, name: string, size = 10) =>
  at.pikpak.build.file(at.mia, parent, { name, size });
const names = async (id: string | undefined) => (await driver.list(id)).items.map(({ name }) => name);
const sent = (path: string, method = "POST") =>
  at.pikpak.calls.filter((call) => call.path === path && call.method === method).length;

describe("a change whose answer is lost", () => {
  test("a folder whose making lost its answer is made once", async () => {
    lost(files);
    const made = await driver.makeFolder?.(undefined, "new");
    expect(await driver.stat(made?.id ?? "")).toMatchObject({ name: "new", kind: "folder" });
    expect(await names(undefined)).toEqual(["new"]);
    expect(sent(files)).toBe(1);
  });

  test("a folder of the same name that was there before is not taken for the one whose making lost its answer", async () => {
    at.pikpak.build.folder(at.mia, undefined, "new", { modifiedAt: at.context.now() - 3_600_000 });
    lost(files);
    const made = await driver.makeFolder?.(undefined, "new");
    expect(made?.name).toBe("new(1)");
  });

  test("an entry whose renaming lost its answer is renamed once", async () => {
    const { id } = file(undefined, "old.txt");
    lost(`${files}/${id}`, "PATCH");
    expect(await driver.rename?.(id, "new.txt")).toMatchObject({ name: "new.txt" });
    expect(sent(`${files}/${id}`, "PATCH")).toBe(1);
  });

  test.each([
    ["batchMove", (ids: readonly string[], to: string) => driver.move?.(ids, to)],
    ["batchCopy", (ids: readonly string[], to: string) => driver.copy?.(ids, to)],
    ["batchTrash", (ids: readonly string[]) => driver.trash?.(ids)],
    ["batchDelete", (ids: readonly string[]) => driver.remove?.(ids)],
  ] as const)("%s happens once where its answer is lost and the service takes its time", async (verb, act) => {
    at.pikpak.rules.workTakes = 3000;
    const to = folder("target");
    const ids = [file(undefined, "a").id, file(undefined, "b").id];
    lost(`${files}:${verb}`);
    await act(ids, to.id);
    expect(sent(`${files}:${verb}`)).toBe(1);
    const there = (await driver.list(to.id)).items.length;
    const left = (await driver.list(undefined)).items.length;
    expect([there, left]).toEqual(
      { batchMove: [2, 1], batchCopy: [2, 3], batchTrash: [0, 1], batchDelete: [0, 1] }[verb],
    );
  });

  test("an entry in the trash whose restoring lost its answer is restored once", async () => {
    const { id } = file(undefined, "a");
    await driver.trash?.([id]);
    lost(`${files}:batchUntrash`);
    await driver.restore?.([id]);
    expect(sent(`${files}:batchUntrash`)).toBe(1);
    expect(await names(undefined)).toEqual(["a"]);
  });

  test("the trash is emptied once where the answer is lost", async () => {
    await driver.trash?.([file(undefined, "a").id]);
    lost(`${files}/trash:empty`, "PATCH");
    await driver.emptyTrash?.();
    expect(sent(`${files}/trash:empty`, "PATCH")).toBe(1);
  });

  test("a change that never arrived is told as what was met, and not sent again", async () => {
    const { id } = file(undefined, "a");
    const to = folder("target");
    at.pikpak.fail({ path: `${files}:batchMove`, reset: true });
    await expect(driver.move?.([id], to.id)).rejects.toMatchObject({ code: "unreachable" });
    expect(sent(`${files}:batchMove`)).toBe(1);
    expect(await names(to.id)).toEqual([]);
  });

  test("a change that cannot be read back either is told as uncertain", async () => {
    const { id } = file(undefined, "a");
    const to = folder("target");
    lost(`${files}:batchMove`);
    at.pikpak.fail({ path: `${files}/${id}`, method: "GET", reset: true, times: 50 });
    await expect(driver.move?.([id], to.id)).rejects.toMatchObject({ code: "outcome-unknown" });
    expect(sent(`${files}:batchMove`)).toBe(1);
  });

  test("a copy that never arrived is not taken for one made before", async () => {
    const to = folder("target");
    const { id } = file(undefined, "a");
    await driver.copy?.([id], to.id);
    at.pikpak.fail({ path: `${files}:batchCopy`, reset: true });
    await expect(driver.copy?.([id], to.id)).rejects.toMatchObject({ code: "unreachable" });
    expect(await names(to.id)).toEqual(["a"]);
  });
});

test("a thousand entries are moved by a hundred a call, and told of as they are", async () => {
  const [from, to] = [folder("from"), folder("to")];
  at.pikpak.build.many(at.mia, from, 1000, (n) => ({ name: `file ${n}`, size: 1 }));
  const first = await driver.list(from.id);
  const all = [...first.items, ...(await driver.list(from.id, { cursor: first.next })).items].map(({ id }) => id);
  expect(all).toHaveLength(1000);
  const done: number[] = [];
  await driver.move?.(all, to.id, { onDone: (some) => done.push(some.length) });
  expect(done).toEqual(Array.from({ length: 10 }, () => 100));
  expect(sent(`${files}:batchMove`)).toBe(10);
});

test("where the room ends in the middle of a batch, what was copied stays and is told of", async () => {
  const [from, to] = [folder("from"), folder("to")];
  for (let n = 0; n < 150; n++) file(from, `file ${n}`, 1000);
  const ids = (await driver.list(from.id)).items.map(({ id }) => id);
  // Room for a hundred and some.
  Object.assign(at.mia.quota, { limit: at.mia.quota.usage + 120_000 });
  const done: string[] = [];
  await expect(driver.copy?.(ids, to.id, { onDone: (some) => done.push(...some) })).rejects.toMatchObject({
    code: "no-space",
  });
  expect(done).toEqual(ids.slice(0, 100));
  expect((await driver.list(to.id)).items).toHaveLength(100);
});

test("a task that fails says why", async () => {
  const { id } = file(undefined, "a");
  const to = folder("target");
  const failed = {
    id: "VtaskTaskTaskTaskTaskTaso1",
    phase: "PHASE_TYPE_ERROR",
    message: "Storage space is not enough",
  };
  at.pikpak.fail({ path: "/drive/v1/tasks/", status: 200, body: JSON.stringify(failed) });
  await expect(driver.move?.([id], to.id)).rejects.toMatchObject({ code: "no-space" });
});

test("a change of many entries stops between two calls when it is told to", async () => {
  const to = folder("to");
  const ids = Array.from({ length: 150 }, (_, n) => file(undefined, `file ${n}`).id);
  const stop = new AbortController();
  const moving = driver.move?.(ids, to.id, { signal: stop.signal, onDone: () => stop.abort(new Error("enough")) });
  await expect(moving).rejects.toThrow("enough");
  expect(sent(`${files}:batchMove`)).toBe(1);
});

test("a name the service does not take is refused by its own word", async () => {
  const { id } = file(undefined, "a");
  await expect(driver.rename?.(id, "")).rejects.toMatchObject({ code: "name-refused" });
});
