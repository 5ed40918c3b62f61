import { setImmediate } from "node:timers/promises";
import { Keyv } from "keyv";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Node } from "../../../emulators/pikpak/node.ts";
import { startPikPak, type PikPakEmulator } from "../../../emulators/pikpak/pikpak.ts";
import type { Account, Share } from "../../../emulators/pikpak/state.ts";
import { createSharedReads } from "../../../src/drivers/pikpak/shared-reads.ts";
import type { Entry } from "../../../src/storage/entry.ts";
import type { Folder } from "../../../src/storage/folders.ts";
import type { Mount } from "../../../src/storage/mount.ts";
import type { CallOptions } from "../../../src/storage/driver.ts";
import { createStorage, type Storage } from "../../../src/storage/storage.ts";
import { createLocks } from "../../../src/store/lock.ts";
import { kindsOf } from "./service.ts";

const top = "/drive/v1/share";
const inside = "/drive/v1/share/detail";
const info = "/drive/v1/share/file_info";
const init = "/v1/shield/captcha/init";

/** ms that nobody had to wait for. */
let skipped = 0;
let pikpak: PikPakEmulator;
let mia: Account;
let storage: Storage;
const now = () => Date.now() + skipped;

beforeEach(async () => {
  skipped = 0;
  pikpak = await startPikPak({ now });
  mia = pikpak.build.account({ username: "mia@example.com", password: "correct-horse" });
  storage = openStorage();
});
afterEach(async () => {
  await storage.close();
  await pikpak.close();
});

function openStorage(): Storage {
  let made = 0;
  return createStorage({
    kinds: kindsOf(pikpak),
    mounts: new Keyv(),
    secrets: new Keyv(),
    notes: new Keyv(),
    names: new Keyv(),
    ...createLocks(),
    now,
    wait: async (ms, signal) => {
      await setImmediate(undefined, signal ? { signal } : {});
      skipped += ms;
    },
    randomHex: (bytes) => String((made += 1)).padStart(bytes * 2, "0"),
    newId: () => `mount${(made += 1)}`,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
  });
}

const asked = (path: string) => pikpak.calls.filter((call) => call.path === path).length;
const calls = () => ({ init: asked(init), top: asked(top), inside: asked(inside), info: asked(info) });
const namesOf = ({ entries }: Folder) => entries.map(({ name }) => name);

function shareOf(nodes: readonly Node[], more: { passCode?: string } = {}): { link: string; share: Share } {
  const share = pikpak.build.share(mia, { title: "Films of the club", nodes, ...more });
  return { link: `https://mypikpak.com/s/${share.id}`, share };
}

function films(count = 1): Node {
  const folder = pikpak.build.folder(mia, undefined, "Films");
  pikpak.build.many(mia, folder, count, (n) => ({ name: `film ${n}.mkv`, size: n + 1 }));
  return folder;
}

/** A person's own mount of a share. */
function opened(person: number, values: Record<string, string>): Promise<Mount> {
  return storage.mount({ driver: "pikpak-share", owner: `telegram:${person}`, values });
}

function crowd<T>(count: number, work: (person: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, person) => work(person)));
}

/** A folder as it is now, and not as it was a moment ago. */
const renewed = (mount: string, folder?: string) => storage.folder(mount, folder, { refresh: true });

async function whole(mount: string, folder: string | undefined): Promise<readonly Entry[]> {
  const first = await storage.folder(mount, folder);
  const rest = await Array.fromAsync(storage.follow(mount, folder, { every: 0 }));
  return rest.at(-1)?.entries ?? first.entries;
}

