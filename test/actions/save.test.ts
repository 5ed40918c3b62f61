import { setTimeout as sleep } from "node:timers/promises";
import { Keyv } from "keyv";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Node } from "../../emulators/pikpak/node.ts";
import type { PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Account, ShareStatus } from "../../emulators/pikpak/state.ts";
import { createSaves } from "../../src/actions/save/saves.ts";
import type { SaveScreen, SaveState } from "../../src/actions/model/screen.ts";
import type { MessageRef } from "../../src/actions/model/target.ts";
import type { Session, ViewRef } from "../../src/actions/model/session.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Edited, Message, Unsent } from "../../src/messaging/messenger.ts";
import { createLocks, type Locks } from "../../src/store/lock.ts";
import { testJobs } from "../test-jobs.ts";
import { choose } from "./choosing.ts";
import { recordingMessenger, startPikPakApp } from "./pikpak-app.ts";
import { inGroup, jun, mia, signInAs, type TestApp } from "./test-app.ts";

const name = "mia@example.com";
const restore = "/drive/v1/share/restore";
const shown: MessageRef = { place: mia.person.id, kind: "private", language: "en", message: "7" };

let skipped = 0;
/** Waiting moves the clock on; while it is held a wait ends and nothing is later. */
let isHeld = false;
const now = () => Date.now() + skipped;
const wait = async (ms: number, signal?: AbortSignal) => {
  signal?.throwIfAborted();
  if (!isHeld) skipped += ms;
  await sleep(5, undefined, { signal });
};

let locks: Locks;
/** What those who save have waited their turn for. */
let waitsFor: string[];
let pikpak: PikPakEmulator;
let account: Account;
let ben: Account;
let at: TestApp;
let closeApp: () => Promise<void>;
let jobs: JobQueue;
let records: Keyv<KeptJob>;
/** What the message has shown. */
let edits: SaveScreen[];
/** What was said in messages of its own. */
let sent: Message[];
let answerEdit: () => Edited;
let answerSend: () => Unsent | undefined;

beforeEach(async () => {
  skipped = 0;
  isHeld = false;
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
  ben = pikpak.build.account({ username: "ben@example.com", email: "ben@example.com", password: "battery" });
  begin();
});
afterEach(async () => {
  await jobs.stop();
  await closeApp();
});

/** A process: its queue, and who saves. */
function begin(): void {
  jobs = testJobs(records, { now, wait: async (ms, signal) => sleep(Math.min(ms, 20), undefined, { signal }) });
  const messengers = recordingMessenger({
    answerEdit: () => answerEdit(),
    answerSend: () => answerSend(),
    edited: (screen) => void edits.push(screen as SaveScreen),
    sent: (screen) => void sent.push(screen),
  });
  const { storage, sessions, newId } = at.services;
  const saves = createSaves({
    jobs,
    storage,
    sessions,
    messengers,
    addressOf: async (_mount, entry, { person }) => ({
      url: `https://dl.example/${entry.name}?for=${person}`,
      via: "redirect",
    }),
    exclusive(key, work) {
      waitsFor.push(key);
      return locks.exclusive(key, work);
    },
    now,
    wait,
    newId,
    log: { info: () => undefined, warn: () => undefined },
  });
  Object.assign(at.services, { saves });
}

const signedIn = () => at.see(mia, signInAs(name, "correct-horse"), "listing");
const film = (called = "film.mkv", parent?: Node) => pikpak.build.file(ben, parent, { name: called, size: 100 });
const linkOf = (nodes: readonly Node[], more: { passCode?: string; status?: ShareStatus } = {}, owner = ben) =>
  `https://mypikpak.com/s/${pikpak.build.share(owner, { title: "gift", nodes, ...more }).id}`;
const season = () => {
  const folder = pikpak.build.folder(ben, undefined, "season");
  film("1.mkv", folder);
  film("2.mkv", folder);
  return folder;
};

/** Presses, and tells where the answer stands. */
async function save(view: ViewRef, press: "save" | "retry-save" = "save"): Promise<SaveScreen> {
  const { screen, placed } = await at.do(mia, { do: press, view });
  if (screen.show !== "save") throw new Error(`expected a saving, got ${JSON.stringify(screen)}`);
  await placed?.at(shown);
  return screen;
}

