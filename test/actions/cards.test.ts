import { expect, test } from "vitest";
import type { Driver, DriverKind } from "../../src/storage/driver.ts";
import { StorageError } from "../../src/storage/error.ts";
import type { Transfers } from "../../src/actions/model/transfer.ts";
import { app, mia, signInAs, usualCloud, visitOf, type TestApp } from "./test-app.ts";

// What stands on the cards of files and drives: only what can be had.

/** Mia's kinds of drive, with the drive changed. */
function kindsWith(change: (driver: Driver) => Partial<Driver>): readonly DriverKind[] {
  return usualCloud()
    .kinds()
    .map((kind) => ({
      ...kind,
      open(options, context) {
        const driver = kind.open(options, context);
        return { ...driver, ...change(driver) };
      },
    }));
}

async function openCard(at: TestApp, visit = mia) {
  await at.see(visit, signInAs("mia", "correct-horse"), "listing");
  const films = await at.see(visit, { do: "browse", path: "Films" }, "listing");
  return at.see(visit, { do: "open", view: films.view, index: 1 }, "file");
}

/** Never started. */
const transfers = { prepare: () => "full" } as unknown as Transfers;
const sending = (uploadLimit: number) => ({ ...mia, uploadLimit });

test("an original that cannot be had is not offered, and its versions are", async () => {
  const kinds = kindsWith((driver) => ({
    stat: async (id, options) => ({ ...(await driver.stat(id, options)), original: false }),
  }));
  const at = app(usualCloud(), { kinds, changes: { hasTickets: true, transfers } });
  const card = await openCard(at, sending(1000));
  expect(card).toMatchObject({ original: false, variants: [{ name: "720P" }, { name: "480P" }] });
  expect([card.address, card.can.includes("send")]).toEqual([undefined, false]);
});

test("a refusal names the file it is about, and leads back to its card", async () => {
  const issueLink = () => Promise.reject(new StorageError("no-link", { subject: "beach.mp4" }));
  const at = app(usualCloud(), { changes: { issueLink } });
  const card = await openCard(at);
  const no = await at.see(mia, { do: "link", view: card.view }, "notice");
  expect(no).toMatchObject({ notice: "no-link", subject: "beach.mp4", offer: expect.arrayContaining(["back"]) });
  const { variants } = await at.see(mia, { do: "back", view: no.view ?? card.view }, "file");
  expect(variants).toHaveLength(2);
});

test.each([
  [1000, true],
  [99, false],
])("a file of 100 bytes can come where %i are taken: %s", async (limit, can) => {
  const at = app(usualCloud(), { changes: { transfers } });
  expect((await openCard(at, sending(limit))).can.includes("send")).toBe(can);
});

test("a link that gives only the first part of a file says so", async () => {
  const at = app(usualCloud(), {
    changes: { issueLink: async () => ({ url: "https://dl.example/x", via: "direct", extent: "first-part" }) },
  });
  const card = await openCard(at);
  expect(await at.see(mia, { do: "link", view: card.view }, "link")).toMatchObject({ extent: "first-part" });
});

test("a drive's root folder is chosen on its card, and given up by leaving it empty", async () => {
  const at = app(usualCloud());
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const mounts = await at.see(mia, { do: "show-mounts" }, "mounts");
  const card = await at.see(mia, { do: "mount", view: mounts.view, index: 0 }, "mount");
  const { form, fields } = await at.see(mia, { do: "ask-root", view: card.view }, "form");
  expect(fields).toMatchObject([{ name: "rootFolder", required: false }]);
  await at.see(mia, { do: "submit", form, values: { rootFolder: "12" } }, "listing");
  expect((await at.shelves.mounts.get(card.mount.id))?.options).toMatchObject({ rootFolder: "12", username: "mia" });
  await at.see(mia, { do: "submit", form, values: {} }, "listing");
  expect((await at.shelves.mounts.get(card.mount.id))?.options["rootFolder"]).toBe("");
});

test("the way downloads take is chosen in the settings for all drives, those to come as well", async () => {
  const at = app(usualCloud());
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const settings = await at.see(mia, { do: "show-settings" }, "settings");
  expect(settings).toMatchObject({ method: "redirect", methods: ["redirect", "proxy"] });
  const changed = await at.see(mia, { do: "set-method", view: settings.view, method: "proxy" }, "settings");
  expect(changed.method).toBe("proxy");
  await at.see(mia, signInAs("jun", "battery"), "listing");
  const methods: unknown[] = [];
  for await (const mount of at.services.admin.mounts()) methods.push(mount.method);
  expect(methods).toEqual(["proxy", "proxy"]);
});

test("a card found while somebody types holds a link in their name, but none to a share that wants a code", async () => {
  const at = app(usualCloud(), { changes: { hasTickets: true } });
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  await at.see(mia, { do: "browse", path: "Films" }, "listing");
  const { files } = await at.see(mia, { do: "find-inline", words: "beach", from: 0 }, "found");
  expect(files).toMatchObject([
    { entry: { name: "beach.mp4" }, address: { url: expect.stringContaining("telegram:1") } },
  ]);
  const share = { do: "open-share", text: "https://share.example/s/code1", passCode: "abcd" } as const;
  const { mount, view, rows } = await at.see(mia, share, "listing");
  const index = rows.findIndex(({ name }) => name === "Films");
  await at.see(mia, { do: "open", view, index }, "listing");
  const coded = await at.shelves.mounts.get(mount.id);
  if (!coded) throw new Error("the share was not mounted");
  // Shared with a group, it is found; what stands in any chat then holds no link to it all the same.
  await at.shelves.mounts.set(mount.id, { ...coded, audience: ["telegram:-1"] });
  const both = await at.see(mia, { do: "find-inline", words: "beach", from: 0 }, "found");
  expect(both.files.map((found) => [found.mount.id === mount.id, found.address === undefined])).toEqual(
    expect.arrayContaining([
      [false, false],
      [true, true],
    ]),
  );
});

test("operators see names beside ids, find people by them, and a missing amount is no limit lifted", async () => {
  const at = app(usualCloud(), { changes: { version: "1.2.3" } });
  const jun = visitOf(2, { name: "Jun Li", username: "junli" });
  await at.do(jun, { do: "help" });
  const panel = await at.see(mia, { do: "admin", words: "" }, "admin");
  expect(panel.version).toBe("1.2.3");
  const found = await at.see(mia, { do: "admin", words: "find @JunLi" }, "people");
  expect(found.rows).toMatchObject([{ id: "telegram:2", name: "Jun Li", username: "junli" }]);
  await at.see(mia, { do: "admin", words: "quota telegram:2 5" }, "person");
  expect(await at.see(mia, { do: "admin", words: "quota telegram:2" }, "notice")).toMatchObject({
    notice: "admin-usage",
  });
  expect((await at.services.admin.access.standing("telegram:2")).quota).toBe(5 * 1024 ** 3);
});

test("sign-ins and what operators decide are logged, and no secret with them", async () => {
  const at = app(usualCloud());
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  await at.do(mia, { do: "admin", words: "ban telegram:2" });
  expect(at.noted).toMatchObject([
    { event: "person signed in", person: "telegram:1", driver: "pikpak" },
    { event: "operator action", by: "telegram:1", act: "ban", subject: "telegram:2" },
  ]);
  expect(JSON.stringify(at.noted)).not.toContain("correct-horse");
});
