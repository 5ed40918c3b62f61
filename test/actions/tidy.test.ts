import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Node } from "../../emulators/pikpak/node.ts";
import type { PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Account } from "../../emulators/pikpak/state.ts";
import type { ButtonPress } from "../../src/actions/buttons.ts";
import type { Listing, Screen } from "../../src/actions/model/screen.ts";
import type { ViewRef } from "../../src/actions/model/session.ts";
import type { SelectList, TargetList, TidiedCard, TidyCard } from "../../src/actions/model/tidy-screen.ts";
import { startPikPakApp } from "./pikpak-app.ts";
import { inGroup, jun, mia, signInAs, type TestApp } from "./test-app.ts";

const name = "mia@example.com";

let skipped = 0;
const now = () => Date.now() + skipped;
const wait = async (ms: number, signal?: AbortSignal) => {
  signal?.throwIfAborted();
  skipped += ms;
  await sleep(1);
};

let pikpak: PikPakEmulator;
let account: Account;
let at: TestApp;
let closeApp: () => Promise<void>;

beforeEach(async () => {
  skipped = 0;
  const opened = await startPikPakApp({ now, wait });
  ({ pikpak, account, at } = opened);
  closeApp = opened.close;
});
afterEach(async () => {
  await closeApp();
});

const folder = (title: string, parent?: Node) => pikpak.build.folder(account, parent, title);
const file = (title: string, parent?: Node, size = 10) => pikpak.build.file(account, parent, { name: title, size });
const signedIn = () => at.see(mia, signInAs(name, "correct-horse"), "listing");
const opened = (path: string) => at.see(mia, { do: "browse", path }, "listing");

/** What lies in a folder of the service's. */
const names = (parent?: Node) =>
  pikpak.state.nodes
    .children(account.userId, parent?.id ?? "")
    .filter(({ trashed }) => !trashed)
    .map((node) => node.name)
    .toSorted();
const trashed = () =>
  pikpak.state.nodes
    .all(account.userId)
    .filter((node) => node.trashed)
    .map((node) => node.name)
    .toSorted();
const sent = (verb: string) => pikpak.calls.filter(({ path }) => path.endsWith(`:${verb}`)).length;
const lists = () => pikpak.calls.filter(({ method, path }) => method === "GET" && path === "/drive/v1/files").length;

type Plain = Extract<
  ButtonPress["do"],
  "tidy" | "move-entries" | "copy-entries" | "trash-entries" | "put-here" | "undo"
>;
const press = <Show extends Screen["show"]>(view: ViewRef, button: Plain, show: Show) =>
  at.see(mia, { do: button, view }, show);

/** The card of the folder or file that is shown. */
const card = ({ view }: { readonly view: ViewRef }): Promise<TidyCard> => press(view, "tidy", "tidy");

/** Asks where to, and goes into folders by their names. */
async function target(tidy: TidyCard, carrying: "move" | "copy", ...path: readonly string[]): Promise<TargetList> {
  let list = await press(tidy.view, `${carrying}-entries`, "target");
  for (const title of path) {
    if (title === "..") list = await at.see(mia, { do: "up", view: list.view }, "target");
    else {
      const index = list.recent.length + list.rows.findIndex((row) => row.name === title);
      list = await at.see(mia, { do: "enter-target", view: list.view, index }, "target");
    }
  }
  return list;
}

/** Opens a file of a listing. */
async function fileIn(listing: Listing, title: string) {
  const index = listing.rows.findIndex((row) => row.name === title);
  return at.see(mia, { do: "open", view: listing.view, index }, "file");
}

async function answer(
  form: { readonly id: "folder-name" | "entry-name"; readonly subject?: string | undefined },
  value: string,
) {
  return at.do(mia, { do: "submit", form, values: { name: value } });
}

