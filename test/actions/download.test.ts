import { setTimeout as sleep } from "node:timers/promises";
import { Keyv } from "keyv";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Account } from "../../emulators/pikpak/state.ts";
import { downloadKind, downloadRestartKind } from "../../src/actions/download/download-kind.ts";
import { saidSources } from "../../src/actions/download/download.ts";
import { createDownloads } from "../../src/actions/download/downloads.ts";
import type { DownloadScreen } from "../../src/actions/model/screen.ts";
import type { Session } from "../../src/actions/model/session.ts";
import type { MessageRef } from "../../src/actions/model/target.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Edited, Message, Unsent } from "../../src/messaging/messenger.ts";
import type { DriverKind } from "../../src/storage/driver.ts";
import { createLocks, type Locks } from "../../src/store/lock.ts";
import { testJobs } from "../test-jobs.ts";
import { recordingMessenger, startPikPakApp } from "./pikpak-app.ts";
import { inGroup, mia, signInAs, type TestApp } from "./test-app.ts";

const name = "mia@example.com";
const hash = "0123456789abcdef0123456789abcdef01234567";
const magnet = `magnet:?xt=urn:btih:${hash}&dn=a+film.mkv`;
const shown: MessageRef = { place: mia.person.id, kind: "private", language: "en", message: "7" };

let skipped = 0;
/** Waiting moves the clock on; while it is held a wait ends and nothing is later. */
let isHeld = false;
/** It is held as soon as the message shows these states. */
let heldAt: string | undefined;
const now = () => Date.now() + skipped;
const wait = async (ms: number, signal?: AbortSignal) => {
  signal?.throwIfAborted();
  if (!isHeld) skipped += ms;
  await sleep(5);
};

let locks: Locks;
/** What those who follow downloads have waited their turn for. */
let waitsFor: string[];

const letGo = () => {
  isHeld = false;
  heldAt = undefined;
};
let pikpak: PikPakEmulator;
let account: Account;
let at: TestApp;
let closeApp: () => Promise<void>;
let jobs: JobQueue;
let records: Keyv<KeptJob>;
/** What the message has shown. */
let edits: DownloadScreen[];
/** What was said in messages of its own. */
let sent: Message[];
let answerEdit: () => Edited;
let answerSend: () => Unsent | undefined;

beforeEach(async () => {
  skipped = 0;
  letGo();
  edits = [];
  sent = [];
  answerEdit = () => ({ is: "edited" });
  answerSend = () => undefined;
  records = new Keyv<KeptJob>();
  locks = createLocks();
  waitsFor = [];
  const opened = await startPikPakApp({ now, wait });
  ({ pikpak, account, at } = opened);
  closeApp = opened.close;
  begin();
});
afterEach(async () => {
  await jobs.stop();
  await closeApp();
});

/** A process: its queue, and who follows downloads. */
function begin(): void {
  jobs = testJobs(records, { now, wait: async (ms, signal) => sleep(Math.min(ms, 20), undefined, { signal }) });
  const messengers = recordingMessenger({
    answerEdit: () => answerEdit(),
    answerSend: () => answerSend(),
    edited(screen) {
      edits.push(screen as DownloadScreen);
      if (heldAt !== undefined && states()?.join() === heldAt) isHeld = true;
    },
    sent: (screen) => void sent.push(screen),
  });
  const { storage, sessions } = at.services;
  const downloads = createDownloads({
    jobs,
    storage,
    sessions,
    messengers,
    exclusive(key, work) {
      waitsFor.push(key);
      return locks.exclusive(key, work);
    },
    now,
    wait,
    log: { info: () => undefined, warn: () => undefined },
  });
  Object.assign(at.services, { downloads });
}

async function signedIn(): Promise<void> {
  await at.see(mia, signInAs(name, "correct-horse"), "listing");
}

/** Asks, and tells where the answer stands. */
async function ask(text: string, how: "download" | "say" = "download"): Promise<DownloadScreen> {
  const { screen, placed } = await at.do(mia, { do: how, text });
  if (screen.show !== "download") throw new Error(`expected a download, got ${JSON.stringify(screen)}`);
  await placed?.at(shown);
  return screen;
}

/** Signs in and has the magnet fetched, which is held while it runs. */
async function underWay(): Promise<DownloadScreen> {
  await signedIn();
  pikpak.rules.offlineTakes = 300_000;
  heldAt = "running";
  const screen = await ask(magnet);
  await expect.poll(() => states()).toEqual(["running"]);
  return screen;
}

