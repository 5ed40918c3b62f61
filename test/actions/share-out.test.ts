import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Account } from "../../emulators/pikpak/state.ts";
import { choose } from "./choosing.ts";
import { startPikPakApp } from "./pikpak-app.ts";
import { inGroup, mia, signInAs, type TestApp } from "./test-app.ts";

const name = "mia@example.com";
const day = 86_400_000;

let pikpak: PikPakEmulator;
let account: Account;
let at: TestApp;
let closeApp: () => Promise<void>;
beforeEach(async () => {
  const opened = await startPikPakApp({ changes: { roleIn: async () => "admin" } });
  ({ pikpak, account, at } = opened);
  closeApp = opened.close;
  const films = pikpak.build.folder(account, undefined, "Films");
  pikpak.build.file(account, films, { name: "film.mkv", size: 100 });
});
afterEach(async () => {
  await closeApp();
});

/** The link of a share of somebody else's. */
function filmOfJun(): string {
  const jun = pikpak.build.account({ username: "jun@example.com", password: "battery" });
  const theirs = pikpak.build.file(jun, undefined, { name: "theirs.mkv", size: 100 });
  const { id } = pikpak.build.share(jun, { title: "gift", nodes: [theirs] });
  return `https://mypikpak.com/s/${id}`;
}

async function film() {
  const top = await at.see(mia, signInAs(name, "correct-horse"), "listing");
  const films = await at.see(mia, { do: "open", view: top.view, index: 0 }, "listing");
  const file = await at.see(mia, { do: "open", view: films.view, index: 0 }, "file");
  return { top, films, file };
}
const made = () => pikpak.calls.filter(({ method, path }) => method === "POST" && path === "/drive/v1/share").length;

describe("a link made by two presses", () => {
  test("a link to a file has a code and no end, unless it is told otherwise", async () => {
    const { file } = await film();
    expect(file.can).toContain("share-out");
    const draft = await at.see(mia, { do: "share-out", view: file.view }, "share-out");
    expect(draft).toMatchObject({ entry: { name: "film.mkv" }, trail: ["Films"], coded: true, days: 0 });
    const card = await at.see(mia, { do: "make-shared", view: draft.view }, "shared");
    expect(card).toMatchObject({
      isNew: true,
      share: { title: "film.mkv", passCode: expect.stringMatching(/^\w{4}$/) },
    });
    expect(card.share.expiresAt).toBeUndefined();
    expect(await at.see(mia, { do: "back", view: card.view }, "file")).toMatchObject({ entry: { name: "film.mkv" } });
  });

  test("a link to the folder that is open can go without a code and end after a week", async () => {
    const { films, top } = await film();
    expect(top.can).not.toContain("share-out");
    const draft = await at.see(mia, { do: "share-out", view: films.view }, "share-out");
    expect(draft).toMatchObject({ entry: { name: "Films", kind: "folder" }, trail: [] });
    const open = await at.see(mia, { do: "set-shared-code", view: draft.view, coded: false }, "share-out");
    const week = await at.see(mia, { do: "set-shared-days", view: open.view, days: 7 }, "share-out");
    expect(week).toMatchObject({ coded: false, days: 7 });
    const { share } = await at.see(mia, { do: "make-shared", view: week.view }, "shared");
    expect(share.passCode).toBeUndefined();
    expect(Math.round(((share.expiresAt ?? 0) - Date.now()) / day)).toBe(7);
  });

  test("one link leads to all that is chosen, also of several folders", async () => {
    pikpak.build.file(account, undefined, { name: "more.txt", size: 5 });
    const top = await at.see(mia, signInAs(name, "correct-horse"), "listing");
    const card = await choose(at, mia, top.view, ["more.txt", "Films/", "film.mkv"]);
    expect(card.can).toContain("share-out");
    const draft = await at.see(mia, { do: "share-out", view: card.view }, "share-out");
    expect(draft).toMatchObject({ chosen: { files: 2, folders: 0, size: 105 }, coded: true });
    expect(draft.entry).toBeUndefined();
    await at.see(mia, { do: "make-shared", view: draft.view }, "shared");
    expect(made()).toBe(1);
    const [share] = pikpak.state.shares.values();
    expect(share?.top).toHaveLength(2);
  });

  test("a link is made once when the answer is lost and the button is pressed twice", async () => {
    const { file } = await film();
    const draft = await at.see(mia, { do: "share-out", view: file.view }, "share-out");
    pikpak.fail({ path: "/drive/v1/share", method: "POST", lost: true });
    const first = await at.see(mia, { do: "make-shared", view: draft.view }, "shared");
    const second = await at.see(mia, { do: "make-shared", view: draft.view }, "shared");
    expect(second.share.id).toBe(first.share.id);
    expect(made()).toBe(1);
  });
});

test("a link made by a process that ended before it could say so is found by the next press", async () => {
  const { file } = await film();
  const draft = await at.see(mia, { do: "share-out", view: file.view }, "share-out");
  const ended = new AbortController();
  pikpak.onCall(({ method, path }) => {
    if (method === "POST" && path === "/drive/v1/share") ended.abort();
  });
  await expect(at.do(mia, { do: "make-shared", view: draft.view }, ended.signal)).rejects.toThrow("aborted");
  const card = await at.see(mia, { do: "make-shared", view: draft.view }, "shared");
  expect(card.share.title).toBe("film.mkv");
  expect(made()).toBe(1);
});

