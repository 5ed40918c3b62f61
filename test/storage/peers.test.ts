import { randomBytes } from "node:crypto";
import { Keyv } from "keyv";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Node } from "../../emulators/pikpak/node.ts";
import type { Peers } from "../../src/storage/peers.ts";
import { createStorage, type Storage } from "../../src/storage/storage.ts";
import { createLocks } from "../../src/store/lock.ts";
import { kindsOf, password, startService, username, type Service } from "../drivers/pikpak/service.ts";

// The same drives in two processes: what one changes, the other does not show as it was.

let at: Service;
let one: Storage;
let other: Storage;
let mount: string;
/** Another process over the same store. */
let newcomer: () => Storage;
let listeners: ((text: string | undefined) => void)[] = [];

beforeEach(async () => {
  at = await startService();
  listeners = [];
  const shelves = { mounts: new Map(), secrets: new Map(), notes: new Map(), names: new Map() };
  const locks = createLocks();
  newcomer = () =>
    createStorage({
      kinds: kindsOf(at.pikpak),
      mounts: new Keyv({ store: shelves.mounts }),
      secrets: new Keyv({ store: shelves.secrets }),
      notes: new Keyv({ store: shelves.notes }),
      names: new Keyv({ store: shelves.names }),
      ...locks,
      now: at.context.now,
      monotonic: at.context.monotonic,
      wait: at.context.wait,
      peers: peerAmong(listeners),
      randomHex: at.context.randomHex,
      newId: () => randomBytes(5).toString("hex"),
      log: at.context.log,
    });
  one = newcomer();
  other = newcomer();
  ({ id: mount } = await one.mount({ driver: "pikpak", owner: "telegram:1", values: { username, password } }));
});
afterEach(async () => {
  await Promise.all([one.close(), other.close()]);
  await at.close();
});

/** What one tells, the others hear. */
function peerAmong(all: ((text: string | undefined) => void)[]): Peers {
  let own: ((text: string | undefined) => void) | undefined;
  return {
    tell(text) {
      for (const listener of all) if (listener !== own) listener(text);
    },
    hear(listener) {
      own = listener;
      all.push(listener);
    },
  };
}

const folder = (name: string, parent?: Node) => at.pikpak.build.folder(at.mia, parent, name);
const file = (name: string, parent?: Node) => at.pikpak.build.file(at.mia, parent, { name, size: 10 });
const names = async (storage: Storage, id?: string) =>
  (await storage.folder(mount, id)).entries.map(({ name }) => name).toSorted();
const found = async (storage: Storage, words: string) =>
  (await storage.search(mount, { words, below: [] })).map(({ entry }) => entry.name);
const lists = () => at.pikpak.calls.filter(({ method, path }) => method === "GET" && path === "/drive/v1/files").length;

test("folders made, entries renamed, moved and trashed by one are seen by the other without reading anything", async () => {
  const [films, old] = [folder("films"), folder("old")];
  const [a, b] = [file("a.mkv", films), file("b.mkv", films)];
  for (const storage of [one, other]) {
    await storage.folder(mount, undefined, { refresh: true });
    await names(storage, films.id);
    await names(storage, old.id);
  }
  const before = lists();
  const made = await one.makeFolder(mount, films.id, "new");
  await one.rename(mount, a.id, "better.mkv");
  await one.move(mount, [b.id], old.id);
  expect([await names(other, films.id), await names(other, old.id)]).toEqual([["better.mkv", "new"], ["b.mkv"]]);
  await other.trash(mount, [made.id]);
  expect(await names(one, films.id)).toEqual(["better.mkv"]);
  expect(lists()).toBe(before);
});

test("a thousand entries moved by one at once are seen and found by the other without reading anything", async () => {
  const [films, old] = [folder("films"), folder("old")];
  const moved = Array.from({ length: 1000 }, (_, n) => file(`${"a long name ".repeat(15)}${n}.mkv`, films));
  for (const storage of [one, other]) {
    await storage.folder(mount, undefined, { refresh: true });
    for (const { id } of [films, old]) await storage.crawl(mount, id, { asker: "telegram:1" });
    await expect.poll(async () => (await names(storage, films.id)).length).toBe(1000);
    expect(await names(storage, old.id)).toEqual([]);
  }
  const before = lists();
  await one.move(
    mount,
    moved.map(({ id }) => id),
    old.id,
  );
  expect([await names(other, films.id), (await names(other, old.id)).length]).toEqual([[], 1000]);
  const hit = await other.search(mount, { words: "name 999", below: [] });
  expect(hit[0]?.trail.at(-1)).toMatchObject({ name: "old" });
  expect(lists()).toBe(before);
});

test("what a change whose answer was lost has done is looked up by the other", async () => {
  const [films, old] = [folder("films"), folder("old")];
  const { id } = file("a.mkv", films);
  await other.folder(mount, undefined, { refresh: true });
  expect([await names(other, films.id), await names(other, old.id)]).toEqual([["a.mkv"], []]);
  at.pikpak.fail({ path: "/drive/v1/files:batchMove", lost: true });
  at.pikpak.fail({ method: "GET", path: "/drive/v1/files", reset: true, times: 20 });
  await expect(one.move(mount, [id], old.id)).rejects.toMatchObject({ code: "outcome-unknown" });
  at.pikpak.heal();
  expect([await names(other, films.id), await names(other, old.id)]).toEqual([[], ["a.mkv"]]);
});

test("a link that says an old name is asked for anew", async () => {
  const { id } = file("a.mkv");
  const links = () => at.pikpak.calls.filter(({ path }) => path === `/drive/v1/files/${id}`).length;
  await other.link(mount, id);
  await one.rename(mount, id, "b.mkv");
  const before = links();
  await other.link(mount, id);
  expect(links()).toBe(before + 1);
});

test("a mount that is removed by one is opened by the other no more", async () => {
  await names(other);
  await one.unmount(mount);
  await expect(other.folder(mount, undefined)).rejects.toMatchObject({ code: "not-found" });
});

test("a mount that gets another root folder from one is seen from there by the other", async () => {
  const films = folder("films");
  file("a.mkv", films);
  expect(await names(other)).toContain("films");
  await one.renew(mount, { username, password, rootFolder: films.id });
  expect(await names(other)).toEqual(["a.mkv"]);
});

test("what either has read is found by both, and by a process that starts after them", async () => {
  const [films, music] = [folder("films"), folder("music")];
  file("a film.mkv", films);
  file("a song.mp3", music);
  await other.folder(mount, undefined, { refresh: true });
  expect(await found(other, "film")).not.toContain("a film.mkv");
  await Promise.all([names(one, films.id), names(other, music.id)]);
  for (const storage of [one, other]) {
    await expect.poll(() => found(storage, "film")).toContain("a film.mkv");
    await expect.poll(() => found(storage, "song")).toContain("a song.mp3");
  }
  const last = newcomer();
  expect([...(await found(last, "film")), ...(await found(last, "song"))]).toEqual(
    expect.arrayContaining(["a film.mkv", "a song.mp3"]),
  );
  await last.close();
});

test("after notices were missed, folders are read anew", async () => {
  await names(other);
  folder("unheard of");
  for (const listener of listeners) listener(undefined);
  expect(await names(other)).toContain("unheard of");
});

test("a notice that cannot be read, or is of an unknown kind, has folders read anew", async () => {
  await names(other);
  for (const [n, text] of ['{"is":"from the future"}', "{", "null", ""].entries()) {
    folder(`unheard of ${n}`);
    for (const listener of listeners) listener(text);
    expect(await names(other)).toContain(`unheard of ${n}`);
  }
});