const last = () => edits.at(-1);
const states = (screen = last()) => screen?.items.map(({ state }) => state.is);
const over = async () => {
  await expect.poll(() => last()?.is, { timeout: 10_000 }).toBe("over");
  return last() as DownloadScreen;
};
/** Until something is so, the time going on meanwhile. */
const untilSkipped = async (isSo: () => boolean) => {
  await expect.poll(() => ((skipped += 1000), isSo()), { timeout: 10_000 }).toBe(true);
};
const begun = () => pikpak.calls.filter(({ method, path }) => method === "POST" && path === "/drive/v1/files").length;

describe("a download that is followed in its message", () => {
  test("a magnet shows how far it is and how fast, and then opens as the file it became", async () => {
    await signedIn();
    pikpak.rules.offlineTakes = 60_000;
    const first = await ask(magnet);
    expect(first).toMatchObject({ is: "running", items: [{ name: "a film.mkv", state: { is: "waiting" } }], left: 0 });
    const end = await over();
    expect(end.items).toMatchObject([{ name: "a film.mkv", state: { is: "done", entry: { name: "a film.mkv" } } }]);
    const running = edits.map(({ items: [item] }) => item?.state).filter((state) => state?.is === "running");
    expect(running.length).toBeGreaterThan(2);
    expect(running.at(-1)).toMatchObject({ speed: expect.any(Number), left: expect.any(Number) });
    expect(await at.see(mia, { do: "open-download", view: end.view, index: 0 }, "file")).toMatchObject({
      entry: { name: "a film.mkv" },
    });
  });

  test("several addresses pasted in one message are one batch, each begun once, into the folder their person is in", async () => {
    const folder = pikpak.build.folder(account, undefined, "Films");
    await signedIn();
    await at.see(mia, { do: "browse", path: "Films" }, "listing");
    const screen = await ask(`${magnet}\n${hash}\nhttps://files.example/b.iso\nPikPak://c.zip|12|${hash}`, "say");
    expect(screen).toMatchObject({ trail: ["Films"] });
    expect(states(screen)).toEqual(["waiting", "waiting"]);
    const end = await over();
    expect(end.items.map(({ name: called }) => called)).toEqual(["a film.mkv", "c.zip"]);
    expect(begun()).toBe(2);
    const names = (await at.services.storage.folder(end.mount.id, folder.id)).entries.map((entry) => entry.name);
    expect(names.toSorted()).toEqual(["a film.mkv", "c.zip"]);
  });

  test("a web address that is all that is said is fetched, and one in a sentence or of PikPak itself is not", async () => {
    await signedIn();
    await ask("https://files.example/b.iso", "say");
    await over();
    for (const text of ["have you seen https://files.example/b.iso yet", "https://mypikpak.com/x/nothing"])
      expect(await at.see(mia, { do: "say", text }, "notice")).toMatchObject({ notice: "not-a-share-link" });
    expect(begun()).toBe(1);
  });

  test("a page of any service that shares are opened from is no file to fetch", () => {
    const own = (host: string): Pick<DriverKind, "ownsPage"> => ({ ownsPage: (url) => new URL(url).hostname === host });
    // Only what they own is asked of the kinds here.
    const kinds = [own("one.example"), {}, own("two.example")] as DriverKind[];
    const services = { ...at.services, storage: { ...at.services.storage, kinds } };
    const said = (text: string) => saidSources({ services }, text).map(({ url }) => url);
    expect(said("https://one.example/a")).toEqual([]);
    expect(said("https://two.example/a")).toEqual([]);
    expect(said("https://three.example/a")).toEqual(["https://three.example/a"]);
  });

  test("a download whose message cannot be edited any more is said to be over in a message of its own", async () => {
    await signedIn();
    answerEdit = () => ({ is: "closed" });
    await ask(magnet);
    await expect.poll(() => sent.length, { timeout: 10_000 }).toBe(1);
    expect(sent[0]).toMatchObject({ show: "download", is: "over", items: [{ state: { is: "done" } }] });
  });

  test("the end is said in a message of its own as soon as the chat takes one", async () => {
    await signedIn();
    answerEdit = () => ({ is: "closed" });
    let refused = 0;
    answerSend = () => (refused++ < 2 ? { is: "later", after: 1000 } : undefined);
    await ask(magnet);
    await untilSkipped(() => sent.length === 1);
    expect([refused, sent[0]]).toMatchObject([3, { is: "over", items: [{ state: { is: "done" } }] }]);
  });

  test("an end that the chat does not take yet is not turned into a cancelling, and is said by the next process", async () => {
    await signedIn();
    answerEdit = () => ({ is: "later", after: 10_000 });
    const { view } = await ask(magnet);
    await expect.poll(() => jobs.list(downloadKind), { timeout: 10_000 }).toEqual([]);
    expect(await at.see(mia, { do: "cancel-download", view }, "notice")).toMatchObject({ notice: "download-over" });
    await jobs.stop();
    answerEdit = () => ({ is: "edited" });
    begin();
    await untilSkipped(() => last()?.is === "over");
    expect([states(), sent]).toEqual([["done"], []]);
  });

  test("its buttons know what has come though the person did something in that message just then", async () => {
    await signedIn();
    const action = async () => {
      const session = await at.services.sessions.get(view.id);
      // The end is to be noted meanwhile.
      await expect.poll(() => waitsFor, { timeout: 10_000 }).toContain(`person:${mia.person.id}`);
      await at.services.sessions.set(view.id, { ...(session as Session), naming: "in folder" });
    };
    pikpak.rules.offlineTakes = 60_000;
    const { view } = await ask(magnet);
    await locks.exclusive(`person:${mia.person.id}`, action);
    await over();
    expect(await at.services.sessions.get(view.id)).toMatchObject({ naming: "in folder" });
    expect(await at.see(mia, { do: "open-download", view, index: 0 }, "file")).toMatchObject({
      entry: { name: "a film.mkv" },
    });
  });
});

