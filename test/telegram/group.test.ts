import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Keyv } from "keyv";
import { pino } from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { placeNews } from "../../src/users/place.ts";
import { createRemovals, handleRemovals } from "../../src/messaging/removals.ts";
import type { Group } from "../../emulators/telegram/groups.ts";
import type { Actor } from "../../emulators/telegram/people.ts";
import type { Shown } from "../../emulators/telegram/shown.ts";
import type { GroupDraft } from "../../emulators/telegram/cast.ts";
import { startTelegram, type TelegramEmulator } from "../../emulators/telegram/telegram.ts";
import { createTelegram, type Telegram } from "../../src/telegram/bot.ts";
import { loadWords } from "../../src/i18n/words.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import { testJobs, waitBy } from "../test-jobs.ts";
import { app as desk, signInAs, usualCloud, visitOf, type TestApp } from "../actions/test-app.ts";

// Three people in one group, over the wire: Mia runs it and lends her drive, Jun asks, Lena presses on Jun's list.

interface Square {
  readonly telegram: TelegramEmulator;
  readonly mia: Actor;
  readonly jun: Actor;
  readonly lena: Actor;
  readonly group: Group;
  readonly at: TestApp;
  now: number;
  restart(): Promise<void>;
}

const words = loadWords();
let closing: (() => Promise<void>) | undefined;
afterEach(() => closing?.());

async function square(draft: Partial<GroupDraft> = {}, { old = false } = {}): Promise<Square> {
  const telegram = await startTelegram();
  const server = old ? await oldServer(telegram.apiRoot) : undefined;
  const [mia, jun, lena] = [
    telegram.person({ id: 1, name: "Mia", started: true }),
    telegram.person({ id: 2, name: "Jun", started: true }),
    // She has never written to the bot: it may not write to her first.
    telegram.person({ id: 3, name: "Lena", language: "zh-hans" }),
  ];
  const group = telegram.group({ title: "Film club", members: [mia, jun, lena], ...draft });
  const clock = { now: Date.now() };
  let bot: Telegram | undefined;
  let jobs: JobQueue | undefined;
  let at = desk(usualCloud(), {
    now: () => clock.now,
    changes: { roleIn: async (place, person) => bot?.roleIn(place, person) },
  });
  const list = new Keyv<KeptJob>({ throwOnErrors: true });
  const dialogues = new Map<string, unknown>();
  const open = async () => {
    const queue = testJobs(list, { now: () => clock.now, wait: waitBy(() => clock.now), onError: () => undefined });
    jobs = queue;
    const removals = createRemovals(queue, "telegram");
    bot = createTelegram({
      settings: { token: telegram.token, apiRoot: server?.apiRoot ?? telegram.apiRoot },
      namesShare: () => false,
      words,
      log: pino({ level: "silent" }),
      now: () => clock.now,
      onFatal: () => undefined,
      conversations: {
        get: async (key) => dialogues.get(key),
        set: async (key, value) => dialogues.set(key, value),
        delete: async (key) => dialogues.delete(key),
      },
      perform: (visit, action, signal) => at.do(visit, action, signal),
      places: placeNews(at.services),
      removals,
    });
    const { removeNoted } = bot;
    handleRemovals({ jobs: queue, remove: ({ message }) => removeNoted(message), now: () => clock.now });
    await bot.start();
    // Which commands are for one pair of eyes is known to clients once they were published.
    await telegram.called(
      ({ method, parameters }) =>
        method === "setMyCommands" &&
        JSON.stringify(parameters).includes("all_group_chats") &&
        JSON.stringify(parameters).includes('"zh"'),
    );
  };
  await open();
  closing = async () => {
    await jobs?.stop();
    await bot?.stop();
    await server?.close();
    await telegram.close();
  };
  await at.see(visitOf(1), signInAs("mia", "correct-horse"), "listing");
  return Object.assign(clock, {
    telegram,
    mia,
    jun,
    lena,
    group,
    get at() {
      return at;
    },
    async restart() {
      await jobs?.stop();
      await bot?.stop();
      at = at.restarted();
      await open();
    },
  });
}