const openFile = async (link: string) => at.see(mia, { do: "open-share", text: link }, "file");
const openFolder = async (link: string) => at.see(mia, { do: "open-share", text: link }, "listing");

const last = () => edits.at(-1)?.state;
async function over(): Promise<SaveScreen & { readonly state: SaveState }> {
  await expect.poll(() => ["waiting", "sent", undefined].includes(last()?.is), { timeout: 10_000 }).toBe(false);
  return edits.at(-1) as SaveScreen;
}
const asked = () => pikpak.calls.filter(({ path }) => path === restore).length;
const own = (parent?: Node) => pikpak.state.nodes.children(account.userId, parent?.id ?? "").map((node) => node.name);
const target = async () => {
  const folder = pikpak.build.folder(account, undefined, "Films");
  await signedIn();
  await at.see(mia, { do: "browse", path: "Films" }, "listing");
  return folder;
};

describe("what is chosen of a share", () => {
  test("what is chosen of one folder is saved at once, and nothing else of it", async () => {
    const films = await target();
    const listing = await openFolder(linkOf([film("1.mkv"), film("2.mkv"), film("3.mkv")]));
    expect(listing.can).toContain("select");
    const card = await choose(at, mia, listing.view, ["1.mkv", "3.mkv"]);
    expect(card.can).toEqual(["save", "list-folder"]);
    expect(await save(card.view)).toMatchObject({ name: "1.mkv (+1)" });
    expect((await over()).state).toMatchObject({ is: "done", entries: [{ name: "1.mkv" }, { name: "3.mkv" }] });
    expect(own(films).toSorted()).toEqual(["1.mkv", "3.mkv"]);
    expect(asked()).toBe(1);
  });

  test("what is chosen of several folders is saved in one go, a call for each folder, and told in one message", async () => {
    const films = await target();
    const listing = await openFolder(linkOf([film("0.mkv"), season()]));
    const card = await choose(at, mia, listing.view, ["0.mkv", "season/", "1.mkv", "2.mkv"]);
    expect(await save(card.view)).toMatchObject({ name: "0.mkv (+2)" });
    const { state } = await over();
    if (state.is !== "done") throw new Error(`not saved: ${JSON.stringify(state)}`);
    expect(state.entries.map((entry) => entry.name).toSorted()).toEqual(["0.mkv", "1.mkv", "2.mkv"]);
    expect(own(films).toSorted()).toEqual(["0.mkv", "1.mkv", "2.mkv"]);
    expect(asked()).toBe(2);
  });

  test("of a folder and what lies in it the folder alone is asked for, beside what is elsewhere", async () => {
    const films = await target();
    const listing = await openFolder(linkOf([film("0.mkv"), season()]));
    const card = await choose(at, mia, listing.view, ["0.mkv", "season", "season/", "1.mkv"]);
    await save(card.view);
    expect((await over()).state).toMatchObject({ is: "done", entries: [{ name: "0.mkv" }, { name: "season" }] });
    expect(own(films).toSorted()).toEqual(["0.mkv", "season"]);
    expect(asked()).toBe(1);
  });

  test("films of equal names out of several folders come both, and what is there already of one of them once", async () => {
    pikpak.rules.restoreTraces = false;
    const films = await target();
    const other = pikpak.build.folder(ben, undefined, "other");
    pikpak.build.file(ben, other, { name: "1.mkv", size: 200 });
    const listing = await openFolder(linkOf([other, season()]));
    const card = await choose(at, mia, listing.view, ["other/", "1.mkv"]);
    const more = await at.see(mia, { do: "select", view: card.view }, "select");
    const up = await at.see(mia, { do: "up", view: more.view }, "select");
    const into = await at.see(
      mia,
      { do: "enter", view: up.view, index: up.rows.findIndex((row) => row.name === "season") },
      "select",
    );
    const picked = await at.see(
      mia,
      { do: "pick", view: into.view, index: into.rows.findIndex((row) => row.name === "1.mkv") },
      "select",
    );
    const both = await at.see(mia, { do: "tidy-selection", view: picked.view }, "tidy");
    await save(both.view);
    const { state } = await over();
    if (state.is !== "done") throw new Error(`not saved: ${JSON.stringify(state)}`);
    expect(state.entries.map((entry) => entry.size)).toEqual(expect.arrayContaining([100, 200]));
    expect(own(films)).toHaveLength(2);
  });
});