/** Opens the question a card's button asks, and answers it. */
async function named(view: ViewRef, button: "new-folder" | "rename-entry", value: string): Promise<Screen> {
  const { form } = await at.see(mia, { do: button, view }, "form");
  if (form.id !== "folder-name" && form.id !== "entry-name") throw new Error(`asked ${form.id}`);
  return (await answer({ ...form, id: form.id }, value)).screen;
}

const asTidied = (screen: Screen): TidiedCard => {
  if (screen.show !== "tidied") throw new Error(`expected what was done, got ${JSON.stringify(screen)}`);
  return screen;
};

describe("one file or folder", () => {
  test("a folder's card offers what a drive can do to it, and a share's listing has no such card", async () => {
    folder("Films");
    const root = await signedIn();
    expect(root.can).toContain("tidy");
    expect((await card(root)).can).toEqual(["new-folder", "select", "show-trash"]);
    const films = await opened("Films");
    expect(await card(films)).toMatchObject({
      entry: { name: "Films" },
      can: ["new-folder", "rename-entry", "move-entries", "copy-entries", "trash-entries", "select", "show-trash"],
    });
    const share = pikpak.build.share(account, { title: "t", nodes: [folder("Shared")] });
    const listing = await at.see(jun, { do: "open-share", text: `https://mypikpak.com/s/${share.id}` }, "listing");
    expect(listing.can).not.toContain("tidy");
  });

  test("a new folder is made where one is, seen without reading again, and undone it is in the trash", async () => {
    const films = folder("Films");
    await signedIn();
    const listing = await opened("Films");
    const before = lists();
    const done = asTidied(await named((await card(listing)).view, "new-folder", "  New\none "));
    expect(done).toMatchObject({ did: "made", entry: { name: "New one" }, undo: true, opens: true });
    expect(names(films)).toEqual(["New one"]);
    const back = await at.see(mia, { do: "back", view: done.view }, "listing");
    expect(back.rows.map((row) => row.name)).toEqual(["New one"]);
    expect(lists()).toBe(before);
    const again = await named((await card(back)).view, "new-folder", "New one");
    expect(again).toMatchObject({ show: "form", reason: { code: "name-taken" } });
    const tidy = await card(back);
    expect(tidy.can).toContain("undo");
    expect(await press(tidy.view, "undo", "listing")).toMatchObject({ notice: "undone", rows: [] });
    expect(trashed()).toEqual(["New one"]);
  });

  test("a file is renamed, a name that is taken is asked again, and undoing gives it its name back", async () => {
    file("a.mkv");
    file("b.mkv");
    const root = await signedIn();
    const tidy = await card(await fileIn(root, "a.mkv"));
    expect(await named(tidy.view, "rename-entry", "b.mkv")).toMatchObject({
      show: "form",
      values: { name: "b.mkv" },
      reason: { code: "name-taken" },
    });
    expect(names()).toEqual(["a.mkv", "b.mkv"]);
    const done = asTidied((await answer({ id: "entry-name", subject: tidy.view.id }, "c.mkv")).screen);
    expect(done).toMatchObject({ did: "renamed", before: "a.mkv", entry: { name: "c.mkv" } });
    expect(names()).toEqual(["b.mkv", "c.mkv"]);
    const listing = await press(done.view, "undo", "listing");
    expect(listing.rows.map((row) => row.name)).toEqual(["a.mkv", "b.mkv"]);
    expect(names()).toEqual(["a.mkv", "b.mkv"]);
  });

  test("a name that is typed when the message shows another file renames neither", async () => {
    file("a.mkv");
    file("b.mkv");
    const root = await signedIn();
    const first = await card(await fileIn(root, "a.mkv"));
    await at.see(mia, { do: "rename-entry", view: first.view }, "form");
    const listing = await at.see(mia, { do: "browse" }, "listing");
    expect(listing.view.id).not.toBe(first.view.id);
    const back = await at.see(mia, { do: "back", view: first.view }, "file");
    const up = await at.see(mia, { do: "back", view: back.view }, "listing");
    await card(await fileIn(up, "b.mkv"));
    const late = await answer({ id: "entry-name", subject: first.view.id }, "c.mkv");
    expect(late.screen).toMatchObject({ show: "notice", notice: "view-expired" });
    expect(names()).toEqual(["a.mkv", "b.mkv"]);
  });

  test("a file is moved by browsing, listings follow without being read again, and undone it is back", async () => {
    const [films, old] = [folder("Films"), folder("Old")];
    file("a.mkv", films);
    await signedIn();
    const listing = await opened("Films");
    const list = await target(await card(await fileIn(listing, "a.mkv")), "move", "..", "Old");
    expect(list).toMatchObject({ trail: ["Old"], here: true, entry: { name: "a.mkv" } });
    const before = lists();
    const done = await press(list.view, "put-here", "tidied");
    expect(done).toMatchObject({ did: "moved", count: 1, to: ["Old"], clashes: 0, left: 0, undo: true });
    expect([names(films), names(old)]).toEqual([[], ["a.mkv"]]);
    expect((await at.see(mia, { do: "open-changed", view: done.view }, "listing")).rows).toHaveLength(1);
    expect(lists()).toBe(before);
    const second = await opened("Old");
    const again = await target(await card(await fileIn(second, "a.mkv")), "move");
    expect(again.recent).toEqual([]);
    await press(done.view, "undo", "listing");
    expect([names(films), names(old)]).toEqual([["a.mkv"], []]);
    expect(await press(done.view, "undo", "notice")).toMatchObject({ notice: "undo-over" });
    expect(sent("batchMove")).toBe(2);
  });

  test("where a name is taken the drive numbers it, that is said, and undoing gives the old name back", async () => {
    const [films, old] = [folder("Films"), folder("Old")];
    file("a.mkv", films);
    file("a.mkv", old);
    await signedIn();
    const listing = await opened("Films");
    const list = await target(await card(await fileIn(listing, "a.mkv")), "move", "..", "Old");
    const done = await press(list.view, "put-here", "tidied");
    expect(done.clashes).toBe(1);
    expect(names(old)).toEqual(["a(1).mkv", "a.mkv"]);
    await press(done.view, "undo", "listing");
    expect([names(films), names(old)]).toEqual([["a.mkv"], ["a.mkv"]]);
  });

  test("a copy is undone by putting the copy into the trash, and what was there before stays", async () => {
    const [films, old] = [folder("Films"), folder("Old")];
    file("a.mkv", films);
    const before = file("a.mkv", old);
    await signedIn();
    const listing = await opened("Films");
    const list = await target(await card(await fileIn(listing, "a.mkv")), "copy", "..", "Old");
    const done = await press(list.view, "put-here", "tidied");
    expect(done).toMatchObject({ did: "copied", clashes: 1 });
    expect(names(old)).toEqual(["a(1).mkv", "a.mkv"]);
    await press(done.view, "undo", "listing");
    expect([names(films), names(old), trashed()]).toEqual([["a.mkv"], ["a.mkv"], ["a(1).mkv"]]);
    expect(before.trashed).toBe(false);
  });

  test("a folder goes to the trash with one press, and undone it is where it was", async () => {
    const films = folder("Films");
    file("a.mkv", films);
    await signedIn();
    const done = await press((await card(await opened("Films"))).view, "trash-entries", "tidied");
    expect(done).toMatchObject({ did: "trashed", entry: { name: "Films" }, trail: [] });
    expect(trashed()).toEqual(["Films"]);
    const root = await press(done.view, "undo", "listing");
    expect(root.rows.map((row) => row.name)).toEqual(["Films"]);
    expect([names(), trashed()]).toEqual([["Films"], []]);
  });

  test("after an hour a change stays as it is", async () => {
    folder("Films");
    await signedIn();
    const done = await press((await card(await opened("Films"))).view, "trash-entries", "tidied");
    skipped += 3_600_000;
    expect(await press(done.view, "undo", "notice")).toMatchObject({ notice: "undo-over" });
    expect(trashed()).toEqual(["Films"]);
  });
});