/** A server of before ephemeral messages, which ignores what it does not know. */
async function oldServer(apiRoot: string): Promise<{ readonly apiRoot: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void (async () => {
      const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
      const { ephemeral_message_parameters: _unknown, ...known } = JSON.parse(body === "" ? "{}" : body) as Record<
        string,
        unknown
      >;
      const commands = known["commands"] as { is_ephemeral?: boolean }[] | undefined;
      const told = commands
        ? { ...known, commands: commands.map(({ is_ephemeral: _new, ...command }) => command) }
        : known;
      const answer = await fetch(`${apiRoot}${request.url ?? ""}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(told),
      });
      response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    apiRoot: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Mia lends her drive to the group. */
async function lend({ mia, group }: Square, command = "/bind"): Promise<Shown> {
  mia.in(group).sends(command);
  await mia.in(group).presses("✅", { on: await mia.in(group).waitsFor("Share with this group?") });
  return mia.in(group).waitsFor("Shared with this group");
}

const publicly = (telegram: TelegramEmulator, group: Group) =>
  telegram.shown.filter(({ chat, receiver }) => chat === group.id && receiver === undefined);

describe("Mia lends, Jun asks, Lena presses", () => {
  test("Mia, Jun and Lena each see of a lent drive what is theirs to see, and the bot needs no rights in the group", async () => {
    const at = await square();
    const { mia, jun, lena, group, telegram } = at;
    const card = await lend(at);
    expect(card.receiver).toBe(1);

    jun.in(group).sends("/browse");
    const list = await jun.in(group).waitsFor("14 entries");
    expect(list.receiver).toBeUndefined();

    // Lena presses on Jun's list: a copy for her alone, in its place; his stays.
    await lena.in(group).presses("📁 Films", { on: list });
    const copy = await lena.in(group).waitsFor("› Films");
    expect(copy.receiver).toBe(3);
    expect(list.text).toContain("1/2");
    expect(jun.in(group).sees()).not.toContain("› Films");
    expect(
      telegram.calls.some(({ parameters }) => JSON.stringify(parameters).includes("replace_callback_query_message")),
    ).toBe(true);

    // She goes on in it, and her link is hers.
    await lena.in(group).presses("🎬 beach.mp4", { on: copy });
    await lena.in(group).waitsFor((message) => message.receiver === 3 && message.text.includes("beach.mp4"));
    await lena.in(group).presses("🔗", {
      on: await lena.in(group).waitsFor((message) => message.labels.some((label) => label.includes("720P"))),
    });
    const link = await lena.in(group).waitsFor("for=telegram:3");
    expect(link.receiver).toBe(3);

    // Jun drives his own.
    await jun.in(group).presses("▶", { on: list });
    await jun.in(group).waitsFor("2/2");

    expect(publicly(telegram, group).filter(({ text }) => text.includes("dl.example"))).toEqual([]);
    expect(mia.in(group).sees()).not.toContain("for=telegram:3");
    expect(telegram.complaints).toEqual([]);
  });

  test("what Jun searches for in the group is a list of his own, a link is shown to him alone, and nothing private of Mia's shows", async () => {
    const at = await square();
    const { mia, jun, group, telegram } = at;
    await at.at.see(visitOf(1), { do: "open-share", text: "https://share.example/s/code1 abcd" }, "listing");
    mia.in(group).sends("/bind");
    const choice = await mia.in(group).waitsFor("Which drive");
    expect(choice.receiver).toBe(1);
    await mia.in(group).presses("🗄 mia", { on: choice });
    await mia.in(group).presses("✅", { on: await mia.in(group).waitsFor("Share with this group?") });
    await mia.in(group).waitsFor("Shared with this group");
    jun.in(group).sends("/search beach");
    const found = await jun.in(group).waitsFor("🔎 beach");
    expect(found.labels).toContain("🎬 beach.mp4 · 100 B");
    await jun.in(group).presses("🎬 beach.mp4", { on: found });
    await jun.in(group).waitsFor("Film");
    jun.in(group).sends("/link one.raw");
    expect((await jun.in(group).waitsFor("for=telegram:2")).receiver).toBe(2);
    jun.in(group).sends("/mounts");
    const mounts = await jun.in(group).waitsFor("Drives of this group");
    expect(mounts.text).not.toContain("code1");
    expect(
      publicly(telegram, group)
        .map(({ text }) => text)
        .join(),
    ).not.toContain("code1");
    expect(telegram.complaints).toEqual([]);
  });

  test("a link in the open stands beside the card it is from, for all to see", async () => {
    const at = await square();
    const { mia, jun, group } = at;
    const card = await lend(at);
    await mia.in(group).presses("Links in the open", { on: card });
    await mia.in(group).waitsFor((message) => message.labels.some((label) => label.includes("🔘 Links in the open")));
    jun.in(group).sends("/browse file 1.txt");
    const file = await jun.in(group).waitsFor((message) => message.labels.some((label) => label.includes("🔗")));
    await jun.in(group).presses("🔗", { on: file });
    const link = await jun.in(group).waitsFor("for=telegram:2");
    expect(link.receiver).toBeUndefined();
    expect(link.id).not.toBe(file.id);
    expect(file.text).not.toContain("dl.example");
  });

  test("🔎 asks for words in the group by a reply, which privacy mode lets through", async () => {
    const at = await square();
    const { jun, group } = at;
    await lend(at);
    jun.in(group).sends("/browse");
    const list = await jun.in(group).waitsFor("14 entries");
    await jun.in(group).presses("🔎", { on: list });
    const question = await jun.in(group).waitsFor("What to look for");
    jun.in(group).replies(question, "raw");
    expect((await jun.in(group).waitsFor("🔎 raw")).labels).toContain("1. 📁 Raw");
  });

  test("Lena gets a way into her private chat, and her list there, where ephemeral messages are refused", async () => {
    const at = await square();
    const { jun, lena, group, telegram } = at;
    await lend(at);
    jun.in(group).sends("/browse");
    const list = await jun.in(group).waitsFor("14 entries");
    telegram.fail({ method: "sendMessage", status: 400, description: "Bad Request: unknown parameter" });
    const toast = await lena.in(group).presses("📁 Films", { on: list });
    expect(toast.url).toMatch(/^https:\/\/t\.me\/drive_bot\?start=/);
    lena.opens(toast.url ?? "");
    expect(await lena.waitsFor("› Films")).toBeDefined();
    expect(
      publicly(telegram, group)
        .map(({ text }) => text)
        .join(),
    ).not.toContain("› Films");
  });

  test("a screen meant for one is not shown to all on a server that knows no ephemeral messages", async () => {
    const at = await square({}, { old: true });
    const { jun, group, telegram } = at;
    await lend(at);
    jun.in(group).sends("/link Films/beach.mp4");
    expect((await jun.waitsFor("for=telegram:2")).chat).toBe(2);
    const said = telegram.calls.filter(
      ({ method, parameters }) => method === "sendMessage" && parameters["chat_id"] === group.id,
    );
    expect(JSON.stringify(said)).not.toContain("dl.example");
  });

  test("everything that is asked in a topic stays in it", async () => {
    const at = await square({ forum: true });
    const { jun, group } = at;
    await lend(at);
    const topic = group.opensTopic("Films");
    jun.in(group, topic).sends("/browse");
    const list = await jun.in(group, topic).waitsFor("14 entries");
    expect(list.thread).toBe(topic);
    jun.in(group, topic).sends("/search beach");
    expect((await jun.in(group, topic).waitsFor("🔎 beach")).thread).toBe(topic);
  });
});

describe("who runs the group", () => {
  test("an admin's role is asked of Telegram once a minute, and a member cannot lend or set anything", async () => {
    const at = await square();
    const { jun, group, telegram } = at;
    await at.at.see(visitOf(2), signInAs("jun", "battery"), "listing");
    for (let times = 0; times < 3; times++) {
      jun.in(group).sends("/settings");
      await telegram.called(({ method }) => method === "getChatMember");
    }
    jun.in(group).sends("/bind");
    await jun
      .in(group)
      .waitsFor((message) => message.text.includes("Only those who run thi") && message.receiver === 2);
    const asked = telegram.calls.filter(
      ({ method, parameters }) => method === "getChatMember" && parameters["user_id"] === 2,
    );
    expect(asked).toHaveLength(1);
    group.promotes(jun);
    at.now += 61_000;
    jun.in(group).sends("/bind");
    expect(await jun.in(group).waitsFor("Share with this group?")).toBeDefined();
  });

  test("an admin who writes as the group is told what to do", async () => {
    const at = await square();
    const { jun, group } = at;
    group.promotes(jun, { anonymous: true });
    jun.in(group).sends("/settings");
    expect(await jun.in(group).waitsFor("Remain anonymous")).toBeDefined();
  });

  test("an admin sets language, rows and removal for all, and the old list goes in time, also over a restart", async () => {
    const at = await square();
    const { mia, jun, group } = at;
    await lend(at);
    mia.in(group).sends("/settings");
    const settings = await mia.in(group).waitsFor("Settings of this group");
    await mia.in(group).presses("30 min", { on: settings });
    await mia.in(group).waitsFor("removed after 30 minutes");
    await mia.in(group).presses("简体中文", { on: settings });
    await mia.in(group).waitsFor("本群设置");
    jun.in(group).sends("/browse");
    const list = await jun.in(group).waitsFor("14 项");
    at.now += 20 * 60_000;
    await jun.in(group).presses("▶", { on: list });
    await jun.in(group).waitsFor("2/2");
    at.now += 20 * 60_000;
    await at.restart();
    jun.in(group).sends("/help");
    const help = await jun.in(group).waitsFor("/browse –");
    expect(list.deleted).toBe(false);
    at.now += 11 * 60_000;
    await at.telegram.until(() => (list.deleted ? true : undefined));
    expect(help.deleted).toBe(false);
  });
});

describe("everything is taken back", () => {
  test.each<readonly [string, (at: Square) => unknown]>([
    ["/unbind", ({ mia, group }) => mia.in(group).sends("/unbind")],
    ["Mia leaves", ({ mia, group }) => mia.in(group).leaves()],
    [
      "the bot is removed and comes again",
      ({ telegram, group }) => (group.kicks(telegram.bot), group.adds(telegram.bot)),
    ],
  ])("everything lent is taken back when %s", async (_, end) => {
    const at = await square();
    const { jun, group } = at;
    await lend(at);
    jun.in(group).sends("/browse");
    const list = await jun.in(group).waitsFor("14 entries");
    end(at);
    const place = `telegram:${group.id}`;
    await expect.poll(async () => (await at.at.shelves.places.get(place))?.lent ?? []).toEqual([]);
    jun.in(group).taps("📁 Films", { on: list });
    await jun.in(group).waitsFor("is not here any more");
    jun.in(group).sends("/browse");
    expect(await jun.in(group).waitsFor("No drive is shared")).toBeDefined();
  });

  test("everything lent goes along when the group becomes a supergroup", async () => {
    const at = await square({ type: "group" });
    const { jun, group } = at;
    await lend(at);
    group.migrates();
    const place = `telegram:${group.id}`;
    await expect.poll(async () => (await at.at.shelves.places.get(place))?.lent.length).toBe(1);
    jun.in(group).sends("/browse");
    expect(await jun.in(group).waitsFor("14 entries")).toBeDefined();
  });
});

describe("inline mode", () => {
  test("inline mode finds one's own files from any chat, and the card gives links to whom it may", async () => {
    const at = await square();
    const { mia, jun, lena, group, telegram } = at;
    await lend(at);
    mia.sends("/search beach");
    await mia.waitsFor("🔎 beach");
    const nox = telegram.person({ id: 9, name: "Nox", started: true });
    const elsewhere = telegram.group({ title: "Elsewhere", members: [mia, jun, lena, nox], bots: [] });
    const offered = await mia.in(elsewhere).asks("beach");
    expect(offered.results).toHaveLength(1);
    expect(offered.results[0]).toMatchObject({ title: expect.stringContaining("beach.mp4") });
    const { parameters } = await telegram.called(({ method }) => method === "answerInlineQuery");
    expect(parameters).toMatchObject({ is_personal: true, cache_time: 0 });
    offered.chooses(0);
    const card = mia.in(elsewhere).messages.at(-1);
    if (!card) throw new Error("no card");
    expect(card.text).toContain("beach.mp4");

    await mia.in(elsewhere).presses("🔗", { on: card });
    expect((await mia.waitsFor("for=telegram:1")).chat).toBe(1);
    // Jun is in the group it is lent to: his own link, in his own chat.
    await jun.in(elsewhere).presses("🔗", { on: card });
    expect((await jun.waitsFor("for=telegram:2")).chat).toBe(2);
    // Lena never opened her chat with the bot: she is led there.
    const toast = await lena.in(elsewhere).presses("🔗", { on: card });
    lena.opens(toast.url ?? "");
    expect(await lena.waitsFor("for=telegram:3")).toBeDefined();
    // Nox has nothing to do with it.
    expect((await nox.in(elsewhere).presses("🔗", { on: card })).text).toContain("somebody else");
    expect(nox.sees()).not.toContain("dl.example");
    expect(group.id).not.toBe(elsewhere.id);
    expect(telegram.complaints).toEqual([]);
  });

  test("inline mode shows whoever has no drive the way to one, and keeps the card after a restart", async () => {
    const at = await square();
    const { mia, jun, telegram } = at;
    expect((await jun.asks("beach")).results).toEqual([]);
    const { parameters } = await telegram.called(({ method }) => method === "answerInlineQuery");
    expect(parameters["button"]).toMatchObject({ text: expect.stringContaining("Add a drive") });
    const offered = await mia.asks("file 1.txt");
    offered.chooses(0);
    await expect.poll(async () => (await at.at.shelves.people.get("telegram:1"))?.sessions.length).toBe(2);
    await at.restart();
    expect(mia.messages.at(-1)?.text).toContain("file 1.txt");
    await mia.presses("🔗", { on: mia.messages.at(-1) as Shown });
    expect(await mia.waitsFor("for=telegram:1")).toBeDefined();
  });
});