describe("another folder for a download", () => {
  /** The folder of that name, in the picker that stands on the message. */
  const enterFolder = async (screen: DownloadScreen, called: string) => {
    const list = await at.see(mia, { do: "download-folder", view: screen.view }, "target");
    expect(list).toMatchObject({ carrying: list.fetched ? "fetch" : "move" });
    const index = list.recent.length + list.rows.findIndex(({ name: row }) => row === called);
    return at.see(mia, { do: "enter-target", view: list.view, index }, "target");
  };
  const inFolder = (id: string | undefined) =>
    pikpak.state.nodes.children(account.userId, id ?? "").map(({ name: called }) => called);
  const moves = () => pikpak.calls.filter(({ path }) => path === "/drive/v1/files:batchMove").length;

  test("one that is chosen while it is fetched is where it ends, and its message says so", async () => {
    const films = pikpak.build.folder(account, undefined, "Films");
    const screen = await underWay();
    const list = await enterFolder(screen, "Films");
    const shownNow = await at.see(mia, { do: "put-here", view: list.view }, "download");
    expect(shownNow).toMatchObject({ is: "running", trail: ["Films"], items: [{ name: "a film.mkv" }] });
    letGo();
    const end = await over();
    expect(end).toMatchObject({ trail: ["Films"], view: shownNow.view, items: [{ state: { is: "done" } }] });
    expect([inFolder(films.id), begun(), moves()]).toEqual([["a film.mkv"], 1, 1]);
    expect(await at.see(mia, { do: "open-download", view: end.view, index: 0 }, "file")).toMatchObject({
      trail: ["Films"],
    });
  });

  test("a folder chosen lately is one press", async () => {
    const films = pikpak.build.folder(account, undefined, "Films");
    const list = await enterFolder(await underWay(), "Films");
    await at.see(mia, { do: "put-here", view: list.view }, "download");
    letGo();
    await over();
    edits = [];
    heldAt = "running";
    await at.see(mia, { do: "browse", path: "/" }, "listing");
    const second = await ask("https://files.example/b.iso");
    await expect.poll(() => states()).toEqual(["running"]);
    const again = await at.see(mia, { do: "download-folder", view: second.view }, "target");
    expect(again.recent).toEqual([["Films"]]);
    expect(await at.see(mia, { do: "enter-target", view: again.view, index: 0 }, "download")).toMatchObject({
      trail: ["Films"],
    });
    letGo();
    await over();
    expect(inFolder(films.id)).toEqual(["a film.mkv", "b.iso"]);
  });

  test("nobody's choosing is drawn over by how far it is; the end is", async () => {
    pikpak.build.folder(account, undefined, "Films");
    const screen = await underWay();
    const list = await enterFolder(screen, "Films");
    edits = [];
    letGo();
    const end = await over();
    expect(edits).toHaveLength(1);
    // The folder was asked for on a screen that is gone: what has come goes there.
    expect(await at.see(mia, { do: "put-here", view: list.view }, "tidied")).toMatchObject({
      did: "moved",
      to: ["Films"],
    });
    expect(end.view.revision).toBeGreaterThan(list.view.revision);
  });

  test("who thinks better of it comes back to the download", async () => {
    pikpak.build.folder(account, undefined, "Films");
    const screen = await underWay();
    const list = await enterFolder(screen, "Films");
    expect(await at.see(mia, { do: "back", view: list.view }, "download")).toMatchObject({ is: "running", trail: [] });
    letGo();
    expect(await over()).toMatchObject({ trail: [] });
    expect([inFolder(undefined).includes("a film.mkv"), moves()]).toEqual([true, 0]);
  });

  test("what has come already is moved, by a press on the end of it", async () => {
    const films = pikpak.build.folder(account, undefined, "Films");
    await signedIn();
    await ask(magnet);
    const end = await over();
    expect(end.moves).toBe(true);
    const list = await enterFolder(end, "Films");
    expect(await at.see(mia, { do: "put-here", view: list.view }, "tidied")).toMatchObject({ did: "moved", count: 1 });
    expect(inFolder(films.id)).toEqual(["a film.mkv"]);
  });

  test("a folder that is gone by then leaves it where it is, and that is said", async () => {
    const films = pikpak.build.folder(account, undefined, "Films");
    const screen = await underWay();
    const list = await enterFolder(screen, "Films");
    await at.see(mia, { do: "put-here", view: list.view }, "download");
    pikpak.state.nodes.remove(films);
    letGo();
    const end = await over();
    expect(end.items[0]?.state).toMatchObject({ is: "done", stayed: "not-found" });
    expect(inFolder(undefined)).toContain("a film.mkv");
  });

  test("the next process goes by what was chosen, and moves nothing twice", async () => {
    const films = pikpak.build.folder(account, undefined, "Films");
    const screen = await underWay();
    const list = await enterFolder(screen, "Films");
    await at.see(mia, { do: "put-here", view: list.view }, "download");
    // The answer to the move is lost with the process.
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    pikpak.onCall(({ path }) => path === "/drive/v1/files:batchMove" && resolve());
    pikpak.fail({ path: "/drive/v1/files:batchMove", method: "POST", lost: true });
    letGo();
    await arrived;
    await jobs.stop();
    begin();
    expect(await over()).toMatchObject({ trail: ["Films"], items: [{ state: { is: "done" } }] });
    expect([inFolder(films.id), begun()]).toEqual([["a film.mkv"], 1]);
  });

  test("what is not begun yet begins in the folder that was chosen", async () => {
    const films = pikpak.build.folder(account, undefined, "Films");
    await signedIn();
    Object.assign(pikpak.rules, { offlineAtOnce: 1, offlineTakes: 100_000 });
    heldAt = "running,waiting";
    const screen = await ask(`${magnet}\nhttps://files.example/b.iso`);
    await expect.poll(() => states()).toEqual(["running", "waiting"]);
    const list = await enterFolder(screen, "Films");
    await at.see(mia, { do: "put-here", view: list.view }, "download");
    letGo();
    await over();
    expect([inFolder(films.id), moves()]).toEqual([["a film.mkv", "b.iso"], 1]);
  });
});