describe("many people on one share", () => {
  test("three hundred people who open one link at once cost the calls of one", async () => {
    const folder = films(230);
    const { link } = shareOf([folder], { passCode: "24rn" });
    const seen = await crowd(300, async (person) => {
      const mount = await opened(person, { link, passCode: "24rn" });
      await storage.folder(mount.id, undefined);
      return { title: mount.title, films: (await whole(mount.id, folder.id)).length };
    });
    expect(new Set(seen.map(({ title }) => title))).toEqual(new Set(["Films of the club"]));
    expect(new Set(seen.map(({ films }) => films))).toEqual(new Set([230]));
    expect(calls()).toMatchObject({ top: 1, inside: 3, info: 0 });
    // One at most for each of those who asked for a page.
    expect(asked(init)).toBeLessThanOrEqual(4);
  });

  test("whoever opens a share just after another asks the service nothing", async () => {
    const folder = films();
    const { link } = shareOf([folder]);
    const first = await opened(1, { link });
    await storage.folder(first.id, folder.id);
    const before = pikpak.calls.length;
    const second = await opened(2, { link });
    expect(second.title).toBe("Films of the club");
    expect(namesOf(await storage.folder(second.id, folder.id))).toEqual(["film 0.mkv"]);
    expect(pikpak.calls).toHaveLength(before);
  });

  test("a link to a folder, or a file, inside a share is opened once for everybody, and has the share's title", async () => {
    const folder = films();
    const { link } = shareOf([folder]);
    const [film] = (await storage.folder((await opened(0, { link })).id, folder.id)).entries;
    for (const part of [folder.id, film?.id ?? ""]) {
      await opened(1, { link: `${link}/${part}` });
      const before = pikpak.calls.length;
      const mounts = await crowd(20, (person) => opened(person + 2, { link: `${link}/${part}` }));
      expect(new Set(mounts.map(({ title }) => title))).toEqual(new Set(["Films of the club"]));
      for (const { id } of mounts) expect(namesOf(await storage.folder(id, undefined))).toEqual(["film 0.mkv"]);
      expect(pikpak.calls).toHaveLength(before);
    }
  });

  test("the details of a file are asked for once, and each person is given an address of their own", async () => {
    const film = pikpak.build.file(mia, undefined, {
      name: "f.mp4",
      size: 1000,
      film: { duration: 60, width: 1280, height: 720, transcodes: ["720P"] },
    });
    const { link } = shareOf([film]);
    const mounts = await crowd(20, (person) => opened(person, { link }));
    const details = await Promise.all(mounts.map(({ id }) => storage.stat(id, film.id)));
    for (const one of details) expect(one).toMatchObject({ name: "f.mp4", duration: 60, variants: [{ name: "720P" }] });
    expect(calls()).toEqual({ init: 1, top: 1, inside: 0, info: 1 });
    await Promise.all(mounts.slice(0, 5).map(({ id }) => storage.link(id, film.id)));
    expect(asked(info)).toBe(6);
    // What lets everybody in is asked for by one.
    expect(asked(top)).toBe(1);
  });

  test("an empty folder, and one that is gone, are looked up once for everybody", async () => {
    const folder = pikpak.build.folder(mia, undefined, "nothing here");
    const mounts = await crowd(10, (person) => opened(person, shareOfOnce(folder)));
    for (const { id } of mounts) expect(namesOf(await storage.folder(id, folder.id))).toEqual([]);
    expect(calls()).toEqual({ init: 1, top: 1, inside: 1, info: 1 });
  });
});

/** The values that open the one share of a folder. */
function shareOfOnce(folder: Node): { link: string } {
  const known = [...pikpak.state.shares.values()].find((share) => share.top.includes(folder.id));
  return known ? { link: `https://mypikpak.com/s/${known.id}` } : { link: shareOf([folder]).link };
}

describe("the code of a share", () => {
  test("what one code has opened is shown to nobody with another code, or none", async () => {
    const { link } = shareOf([films()], { passCode: "24rn" });
    await opened(1, { link, passCode: "24rn" });
    await expect(opened(2, { link, passCode: "zzzz" })).rejects.toMatchObject({ code: "pass-code-wrong" });
    await expect(opened(3, { link })).rejects.toMatchObject({ code: "pass-code-needed" });
    expect(namesOf(await storage.folder((await opened(4, { link, passCode: "24rn" })).id, undefined))).toEqual([
      "Films",
    ]);
  });

  test("nobody is shown a share while another's code for it is still on its way", async () => {
    const { link } = shareOf([films()], { passCode: "24rn" });
    pikpak.fail({ path: top, delay: 50 });
    const right = opened(1, { link, passCode: "24rn" });
    const wrong = opened(2, { link, passCode: "zzzz" });
    await expect(wrong).rejects.toMatchObject({ code: "pass-code-wrong" });
    expect((await right).title).toBe("Films of the club");
  });

  test("what a code has opened is forgotten as soon as the service refuses that code", async () => {
    const folder = films();
    const { link, share } = shareOf([folder], { passCode: "24rn" });
    const first = await opened(1, { link, passCode: "24rn" });
    pikpak.state.shares.set(share.id, { ...share, passCode: "new1" });
    await expect(renewed(first.id)).rejects.toMatchObject({ code: "pass-code-wrong" });
    await expect(opened(2, { link, passCode: "24rn" })).rejects.toMatchObject({ code: "pass-code-wrong" });
  });

  test("a token of the code that is not taken any more is renewed once for everybody", async () => {
    const film = pikpak.build.file(mia, undefined, { name: "f.mkv", size: 10 });
    const { link, share } = shareOf([film], { passCode: "24rn" });
    const mounts = await crowd(10, (person) => opened(person, { link, passCode: "24rn" }));
    share.tokenRound += 1;
    const links = await Promise.all(mounts.map((mount) => storage.link(mount.id, film.id)));
    expect(links.every(({ kind }) => kind === "url")).toBe(true);
    expect(asked(top)).toBe(2);
  });
});

