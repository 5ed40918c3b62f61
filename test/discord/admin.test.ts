import { afterEach, describe, expect, test } from "vitest";
import { announceBy } from "../../src/messaging/announce.ts";
import type { Person } from "../../emulators/discord/person.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

// What operators and everybody else see of them, over the real bot and the real actions. Mia is the operator.

let app: TestApp;
afterEach(async () => {
  await app.desk.services.admin.stop();
  await app.close();
});

interface Admin {
  readonly access?: "open" | "allowlist";
  /** Nobody is named in the configuration. */
  readonly nobody?: boolean;
}

async function opened({ access = "open", nobody = false }: Admin = {}): Promise<TestApp> {
  app = await openTestApp({
    operators: (mia) => (nobody ? [] : [idOf(mia)]),
    admin: {
      access,
      announce: (place, text) => announceBy(app.discord.messenger, place, text),
      now: Date.now,
      wait: (ms, signal) =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(resolve, ms);
          signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
        }),
    },
  });
  await app.discord.start();
  await app.known();
  return app;
}

const idOf = ({ user }: Person) => `discord:${user.id}`;

/** The newest message somebody has in their own chat with the bot. */
function newest({ views, dm }: Person): string {
  const view = views({ in: dm }).at(-1);
  return view ? app.textOf(view) : "";
}

describe("/admin", () => {
  test("/admin is offered in one's own chat with the bot alone, and is an unknown command to others, to the letter", async () => {
    const { mia, jun, hall, emulator } = await opened();
    expect(mia.offered({ in: hall }).map(({ name }) => name)).not.toContain("admin");
    expect(mia.offered({ in: mia.dm }).map(({ name }) => name)).toContain("admin");
    await jun.uses("/admin", { in: jun.dm });
    await jun.waitsFor("I do not know this command");
    const told = newest(jun);
    await jun.uses("/admin act:ban with:1", { in: jun.dm });
    await expect.poll(() => jun.messages({ in: jun.dm }).length).toBe(2);
    await expect.poll(() => newest(jun)).toBe(told);

    // As where an older version had another command.
    const known = [...emulator.state.commands.values()].find(({ name }) => name === "help");
    if (!known) throw new Error("no /help");
    emulator.state.commands.set("7", {
      ...known,
      id: "7",
      name: "gone",
      body: { ...known.body, name: "gone", name_localizations: {} },
    });
    await jun.uses("/gone", { in: jun.dm });
    await expect.poll(() => jun.messages({ in: jun.dm }).length).toBe(3);
    await expect.poll(() => newest(jun)).toBe(told);

    await jun.uses("/help", { in: jun.dm });
    await jun.waitsFor("/mounts");
    expect(newest(jun)).not.toContain("/admin");
    await mia.uses("/help", { in: mia.dm });
    await mia.waitsFor("/mounts");
    expect(newest(mia)).toContain("/admin");
  });

  test("/admin opens a panel that leads everywhere in one message, and every act is a choice in one's own language", async () => {
    const { mia } = await opened();
    await mia.uses("/admin");
    const panel = await mia.waitsFor("🎛 Operators");
    for (const [label, shows] of [
      ["👥 People", idOf(mia)],
      ["🎛 Operators", "Log level"],
      ["🚪 Access", "Everybody may use the bot"],
      ["🎛 Operators", "Log level"],
      ["🗄", "There is no drive here."],
      ["🎛 Operators", "Log level"],
      ["📣", "Nothing has been sent"],
      ["🎛 Operators", "Log level"],
      ["📒", "[🎛 Operators]"],
    ] as const) {
      await mia.presses(new RegExp(`^${label}`), { message: panel });
      await mia.waitsFor((view) => view.id === panel.id && app.textOf(view).includes(shows));
    }
    mia.speaks("zh-CN");
    await mia.uses("/管理 操作:访问权限");
    await mia.waitsFor("🚪 访问权限");
    await mia.uses("/管理 操作:日志级别 参数:debug");
    await mia.waitsFor("debug");
    expect(app.emulator.complaints).toEqual([]);
  });

  test("the buttons of /admin are nobody else's", async () => {
    const { mia, jun } = await opened();
    await mia.uses("/admin");
    const panel = await mia.waitsFor("🎛 Operators");
    await jun.uses("/help", { in: jun.dm });
    const own = await jun.waitsFor("/mounts");
    for (const id of app.idsOn(panel)) await jun.forges(id, { message: own });
    await app.soon();
    expect(jun.sees()).not.toMatch(/Operators|Log level|Access/);
    const { access } = app.desk.services.admin;
    expect(await access.opening()).toEqual({ access: "open" });
    expect(await access.invitations()).toBe(0);
  });
});