describe("the target of a move", () => {
  test("a folder cannot be put into itself: it is not offered, and said where it was chosen all the same", async () => {
    const films = folder("Films");
    folder("Inside", films);
    folder("Old");
    await signedIn();
    const list = await target(await card(await opened("Films")), "move");
    expect(list.rows.map((row) => row.name)).toEqual(["Old"]);
    expect(list.here).toBe(false);
    // A session of another time may have gone there.
    const session = await at.services.sessions.get(list.view.id);
    if (!session || session.state.at !== "target") throw new Error("no target is asked for");
    const state = { ...session.state, folder: { ...session.state.folder, trail: [{ id: films.id, name: "Films" }] } };
    const remembered = session.remembered.map((one) => (one.state.at === "target" ? { ...one, state } : one));
    await at.services.sessions.set(session.id, { ...session, state, remembered });
    expect(await press(list.view, "put-here", "notice")).toMatchObject({ notice: "target-inside" });
    expect(sent("batchMove")).toBe(0);
  });

  test("a target that vanishes meanwhile is a sentence, and nothing was moved", async () => {
    const [films, old] = [folder("Films"), folder("Old")];
    file("a.mkv", films);
    await signedIn();
    const list = await target(await card(await fileIn(await opened("Films"), "a.mkv")), "move", "..", "Old");
    old.trashed = true;
    const gone = await press(list.view, "put-here", "notice");
    expect(gone).toMatchObject({ level: "failed", offer: expect.arrayContaining(["back"]) });
    expect(names(films)).toEqual(["a.mkv"]);
  });

  test("folders chosen lately stand first, and one press puts it there", async () => {
    const [films, old] = [folder("Films"), folder("Old")];
    const deep = folder("Deep", old);
    file("a.mkv", films);
    file("b.mkv", films);
    await signedIn();
    const first = await target(await card(await fileIn(await opened("Films"), "a.mkv")), "move", "..", "Old", "Deep");
    await press(first.view, "put-here", "tidied");
    const list = await target(await card(await fileIn(await opened("Films"), "b.mkv")), "copy");
    expect(list.recent).toEqual([["Old", "Deep"]]);
    expect(await at.see(mia, { do: "enter-target", view: list.view, index: 0 }, "tidied")).toMatchObject({
      did: "copied",
      to: ["Old", "Deep"],
    });
    expect(names(deep)).toEqual(["a.mkv", "b.mkv"]);
  });

  test("a folder made while a target is looked for is entered, and takes what is moved", async () => {
    const films = folder("Films");
    file("a.mkv", films);
    await signedIn();
    const list = await target(await card(await fileIn(await opened("Films"), "a.mkv")), "move");
    expect(list.here).toBe(false);
    const inside = await named(list.view, "new-folder", "Seen");
    expect(inside).toMatchObject({ show: "target", trail: ["Films", "Seen"], here: true });
    if (inside.show !== "target") return;
    await press(inside.view, "put-here", "tidied");
    expect(names(films)).toEqual(["Seen"]);
  });
});