describe("a press on Save", () => {
  test("a press saves a file of a share into the folder its person is in, and gives its full link at once", async () => {
    const films = await target();
    const card = await openFile(linkOf([film()]));
    expect(card.can).toContain("save-share");
    const first = await save(card.view);
    expect(first).toMatchObject({ name: "film.mkv", trail: ["Films"], state: { is: "waiting" } });
    const end = await over();
    expect(end.state).toMatchObject({
      is: "done",
      isPresent: false,
      trail: ["Films"],
      can: ["tidy"],
      entries: [{ name: "film.mkv" }],
      address: { url: "https://dl.example/film.mkv?for=telegram:1" },
    });
    expect(own(films)).toEqual(["film.mkv"]);
    // Its buttons are those of the file's own card: it can be put elsewhere from there.
    expect(await at.see(mia, { do: "tidy", view: end.view }, "tidy")).toMatchObject({ trail: ["Films"] });
    expect(await at.see(mia, { do: "link", view: end.view }, "link")).toMatchObject({ entry: { name: "film.mkv" } });
    expect(await at.see(mia, { do: "back", view: end.view }, "listing")).toMatchObject({ trail: ["Films"] });
  });

  test("a press saves the folder that is open with all that is in it, and opens it", async () => {
    const films = await target();
    const listing = await openFolder(linkOf([season(), film("readme.txt")]));
    const inside = await at.see(mia, { do: "open", view: listing.view, index: 0 }, "listing");
    expect(await save(inside.view)).toMatchObject({ name: "season" });
    const end = await over();
    expect(end.state).toMatchObject({ is: "done", entries: [{ name: "season", kind: "folder" }] });
    expect(own(films)).toEqual(["season"]);
    const opened = await at.see(mia, { do: "open-saved", view: end.view, index: 0 }, "listing");
    expect(opened).toMatchObject({ trail: ["Films", "season"], rows: [{ name: "1.mkv" }, { name: "2.mkv" }] });
    expect(await at.see(mia, { do: "back", view: end.view }, "listing")).toMatchObject({ trail: ["Films"] });
  });

  test("a press at the top of a share with a code saves the whole of it", async () => {
    const films = await target();
    const link = linkOf([season(), film("readme.txt")], { passCode: "ab12" });
    const listing = await openFolder(`${link}?pwd=ab12`);
    expect(await save(listing.view)).toMatchObject({ name: expect.any(String) });
    expect((await over()).state).toMatchObject({ is: "done", entries: [{}, {}] });
    expect(own(films).toSorted()).toEqual(["readme.txt", "season"]);
  });

  test("a press saves into the service's own folder, and names it, where its person is in no folder", async () => {
    await signedIn();
    await save((await openFile(linkOf([film()]))).view);
    expect((await over()).state).toMatchObject({ is: "done", trail: ["Pack From Shared"] });
    expect(own(pikpak.state.nodes.children(account.userId, "").find(({ folder }) => folder))).toEqual(["film.mkv"]);
  });
});