describe("access", () => {
  test("an invitation's code lets Jun in where only the admitted may, once", async () => {
    const { mia, jun, hall, emulator } = await opened({ access: "allowlist" });
    await jun.uses("/browse", { in: hall });
    await jun.waitsFor("for invited people", { in: hall });
    await jun.uses("/share", { in: jun.dm });
    await jun.waitsFor("for invited people", { in: jun.dm });
    await mia.uses("/admin act:invite");
    const view = await mia.waitsFor("inv-");
    const code = /inv-\w{20}/.exec(
      app.textOf(mia.views({ in: mia.dm }).find(({ id }) => id === view.id) ?? never()),
    )?.[0];
    await jun.uses(`/start code:${code ?? ""}`, { in: jun.dm });
    await jun.waitsFor("you are let in");
    await jun.uses("/browse", { in: hall });
    await jun.waitsFor("no drive", { in: hall });
    const lena = emulator.person({ name: "Lena" });
    emulator.joins(app.server, lena);
    await lena.uses(`/start code:${code ?? ""}`, { in: lena.dm });
    await lena.waitsFor("has been used");
    await lena.uses("/browse", { in: lena.dm });
    expect(await lena.waitsFor("for invited people")).toBeDefined();
  });

  test("a ban answers everything alike, and its end lets the banned in again", async () => {
    const { mia, jun, hall } = await opened();
    await mia.uses(`/admin act:ban with:${jun.user.id}`);
    await mia.waitsFor(`👤 ${idOf(jun)}`);
    for (const line of ["/browse", "/share", "/help"]) {
      const { original } = await jun.uses(line, { in: hall });
      await expect
        .poll(() =>
          jun
            .views({ in: hall })
            .some((view) => view.id === original?.id && app.textOf(view).includes("You cannot use this bot")),
        )
        .toBe(true);
    }
    await mia.uses(`/admin act:unban with:${jun.user.id}`);
    const { access } = app.desk.services.admin;
    await expect.poll(async () => (await access.standing(idOf(jun))).banned).toBeUndefined();
    await jun.uses("/help", { in: hall });
    await jun.waitsFor("What I can do", { in: hall });
  });

  test("a whole server is let in, or kept out, with everybody while they are in it", async () => {
    const { mia, jun, hall, server } = await opened({ access: "allowlist" });
    const place = `discord:guild:${server.id}`;
    await mia.uses(`/admin act:admit with:${place}`, { in: mia.dm });
    await mia.waitsFor(place, { in: mia.dm });
    await jun.uses("/browse", { in: hall });
    await jun.waitsFor("no drive", { in: hall });
    await jun.uses("/browse", { in: jun.dm });
    await jun.waitsFor("for invited people", { in: jun.dm });
    await mia.uses(`/admin act:ban with:${place}`, { in: mia.dm });
    const { access } = app.desk.services.admin;
    await expect.poll(async () => (await access.standing(place)).banned).toBeDefined();
    await jun.uses("/browse", { in: hall });
    expect(await jun.waitsFor("You cannot use this bot", { in: hall })).toBeDefined();
  });

  test("maintenance closes the bot to all but operators", async () => {
    const { mia, jun } = await opened();
    await mia.uses("/admin act:maintenance with:on");
    await mia.waitsFor("🟢 Open again");
    await jun.uses("/browse", { in: jun.dm });
    await jun.waitsFor("being worked on", { in: jun.dm });
    await mia.uses("/admin act:maintenance with:off");
    await mia.waitsFor("🚧 Close for maintenance");
    await jun.uses("/help", { in: jun.dm });
    expect(await jun.waitsFor("What I can do")).toBeDefined();
  });

  test("whoever has the code of the terminal is the first operator, and nobody after them", async () => {
    const { mia, jun } = await opened({ nobody: true });
    const code = await app.desk.services.admin.access.operatorCode();
    await mia.uses("/admin");
    await mia.waitsFor("I do not know this command");
    await mia.uses(`/start code:${code}`);
    await mia.waitsFor("You are an operator now");
    await mia.uses("/admin");
    await mia.waitsFor("🎛 Operators");
    await jun.uses(`/start code:${code}`, { in: jun.dm });
    await jun.uses("/admin", { in: jun.dm });
    expect(await jun.waitsFor("I do not know this command")).toBeDefined();
  });
});

