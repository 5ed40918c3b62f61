import { expect, test } from "vitest";
import type { Services } from "../../src/actions/context/services.ts";
import { loadWords } from "../../src/i18n/words.ts";
import { app, mia, signInAs, usualCloud, visitOf } from "./test-app.ts";
import { there } from "./group-app.ts";

// What a drive is called is read by whole groups: never the name its owner signs in with.

const words = loadWords();
const titleFor: Services["titleFor"] = (named, language) => words.in(language)("drive-title", named);
const named = (firstName: string, more: object = {}) => visitOf(1, { name: "Mia Weber", firstName, ...more });
const kinds = () =>
  usualCloud()
    .kinds()
    .map((kind) => ({ ...kind, title: () => "PikPak" }));
const open = () => app(usualCloud(), { kinds: kinds(), changes: { titleFor } });

test.each([
  ["en", "Mia's PikPak"],
  ["zh", "Mia 的 PikPak"],
])("a new drive of an account is called by its owner's first name in %s", async (locale, title) => {
  const listing = await open().see(named("Mia", { locale }), signInAs("mia", "correct-horse"), "listing");
  expect(listing.mount.title).toBe(title);
});

test("a new drive of an account is numbered where its owner has one of that name already", async () => {
  const at = open();
  await at.see(named("Mia"), signInAs("mia", "correct-horse"), "listing");
  const second = await at.see(named("Mia"), signInAs("jun", "battery"), "listing");
  expect(second.mount.title).toBe("Mia's PikPak 2");
});

test("a new drive of an account is not turned around by what stands in a name, and not longer than a title", async () => {
  const turned = await open().see(named("Mi\u202Ea\n"), signInAs("mia", "correct-horse"), "listing");
  expect(turned.mount.title).toBe("Mi a's PikPak");
  const long = await open().see(named("M".repeat(64)), signInAs("mia", "correct-horse"), "listing");
  expect(long.mount.title).toBe(`${"M".repeat(30)}'s PikPak`);
});

test("a drive tells its sign-in name on its owner's card alone", async () => {
  const at = open();
  const person = named("Mia");
  const listing = await at.see(person, signInAs("mia", "correct-horse"), "listing");
  expect(JSON.stringify(listing)).not.toMatch(/"mia"/);
  const mounts = await at.see(person, { do: "show-mounts" }, "mounts");
  expect(JSON.stringify(mounts)).not.toMatch(/"mia"/);
  const card = await at.see(person, { do: "mount", view: mounts.view, index: 0 }, "mount");
  expect(card).toMatchObject({ mount: { title: "Mia's PikPak" }, login: "mia" });
  const { place, ...rest } = there(person);
  const inCharge = { ...rest, place: { ...place, role: "admin" as const } };
  const lending = await at.see(inCharge, { do: "bind" }, "lending");
  expect(JSON.stringify(lending)).not.toMatch(/"mia"/);
});

test("a drive that an earlier build called by its sign-in name is called by its kind after the start", async () => {
  const at = app(usualCloud());
  const { mount } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  expect(mount.title).toBe("mia");
  const kinds = at.services.storage.kinds.map((kind) => ({ ...kind, title: () => "PikPak" }));
  const later = app(at.cloud, { shelves: at.shelves, kinds });
  await later.services.storage.sweep();
  expect((await later.services.storage.find(mount.id))?.title).toBe("PikPak");
});