describe("nothing is there twice", () => {
  test("a file that is there already is not saved again, and its link is given as well", async () => {
    await target();
    const link = linkOf([film()]);
    await save((await openFile(link)).view);
    await over();
    edits = [];
    await save((await openFile(link)).view);
    expect((await over()).state).toMatchObject({ is: "done", isPresent: true, address: {} });
    expect(asked()).toBe(1);
  });

  test("a second press while the saving is under way says so", async () => {
    await target();
    pikpak.rules.workTakes = 60_000;
    isHeld = true;
    const link = linkOf([season()]);
    await save((await openFolder(link)).view);
    const again = await openFolder(link);
    expect(await at.see(mia, { do: "save", view: again.view }, "notice")).toMatchObject({ notice: "save-busy" });
    isHeld = false;
    expect((await over()).state).toMatchObject({ is: "done" });
    expect(asked()).toBe(1);
  });

  test("a press that is brought again while its saving is under way leaves it its message, which tells the end", async () => {
    await target();
    pikpak.rules.workTakes = 60_000;
    isHeld = true;
    const { view } = await openFolder(linkOf([season()]));
    await save(view);
    expect(await at.see(mia, { do: "save", view }, "notice")).toMatchObject({ notice: "save-busy" });
    isHeld = false;
    expect((await over()).state).toMatchObject({ is: "done" });
    expect(sent).toEqual([]);
    expect(asked()).toBe(1);
  });

  test("a saving whose process ends in the middle is finished by the next one, which finds the folder and sends nothing again", async () => {
    const films = await target();
    pikpak.rules.workTakes = 30_000;
    isHeld = true;
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    pikpak.onCall(({ path }) => path === restore && resolve());
    await save((await openFolder(linkOf([season()]))).view);
    await arrived;
    await jobs.stop();
    isHeld = false;
    begin();
    expect((await over()).state).toMatchObject({ is: "done", isPresent: false, entries: [{ name: "season" }] });
    expect(asked()).toBe(1);
    expect(own(films)).toEqual(["season"]);
  });

  test("a saving whose answer is lost is read back, and sent once", async () => {
    const films = await target();
    pikpak.fail({ path: restore, lost: true });
    await save((await openFile(linkOf([film()]))).view);
    expect((await over()).state).toMatchObject({ is: "done" });
    expect(own(films)).toEqual(["film.mkv"]);
    expect(asked()).toBe(1);
  });
});

describe("a saving that is under way", () => {
  test("a saving the drive has begun cannot be cancelled, and ends in a message of its own where its person has gone on", async () => {
    await target();
    pikpak.rules.workTakes = 600_000;
    isHeld = true;
    const screen = await save((await openFile(linkOf([film()]))).view);
    await expect.poll(last, { timeout: 10_000 }).toEqual({ is: "sent" });
    expect(await at.see(mia, { do: "cancel-save", view: screen.view }, "notice")).toMatchObject({
      notice: "save-too-late",
    });
    await at.see(mia, { do: "back", view: screen.view }, "file");
    isHeld = false;
    await expect.poll(() => sent.length, { timeout: 10_000 }).toBe(1);
    const [end] = sent as SaveScreen[];
    expect(end).toMatchObject({ show: "save", state: { is: "done" } });
    expect(last()).toEqual({ is: "sent" });
    const { view } = end as SaveScreen;
    expect(await at.see(mia, { do: "link", view }, "link")).toMatchObject({ entry: { name: "film.mkv" } });
  });

  test("a message of its own comes as soon as the chat takes one", async () => {
    await target();
    answerEdit = () => ({ is: "closed" });
    let refused = 0;
    answerSend = () => (refused++ < 2 ? { is: "later", after: 1000 } : undefined);
    await save((await openFile(linkOf([film()]))).view);
    await expect.poll(() => ((skipped += 1000), sent.length), { timeout: 10_000 }).toBe(1);
    expect([refused, sent[0]]).toMatchObject([3, { show: "save", state: { is: "done" } }]);
  });

  test("what the person does in its message just when it ends stays done, and its buttons know what was saved", async () => {
    await target();
    const { view } = await save((await openFile(linkOf([film()]))).view);
    await locks.exclusive(`person:${mia.person.id}`, async () => {
      const session = await at.services.sessions.get(view.id);
      // The end is to be noted meanwhile.
      await expect.poll(() => waitsFor, { timeout: 10_000 }).toContain(`person:${mia.person.id}`);
      await at.services.sessions.set(view.id, { ...(session as Session), naming: "in folder" });
    });
    await over();
    expect(await at.services.sessions.get(view.id)).toMatchObject({ naming: "in folder" });
    expect(await at.see(mia, { do: "link", view }, "link")).toMatchObject({ entry: { name: "film.mkv" } });
  });

  test("a saving that was not asked for yet is cancelled, and can be begun again", async () => {
    const films = await target();
    await jobs.stop();
    const card = await openFile(linkOf([film()]));
    const screen = await save(card.view);
    expect(await at.see(mia, { do: "cancel-save", view: screen.view }, "notice")).toMatchObject({
      notice: "save-stopped",
    });
    begin();
    expect((await over()).state).toEqual({ is: "cancelled" });
    expect(own(films)).toEqual([]);
    expect(await at.see(mia, { do: "cancel-save", view: screen.view }, "notice")).toMatchObject({
      notice: "save-over",
    });
    edits = [];
    await save(screen.view, "retry-save");
    expect((await over()).state).toMatchObject({ is: "done" });
  });
});