describe("what an address would bring", () => {
  const looked = () => pikpak.calls.filter(({ path }) => path === "/drive/v1/resource/list").length;

  test("its files are told page by page for one call, and the way back leads to the download", async () => {
    const files = Array.from({ length: 25 }, (_, n) => ({ path: `Show/e${n}.mkv`, size: 10 }));
    pikpak.rules.magnets = { [hash]: files };
    const screen = await underWay();
    const list = await at.see(mia, { do: "preview", view: screen.view }, "preview");
    expect(list).toMatchObject({ name: "Show", total: { count: 25, size: 250 }, page: { number: 1 }, isCut: false });
    const next = await at.see(mia, { do: "turn", view: list.view, page: 2 }, "preview");
    expect(next.files[0]?.name).not.toBe(list.files[0]?.name);
    expect(looked()).toBe(1);
    expect(await at.see(mia, { do: "back", view: next.view }, "download")).toMatchObject({ is: "running" });
    letGo();
    expect(states(await over())).toEqual(["done"]);
  });

  test("a drive that does not know says so, and is asked again by the next who wants to know", async () => {
    pikpak.rules.magnets = { [hash]: [] };
    const screen = await underWay();
    const list = await at.see(mia, { do: "preview", view: screen.view }, "preview");
    expect(list).toMatchObject({ files: [], name: "a film.mkv", total: { count: 0 } });
    await at.see(mia, { do: "preview", view: screen.view }, "preview");
    expect(looked()).toBe(2);
  });

  test("the end of the download takes its place", async () => {
    const screen = await underWay();
    const list = await at.see(mia, { do: "preview", view: screen.view }, "preview");
    edits = [];
    letGo();
    const end = await over();
    expect(edits).toHaveLength(1);
    expect(end.view.revision).toBeGreaterThan(list.view.revision);
    expect(await at.see(mia, { do: "open-download", view: end.view, index: 0 }, "file")).toMatchObject({
      entry: { name: "a film.mkv" },
    });
  });

  test("of several addresses nothing is offered", async () => {
    await signedIn();
    expect(await ask(`${magnet}\nhttps://files.example/b.iso`)).toMatchObject({ tells: false });
  });
});