describe("a broadcast", () => {
  test("a broadcast is written in a modal, confirmed, sent to everybody once, and reported in place", async () => {
    const { mia, jun, hall, emulator } = await opened();
    const lena = emulator.person({ name: "Lena" });
    emulator.joins(app.server, lena);
    for (const person of [jun, lena]) {
      await person.uses("/help", { in: hall });
      await person.waitsFor("What I can do", { in: hall });
    }
    lena.user.opensDms = false;
    await mia.uses("/admin");
    const panel = await mia.waitsFor("🎛 Operators");
    await mia.presses(/^📣/, { message: panel });
    await mia.waitsFor("Nothing has been sent");
    await mia.presses(/^✏️/, { message: panel });
    expect(mia.modal()).toBeDefined();
    await mia.fills({ text: "We have a new search.\nTry @everyone /search" });
    await mia.waitsFor("Send this to 3 chats?");
    emulator.fail({
      method: "POST",
      path: "/users/@me/channels",
      status: 429,
      headers: { "retry-after": "1" },
      body: '{"message":"slow","retry_after":0.2,"global":false}',
    });
    await mia.presses(/^📣 Yes/);
    await mia.waitsFor((view) => /Done/.test(app.textOf(view)) && app.textOf(view).includes("3 of 3"));
    const got = (person: Person) =>
      person.messages({ in: person.dm }).filter(({ content }) => content.startsWith("We have a new search."));
    expect(got(mia)).toHaveLength(1);
    expect(got(jun)).toHaveLength(1);
    expect(got(jun)[0]?.pinged).toEqual([]);
    expect(got(lena)).toEqual([]);
    expect(emulator.complaints).toEqual([]);
  });

  test.each<readonly [string, object, unknown]>([
    ["people who let nobody write to them", { status: 403, code: 50_007 }, "gone"],
    ["people who are no more", { status: 404, code: 10_013 }, "gone"],
    ["too many new chats", { status: 400, code: 40_003 }, { retryAfter: 60_000 }],
    [
      "too many at once",
      { status: 429, headers: { "retry-after": "17" }, body: '{"message":"slow","retry_after":17,"global":false}' },
      // discord.js adds a little.
      { retryAfter: 17_050 },
    ],
  ])("a broadcast that is refused because of %s is noted as such", async (_, fault, outcome) => {
    const { jun, emulator } = await opened();
    const announce = (place: string, text: string) => announceBy(app.discord.messenger, place, text);
    emulator.fail({ method: "POST", path: "/users/@me/channels", ...fault });
    expect(await announce(idOf(jun), "hello")).toEqual(outcome);
    expect(jun.messages({ in: jun.dm })).toEqual([]);
  });

  test("a broadcast whose arrival nobody knows is tried no second time, and servers are not written to", async () => {
    const { jun, server, emulator } = await opened();
    const announce = (place: string, text: string) => announceBy(app.discord.messenger, place, text);
    expect(await announce(idOf(jun), "hello")).toBe("sent");
    emulator.fail({ method: "POST", path: `/channels/${jun.dm.id}/messages`, status: 500, after: true });
    await expect(announce(idOf(jun), "hello again")).rejects.toThrow("Internal Server Error");
    expect(jun.messages({ in: jun.dm }).map(({ content }) => content)).toEqual(["hello", "hello again"]);
    expect(await announce(`discord:guild:${server.id}`, "hello")).toBe("gone");
  });
});

function never(): never {
  throw new Error("it is not on the screen");
}