describe("the list of shares", () => {
  test("shares are listed newest first, looked at, and taken back after a question", async () => {
    const { file } = await film();
    for (const days of [1, 0] as const) {
      const draft = await at.see(mia, { do: "share-out", view: file.view }, "share-out");
      const set = await at.see(mia, { do: "set-shared-days", view: draft.view, days }, "share-out");
      await at.see(mia, { do: "make-shared", view: set.view }, "shared");
    }
    const list = await at.see(mia, { do: "shares" }, "shared-list");
    expect(list.shares.map(({ expiresAt }) => expiresAt === undefined)).toEqual([true, false]);
    const card = await at.see(mia, { do: "shared", view: list.view, index: 0 }, "shared");
    expect(card).toMatchObject({ isNew: false, share: { views: 0, saves: 0, passCode: expect.any(String) } });
    const question = await at.see(mia, { do: "revoke-shared", view: card.view }, "question");
    expect(question).toMatchObject({ question: "revoke-shared", subject: "film.mkv" });
    const no = await at.see(mia, { do: "dismiss", view: question.view }, "shared");
    const again = await at.see(mia, { do: "revoke-shared", view: no.view }, "question");
    const left = await at.see(mia, { do: "confirm", view: again.view }, "shared-list");
    expect(left).toMatchObject({ revoked: true, total: 1 });
    // It is said once.
    expect((await at.see(mia, { do: "refresh", view: left.view }, "shared-list")).revoked).toBeUndefined();
  });

  test("shares are reached from the drive's card and lead back to it; one that was taken back elsewhere leads to the others", async () => {
    const { file } = await film();
    const draft = await at.see(mia, { do: "share-out", view: file.view }, "share-out");
    await at.see(mia, { do: "make-shared", view: draft.view }, "shared");
    const mounts = await at.see(mia, { do: "show-mounts" }, "mounts");
    const drive = await at.see(mia, { do: "mount", view: mounts.view, index: 0 }, "mount");
    expect(drive.can).toContain("shared-links");
    const list = await at.see(mia, { do: "shared-links", view: drive.view }, "shared-list");
    expect(list.total).toBe(1);
    for (const share of pikpak.state.shares.values()) share.status = "DELETED";
    expect(await at.see(mia, { do: "shared", view: list.view, index: 0 }, "shared-list")).toMatchObject({ total: 0 });
    expect(await at.see(mia, { do: "back", view: list.view }, "mount")).toMatchObject({ show: "mount" });
  });

  test("a list of shares is turned page by page", async () => {
    await film();
    const { id } = pikpak.build.file(account, undefined, { name: "mine", size: 1 });
    const [mount = ""] = (await at.services.people.get(mia.person.id))?.mounts ?? [];
    for (let n = 0; n < 9; n++) await at.services.storage.shareOut(mount, [id]);
    const list = await at.see(mia, { do: "shares" }, "shared-list");
    expect(list).toMatchObject({ total: 9, page: { number: 1, count: 2 } });
    expect((await at.see(mia, { do: "turn", view: list.view, page: 2 }, "shared-list")).shares).toHaveLength(1);
  });
});

test("no code of a share is kept with the messages", async () => {
  const { file } = await film();
  const draft = await at.see(mia, { do: "share-out", view: file.view }, "share-out");
  const card = await at.see(mia, { do: "make-shared", view: draft.view }, "shared");
  const session = await at.services.sessions.get(card.view.id);
  expect(JSON.stringify(session)).toContain(card.share.id);
  expect(JSON.stringify(session)).not.toContain(`"${card.share.passCode}"`);
});

test("a file of a share has no button to share it out, and neither has one of a drive that is lent to a group", async () => {
  const { file } = await film();
  expect(file.can).toContain("share-out");
  const draft = await at.see(inGroup(mia), { do: "bind" }, "lending");
  await at.see(inGroup(mia), { do: "confirm-lend", view: draft.view }, "lending");
  const lent = await at.see(inGroup(mia), { do: "browse", path: "Films/film.mkv" }, "file");
  expect(lent).toMatchObject({ entry: { name: "film.mkv" }, can: expect.not.arrayContaining(["share-out"]) });
  const shared = await at.see(mia, { do: "open-share", text: filmOfJun() }, "file");
  expect(shared).toMatchObject({ entry: { name: "theirs.mkv" }, can: expect.not.arrayContaining(["share-out"]) });
});

test("where nothing can be shared out it is said why", async () => {
  const listing = await at.see(mia, { do: "open-share", text: "https://share.example/s/none" }, "notice");
  expect(listing.notice).toBe("not-a-share-link");
  expect(await at.see(mia, { do: "shares" }, "notice")).toMatchObject({ notice: "no-drive" });
  const { file } = await film();
  expect(await at.see(inGroup(mia), { do: "share-out", view: file.view }, "notice")).toMatchObject({
    notice: "private-only",
  });
});
