import type { Messenger, Sent } from "../../src/messaging/messenger.ts";
import { expect, test } from "vitest";
import { StorageError } from "../../src/storage/error.ts";
import { announceFallback, announceSignedOut } from "../../src/actions/mounts/owner-notices.ts";
import type { Notice } from "../../src/actions/model/screen.ts";
import { app, mia, signInAs, usualCloud, type Shelves } from "./test-app.ts";

interface Told {
  readonly person: string;
  readonly notice: Notice;
  readonly language: string;
}

/** Notifies, and does nothing else; what was told is answered so. */
function messengerTo(told: Told[], answer: () => Promise<Sent> = async () => ({ is: "closed" })): Messenger {
  const no = () => Promise.reject(new Error("nothing but a notice is expected"));
  return {
    platform: "telegram",
    send: no,
    edit: no,
    sendFile: no,
    sendAlbum: no,
    remove: no,
    receive: no,
    async notify(person, notice, { language }) {
      told.push({ person, notice, language });
      return answer();
    },
  };
}

function spoken(shelves?: Shelves, cloud = usualCloud(), now?: () => number) {
  const told: Told[] = [];
  const at = app(cloud, {
    ...(shelves && { shelves }),
    ...(now && { now }),
    changes: { messengers: { of: () => messengerTo(told) } },
  });
  return { at, told };
}

test("a mount's owner is told once that its files go through us, in their language, also over a restart", async () => {
  const { at, told } = spoken();
  const { mount } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const settings = await at.see(mia, { do: "show-settings" }, "settings");
  await at.see(mia, { do: "set-language", view: settings.view, index: 1 }, "settings");
  const about = { id: mount.id, title: "mia", owner: "telegram:1" };
  await Promise.all([1, 2, 3].map(() => announceFallback(at.services, about)));
  expect(told).toEqual([
    {
      person: "telegram:1",
      notice: { show: "notice", notice: "fallback", level: "info", subject: "mia" },
      language: "zh",
    },
  ]);
  const later = spoken(at.shelves);
  await announceFallback(later.at.services, about);
  expect(later.told).toEqual([]);
});

test("a mount's owner is told anew after another way was chosen, and for each mount", async () => {
  const { at, told } = spoken();
  const { mount } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const about = { id: mount.id, title: "mia", owner: "telegram:1" };
  await announceFallback(at.services, about);
  const { view } = await at.see(mia, { do: "show-mounts" }, "mounts");
  const card = await at.see(mia, { do: "mount", view, index: 0 }, "mount");
  await at.see(mia, { do: "set-method", view: card.view, method: "proxy" }, "mount");
  await announceFallback(at.services, about);
  await announceFallback(at.services, { ...about, id: "anothermnt" });
  expect(told).toHaveLength(3);
});

test("a mount's owner is told anew after another way was chosen for all their drives", async () => {
  const { at, told } = spoken();
  const { mount } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const about = { id: mount.id, title: "mia", owner: "telegram:1" };
  await announceFallback(at.services, about);
  const { view } = await at.see(mia, { do: "show-settings" }, "settings");
  await at.see(mia, { do: "set-method", view, method: "proxy" }, "settings");
  await announceFallback(at.services, about);
  expect(told).toHaveLength(2);
});

test("a way for all one's drives that does not work any more is said to need the gateway", async () => {
  const { at } = spoken();
  const { view } = await at.see(mia, { do: "show-settings" }, "settings");
  const bare = app(at.cloud, { shelves: at.shelves, changes: { methods: ["redirect"] } });
  const pressed = bare.see(mia, { do: "set-method", view, method: "proxy" }, "notice");
  expect(await pressed).toMatchObject({ notice: "gateway-needed", for: "asker" });
});

test("a message to an owner who cannot be reached is not noted as sent", async () => {
  const at = app(usualCloud());
  await announceFallback(at.services, { id: "mountmount", title: "x", owner: "telegram:1" });
  const { told, at: later } = spoken(at.shelves);
  await announceFallback(later.services, { id: "mountmount", title: "x", owner: "telegram:1" });
  expect(told).toHaveLength(1);
});

test("a mount's owner is told once each time that it is signed out, and not of a failure that passes", async () => {
  const cloud = usualCloud();
  let now = Date.UTC(2026, 10, 27);
  const { at, told } = spoken(undefined, cloud, () => now);
  const { mount } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const fails = async (code: "upstream" | "signed-out") => {
    now += 1000;
    cloud.failing = new StorageError(code);
    await at.services.storage.check(mount.id);
    await Promise.all([1, 2].map(() => announceSignedOut(at.services, mount.id)));
  };
  await fails("upstream");
  expect(told).toEqual([]);
  await fails("signed-out");
  await fails("signed-out");
  expect(told.map(({ person, notice }) => [person, notice.notice])).toEqual([["telegram:1", "drive-signed-out"]]);
  cloud.failing = undefined;
  await at.services.storage.check(mount.id);
  await fails("signed-out");
  expect(told).toHaveLength(2);
});

test.each([
  ["asks to wait", async (): Promise<Sent> => ({ is: "later", after: 1000 })],
  ["fails", (): Promise<Sent> => Promise.reject(new Error("connection reset"))],
] as const)("an owner is told the next time when the chat %s the first time", async (_what, first) => {
  const told: Told[] = [];
  let answer: () => Promise<Sent> = first;
  const at = app(usualCloud(), { changes: { messengers: { of: () => messengerTo(told, () => answer()) } } });
  const about = { id: "mountmount", title: "x", owner: "telegram:1" };
  await announceFallback(at.services, about).catch(() => undefined);
  answer = async () => ({ is: "closed" });
  await announceFallback(at.services, about);
  await announceFallback(at.services, about);
  expect(told).toHaveLength(2);
});
