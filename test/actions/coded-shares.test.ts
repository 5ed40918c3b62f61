import { expect, test } from "vitest";
import { suggest } from "../../src/actions/suggest.ts";
import type { Action } from "../../src/actions/action.ts";
import { mia } from "./test-app.ts";
import { bound, lena, there, createGroupApp } from "./group-app.ts";

// A share with a pass code is no public place: whoever has only its link cannot open it.

const coded: Action = { do: "open-share", text: "https://share.example/s/code1", passCode: "abcd" };
const open: Action = { do: "open-share", text: "https://share.example/s/open1" };

test.each<Action>([
  { do: "browse", path: undefined },
  { do: "browse", path: "Films" },
  { do: "find-link", words: "/file 1.txt" },
  { do: "get", words: "/file 1.txt" },
  { do: "search", words: "file" },
  coded,
])("a coded share that was opened in private is not shown in a group by $do", async (action) => {
  const { at } = createGroupApp();
  await at.see(mia, coded, "listing");
  const { screen } = await at.do(there(mia), action);
  expect(screen).toMatchObject({ show: "notice", notice: "code-private", for: "asker" });
  expect(JSON.stringify(screen)).not.toContain("file 1");
});

test("an open share is shown in a group as before", async () => {
  const { at } = createGroupApp();
  const own = await at.see(mia, open, "listing");
  const shown = await at.see(there(mia), { do: "browse", path: undefined }, "listing");
  expect(shown.rows).toEqual(own.rows);
});

test("paths of a coded share are not suggested in a group, and those of an open one are", async () => {
  const { at } = createGroupApp();
  await at.see(mia, coded, "listing");
  const typing = { of: "path", typed: "f" } as const;
  expect(await suggest(at.services, there(mia), typing)).toEqual([]);
  expect(await suggest(at.services, mia, typing)).not.toEqual([]);
  await at.see(mia, open, "listing");
  expect(await suggest(at.services, there(mia), typing)).not.toEqual([]);
});

test("a line typed in any chat finds nothing of a coded share until it is shared somewhere", async () => {
  const { at } = createGroupApp();
  await at.see(mia, coded, "listing");
  const inline: Action = { do: "find-inline", words: "file", from: 0 };
  expect((await at.see(mia, inline, "found")).files).toEqual([]);
  await bound(at, { do: "bind" });
  expect((await at.see(mia, inline, "found")).files.length).toBeGreaterThan(0);
});

test("an old button in a group is refused when its share turns out to want a code", async () => {
  const { at } = createGroupApp();
  await at.see(mia, open, "listing");
  const posted = await at.see(there(mia), { do: "browse", path: undefined }, "listing");
  const mount = await at.shelves.mounts.get(posted.mount.id);
  if (!mount) throw new Error("no mount");
  await at.shelves.mounts.set(mount.id, { ...mount, coded: true });
  const { screen } = await at.do(there(mia), { do: "open", view: posted.view, index: 0 });
  expect(screen).toMatchObject({ notice: "code-private" });
});

test("a coded share that was lent to the group is everybody's there", async () => {
  const { at } = createGroupApp();
  await at.see(mia, coded, "listing");
  await bound(at, { do: "bind" });
  const shown = await at.see(there(lena), { do: "browse", path: undefined }, "listing");
  expect(shown.rows.length).toBeGreaterThan(0);
});

test("a share of an earlier build is known to be coded after the start", async () => {
  const { at } = createGroupApp();
  const listing = await at.see(mia, coded, "listing");
  const mount = await at.shelves.mounts.get(listing.mount.id);
  if (!mount) throw new Error("no mount");
  const { coded: _unknown, ...before } = mount;
  await at.shelves.mounts.set(mount.id, before);
  await at.services.storage.sweep();
  const { screen } = await at.do(there(mia), { do: "browse", path: undefined });
  expect(screen).toMatchObject({ notice: "code-private" });
});