describe("what does not get on", () => {
  const stuck = async () => {
    await signedIn();
    Object.assign(pikpak.rules, { offlineStalls: true, offlineTakes: 20_000 });
    const screen = await ask(magnet);
    const isStill = () => last()?.items.some(({ state }) => state.is === "running" && state.still !== undefined);
    await expect.poll(() => ((skipped += 60_000), isStill()), { timeout: 10_000 }).toBe(true);
    return screen;
  };
  const forgotten = () => pikpak.calls.filter(({ path, method }) => path === "/drive/v1/tasks" && method === "DELETE");

  test("it is begun afresh from its message, once, and the part of it that was there goes", async () => {
    const screen = await stuck();
    pikpak.rules.offlineStalls = false;
    expect(await at.see(mia, { do: "restart-download", view: screen.view }, "download")).toMatchObject({
      is: "running",
    });
    expect(states(await over())).toEqual(["done"]);
    expect([begun(), forgotten().length, pikpak.state.tasks.size]).toEqual([2, 1, 1]);
    expect(pikpak.state.nodes.children(account.userId, "").filter((node) => !node.folder)).toHaveLength(1);
    expect(await at.see(mia, { do: "restart-download", view: screen.view }, "notice")).toMatchObject({
      notice: "download-over",
    });
  });

  test("a process that ends amidst it begins it once", async () => {
    const screen = await stuck();
    pikpak.rules.offlineStalls = false;
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    pikpak.onCall((call) => call.method === "DELETE" && call.path === "/drive/v1/tasks" && resolve());
    await at.see(mia, { do: "restart-download", view: screen.view }, "download");
    await arrived;
    await jobs.stop();
    begin();
    expect(states(await over())).toEqual(["done"]);
    expect(pikpak.state.tasks.size).toBe(1);
    expect(pikpak.state.nodes.children(account.userId, "").filter((node) => !node.folder)).toHaveLength(1);
  });

  test("its card says since when, and begins it afresh in its folder", async () => {
    const films = pikpak.build.folder(account, undefined, "Films");
    await signedIn();
    const { id: mount } = (await at.see(mia, { do: "tasks" }, "tasks")).mount;
    pikpak.rules.offlineStalls = true;
    await at.services.storage.download(mount, magnet, films.id);
    skipped += 3 * 3_600_000;
    const list = await at.see(mia, { do: "tasks" }, "tasks");
    const card = await at.see(mia, { do: "task", view: list.view, index: 0 }, "task");
    expect(card.task).toMatchObject({ phase: "running", still: expect.closeTo(3 * 3_600_000, -5) });
    pikpak.rules.offlineStalls = false;
    const again = await at.see(mia, { do: "retry-task", view: card.view }, "task");
    expect(again.task).toMatchObject({ phase: "running", progress: 0 });
    expect(again.task.still).toBeUndefined();
    expect([begun(), forgotten().length, pikpak.state.tasks.size]).toEqual([2, 1, 1]);
    expect(pikpak.state.nodes.children(account.userId, films.id)).toHaveLength(1);
    expect(await jobs.list(downloadRestartKind)).toEqual([]);
  });

  test("a process that ends between the end of a task of the list and its new beginning leaves that to the next one", async () => {
    const films = pikpak.build.folder(account, undefined, "Films");
    await signedIn();
    const { id: mount } = (await at.see(mia, { do: "tasks" }, "tasks")).mount;
    pikpak.rules.offlineStalls = true;
    await at.services.storage.download(mount, magnet, films.id);
    skipped += 3_600_000;
    const list = await at.see(mia, { do: "tasks" }, "tasks");
    const card = await at.see(mia, { do: "task", view: list.view, index: 0 }, "task");
    // It does not come to a new task, and its answer is delivered nowhere.
    Object.assign(pikpak.rules, { offlineStalls: false, offlineAtOnce: 0 });
    await at.do(mia, { do: "retry-task", view: card.view });
    expect(pikpak.state.tasks.size).toBe(0);
    await jobs.stop();
    pikpak.rules.offlineAtOnce = 20;
    begin();
    skipped += 61_000;
    await expect.poll(() => sent.length, { timeout: 10_000 }).toBe(1);
    expect(sent).toMatchObject([{ show: "download", trail: ["Films"], items: [{ state: { is: "done" } }] }]);
    expect(pikpak.state.tasks.size).toBe(1);
    expect(pikpak.state.nodes.children(account.userId, films.id)).toHaveLength(1);
  });

  test("a process that ends before a task of the list is ended leaves it as it is", async () => {
    await signedIn();
    const { id: mount } = (await at.see(mia, { do: "tasks" }, "tasks")).mount;
    pikpak.rules.offlineStalls = true;
    const { id } = await at.services.storage.download(mount, magnet, undefined);
    skipped += 3_600_000;
    const list = await at.see(mia, { do: "tasks" }, "tasks");
    const card = await at.see(mia, { do: "task", view: list.view, index: 0 }, "task");
    pikpak.fail({ path: "/drive/v1/tasks", method: "DELETE", status: 403, error: "permission_denied", code: 7 });
    await at.do(mia, { do: "retry-task", view: card.view });
    expect(await jobs.list(downloadRestartKind)).toHaveLength(1);
    skipped += 61_000;
    await expect.poll(() => jobs.list(downloadRestartKind), { timeout: 10_000 }).toEqual([]);
    expect([...pikpak.state.tasks.keys()]).toEqual([id]);
    expect([begun(), await jobs.list(downloadKind)]).toEqual([1, []]);
  });

  test("an address whose task is gone and could not be begun again is kept, and tried on", async () => {
    await signedIn();
    const { id: mount } = (await at.see(mia, { do: "tasks" }, "tasks")).mount;
    pikpak.rules.offlineStalls = true;
    await at.services.storage.download(mount, magnet, undefined);
    skipped += 3_600_000;
    const list = await at.see(mia, { do: "tasks" }, "tasks");
    const card = await at.see(mia, { do: "task", view: list.view, index: 0 }, "task");
    Object.assign(pikpak.rules, { offlineStalls: false, offlineAtOnce: 0 });
    const { screen, placed } = await at.do(mia, { do: "retry-task", view: card.view });
    expect(screen).toMatchObject({ show: "download", items: [{ name: "a film.mkv", state: { is: "waiting" } }] });
    pikpak.rules.offlineAtOnce = 20;
    await placed?.at(shown);
    expect(states(await over())).toEqual(["done"]);
  });
});