describe("what was read a moment ago", () => {
  test("a refresh by one person reads anew, and the next to open the share profits", async () => {
    const folder = films();
    const { link } = shareOf([folder]);
    const [one, other] = [await opened(1, { link }), await opened(2, { link })];
    await storage.folder(one.id, folder.id);
    pikpak.build.file(mia, folder, { name: "late.mkv", size: 5 });
    expect(namesOf(await storage.folder(other.id, folder.id))).toEqual(["film 0.mkv"]);
    expect(namesOf(await renewed(one.id, folder.id))).toContain("late.mkv");
    const before = pikpak.calls.length;
    const third = await opened(3, { link });
    expect(namesOf(await storage.folder(third.id, folder.id))).toContain("late.mkv");
    expect(pikpak.calls).toHaveLength(before);
  });

  test("a refresh of a long folder shows no page of before", async () => {
    const folder = films(150);
    const { link } = shareOf([folder]);
    const one = await opened(1, { link });
    await whole(one.id, folder.id);
    const doomed = pikpak.state.nodes.children(mia.userId, folder.id).slice(0, 20);
    for (const node of doomed) node.trashed = true;
    await renewed(one.id, folder.id);
    const other = await opened(2, { link });
    for (const { id } of [one, other]) expect(await whole(id, folder.id)).toHaveLength(130);
  });

  test("a check of a share, and a search anew, believe nothing that another has read", async () => {
    const folder = films();
    const { link, share } = shareOf([folder]);
    const [one, other] = [await opened(1, { link }), await opened(2, { link })];
    await storage.folder(one.id, folder.id);
    skipped += 5000;
    pikpak.build.file(mia, folder, { name: "late.mkv", size: 5 });
    const crawl = await storage.crawl(other.id, undefined, { asker: "telegram:2", anew: true });
    await crawl.done;
    expect((await storage.search(other.id, { words: "late", below: [] })).length).toBeGreaterThan(0);
    share.status = "DELETED";
    expect(await storage.check(other.id)).toMatchObject({ health: { state: "failing", code: "share-deleted" } });
  });

  test("a share is read anew a minute later", async () => {
    const folder = films();
    const { link } = shareOf([folder]);
    await storage.folder((await opened(1, { link })).id, folder.id);
    pikpak.build.file(mia, folder, { name: "late.mkv", size: 5 });
    skipped += 55_000;
    expect(namesOf(await storage.folder((await opened(2, { link })).id, folder.id))).not.toContain("late.mkv");
    skipped += 6000;
    expect(namesOf(await storage.folder((await opened(3, { link })).id, folder.id))).toContain("late.mkv");
  });

  test("a share that is taken down says so to whoever asks next, a minute later at most", async () => {
    const { link, share } = shareOf([films()]);
    await opened(1, { link });
    share.status = "DELETED";
    skipped += 61_000;
    await expect(opened(2, { link })).rejects.toMatchObject({ code: "share-deleted" });
    share.status = "OK";
    await expect(opened(3, { link })).resolves.toMatchObject({ health: { state: "working" } });
  });
});

