import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Group } from "../../emulators/telegram/groups.ts";
import type { Actor } from "../../emulators/telegram/people.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

// Chats that files can be delivered to, as Telegram tells: asked about over the wire.

let app: TestApp;
let mia: Actor;
let jun: Actor;
let channel: Group;
let clock: { now: number };
const noted: { place: string; people: readonly string[] }[] = [];
const gone: string[] = [];

beforeEach(async () => {
  noted.length = 0;
  gone.length = 0;
  clock = { now: Date.now() };
  app = await openTestApp(() => ({ show: "help", place: "private", admin: false }), {
    now: () => clock.now,
    places: {
      gone: async (place) => void gone.push(place),
      left: async () => undefined,
      moved: async () => undefined,
      runBy: async (place, people) => void noted.push({ place, people }),
    },
  });
  const { telegram } = app.double;
  mia = telegram.person({ name: "Mia", started: true });
  jun = telegram.person({ name: "Jun", started: true });
  channel = telegram.group({ title: "Harbour news", type: "channel", members: [mia, jun] });
  await app.telegram.start();
});
afterEach(() => app.close());

const idOf = ({ person }: Actor) => `telegram:${person.user.id}`;
const placeOf = ({ id }: Group) => `telegram:${id}`;
const check = (who: Actor, where: Group = channel) =>
  app.telegram.destinations.checkDestination(placeOf(where), idOf(who));

describe("a channel", () => {
  test("its admins are noted when the bot becomes one of them, and it is let go of with the bot; nothing is said there", async () => {
    const { telegram } = app.double;
    channel.promotes(jun);
    channel.promotes(telegram.bot);
    await expect.poll(() => noted).toEqual([{ place: placeOf(channel), people: [idOf(mia), idOf(jun)] }]);
    channel.kicks(telegram.bot);
    await expect.poll(() => gone).toEqual([placeOf(channel)]);
    expect(telegram.shown.filter(({ chat }) => chat === channel.id)).toEqual([]);
  });

  test("what is posted in it asks nothing of the bot", async () => {
    channel.promotes(app.double.telegram.bot);
    mia.in(channel).sends("/start");
    mia.sends("/help");
    await expect.poll(() => app.asked.map(({ action }) => action.do)).toEqual(["help"]);
  });

  test("can be delivered to by its owner and admins who post, and by nobody else", async () => {
    const { telegram } = app.double;
    channel.promotes(telegram.bot);
    const destination = { id: placeOf(channel), title: "Harbour news", kind: "channel" };
    expect(await check(mia)).toEqual({ is: "open", destination });
    expect(await check(jun)).toEqual({ is: "closed", why: "not-admin-there" });
    channel.promotes(jun);
    expect(await check(jun)).toEqual({ is: "open", destination });
    channel.promotes(jun, { silent: true });
    expect(await check(jun)).toEqual({ is: "closed", why: "not-admin-there" });
    expect(await check(telegram.person({ name: "Nox" }))).toEqual({ is: "closed", why: "not-admin-there" });
  });

  test("is closed where the bot may not post, was sent away or never was, and gone when it is deleted", async () => {
    const { telegram } = app.double;
    const shut = { is: "closed", why: "not-allowed-there" };
    expect(await check(mia)).toEqual(shut);
    channel.promotes(telegram.bot, { silent: true });
    expect(await check(mia)).toEqual(shut);
    channel.kicks(telegram.bot);
    expect(await check(mia)).toEqual(shut);
    channel.isDeleted();
    expect(await check(mia)).toEqual({ is: "closed", why: "gone-there" });
  });
});

describe("a group", () => {
  test("takes files of a bot that is a member unless members may send words alone", async () => {
    const group = app.double.telegram.group({ title: "Film night", members: [mia, jun] });
    expect(await check(mia, group)).toMatchObject({ is: "open", destination: { kind: "group" } });
    expect(await check(jun, group)).toEqual({ is: "closed", why: "not-admin-there" });
    group.allowsWordsOnly(true);
    expect(await check(mia, group)).toEqual({ is: "closed", why: "not-allowed-there" });
    group.promotes(app.double.telegram.bot);
    expect(await check(mia, group)).toMatchObject({ is: "open" });
  });
});

describe("a list of them", () => {
  test("believes for a minute what it was told, and a check never does", async () => {
    channel.promotes(app.double.telegram.bot);
    const list = () => app.telegram.destinations.destinationsIn(placeOf(channel), idOf(jun));
    channel.promotes(jun);
    expect(await list()).toHaveLength(1);
    channel.demotes(jun);
    expect(await list()).toHaveLength(1);
    clock.now += 61_000;
    expect(await list()).toEqual([]);
    channel.promotes(jun);
    expect(await check(jun)).toMatchObject({ is: "open" });
  });

  test("rejects where Telegram is out of reach, and is asked anew then", async () => {
    channel.promotes(app.double.telegram.bot);
    app.double.refuse("getChatMember", { code: 401, description: "Unauthorized" });
    app.double.refuse("getChatMember", { code: 401, description: "Unauthorized" });
    const list = () => app.telegram.destinations.destinationsIn(placeOf(channel), idOf(mia));
    await expect(list()).rejects.toThrow("Unauthorized");
    await expect.poll(list).toHaveLength(1);
  });

  test("is empty for what is no chat of Telegram's", async () => {
    expect(await app.telegram.destinations.destinationsIn("discord:guild:1", idOf(mia))).toEqual([]);
  });
});