describe("chosen entries", () => {
  const choose = async (view: ViewRef): Promise<SelectList> =>
    at.see(mia, { do: "select", view: (await at.see(mia, { do: "tidy", view }, "tidy")).view }, "select");

  test("chosen entries stay chosen over pages and folders, are summed, and are moved in one call for each hundred", async () => {
    const [films, old] = [folder("Films"), folder("Old")];
    for (let n = 1; n <= 120; n += 1) file(`film ${n}.mkv`, films, 1000);
    file("one.txt", old, 5);
    await signedIn();
    let list = await choose((await opened("Films")).view);
    list = await at.see(mia, { do: "pick", view: list.view, index: 0 }, "select");
    list = await at.see(mia, { do: "turn", view: list.view, page: 2 }, "select");
    list = await at.see(mia, { do: "pick-page", view: list.view }, "select");
    expect(list.picked.every(Boolean)).toBe(true);
    expect(list.chosen).toEqual({ files: list.rows.length + 1, folders: 0, size: 1000 * (list.rows.length + 1) });
    list = await at.see(mia, { do: "pick-page", view: list.view }, "select");
    expect(list.chosen.files).toBe(1);
    list = await at.see(mia, { do: "pick-all", view: list.view }, "select");
    expect(list.chosen.files).toBe(120);
    list = await at.see(mia, { do: "up", view: list.view }, "select");
    list = await at.see(mia, { do: "enter", view: list.view, index: 1 }, "select");
    list = await at.see(mia, { do: "pick", view: list.view, index: 0 }, "select");
    expect(list).toMatchObject({ trail: ["Old"], chosen: { files: 121, size: 120_005 } });
    const tidy = await at.see(mia, { do: "tidy-selection", view: list.view }, "tidy");
    expect(tidy.can).toEqual(["move-entries", "copy-entries", "trash-entries", "select", "share-out", "list-folder"]);
    const where = await target(tidy, "move", "..");
    const done = await press(where.view, "put-here", "tidied");
    expect(done).toMatchObject({ did: "moved", count: 121, left: 0, to: [] });
    expect(sent("batchMove")).toBe(2);
    expect([names(films), names(old), names().length]).toEqual([[], [], 123]);
    await press(done.view, "undo", "listing");
    expect([names(films).length, names(old)]).toEqual([120, ["one.txt"]]);
  });

  test("an entry below a chosen folder goes along with it, into the trash and back to where it was", async () => {
    const films = folder("Films");
    file("a.mkv", films);
    file("b.mkv");
    const root = await signedIn();
    let list = await choose(root.view);
    list = await at.see(mia, { do: "pick", view: list.view, index: 0 }, "select");
    list = await at.see(mia, { do: "enter", view: list.view, index: 0 }, "select");
    list = await at.see(mia, { do: "pick", view: list.view, index: 0 }, "select");
    expect(list.chosen).toMatchObject({ files: 1, folders: 1 });
    const tidy = await at.see(mia, { do: "tidy-selection", view: list.view }, "tidy");
    const done = await press(tidy.view, "trash-entries", "tidied");
    expect(done).toMatchObject({ count: 1, entry: { name: "Films" } });
    expect((await at.services.sessions.get(done.view.id))?.selection).toBeUndefined();
    await press(done.view, "undo", "listing");
    expect([names(), names(films)]).toEqual([["Films", "b.mkv"], ["a.mkv"]]);
  });

  test("an undoing that breaks off half way is gone on with, and undoes nothing twice", async () => {
    const [films, old] = [folder("Films"), folder("Old")];
    file("a.mkv", films);
    file("b.mkv", old);
    await signedIn();
    let list = await choose((await opened("Films")).view);
    list = await at.see(mia, { do: "pick", view: list.view, index: 0 }, "select");
    list = await at.see(mia, { do: "up", view: list.view }, "select");
    list = await at.see(mia, { do: "enter", view: list.view, index: 1 }, "select");
    list = await at.see(mia, { do: "pick", view: list.view, index: 0 }, "select");
    const tidy = await at.see(mia, { do: "tidy-selection", view: list.view }, "tidy");
    const where = await target(tidy, "move", "..");
    const done = await press(where.view, "put-here", "tidied");
    pikpak.fail({ path: "/drive/v1/files:batchMove", method: "POST", containing: old.id, reset: true });
    expect(await press(done.view, "undo", "notice")).toMatchObject({ notice: "unreachable" });
    expect([names(films), names(old)]).toEqual([["a.mkv"], []]);
    await press(done.view, "undo", "listing");
    expect([names(films), names(old)]).toEqual([["a.mkv"], ["b.mkv"]]);
  });

  test("a chosen entry that is gone meanwhile stops the change of the others once, and is not chosen any more", async () => {
    const films = folder("Films");
    const [a] = [file("a.mkv", films), file("b.mkv", films)];
    await signedIn();
    let list = await choose((await opened("Films")).view);
    list = await at.see(mia, { do: "pick-page", view: list.view }, "select");
    const tidy = await at.see(mia, { do: "tidy-selection", view: list.view }, "tidy");
    pikpak.state.nodes.remove(a);
    const gone = await press(tidy.view, "trash-entries", "notice");
    expect(gone).toMatchObject({ notice: "not-found" });
    if (!gone.view) throw new Error("no way back");
    const back = await at.see(mia, { do: "back", view: gone.view }, "listing");
    expect((await card(back)).chosen.files).toBe(1);
    const again = await at.see(mia, { do: "tidy-selection", view: back.view }, "tidy");
    expect(await press(again.view, "trash-entries", "tidied")).toMatchObject({ entry: { name: "b.mkv" } });
  });

  test("chosen entries that could not be changed stay chosen and are told of, and the change of the others can be undone", async () => {
    const films = folder("Films");
    const files = Array.from({ length: 150 }, (_, n) => file(`film ${n + 1}.mkv`, films));
    await signedIn();
    let list = await choose((await opened("Films")).view);
    list = await at.see(mia, { do: "pick-all", view: list.view }, "select");
    const tidy = await at.see(mia, { do: "tidy-selection", view: list.view }, "tidy");
    pikpak.state.nodes.remove(files.at(-1) as Node);
    // The drive sorts as it likes: the last one chosen is in the second call.
    const done = await press(tidy.view, "trash-entries", "tidied");
    expect(done).toMatchObject({ did: "trashed", count: 100, left: 50, reason: { code: "not-found" } });
    const back = await at.see(mia, { do: "back", view: done.view }, "listing");
    // The one that is gone is not chosen any more.
    expect((await card(back)).chosen.files).toBe(49);
    await press(done.view, "undo", "listing");
    expect(trashed()).toEqual([]);
  });

  test("an answer that is lost is looked for, nothing is sent twice, and what is not certain is said and read anew", async () => {
    const films = folder("Films");
    const [a] = [file("a.mkv", films), file("b.mkv", films)];
    await signedIn();
    const listing = await opened("Films");
    pikpak.fail({ path: "/drive/v1/files:batchTrash", method: "POST", lost: true });
    const done = await press((await card(await fileIn(listing, "b.mkv"))).view, "trash-entries", "tidied");
    expect(done).toMatchObject({ did: "trashed", count: 1 });
    const tidy = await card(await fileIn(await opened("Films"), "a.mkv"));
    pikpak.fail({ path: "/drive/v1/files:batchTrash", method: "POST", lost: true });
    pikpak.fail({ path: `/drive/v1/files/${a?.id}`, method: "GET", reset: true, times: 50 });
    const unknown = await press(tidy.view, "trash-entries", "notice");
    expect(unknown).toMatchObject({ notice: "outcome-unknown", offer: expect.arrayContaining(["back"]) });
    expect(sent("batchTrash")).toBe(2);
    if (!unknown.view) throw new Error("no way back");
    expect(await at.see(mia, { do: "back", view: unknown.view }, "listing")).toMatchObject({ rows: [] });
  });

  test("a press that Telegram brings again after a kill sends nothing twice, and tells what was done", async () => {
    const films = folder("Films");
    for (let n = 1; n <= 3; n += 1) file(`film ${n}.mkv`, films);
    await signedIn();
    let list = await choose((await opened("Films")).view);
    list = await at.see(mia, { do: "pick-page", view: list.view }, "select");
    const tidy = await at.see(mia, { do: "tidy-selection", view: list.view }, "tidy");
    const killed = new AbortController();
    const storage = at.services.storage;
    const trashing = storage.trash;
    Object.assign(storage, {
      trash: async (...given: Parameters<typeof trashing>) => {
        await trashing(...given);
        killed.abort(new Error("killed"));
        killed.signal.throwIfAborted();
      },
    });
    await expect(at.do(mia, { do: "trash-entries", view: tidy.view }, killed.signal)).rejects.toThrow("killed");
    Object.assign(storage, { trash: trashing });
    const again = at.restarted();
    const done = await again.see(mia, { do: "trash-entries", view: tidy.view }, "tidied");
    expect(done).toMatchObject({ did: "trashed", count: 3, left: 0, undo: true });
    // Killed after it was noted, it comes once more.
    const twice = await again.see(mia, { do: "trash-entries", view: tidy.view }, "tidied");
    expect(twice).toMatchObject({ did: "trashed", count: 3, undo: true });
    expect(sent("batchTrash")).toBe(1);
    await again.services.storage.close();
  });
});

