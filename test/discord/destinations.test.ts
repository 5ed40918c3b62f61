import { afterEach, beforeEach, expect, test } from "vitest";
import { permission, usualPermissions } from "../../emulators/discord/permissions.ts";
import type { Person } from "../../emulators/discord/person.ts";
import type { Channel } from "../../emulators/discord/state.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

// Channels that files can be delivered to, as Discord tells: asked about over the wire, without the gateway.

let app: TestApp;
let clock: { now: number };
beforeEach(async () => {
  clock = { now: Date.now() };
  app = await openTestApp({ now: () => clock.now });
});
afterEach(() => app.close());

const { viewChannel, sendMessages, attachFiles, manageChannels, administrator } = permission;
const check = (who: Person, where: Channel = app.hall) =>
  app.discord.destinations.checkDestination(`discord:channel:${where.id}`, `discord:${who.user.id}`);
const list = (who: Person) =>
  app.discord.destinations.destinationsIn(`discord:guild:${app.server.id}`, `discord:${who.user.id}`);

test("a channel can be delivered to by its server's owner and by who may manage it, and by no other member", async () => {
  const { mia, jun, emulator, server, hall } = app;
  const destination = {
    id: `discord:channel:${hall.id}`,
    title: "hall",
    kind: "group",
    server: "Film club",
    uploadLimit: 10 * 1_048_576,
  };
  expect(await check(mia)).toEqual({ is: "open", destination });
  expect(await check(jun)).toEqual({ is: "closed", why: "not-admin-there" });
  emulator.joins(server, jun, usualPermissions | manageChannels);
  expect(await check(jun)).toEqual({ is: "open", destination });
  emulator.denies(hall, jun, manageChannels);
  expect(await check(jun)).toEqual({ is: "closed", why: "not-admin-there" });
  emulator.joins(server, jun, usualPermissions | administrator);
  expect(await check(jun)).toEqual({ is: "open", destination });
  emulator.leaves(server, jun);
  expect(await check(jun)).toEqual({ is: "closed", why: "not-admin-there" });
});

test.each([
  ["see it", viewChannel],
  ["write in it", sendMessages],
  ["attach files in it", attachFiles],
])("a channel is closed where the bot may not %s", async (_what, denied) => {
  app.emulator.denies(app.hall, "bot", denied);
  expect(await check(app.mia)).toEqual({ is: "closed", why: "not-allowed-there" });
  expect(await list(app.mia)).toEqual([]);
});

test("a channel is gone when it is deleted, and closed where the bot was sent away", async () => {
  const news = app.emulator.channel(app.server, "news");
  app.emulator.removes(news);
  expect(await check(app.mia, news)).toEqual({ is: "closed", why: "gone-there" });
  app.emulator.leaves(app.server, "bot");
  expect(await check(app.mia)).toEqual({ is: "closed", why: "not-allowed-there" });
  expect(await list(app.mia)).toEqual([]);
});

test("the list of a server has the channels that can be delivered to, is believed for a minute, and asked anew then", async () => {
  const { mia, jun, emulator, server } = app;
  const news = emulator.channel(server, "news");
  const titles = async (who: Person) => (await list(who)).map(({ title }) => title);
  expect(await titles(mia)).toEqual(["hall", "news"]);
  expect(await titles(jun)).toEqual([]);
  emulator.removes(news);
  expect(await titles(mia)).toEqual(["hall", "news"]);
  clock.now += 61_000;
  await expect.poll(() => titles(mia)).toEqual(["hall"]);
});

test("a list rejects where Discord fails, and is asked anew then", async () => {
  // Each request is tried twice.
  for (let n = 0; n < 4; n++) app.emulator.fail({ method: "GET", path: `/guilds/${app.server.id}`, status: 500 });
  await expect(list(app.mia)).rejects.toThrow("Internal Server Error");
  await expect.poll(() => list(app.mia)).toHaveLength(1);
});

test("a direct conversation is no channel of anybody's", async () => {
  const { mia, jun, emulator } = app;
  expect(await check(mia, emulator.group([mia, jun]))).toEqual({ is: "closed", why: "not-allowed-there" });
  expect(await app.discord.destinations.checkDestination(`discord:${mia.user.id}`, `discord:${mia.user.id}`)).toEqual({
    is: "closed",
    why: "gone-there",
  });
});
