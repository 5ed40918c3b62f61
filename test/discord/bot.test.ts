import { afterEach, describe, expect, test } from "vitest";
import type { Screen } from "../../src/actions/model/screen.ts";
import { createLatest } from "../latest.ts";
import { ConfigError } from "../../src/config.ts";
import { virtualClock } from "../../emulators/clock.ts";
import type { Fault } from "../../emulators/discord/faults.ts";
import { Cloud, many, usualCloud } from "../actions/test-app.ts";
import { openTestApp, type TestApp, type TestAppOptions } from "./test-app.ts";

// The real discord.js on an emulated Discord, over the real actions: what people see, and what Discord is told.

let app: TestApp;
afterEach(() => app.close());

async function opened(options: TestAppOptions = {}): Promise<TestApp> {
  app = await openTestApp(options);
  await app.discord.start();
  await app.known();
  return app;
}

const share = "https://share.example/s/open1";
const told = (path: RegExp, method = "PUT") =>
  app.emulator.requests.filter((request) => request.method === method && path.test(request.path));
/** Discord's own way to refuse, once. */
const refusing = (method: string, path: string, status: number, code: number): Fault => ({
  method,
  path,
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ code, message: "Refused" }),
});
const callbacks = () =>
  told(/^\/interactions\//, "POST").map(({ text }) => JSON.parse(text) as { type: number; data?: { flags?: number } });

describe("starting", () => {
  test("the bot tells Discord its commands once, and again only when they have changed", async () => {
    const { kept } = await opened();
    await app.restart();
    await app.known();
    expect(told(/commands$/)).toHaveLength(1);
    const key = [...kept.keys()].find((one) => one.startsWith("commands/")) ?? "";
    kept.set(key, '"of another version"');
    await app.restart();
    await app.known();
    expect(told(/commands$/)).toHaveLength(2);
  });

  test("the bot tells its commands again where Discord has lost them", async () => {
    await opened();
    app.emulator.state.commands.clear();
    await app.restart();
    await app.known();
    await app.mia.uses("/help");
    expect(await app.mia.waitsFor("What I can do")).toBeDefined();
  });

  test("the bot asks for one intent: what people write to it in their own chat with it", async () => {
    await opened();
    const identify = app.emulator.frames.map(({ text }) => text).find((text) => /"op":2\b/.test(text));
    expect(identify).toContain('"intents":4096');
  });

  test("a refused token is one line for the operator", async () => {
    app = await openTestApp({ settings: { token: "wrong.token.here", apiRoot: "" } });
    const refused = app.discord.start();
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.toThrow(/^DISCORD_BOT_TOKEN: Discord does not accept it \(401\)\. [^\n]+$/);
  });

  test("an outage at the start is waited out, and does not hold up the rest of the app", async () => {
    app = await openTestApp({ timeout: 50 });
    app.emulator.outage(true);
    await app.discord.start();
    expect([app.discord.isUp(), app.logged.join("")]).toEqual([
      expect.stringMatching(/^discord: not reached \(/),
      expect.stringContaining("discord cannot be reached yet"),
    ]);
    app.emulator.outage(false);
    await app.known();
    expect(app.discord.isUp()).toBe(true);
    await app.mia.uses("/help");
    await app.mia.waitsFor("What I can do");
  });

  test("the bot can be stopped while it still waits for Discord", async () => {
    app = await openTestApp({ timeout: 60_000 });
    app.emulator.outage(true);
    const starting = app.discord.start();
    await app.discord.stop();
    await starting;
    expect(app.fatal).toEqual([]);
  });

  test("a token that is revoked later ends the process with a line that says what to do", async () => {
    await opened();
    app.emulator.gateway.drop(4004);
    await expect.poll(() => app.fatal).toEqual([expect.stringMatching(/^DISCORD_BOT_TOKEN: .*4004/)]);
  });
});

describe("a message that goes on changing", () => {
  const word = (reference: string): Screen => ({ show: "notice", notice: "unexpected", level: "info", reference });
  /** Screens as a test hands them out, the time between two of them passed. */
  const changing = async () => {
    const later = { ms: 0, screens: createLatest<Screen>() };
    const { emulator, mia } = await opened({
      now: () => Date.now() + later.ms,
      script: () => ({ screen: word("first"), updates: later.screens.values, language: "en" }),
    });
    await mia.uses("/help", { in: app.hall });
    await mia.waitsFor("first", { in: app.hall });
    await app.soon();
    const edits = () => told(/^\/webhooks\//, "PATCH").length;
    return { emulator, mia, later, edits };
  };

  test("a message that changes goes on when Discord failed to take one change", async () => {
    const { emulator, mia, later, edits } = await changing();
    const before = edits();
    emulator.fail({ method: "PATCH", path: "/webhooks/", status: 502, times: 4 });
    later.ms += 10_000;
    later.screens.set(word("second"));
    await expect.poll(edits).toBe(before + 4);
    later.ms += 10_000;
    later.screens.set(word("third"));
    await mia.waitsFor("third", { in: app.hall });
    expect(mia.sees({ in: app.hall })).not.toContain("second");
  });

  test("a message that changes has its last word, if later", async () => {
    const { emulator, mia, later } = await changing();
    emulator.fail({ method: "PATCH", path: "/webhooks/", status: 502, times: 4 });
    later.screens.end(word("last"));
    await mia.waitsFor("last", { in: app.hall });
    expect(mia.sees({ in: app.hall })).toContain("last");
  });
});

describe("answering", () => {
  test("in a server an answer is for the asker alone, and what is private works there too", async () => {
    const { mia, jun, hall } = await opened();
    await mia.uses("/settings", { in: hall });
    await mia.waitsFor("Language: English", { in: hall });
    expect(jun.sees({ in: hall })).toBe("");
    expect(callbacks()).toMatchObject([{ type: 5, data: { flags: 64 } }]);
    expect(app.asked.at(-1)?.visit).toMatchObject({
      person: { id: `discord:${mia.user.id}`, locale: "en-US" },
      place: { id: `discord:${mia.user.id}`, kind: "private" },
    });
  });

  test("a slow answer is promised at once", async () => {
    const { promise: slow, resolve } = Promise.withResolvers<Screen>();
    const { mia } = await opened({ script: (action) => (action.do === "browse" ? slow : undefined) });
    const asked = await mia.uses("/browse path:/Films");
    expect([asked.state, asked.answer]).toEqual(["answered", 5]);
    resolve({ show: "notice", notice: "no-such-path", level: "refused" });
    await mia.waitsFor("nothing at this path");
  });

  test("a folder that fills in goes on changing in the same message", async () => {
    const cloud = new Cloud({ shares: { open1: { tree: many(1200) } } });
    cloud.hold();
    const { mia } = await opened({ cloud });
    await mia.uses(`/share link:${share}`);
    const first = await mia.waitsFor("500 entries so far");
    cloud.release();
    const done = await mia.waitsFor("1,200 entries");
    expect(done.id).toBe(first.id);
  });

  test("an old button does what its label said, after another message took the place", async () => {
    const { mia } = await opened();
    await mia.uses(`/share link:${share}`);
    const list = await mia.waitsFor("14 entries");
    const { value = "" } = app.optionsOn(list).find(({ label }) => label.includes("Films")) ?? {};
    await mia.selects(/empty/);
    await mia.waitsFor("This folder is empty");
    await mia.forges("menu", { message: list, values: [value] });
    expect(await mia.waitsFor("› Films")).toBeDefined();
  });

  test("a button whose screen is forgotten says so, and opens a fresh list", async () => {
    const { mia } = await opened();
    await mia.uses(`/share link:${share}`);
    const list = await mia.waitsFor("14 entries");
    await mia.forges("1zzzzzzzzzz-1-r", { message: list });
    await mia.waitsFor("These buttons are too old");
    await mia.presses(/Open a fresh list/);
    expect(
      await mia.waitsFor((view) => view.id !== list.id && view.parts.some(({ text }) => text.includes("14 entries"))),
    ).toBeDefined();
  });

  test.each(["nonsense", "9abcdefghij-1-r", "fill:doesnotexist", "post:nonsense", "command:nothing"])(
    "a widget nobody knows (%s) has one answer and hurts nobody",
    async (id) => {
      const { mia } = await opened();
      await mia.uses(`/share link:${share}`);
      const list = await mia.waitsFor("14 entries");
      const asked = await mia.forges(id, { message: list });
      expect(asked.state).toBe("answered");
      await mia.waitsFor(/do not know this button|form is over/);
    },
  );

  test("a message's own menu opens the share in it, without any right to read messages", async () => {
    const { mia, jun, hall } = await opened();
    const message = jun.sends(`look at this: ${share} !`, { in: hall });
    await mia.usesOnMessage("Open PikPak share", message);
    await mia.waitsFor("14 entries", { in: hall });
    const nothing = jun.sends("no link here", { in: hall });
    await mia.usesOnMessage("Open PikPak share", nothing);
    expect(await mia.waitsFor("not a PikPak share link", { in: hall })).toBeDefined();
  });

  test.each([
    ["a button", { components: [{ type: 1, components: [{ type: 2, style: 5, label: "Open", url: share }] }] }],
    ["a field of a card", { embeds: [{ type: "rich", title: "t", fields: [{ name: "Link", value: share }] }] }],
  ])("a message's own menu opens the share behind %s", async (_where, hidden) => {
    const { mia, jun, hall } = await opened();
    const message = jun.sends("look at this", { in: hall });
    Object.assign(message, hidden);
    await mia.usesOnMessage("Open PikPak share", message);
    expect(await mia.waitsFor("14 entries", { in: hall })).toBeDefined();
  });

  test("somebody who is too fast is told so, and nobody else is slowed down", async () => {
    const { mia, jun } = await opened({ actionsPerPerson: 2 });
    await mia.uses("/help");
    await mia.uses("/help");
    await mia.uses("/help");
    await mia.waitsFor("That was quick");
    await jun.uses("/help");
    expect(await jun.waitsFor("What I can do")).toBeDefined();
  });

  test("the bot's language is the client's, else the one chosen in settings", async () => {
    const { mia } = await opened();
    mia.speaks("zh-CN");
    await mia.uses("/帮助");
    await mia.waitsFor("我能做什么");
    await mia.uses("/设置");
    await mia.waitsFor("简体中文");
    await mia.selects("English");
    await mia.waitsFor("Language: English");
    await mia.uses("/帮助");
    expect(await mia.waitsFor("What I can do")).toBeDefined();
  });
});

describe("places", () => {
  test("a screen one sees alone can be posted; others read it for themselves, and a link from it is shown to the asker alone", async () => {
    const { mia, jun, hall } = await opened();
    const here = { in: hall };
    await mia.uses(`/share link:${share}`, here);
    await mia.selects(/Films/, { message: await mia.waitsFor("14 entries", here) });
    await mia.waitsFor("› Films", here);
    await mia.presses(/Post here/, here);
    const posted = await jun.waitsFor("› Films", here);
    await jun.presses(/Up/, { message: posted });
    expect((await jun.waitsFor("14 entries", here)).onlyFor).toBe(jun.user.id);
    expect(app.textOn(posted)).toContain("› Films");
    await mia.selects(/beach/, { message: posted });
    await jun.waitsFor("Video", here);
    await mia.presses(/Original/, { message: posted });
    await mia.waitsFor("dl.example", here);
    expect(jun.sees(here)).not.toContain("dl.example");
    expect(app.asked.at(-1)?.visit.place).toMatchObject({ id: `discord:guild:${app.server.id}`, kind: "group" });
  });

  test("a private screen is not posted, though a button for it was forged: it stays with the asker alone", async () => {
    const { mia, jun, hall } = await opened();
    const here = { in: hall };
    await app.signIn(mia, here);
    const list = await mia.waitsFor("14 entries", here);
    const refresh = app.idsOn(list).find((id) => id.endsWith("-r")) ?? "";
    await mia.forges(`post:${refresh}`, { message: list });
    await mia.waitsFor("our direct messages", here);
    expect(jun.sees(here)).toBe("");
  });

  test("a screen in a direct message cannot be posted", async () => {
    const { mia } = await opened();
    await mia.uses(`/share link:${share}`);
    const list = await mia.waitsFor("14 entries");
    expect(app.labelsOn(list).join()).not.toContain("Post here");
    expect(callbacks()[0]?.data?.flags ?? 0).toBe(0);
  });

  test("a person who installed the app for themselves uses it where the bot is not", async () => {
    const { mia, jun, emulator } = await opened();
    mia.installs();
    const foreign = emulator.guild({ name: "Elsewhere", owner: jun, members: [mia], app: "absent" });
    const there = { in: emulator.channel(foreign, "lounge") };
    await mia.uses(`/share link:${share}`, there);
    await mia.selects(/Films/, { message: await mia.waitsFor("14 entries", there) });
    await mia.waitsFor("› Films", there);
    expect(jun.sees(there)).toBe("");
    expect(told(/^\/channels\//, "POST")).toEqual([]);
  });

  test("the app answers in a group of people without the bot as well", async () => {
    const { mia, jun, emulator } = await opened();
    mia.installs();
    const there = { in: emulator.group([mia, jun]) };
    await mia.uses(`/share link:${share}`, there);
    await mia.waitsFor("14 entries", there);
    await mia.presses(/Post here/, there);
    await jun.waitsFor("14 entries", there);
    expect(app.asked.at(-1)?.visit.place).toEqual({ id: `discord:channel:${there.in.id}`, kind: "group" });
  });

  test("a drive Mia lends to a server is used by its people, each for themselves; nobody else runs it", async () => {
    const { mia, jun, hall } = await opened();
    const here = { in: hall };
    expect(jun.offered(here).map(({ name }) => name)).not.toContain("bind");
    await app.signIn(mia, here);
    await mia.uses("/bind", here);
    await mia.presses(/✅/, { message: await mia.waitsFor("Share with this server?", here) });
    const card = await mia.waitsFor("↩️", here);
    await jun.uses("/browse", here);
    await jun.selects(/Films/, { message: await jun.waitsFor("14 entries", here) });
    await jun.selects(/beach/, { message: await jun.waitsFor("› Films", here) });
    await jun.waitsFor("Video", here);
    await jun.presses(/Original/, here);
    await jun.waitsFor(`for=discord:${jun.user.id}`, here);
    expect(mia.sees(here)).not.toContain(`for=discord:${jun.user.id}`);
    await mia.presses(/↩️/, { message: card });
    await expect.poll(() => app.textOn(card)).not.toContain("↩️");
    await jun.uses("/browse", here);
    await jun.waitsFor(/no drive|nothing/i, here);
  });

  test("a server that was left is forgotten, though Discord does not say so", async () => {
    const { emulator, server } = await opened();
    await app.knowsServers();
    await app.restart();
    expect(app.left).toEqual([]);
    emulator.leaves(server, "bot");
    await app.restart();
    await expect.poll(() => app.left).toEqual([`discord:guild:${server.id}`]);
    await app.restart();
    await app.known();
    expect(app.left).toHaveLength(1);
  });

  test("a server that is only left out of the list loses nothing, and neither does one with the commands alone", async () => {
    const { mia, jun, emulator } = await opened();
    await app.knowsServers();
    const guild = emulator.guild({ name: "Commands only", owner: jun, members: [mia], app: "commands" });
    const there = { in: emulator.channel(guild, "lounge") };
    await mia.uses("/help", there);
    await mia.waitsFor("What I can do", there);
    emulator.fail({
      path: "/users/@me/guilds",
      status: 200,
      headers: { "content-type": "application/json" },
      body: "[]",
    });
    await app.restart();
    await expect.poll(() => told(/^\/guilds\/\d+$/, "GET").length).toBe(1);
    await app.soon();
    expect(app.left).toEqual([]);
  });
});

describe("suggestions", () => {
  test("suggestions come from folders that were read, and no drive is asked", async () => {
    const cloud = usualCloud();
    const { mia } = await opened({ cloud });
    await mia.uses(`/share link:${share}`);
    await mia.selects(/Films/, { message: await mia.waitsFor("14 entries") });
    await mia.waitsFor("› Films");
    const before = cloud.asked.length;
    expect(await mia.types("/browse path:fi")).toMatchObject([
      { name: "📁 Films", value: "Films" },
      { value: "file 1.txt" },
      ...Array.from({ length: 11 }, () => ({})),
    ]);
    expect(await mia.types("/browse path:Films/")).toMatchObject([
      { value: "Films/Raw" },
      { value: "Films/beach.mp4" },
    ]);
    expect(await mia.types("/browse path:Films/Raw/")).toEqual([]);
    expect(await mia.types("/browse path:nowhere/")).toEqual([]);
    expect(cloud.asked.length).toBe(before);
    await mia.uses("/link file:Films/beach.mp4");
    await mia.waitsFor("dl.example");
  });

  test("suggestions name one's own drives where a drive is meant", async () => {
    const { mia, jun } = await opened();
    await app.signIn(mia);
    const [suggested] = await mia.types("/login drive:mi");
    expect(suggested).toMatchObject({ name: "🗄 mia" });
    expect(await jun.types("/login drive:")).toEqual([]);
    await mia.uses(`/login drive:${String(suggested?.["value"])}`);
    await mia.waitsFor("Sign in to PikPak");
    expect(app.asked.at(-1)?.action).toEqual({ do: "sign-in", mount: suggested?.["value"] });
  });

  test.each([
    ["fail", () => Promise.reject(new Error("the store is gone"))],
    ["do not come in time", () => new Promise<never>(() => undefined)],
  ])("suggestions that %s are none, and nobody is kept waiting", async (_what, suggest) => {
    const { mia, emulator } = await opened({ suggest });
    const asked = await mia.types("/browse path:x").catch(() => "nothing");
    expect([asked, emulator.complaints]).toEqual([[], []]);
  });

  test("suggestions longer than Discord takes are left out", async () => {
    const long = { value: "x".repeat(101), name: "x", kind: "file" } as const;
    const short = { value: "x".repeat(100), name: "x", kind: "file" } as const;
    const { mia } = await opened({ suggest: async () => [long, ...Array.from({ length: 30 }, () => short)] });
    expect(await mia.types("/browse path:x")).toHaveLength(25);
  });
});

describe("forms", () => {
  test("a command that asks for what is missing opens a modal at once", async () => {
    const { mia } = await opened();
    const asked = await mia.uses("/share");
    expect(asked.answer).toBe(9);
    await mia.fills({ "Share link": share });
    await mia.waitsFor("14 entries");
  });

  test("a modal with a wrong answer says what was wrong, and comes back with the other answers in it", async () => {
    const { mia } = await opened();
    await mia.uses("/share");
    await mia.fills({ "Share link": "https://elsewhere.example/x", "Pass code": "abcd" });
    await mia.waitsFor("not a PikPak share");
    await mia.presses(/Fill in/);
    expect(JSON.stringify(mia.modal())).not.toContain("abcd");
    await mia.fills({ "Share link": "https://share.example/s/code1", "Pass code": "nope" });
    await mia.waitsFor("is not right");
    await mia.presses(/Fill in/);
    await mia.fills({ "Pass code": "abcd" });
    await mia.waitsFor("14 entries");
  });

  test("a form cannot be filled in by somebody else, and an old one says that it is over", async () => {
    const { mia, jun, hall } = await opened();
    await mia.uses("/share link:https://share.example/s/code1", { in: hall });
    const card = await mia.waitsFor("needs a pass code", { in: hall });
    const fill = app.idsOn(card).find((id) => id.startsWith("fill:")) ?? "";
    await jun.uses("/help", { in: hall });
    await jun.forges(fill, { message: await jun.waitsFor("What I can do", { in: hall }) });
    await jun.waitsFor("belong to somebody else", { in: hall });
    for (const key of app.kept.keys()) if (key.startsWith("form/")) app.kept.delete(key);
    await mia.presses(/Fill in/, { message: card });
    expect(await mia.waitsFor("This form is over", { in: hall })).toBeDefined();
  });

  test("a form that takes too long to find is a message with a button to it", async () => {
    const { promise: slow, resolve } = Promise.withResolvers<undefined>();
    const { mia } = await opened({ script: (action) => (action.do === "open-share" ? slow : undefined) });
    const asked = await mia.uses("/share");
    expect(asked.answer).toBe(5);
    resolve(undefined);
    await mia.waitsFor("Open a PikPak share");
    await mia.presses(/Fill in/);
    await mia.fills({ "Share link": share });
    await mia.waitsFor("14 entries");
  });

  test("a drive is renamed in a modal", async () => {
    const { mia } = await opened();
    await app.signIn(mia);
    await mia.presses(/My drives/);
    await mia.waitsFor("Your drives");
    await mia.selects(/mia/);
    await mia.waitsFor("10%");
    await mia.presses(/Rename/);
    await mia.fills({ "New name": "Summer <b> **x** <@1>" });
    const said = await mia.waitsFor("Summer");
    expect(app.textOn(said)).toContain("Summer <b> **x** <@1>");
  });

  test("a form can be left", async () => {
    const { mia } = await opened();
    await mia.uses("/share link:https://share.example/s/code1");
    await mia.waitsFor("needs a pass code");
    await mia.presses(/Cancel/);
    await mia.waitsFor("Cancelled");
    expect([...app.kept.keys()].filter((key) => key.startsWith("form/"))).toEqual([]);
  });
});

describe("accounts", () => {
  test("accounts are signed in to on a page, whose message turns into the drive", async () => {
    const { mia, hall } = await opened();
    const here = { in: hall };
    await mia.uses("/login", here);
    const card = await mia.waitsFor("do not belong in Discord", here);
    expect(app.labelsOn(card)).toEqual(["🌐 Enter it in the browser", "🔄 I have sent it", "✖️ Cancel"]);
    await mia.presses(/I have sent it/, here);
    await mia.waitsFor("Nothing has come from the page yet", here);
    expect(await app.sendPage({ username: "mia", password: "correct-horse" })).toMatchObject({
      done: true,
      screen: { show: "listing" },
    });
    const list = await mia.waitsFor("14 entries", here);
    expect([list.id, app.textOn(list)]).toEqual([card.id, expect.stringContaining("mia")]);
    await mia.selects(/Films/, { message: list });
    await mia.waitsFor("› Films", here);
  });

  test("accounts whose password is wrong are asked for again on the page", async () => {
    const { mia } = await opened();
    await mia.uses("/login");
    await mia.waitsFor("do not belong in Discord");
    expect(await app.sendPage({ username: "mia", password: "wrong" })).toMatchObject({
      done: false,
      form: { reason: { code: "wrong-credentials" }, values: { username: "mia" } },
    });
    expect(await app.sendPage({ username: "mia", password: "correct-horse" })).toMatchObject({
      done: true,
      screen: { show: "listing" },
    });
    await mia.waitsFor("14 entries");
  });

  test("accounts that PikPak wants a human for are verified on the page as well", async () => {
    const cloud = usualCloud();
    cloud.challenge = "ck0.solved";
    const { mia } = await opened({ cloud });
    await mia.uses("/login");
    await mia.waitsFor("do not belong in Discord");
    const asked = await app.sendPage({ username: "mia", password: "correct-horse" });
    expect(asked).toMatchObject({ done: false, form: { form: { id: "verification" } } });
    const form = asked.done ? undefined : asked.form.form;
    expect(await app.sendPage({ captchaToken: "ck0.solved" }, form)).toMatchObject({
      done: true,
      screen: { show: "listing" },
    });
    await mia.waitsFor("14 entries");
  });

  test("an account is there when its page is sent off after a restart", async () => {
    const { mia } = await opened();
    await mia.uses("/login");
    await mia.waitsFor("do not belong in Discord");
    await app.restart();
    await app.known();
    await app.sendPage({ username: "mia", password: "correct-horse" });
    expect(await mia.waitsFor("14 entries")).toBeDefined();
  });

  test("an account is shown by a later press when the interaction's quarter of an hour is over", async () => {
    const clock = virtualClock(Date.now());
    const { mia } = await opened({ clock, now: clock.now });
    await mia.uses("/login");
    const card = await mia.waitsFor("do not belong in Discord");
    clock.pass(16 * 60_000);
    await app.sendPage({ username: "mia", password: "correct-horse" });
    expect(app.textOn(card)).toContain("do not belong in Discord");
    await mia.presses(/I have sent it/);
    await mia.waitsFor("14 entries");
  });

  test("a person whose page is over gets a new one", async () => {
    const clock = virtualClock(Date.now());
    const { mia } = await opened({ clock, now: clock.now });
    await mia.uses("/login");
    await mia.waitsFor("do not belong in Discord");
    clock.pass(11 * 60_000);
    await mia.presses(/I have sent it/);
    await expect.poll(() => app.pages.length).toBe(2);
    await app.sendPage({ username: "mia", password: "correct-horse" });
    await mia.waitsFor("14 entries");
  });

  test("people are told what can be done instead where there is no page", async () => {
    const { mia } = await opened({ pages: false });
    await mia.uses("/login");
    const said = await mia.waitsFor("npm run account -- add");
    expect(app.labelsOn(said)).toEqual(["✖️ Cancel"]);
  });

  test("accounts leave no secret in anything Discord was told or asked", async () => {
    const cloud = usualCloud();
    cloud.challenge = "ck0.solved";
    const { mia, emulator } = await opened({ cloud });
    await mia.uses("/login");
    await mia.waitsFor("do not belong in Discord");
    await app.sendPage({ username: "mia", password: "wrong-horse" });
    const asked = await app.sendPage({ username: "mia", password: "correct-horse" });
    await app.sendPage({ captchaToken: "ck0.solved" }, asked.done ? undefined : asked.form.form);
    await mia.waitsFor("14 entries");
    const all = [...emulator.requests, ...emulator.frames].map((one) => JSON.stringify(one)).join("\n");
    for (const secret of ["correct-horse", "wrong-horse", "ck0.solved"]) {
      expect(all).not.toContain(secret);
      expect([...app.kept.values()].join("\n")).not.toContain(secret);
      expect(app.logged.join("")).not.toContain(secret);
    }
  });
});

describe("trouble", () => {
  test("a connection that breaks while something is being done loses nothing", async () => {
    const { promise: slow, resolve } = Promise.withResolvers<undefined>();
    const { mia, emulator } = await opened({ script: (action) => (action.do === "open-share" ? slow : undefined) });
    await mia.uses(`/share link:${share}`);
    emulator.gateway.drop();
    resolve(undefined);
    await mia.waitsFor("14 entries");
    await emulator.ready();
    await mia.selects(/Films/);
    await mia.waitsFor("› Films");
    expect(emulator.frames.some(({ text }) => /"op":6\b/.test(text))).toBe(true);
  });

  test("a press while the connection is down is answered as soon as it is up again", async () => {
    const { mia, emulator } = await opened();
    await mia.uses(`/share link:${share}`);
    const list = await mia.waitsFor("14 entries");
    emulator.gateway.drop();
    const asked = await mia.selects(/Films/, { message: list });
    expect(asked.state).toBe("answered");
    await mia.waitsFor("› Films");
    expect(emulator.complaints).toEqual([]);
  });

  test.each([
    ["is asked to reconnect", () => app.emulator.gateway.reconnect()],
    ["has its session taken away", () => app.emulator.gateway.invalidate()],
    ["is closed with an unknown error", () => app.emulator.gateway.drop(4000)],
  ])("a bot that %s comes back", async (_what, trouble) => {
    const { mia, emulator } = await opened();
    trouble();
    await expect.poll(() => emulator.gateway.connections(), { timeout: 15_000 }).toBe(0);
    await emulator.ready(15_000);
    await mia.uses("/help");
    await mia.waitsFor("What I can do");
  });

  test("a failure nobody foresaw is one answer with a reference, which the log has too", async () => {
    const { mia } = await opened({
      script: () => {
        throw new Error("out of the blue");
      },
    });
    await mia.uses("/help");
    const said = await mia.waitsFor("Something went wrong");
    const reference = /Reference for the operator: (\S+)/.exec(app.textOn(said))?.[1] ?? "none";
    expect(app.logged.filter((line) => line.includes(reference) && line.includes("out of the blue"))).toHaveLength(1);
  });

  test("failures of Discord are tried again, and refused messages are said to have failed", async () => {
    const { mia, emulator } = await opened();
    emulator.fail({ method: "PATCH", path: "/webhooks/", status: 502, times: 2 });
    await mia.uses("/help");
    await mia.waitsFor("What I can do");
    emulator.fail(refusing("PATCH", "/webhooks/", 400, 50035));
    await mia.uses("/settings");
    expect(await mia.waitsFor("Something went wrong")).toBeDefined();
  });

  test("a message that was dismissed is answered with a new one", async () => {
    const { mia, emulator } = await opened();
    await mia.uses(`/share link:${share}`);
    const list = await mia.waitsFor("14 entries");
    emulator.fail(refusing("PATCH", "/webhooks/", 404, 10008));
    await mia.presses(/Refresh/, { message: list });
    expect(
      await mia.waitsFor((view) => view.id !== list.id && view.parts.some(({ text }) => text.includes("14 entries"))),
    ).toBeDefined();
  });

  test("an asker is told where the bot may not post any more", async () => {
    const { mia, hall, emulator } = await opened();
    await mia.uses(`/share link:${share}`, { in: hall });
    await mia.waitsFor("14 entries", { in: hall });
    emulator.fail(refusing("POST", "/webhooks/", 403, 50013));
    await mia.presses(/Post here/, { in: hall });
    expect(await mia.waitsFor("I may not post here", { in: hall })).toBeDefined();
  });

  test("an answer that comes too late is logged with its delay, and nothing is done", async () => {
    const clock = virtualClock(Date.now());
    const { mia, emulator } = await opened({ clock });
    emulator.fail({ method: "POST", path: "/interactions/", delay: 4000 });
    const asking = mia.uses("/forget");
    await expect.poll(() => app.emulator.state.interactions.size).toBe(1);
    await app.soon();
    clock.pass(4000);
    expect((await asking).state).toBe("failed");
    await expect.poll(() => app.logged.join("")).toContain("discord interaction came too late");
    expect(app.asked).toEqual([]);
  });

  test("the log holds no token, no body and no link", async () => {
    const { mia, emulator } = await opened();
    await mia.uses(`/share link:${share}`);
    emulator.fail(refusing("PATCH", "/webhooks/", 400, 50035));
    const asked = await mia.uses("/link file:Films/beach.mp4");
    await mia.waitsFor("Something went wrong");
    const log = app.logged.join("");
    expect(log).toContain("50035");
    expect(log).not.toContain(asked.token);
    expect(log).not.toContain(emulator.token);
    expect(log).not.toMatch(/dl\.example|requestBody|webhooks\/\d|components/);
  });

  test("an action under way when the bot is stopped is finished", async () => {
    const { promise: slow, resolve } = Promise.withResolvers<undefined>();
    const { mia } = await opened({ script: (action) => (action.do === "help" ? slow : undefined) });
    await mia.uses("/help");
    const stopping = app.discord.stop();
    resolve(undefined);
    await stopping;
    await mia.waitsFor("What I can do");
    expect(app.emulator.complaints).toEqual([]);
  });
});

test("Discord has nothing to complain about after all of these tests", async () => {
  const { mia, emulator } = await opened();
  await app.signIn(mia);
  await mia.selects(/Films/);
  await mia.waitsFor("› Films");
  await mia.presses(/Refresh/);
  await mia.waitsFor("› Films");
  expect(emulator.complaints).toEqual([]);
});