describe("the trash", () => {
  const lying = async (...titles: readonly string[]) => {
    for (const title of titles) file(title, undefined, 100).trashed = true;
    await signedIn();
    return at.see(mia, { do: "trash" }, "trash");
  };

  test("chosen entries of the trash are restored, and undone they are in the trash again", async () => {
    const list = await lying("a.mkv", "b.mkv");
    expect(list).toMatchObject({ can: ["empty-trash"], picked: [false, false] });
    const index = list.rows.findIndex((row) => row.name === "b.mkv");
    const picked = await at.see(mia, { do: "pick-trashed", view: list.view, index }, "trash");
    expect(picked).toMatchObject({ chosen: { files: 1, size: 100 }, can: ["restore-entries", "delete-entries"] });
    const done = await at.see(mia, { do: "restore-entries", view: picked.view }, "tidied");
    expect([names(), trashed()]).toEqual([["b.mkv"], ["a.mkv"]]);
    expect(await press(done.view, "undo", "trash")).toMatchObject({ notice: "undone" });
    expect(trashed()).toEqual(["a.mkv", "b.mkv"]);
  });

  test("deleting for ever asks first and says what room that gives", async () => {
    const list = await lying("a.mkv", "b.mkv");
    const picked = await at.see(mia, { do: "pick-trashed", view: list.view, index: 0 }, "trash");
    const question = await at.see(mia, { do: "delete-entries", view: picked.view }, "question");
    expect(question).toMatchObject({ question: "delete-entries", count: 1, size: 100 });
    expect(await at.see(mia, { do: "dismiss", view: question.view }, "trash")).toMatchObject({ chosen: { files: 1 } });
    expect(sent("batchDelete")).toBe(0);
    const asked = await at.see(mia, { do: "delete-entries", view: picked.view }, "question");
    const left = await at.see(mia, { do: "confirm", view: asked.view }, "trash");
    expect(left).toMatchObject({ notice: "deleted", chosen: { files: 0 } });
    expect(left.rows).toHaveLength(1);
  });

  test("emptying asks first, names the room the whole trash takes, and leaves nothing in it", async () => {
    const list = await lying("a.mkv", "b.mkv");
    const question = await at.see(mia, { do: "empty-trash", view: list.view }, "question");
    expect(question).toMatchObject({ question: "empty-trash", size: 200 });
    expect(await at.see(mia, { do: "confirm", view: question.view }, "trash")).toMatchObject({
      notice: "emptied",
      rows: [],
      can: [],
    });
    expect(trashed()).toEqual([]);
  });

  test("in a group there is no tidying up", async () => {
    folder("Films");
    await signedIn();
    expect(await at.see(inGroup(mia), { do: "trash" }, "notice")).toMatchObject({ notice: "private-only" });
  });
});