describe("what goes wrong is said", () => {
  test.each([
    ["a share of one's own", "own-share", () => ({ owner: account, status: "OK" as const })],
    [
      "a share that was saved as often as it may be",
      "share-restore-limit",
      () => ({ status: "MAX_RESTORE_COUNT" as const }),
    ],
  ])("%s is refused by name", async (_what, code, options) => {
    await target();
    const { owner = ben, status }: { owner?: Account; status: ShareStatus } = options();
    const node = pikpak.build.file(owner, undefined, { name: "film.mkv", size: 100 });
    const link = linkOf([node], {}, owner);
    const card = await openFile(link);
    for (const share of pikpak.state.shares.values()) share.status = status;
    await save(card.view);
    expect((await over()).state).toMatchObject({ is: "failed", code });
  });

  test("a full drive is said, and another try goes through when there is room", async () => {
    await target();
    Object.assign(account.quota, { limit: 10 });
    const card = await openFile(linkOf([film()]));
    await save(card.view);
    const end = await over();
    expect(end).toMatchObject({ state: { is: "failed", code: "no-space" }, offer: ["retry-save", "open-mount"] });
    Object.assign(account.quota, { limit: 10_000 });
    edits = [];
    await save(end.view, "retry-save");
    expect((await over()).state).toMatchObject({ is: "done" });
  });

  test("a folder that is gone is said, and another try goes to the top of the drive", async () => {
    const films = await target();
    const card = await openFile(linkOf([film()]));
    pikpak.state.nodes.remove(films);
    await save(card.view);
    const end = await over();
    expect(end.state).toMatchObject({ is: "failed", code: "target-gone" });
    edits = [];
    await save(end.view, "retry-save");
    expect((await over()).state).toMatchObject({ is: "done", trail: ["Pack From Shared"] });
  });

  test("a person without a drive that can save is told to sign in", async () => {
    const card = await openFile(linkOf([film()]));
    expect(await at.see(mia, { do: "save", view: card.view }, "notice")).toMatchObject({
      notice: "no-drive-to-save",
      offer: ["add-account"],
    });
  });
});

describe("in a group", () => {
  test("a share's file is saved for the presser alone, and the group's message stays", async () => {
    await signedIn();
    const card = await at.see(inGroup(mia), { do: "open-share", text: linkOf([film()]) }, "file");
    const { screen, placed } = await at.do(inGroup(mia), { do: "save", view: card.view });
    expect(screen).toMatchObject({ show: "save", for: "asker" });
    await placed?.at(shown);
    expect((await over()).state).toMatchObject({ is: "done", can: [] });
    expect(await at.see(inGroup(mia), { do: "link", view: card.view }, "link")).toMatchObject({
      entry: { name: "film.mkv" },
    });
  });

  test("somebody else's press on a file's card saves it into their own drive at once", async () => {
    await signedIn();
    const theirs = inGroup(jun);
    const card = await at.see(theirs, { do: "open-share", text: linkOf([film()]) }, "file");
    const { screen, placed } = await at.do(inGroup(mia), { do: "save", view: card.view });
    expect(screen).toMatchObject({ show: "save", for: "asker", name: "film.mkv" });
    await placed?.at(shown);
    expect((await over()).state).toMatchObject({ is: "done", entries: [{ name: "film.mkv" }] });
  });

  test("a person without a drive who presses in a group is told where to sign in", async () => {
    const card = await at.see(inGroup(mia), { do: "open-share", text: linkOf([film()]) }, "file");
    expect(await at.see(inGroup(mia), { do: "save", view: card.view }, "notice")).toMatchObject({
      notice: "no-drive-to-save",
      for: "asker",
    });
  });
});