describe("a process that ends in the middle", () => {
  test("a download is followed by the next process, which begins nothing twice", async () => {
    await signedIn();
    pikpak.rules.offlineTakes = 300_000;
    heldAt = "running,running";
    await ask(`${magnet}\nhttps://files.example/b.iso`);
    await expect.poll(() => states()).toEqual(["running", "running"]);
    await jobs.stop();
    letGo();
    begin();
    await over();
    expect(states()).toEqual(["done", "done"]);
    expect(begun()).toBe(2);
  });

  test("a download that was begun and not noted is found again by the next process", async () => {
    await signedIn();
    pikpak.rules.offlineTakes = 300_000;
    isHeld = true;
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    pikpak.onCall((call) => call.method === "POST" && call.path === "/drive/v1/files" && resolve());
    // The answer comes too late for this process.
    pikpak.fail({ path: "/drive/v1/files", method: "POST", lost: true });
    await ask(magnet);
    await arrived;
    await jobs.stop();
    letGo();
    begin();
    await over();
    expect(states()).toEqual(["done"]);
    expect(begun()).toBe(1);
    expect(pikpak.state.tasks.size).toBe(1);
  });

  test("it is waited for a drive that cannot say what was begun, and nothing is begun twice", async () => {
    await signedIn();
    pikpak.rules.offlineTakes = 300_000;
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    pikpak.onCall((call) => call.method === "POST" && call.path === "/drive/v1/files" && resolve());
    pikpak.fail({ path: "/drive/v1/files", method: "POST", lost: true });
    await ask(magnet);
    await arrived;
    await jobs.stop();
    pikpak.fail({ path: "/drive/v1/tasks", method: "GET", reset: true, times: 10 });
    begin();
    await over();
    expect(states()).toEqual(["done"]);
    expect([begun(), pikpak.state.tasks.size]).toEqual([1, 1]);
  });
});

