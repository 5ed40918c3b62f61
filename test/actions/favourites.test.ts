import { describe, expect, test } from "vitest";
import type { Listing } from "../../src/actions/model/screen.ts";
import { StorageError } from "../../src/storage/error.ts";
import type { Visit } from "../../src/users/visit.ts";
import { createGroupApp, lent, rowOf, there } from "./group-app.ts";
import { Cloud, app, inGroup, jun, mia, signInAs, usualCloud, type TestApp, file, folder } from "./test-app.ts";

/** Twenty folders beside each other, and some below each other. */
const cloudOfFolders = () =>
  new Cloud({
    accounts: {
      mia: {
        password: "correct-horse",
        tree: folder(
          "",
          folder("Films", folder("Raw", folder("Takes", file("one.raw"))), file("beach.mp4")),
          ...Array.from({ length: 20 }, (_, n) => folder(`Box ${n + 1}`, file("x.txt"))),
        ),
      },
    },
    shares: { open1: { tree: folder("", folder("Season", file("pilot.mp4")), file("note.txt")) } },
  });

async function signedIn(cloud = cloudOfFolders()): Promise<TestApp> {
  const at = app(cloud);
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  return at;
}

const browse = (at: TestApp, path: string, visit: Visit = mia) => at.see(visit, { do: "browse", path }, "listing");
const show = (at: TestApp, visit: Visit = mia) => at.see(visit, { do: "show-favourites" }, "favourites");
const keep = async (at: TestApp, path: string): Promise<Listing> =>
  at.see(mia, { do: "add-favourite", view: (await browse(at, path)).view }, "listing");
const trails = (lines: readonly { readonly trail: readonly string[] }[]) => lines.map(({ trail }) => trail.join("/"));

describe("favourites", () => {
  test("a folder is kept by a press, opened from the greeting, the drives and its list, and kept no more by another", async () => {
    const at = await signedIn();
    const before = await browse(at, "Films/Raw");
    expect(before.can).toContain("add-favourite");
    const kept = await at.see(mia, { do: "add-favourite", view: before.view }, "listing");
    expect([kept.trail, kept.can.includes("remove-favourite"), kept.can.includes("add-favourite")]).toEqual([
      ["Films", "Raw"],
      true,
      false,
    ]);
    const asked = at.cloud.asked.length;
    const list = await show(at);
    expect(trails(list.favourites)).toEqual(["Films/Raw"]);
    const welcome = await at.see(mia, { do: "start" }, "welcome");
    const mounts = await at.see(mia, { do: "show-mounts" }, "mounts");
    for (const { view } of [list, welcome, mounts]) {
      const opened = await at.see(mia, { do: "open-favourite", view, index: 0 }, "listing");
      expect(opened.trail).toEqual(["Films", "Raw"]);
    }
    // Nothing of it asked the drive.
    expect(at.cloud.asked.length).toBe(asked);
    const again = await browse(at, "Films/Raw");
    const gone = await at.see(mia, { do: "remove-favourite", view: again.view }, "listing");
    expect(gone.can).toContain("add-favourite");
    expect((await show(at)).favourites).toEqual([]);
  });

  test("a drive's root is its drive, and no favourite", async () => {
    const at = await signedIn();
    const root = await at.see(mia, { do: "browse" }, "listing");
    expect(root.can).not.toContain("add-favourite");
    const refused = await at.do(mia, { do: "add-favourite", view: root.view });
    expect(refused.screen).toMatchObject({ show: "listing", notice: "list-changed" });
    expect((await at.shelves.people.get("telegram:1"))?.favourites ?? []).toEqual([]);
  });

  test("of more favourites than there can be the last is refused with the way on, and one that is kept is kept twice in vain", async () => {
    const at = await signedIn();
    for (let n = 1; n <= 15; n += 1) await keep(at, `Box ${n}`);
    const one = await browse(at, "Box 16");
    expect((await at.see(mia, { do: "add-favourite", view: one.view }, "notice")).notice).toBe("favourites-full");
    await keep(at, "Box 3");
    const list = await show(at);
    expect(list.favourites).toHaveLength(15);
    const editing = await at.see(mia, { do: "edit-favourites", view: list.view, editing: true }, "favourites");
    expect([editing.editing, editing.recent]).toEqual([true, []]);
    const left = await at.see(mia, { do: "drop-favourite", view: editing.view, index: 0 }, "favourites");
    expect(trails(left.favourites).slice(0, 2)).toEqual(["Box 2", "Box 3"]);
    await at.see(mia, { do: "add-favourite", view: one.view }, "listing");
  });

  test("a favourite outlives the process, and a press on an old list opens what its label said", async () => {
    const before = await signedIn();
    await keep(before, "Box 1");
    await keep(before, "Box 2");
    const list = await show(before);
    const at = before.restarted();
    const editing = await at.see(mia, { do: "edit-favourites", view: list.view, editing: true }, "favourites");
    await at.see(mia, { do: "drop-favourite", view: editing.view, index: 0 }, "favourites");
    const opened = await at.see(mia, { do: "open-favourite", view: list.view, index: 0 }, "listing");
    expect(opened.trail).toEqual(["Box 1"]);
  });

  test("a drive that is removed takes its folders along, and forgetting takes all", async () => {
    const at = await signedIn();
    await keep(at, "Box 1");
    await browse(at, "Box 2");
    const mounts = await at.see(mia, { do: "show-mounts" }, "mounts");
    expect(mounts.kept?.shortcuts).toHaveLength(1);
    const card = await at.see(mia, { do: "mount", view: mounts.view, index: 0 }, "mount");
    const question = await at.see(mia, { do: "remove-mount", view: card.view }, "question");
    await at.see(mia, { do: "confirm", view: question.view }, "notice");
    expect(await at.shelves.people.get("telegram:1")).toMatchObject({ favourites: [], recent: [] });
    expect((await at.see(mia, { do: "show-favourites" }, "notice")).notice).toBe("no-mounts");
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    await keep(at, "Box 1");
    const forget = await at.see(mia, { do: "forget" }, "question");
    await at.see(mia, { do: "confirm", view: forget.view }, "notice");
    expect(await at.shelves.people.get("telegram:1")).toBeUndefined();
  });

  test("favourites are nobody else's, and not for a group to see", async () => {
    const here = createGroupApp();
    await lent(here, "Films");
    const { at } = here;
    const root = await at.see(there(jun), { do: "browse" }, "listing");
    const raw = await at.see(there(jun), { do: "open", view: root.view, index: rowOf(root, "Raw") }, "listing");
    expect(raw.can).not.toContain("add-favourite");
    expect((await at.see(there(jun), { do: "add-favourite", view: raw.view }, "notice")).notice).toBe("private-only");
    expect((await at.see(inGroup(mia), { do: "show-favourites" }, "notice")).notice).toBe("private-only");
    expect((await at.shelves.people.get("telegram:2"))?.recent ?? []).toEqual([]);
    const mounts = await at.see(there(jun), { do: "show-mounts" }, "mounts");
    expect(mounts.kept).toBeUndefined();
  });
});