describe("one of many who wait", () => {
  test("whoever asked first and leaves takes nothing from the others, and the call they wait for goes on", async () => {
    const { link } = shareOf([films()]);
    pikpak.fail({ path: top, delay: 200 });
    const leaving = new AbortController();
    const first = storage.mount(
      { driver: "pikpak-share", owner: "telegram:1", values: { link } },
      { signal: leaving.signal },
    );
    await expect.poll(() => asked(top)).toBe(1);
    const others = crowd(20, (person) => opened(person + 2, { link }));
    // They wait for the same call by then.
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    leaving.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    expect((await others).map(({ title }) => title)).toEqual(Array.from({ length: 20 }, () => "Films of the club"));
    expect(asked(top)).toBe(1);
  });

  test("what was asked for by somebody who removes the share meanwhile is asked for by another", async () => {
    const { link } = shareOf([films()]);
    await opened(1, { link });
    const first = await opened(2, { link });
    skipped += 61_000;
    pikpak.fail({ path: init, delay: 200 });
    const reading = renewed(first.id);
    await expect.poll(() => asked(init)).toBe(2);
    const others = crowd(20, (person) => opened(person + 3, { link }));
    // They wait for the same call by then, which is not sent yet.
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    const removed = storage.unmount(first.id);
    await expect(reading).rejects.toMatchObject({ code: "not-found" });
    for (const { title } of await others) expect(title).toBe("Films of the club");
    await removed;
    expect(calls()).toMatchObject({ init: 3, top: 2 });
  });

  test("a failure is told to those who wait for it, and to nobody later", async () => {
    const { link } = shareOf([films()]);
    pikpak.fail({ path: top, status: 500, body: "<html>", times: 3, delay: 20 });
    const codes = await crowd(10, (person) =>
      opened(person, { link }).then(
        () => "ok",
        (error: { code: string }) => error.code,
      ),
    );
    expect(new Set(codes)).toEqual(new Set(["upstream"]));
    expect(asked(top)).toBe(3);
    await expect(opened(11, { link })).resolves.toMatchObject({ title: "Films of the club" });
  });

  test("where a human is wanted each person is asked to prove it for themselves", async () => {
    const { link } = shareOf([films()]);
    pikpak.rules.challengeAll = true;
    pikpak.rules.challengedReads = false;
    const addresses = await crowd(5, (person) =>
      opened(person, { link }).then(
        () => "ok",
        (error: { verify?: string; kept?: Record<string, string> }) => `${error.verify} ${error.kept?.["deviceId"]}`,
      ),
    );
    expect(new Set(addresses).size).toBe(5);
    for (const address of addresses) expect(address).toMatch(/captcha/);
  });
});

describe("questions about a share", () => {
  const context = { monotonic: () => skipped, randomHex: (bytes: number) => "0".repeat(bytes * 2) };
  const question = <T>(
    ask: (options: CallOptions) => Promise<T>,
    more: { background?: boolean; size?: number } = {},
  ) => {
    const { size = 1, ...options } = more;
    return { of: ["q"], context, isClosed: () => false, ask, sizeOf: () => size, ...options };
  };

  test("a question that nobody waits for any more is ended, and who asks then begins anew", async () => {
    const reads = createSharedReads();
    const share = reads.opened("S", "", context);
    const leaving = new AbortController();
    const ended = Promise.withResolvers<string>();
    const left = reads.find(share, {
      ...question(({ signal }) => {
        signal?.addEventListener("abort", () => ended.resolve("ended"));
        return new Promise<string>(() => undefined);
      }),
      signal: leaving.signal,
    });
    leaving.abort(new Error("enough"));
    await expect(left).rejects.toThrow("enough");
    expect(await ended.promise).toBe("ended");
    expect(
      await reads.find(
        share,
        question(async () => "mine"),
      ),
    ).toBe("mine");
  });

  test("a person does not wait for what is asked in the background, which has the last turns", async () => {
    const reads = createSharedReads();
    const share = reads.opened("S", "", context);
    const late = Promise.withResolvers<string>();
    const crawling = reads.find(
      share,
      question(() => late.promise, { background: true }),
    );
    expect(
      await reads.find(
        share,
        question(async () => "mine"),
      ),
    ).toBe("mine");
    late.resolve("late");
    expect(await crawling).toBe("late");
    // The answer to what was asked for later stays.
    expect(
      await reads.find(
        share,
        question(async () => "anew"),
      ),
    ).toBe("mine");
  });

  test("what was read of a share that refuses is shown to nobody, not even by an answer that was on its way", async () => {
    const reads = createSharedReads();
    const share = reads.opened("S", "", context);
    const late = Promise.withResolvers<string>();
    const waiting = reads.find(
      share,
      question(() => late.promise),
    );
    reads.forget(share);
    late.resolve("before");
    expect(await waiting).toBe("before");
    expect(
      await reads.find(
        reads.opened("S", "", context),
        question(async () => "anew"),
      ),
    ).toBe("anew");
  });

  test("answers are kept for twenty thousand entries, and those used longest ago are let go of", async () => {
    const reads = createSharedReads();
    const share = reads.opened("S", "", context);
    const ask = (n: number, answer: string) =>
      reads.find(share, { ...question(async () => answer, { size: 7000 }), of: ["page", n] });
    for (const n of [1, 2, 3]) await ask(n, "before");
    expect([await ask(3, "anew"), await ask(2, "anew"), await ask(1, "anew")]).toEqual(["before", "before", "anew"]);
  });
});