describe("somebody is forgotten", () => {
  test("what their drive fetches it goes on with, and nobody is told that it was cancelled", async () => {
    await signedIn();
    pikpak.rules.offlineTakes = 36_000_000;
    await ask(magnet);
    await expect.poll(() => states()).toEqual(["running"]);
    const question = await at.see(mia, { do: "forget" }, "question");
    expect(await at.see(mia, { do: "confirm", view: question.view }, "notice")).toMatchObject({
      notice: "forgotten",
    });
    await expect.poll(() => last()?.is, { timeout: 10_000 }).toBe("lost");
    expect(states()).toEqual(["running"]);
    expect(pikpak.state.tasks.size).toBe(1);
  });
});

describe("what goes wrong is said", () => {
  test("a failed download can be begun again", async () => {
    await signedIn();
    pikpak.rules.offlineFails = true;
    await ask(magnet);
    const end = await over();
    expect(end.items[0]?.state).toEqual({ is: "failed", code: "download-failed" });
    pikpak.rules.offlineFails = false;
    edits = [];
    const { screen, placed } = await at.do(mia, { do: "retry-download", view: end.view });
    expect(screen).toMatchObject({ show: "download", is: "running" });
    await placed?.at(shown);
    expect(await at.see(mia, { do: "retry-download", view: end.view }, "notice")).toMatchObject({
      notice: "download-over",
    });
    expect((await over()).items).toMatchObject([{ state: { is: "done" } }]);
  });

  test("a batch that meets the limit of the day in the middle does not ask for the rest, and says so", async () => {
    await signedIn();
    pikpak.rules.offlineLimit = 2;
    await ask([1, 2, 3, 4, 5].map((n) => `https://files.example/${n}`).join("\n"));
    const end = await over();
    expect(states(end)).toEqual(["done", "done", "failed", "failed", "failed"]);
    expect(end.items.at(-1)?.state).toMatchObject({ code: "daily-limit" });
    expect(begun()).toBe(3);
  });

  test("a download waits for its turn where as many run as may", async () => {
    await signedIn();
    Object.assign(pikpak.rules, { offlineAtOnce: 1, offlineTakes: 100_000 });
    heldAt = "running,waiting";
    await ask("https://files.example/1\nhttps://files.example/2");
    await expect.poll(() => states()?.join()).toBe("running,waiting");
    letGo();
    expect(states(await over())).toEqual(["done", "done"]);
  });

  test("a download that is removed in the app is said to be gone", async () => {
    await signedIn();
    pikpak.rules.offlineTakes = 3_600_000;
    heldAt = "running";
    await ask(magnet);
    await expect.poll(() => states()).toEqual(["running"]);
    pikpak.state.tasks.clear();
    letGo();
    expect(states(await over())).toEqual(["gone"]);
  });

  test("a download that is cancelled is cancelled at the drive as well", async () => {
    await signedIn();
    pikpak.rules.offlineTakes = 36_000_000;
    heldAt = "running";
    const { view } = await ask(magnet);
    await expect.poll(() => states()).toEqual(["running"]);
    expect(await at.see(mia, { do: "cancel-download", view }, "notice")).toMatchObject({ notice: "download-stopped" });
    letGo();
    expect(states(await over())).toEqual(["cancelled"]);
    expect(pikpak.state.tasks.size).toBe(0);
    expect(await at.see(mia, { do: "cancel-download", view }, "notice")).toMatchObject({ notice: "download-over" });
  });

  test("a download without a drive that can, without an address, or in a group is refused in words of its own", async () => {
    expect(await at.see(mia, { do: "download", text: magnet }, "notice")).toMatchObject({
      notice: "no-drive",
      offer: ["add-account"],
    });
    expect(await at.see(mia, { do: "say", text: hash }, "notice")).toMatchObject({ notice: "no-drive" });
    expect(await at.see(mia, { do: "download", text: "good morning" }, "notice")).toMatchObject({
      notice: "download-what",
    });
    expect(await at.see(inGroup(mia), { do: "download", text: magnet }, "notice")).toMatchObject({
      notice: "private-only",
    });
  });
});