describe("recent folders", () => {
  test("recent folders are the last ten, the latest first, and each once", async () => {
    const at = await signedIn();
    for (let n = 1; n <= 12; n += 1) await browse(at, `Box ${n}`);
    await browse(at, "Box 8");
    expect(trails((await show(at)).recent)).toEqual([8, 12, 11, 10, 9, 7, 6, 5, 4, 3].map((n) => `Box ${n}`));
  });

  test("on the way down and up again the deepest folder is the recent one", async () => {
    const at = await signedIn();
    const films = await browse(at, "Films");
    const raw = await at.see(mia, { do: "open", view: films.view, index: rowOf(films, "Raw") }, "listing");
    const takes = await at.see(mia, { do: "open", view: raw.view, index: 0 }, "listing");
    const up = await at.see(mia, { do: "up", view: takes.view }, "listing");
    await at.see(mia, { do: "up", view: up.view }, "listing");
    await browse(at, "Box 1");
    expect(trails((await show(at)).recent)).toEqual(["Box 1", "Films/Raw/Takes"]);
  });

  test("a favourite is not named once more among the recent folders", async () => {
    const at = await signedIn();
    await browse(at, "Box 2");
    await keep(at, "Box 1");
    const list = await show(at);
    expect([trails(list.favourites), trails(list.recent)]).toEqual([["Box 1"], ["Box 2"]]);
    const opened = await at.see(mia, { do: "open-favourite", view: list.view, index: 1 }, "listing");
    expect(opened.trail).toEqual(["Box 2"]);
  });

  test("turning pages and reading anew write nothing of it", async () => {
    const at = await signedIn();
    const box = await browse(at, "Box 1");
    const { recent } = (await at.shelves.people.get("telegram:1")) ?? {};
    await at.see(mia, { do: "refresh", view: box.view }, "listing");
    expect((await at.shelves.people.get("telegram:1"))?.recent).toEqual(recent);
  });

  test("a folder that is gone is a recent one no more, and stays a favourite until it is taken off", async () => {
    const at = await signedIn();
    await keep(at, "Box 1");
    const list = await show(at);
    at.cloud.failing = new StorageError("not-found");
    await at.restarted().see(mia, { do: "open-favourite", view: list.view, index: 0 }, "notice");
    at.cloud.failing = undefined;
    expect(trails((await show(at)).favourites)).toEqual(["Box 1"]);
    expect((await at.shelves.people.get("telegram:1"))?.recent).toEqual([]);
  });

  test("the folders of a share that opens no more are not among the recent ones, and come back with it", async () => {
    const at = await signedIn();
    const share = await at.see(mia, { do: "open-share", text: "https://share.example/s/open1" }, "listing");
    const season = await at.see(mia, { do: "open", view: share.view, index: rowOf(share, "Season") }, "listing");
    expect(trails((await show(at)).recent)).toEqual(["Season"]);
    for (const [code, recent] of [
      ["share-deleted", []],
      ["unreachable", ["Season"]],
    ] as const) {
      at.cloud.failing = new StorageError(code);
      await at.do(mia, { do: "refresh", view: season.view });
      expect(trails((await show(at)).recent)).toEqual(recent);
    }
  });

  test("a folder of another's drive, or of one's own in front of a group, is no recent one", async () => {
    const at = await signedIn(usualCloud());
    await at.see(inGroup(mia), { do: "open-share", text: "https://share.example/s/open1" }, "listing");
    const films = await at.see(inGroup(mia), { do: "browse", path: "Films" }, "listing");
    expect(films.trail).toEqual(["Films"]);
    expect((await at.shelves.people.get("telegram:1"))?.recent ?? []).toEqual([]);
  });
});