describe("the list of tasks", () => {
  test("the list of tasks shows what runs first, page after page, and each task can be looked at, cancelled or begun again", async () => {
    await signedIn();
    const { storage } = at.services;
    const { id: mount } = (await at.see(mia, { do: "tasks" }, "tasks")).mount;
    for (let n = 0; n < 9; n++) await storage.download(mount, `https://files.example/done${n}`, undefined);
    skipped += 6000;
    pikpak.rules.offlineFails = true;
    await storage.download(mount, "https://files.example/failed", undefined);
    skipped += 6000;
    pikpak.rules.offlineFails = false;
    pikpak.rules.offlineTakes = 3_600_000;
    await storage.download(mount, "https://files.example/runs", undefined);
    const list = await at.see(mia, { do: "tasks" }, "tasks");
    expect(list).toMatchObject({ page: { number: 1, count: 2 }, total: { running: 1, failed: 1, done: 9 } });
    expect(list.tasks.slice(0, 2)).toMatchObject([
      { name: "runs", phase: "running" },
      { name: "failed", phase: "failed", reason: "download-failed" },
    ]);
    const second = await at.see(mia, { do: "turn", view: list.view, page: 2 }, "tasks");
    expect(second.tasks).toHaveLength(3);
    const done = await at.see(mia, { do: "task", view: second.view, index: 0 }, "task");
    expect(done).toMatchObject({ opens: true, task: { phase: "done" } });
    expect(await at.see(mia, { do: "open-task", view: done.view }, "file")).toMatchObject({
      entry: { name: done.task.name },
    });
    const failed = await at.see(mia, { do: "task", view: list.view, index: 1 }, "task");
    expect(await at.see(mia, { do: "retry-task", view: failed.view }, "task")).toMatchObject({
      task: { name: expect.stringContaining("failed"), phase: "running" },
    });
    const runs = await at.see(mia, { do: "task", view: list.view, index: 0 }, "task");
    const after = await at.see(mia, { do: "cancel-task", view: runs.view, withFiles: true }, "tasks");
    expect(after.total).toEqual({ running: 1, failed: 0, done: 9 });
    const cleared = await at.see(mia, { do: "clear-tasks", view: after.view }, "tasks");
    expect(cleared.total).toEqual({ running: 1, failed: 0, done: 0 });
    expect(await at.see(mia, { do: "back", view: runs.view }, "tasks")).toMatchObject({ show: "tasks" });
  });

  test("a press on the list of tasks begins all failed ones again, and says when there are none", async () => {
    await signedIn();
    const { storage } = at.services;
    const { mount, view: empty } = await at.see(mia, { do: "tasks" }, "tasks");
    expect(await at.see(mia, { do: "retry-tasks", view: empty }, "notice")).toMatchObject({
      notice: "tasks-none-failed",
    });
    pikpak.rules.offlineFails = true;
    for (const n of [1, 2, 3]) await storage.download(mount.id, `https://files.example/${n}`, undefined);
    skipped += 6000;
    Object.assign(pikpak.rules, { offlineFails: false, offlineTakes: 3_600_000 });
    const list = await at.see(mia, { do: "tasks" }, "tasks");
    const after = await at.see(mia, { do: "retry-tasks", view: list.view }, "tasks");
    expect(after.total).toEqual({ running: 3, failed: 0, done: 0 });
    pikpak.rules.offlineLimit = 0;
    expect(await at.see(mia, { do: "tasks" }, "tasks")).toMatchObject({ total: { running: 3 } });
  });
});
