import { afterEach, describe, expect, test } from "vitest";
import { permission, usualPermissions } from "../../emulators/discord/permissions.ts";
import type { Person } from "../../emulators/discord/person.ts";
import type { Message } from "../../emulators/discord/state.ts";
import { loadPlace } from "../../src/users/place.ts";
import { many, usualCloud, Cloud } from "../actions/test-app.ts";
import { openTestApp, type TestApp, type TestAppOptions } from "./test-app.ts";

// What went wrong when people used it, over the real discord.js and the real actions.

let app: TestApp;
afterEach(() => app.close());

async function opened(options: TestAppOptions = {}): Promise<TestApp> {
  app = await openTestApp(options);
  await app.discord.start();
  await app.known();
  return app;
}

const open = "https://share.example/s/open1";
const coded = "https://share.example/s/code1";
const here = () => ({ in: app.hall });
const read = (person: Person, { id, channel }: Message) => {
  const view = person.views({ in: channel }).find((one) => one.id === id);
  return view ? app.textOf(view) : "";
};

async function inChinese(person: Person): Promise<void> {
  await person.uses("/settings");
  await person.waitsFor("Language");
  await person.selects(/中文/);
  await person.waitsFor("语言：");
}

/** A cloud whose drives do not answer any more once told so. */
function hangingCloud(): { readonly cloud: Cloud; hang(): void } {
  const cloud = usualCloud();
  const kinds = cloud.kinds();
  let isHanging = false;
  cloud.kinds = () =>
    kinds.map((kind) => ({
      ...kind,
      open(...given) {
        const driver = kind.open(...given);
        const list: typeof driver.list = async (folder, options) => {
          const { signal } = options ?? {};
          if (isHanging)
            await new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error)));
          return driver.list(folder, options);
        };
        return { ...driver, list };
      },
    }));
  return { cloud, hang: () => void (isHanging = true) };
}

describe("while a drive does not answer", () => {
  test("a person who waits for a drive that does not answer is helped, and cancels their form, at once", async () => {
    const { cloud, hang } = hangingCloud();
    const { mia } = await opened({ cloud });
    await mia.uses(`/share link:${open}`);
    const list = await mia.waitsFor("14 entries");
    await mia.uses("/login");
    const form = await mia.waitsFor("do not belong in Discord");
    hang();
    await mia.selects(/Films/, { message: list });
    await mia.uses("/help");
    await mia.waitsFor("What I can do", { within: 1000 });
    await mia.presses(/✖️/, { message: form });
    await expect.poll(() => read(mia, form), { timeout: 1000 }).toContain("Cancelled");
    await mia.uses("/cancel");
    await mia.waitsFor("nothing to cancel", { within: 1000 });
  });
});

describe("many quick presses on one message", () => {
  test("many quick presses on one message are each acknowledged in time, and the last one wins with few edits", async () => {
    const cloud = new Cloud({ shares: { open1: { tree: many(450) } } });
    const { mia } = await opened({ cloud, actionsPerPerson: 1000 });
    await mia.uses(`/share link:${open}`);
    const list = await mia.waitsFor("450 entries");
    const next = app.idsOn(list).find((id) => /-t-\w+$/.test(id)) ?? "";
    const edits = () => app.emulator.requests.filter(({ method }) => method === "PATCH").length;
    const before = edits();
    const pages = Array.from({ length: 30 }, (_, n) => next.replace(/-\w+$/, `-${(n + 1).toString(36)}`));
    const presses = await Promise.all(pages.map((id) => mia.forges(id, { message: list })));
    expect(presses.map(({ state, answer }) => [state, answer])).toEqual(pages.map(() => ["answered", 6]));
    await expect.poll(() => read(mia, list)).toContain("page 30/30");
    await app.soon();
    expect(edits() - before).toBeLessThan(10);
    expect(app.emulator.complaints).toEqual([]);
  });
});

describe("an entrance", () => {
  const stamp = { by: "telegram:1", at: 0 };

  test.each<readonly [string, (app: TestApp) => Promise<unknown>]>([
    [
      "banned",
      ({ desk, mia }) =>
        desk.services.admin.access.decide(`discord:${mia.user.id}`, (now) => ({ ...now, banned: stamp })),
    ],
    ["under maintenance", ({ desk }) => desk.services.admin.access.reopen((now) => ({ ...now, maintenance: stamp }))],
    ["admitting nobody new", ({ desk }) => desk.services.admin.access.reopen(() => ({ access: "allowlist" }))],
  ])("a closed app (%s) suggests no path either", async (_, close) => {
    const { mia } = await opened();
    await mia.uses(`/share link:${open}`);
    await mia.waitsFor("14 entries");
    expect((await mia.types("/browse path:Fi")).length).toBeGreaterThan(0);
    await close(app);
    expect(await mia.types("/browse path:Fi")).toEqual([]);
    expect(await mia.types("/login drive:o")).toEqual([]);
  });
});

describe("a list that everybody reads", () => {
  /** Mia's share, shown to everybody in the server. */
  const posted = async (link = `link:${open}`): Promise<Message> => {
    const { mia } = app;
    await mia.uses(`/share ${link}`, here());
    const own = await mia.waitsFor("14 entries", here());
    await mia.presses(/Post here/, { message: own });
    return mia.waitsFor("14 entries", { ...here(), after: own });
  };

  test("a list that everybody reads stays as it is when something fails that nobody foresaw, and its presser is told in their language", async () => {
    const { jun, mia, desk } = await opened();
    const list = await posted();
    const before = read(mia, list);
    jun.speaks("zh-CN");
    Object.assign(desk.shelves.sessions, { get: () => Promise.reject(new Error("boom")) });
    await jun.selects(/Films/, { message: list });
    const told = await jun.waitsFor("出了意料之外的问题", here());
    expect(told.onlyFor).toBe(jun.user.id);
    expect(read(mia, list)).toBe(before);
    await mia.selects(/Films/, { message: list });
    expect((await mia.waitsFor("nobody foresaw", here())).onlyFor).toBe(mia.user.id);
    expect(read(mia, list)).toBe(before);
  });

  test("a posted list of an open share is opened by whoever reads it, for themselves, at the folder they pressed", async () => {
    const { jun, mia } = await opened();
    const list = await posted();
    const before = read(mia, list);
    await jun.selects(/Films/, { message: list });
    const own = await jun.waitsFor("› Films", here());
    expect(own.onlyFor).toBe(jun.user.id);
    await jun.selects(/beach/, { message: own });
    await jun.waitsFor("720P", here());
    await jun.presses(/Original/, here());
    expect((await jun.waitsFor(`for=discord:${jun.user.id}`, here())).onlyFor).toBe(jun.user.id);
    expect(read(mia, list)).toBe(before);
  });

  test("a list of a share with a code is not offered to be posted, for its link alone does not open it", async () => {
    const { mia } = await opened();
    await mia.uses(`/share link:${coded} code:abcd`, here());
    expect(app.labelsOn(await mia.waitsFor("code1", here())).join()).not.toContain("Post here");
  });

  test("a posted list is offered to be made of a share, and not of a drive that the server may not see", async () => {
    const { mia } = await opened();
    await app.signIn(mia, here());
    const drive = await mia.waitsFor("14 entries", here());
    expect(app.labelsOn(drive).join()).not.toContain("Post here");
    await mia.uses(`/share link:${open}`, here());
    expect(app.labelsOn(await mia.waitsFor("open1", here())).join()).toContain("Post here");
    await mia.uses(`/share link:${open}`, { in: mia.dm });
    expect(app.labelsOn(await mia.waitsFor("open1", { in: mia.dm })).join()).not.toContain("Post here");
  });
});

describe("/help", () => {
  test("/help lists what is offered where it is asked, and nothing else", async () => {
    const { mia } = await opened();
    for (const where of [here(), { in: mia.dm }]) {
      const offered = new Set(mia.offered(where).map(({ name }) => name));
      await mia.uses("/help", where);
      const listed = [...app.textOn(await mia.waitsFor("What I can do", where)).matchAll(/^ *\/([a-z]+) –/gm)];
      expect(listed.length).toBeGreaterThan(5);
      for (const [, name = ""] of listed) expect(offered).toContain(name);
      expect(listed.map(([, name]) => name).includes("bind")).toBe(where.in === app.hall);
    }
  });
});

describe("a one-time page", () => {
  test("a one-time page ends with ✖ on its message", async () => {
    const { mia } = await opened();
    await mia.uses("/login");
    const form = await mia.waitsFor("do not belong in Discord");
    await mia.presses(/✖️/, { message: form });
    await expect.poll(() => read(mia, form)).toContain("Cancelled");
    expect(app.asked.at(-1)?.action).toEqual({ do: "cancel", left: { id: "sign-in", kind: "pikpak" } });
    expect(await app.sendPage({ username: "mia", password: "correct-horse" })).toEqual({
      done: true,
      screen: undefined,
    });
    await mia.uses("/mounts");
    await mia.waitsFor("no drive");
  });

  test("a one-time page ends with /cancel, which says so there and in the page's message", async () => {
    const { mia } = await opened();
    await mia.uses("/login", here());
    const form = await mia.waitsFor("do not belong in Discord", here());
    await mia.uses("/cancel", { in: mia.dm });
    await mia.waitsFor("Cancelled", { in: mia.dm });
    expect(app.asked.at(-1)?.action).toEqual({ do: "cancel", left: { id: "sign-in", kind: "pikpak" } });
    await expect.poll(() => read(mia, form)).toContain("Cancelled");
    await mia.uses("/cancel", { in: mia.dm });
    await mia.waitsFor("nothing to cancel", { in: mia.dm });
  });

  test("/cancel that comes while /login is still on its way ends the page that comes of it", async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { mia } = await opened({
      moment: 60_000,
      script: async ({ do: what }) => void (what === "sign-in" && (await held)),
    });
    await mia.uses("/login");
    await expect.poll(() => app.asked.map(({ action }) => action.do)).toEqual(["sign-in"]);
    await mia.uses("/cancel");
    // By its answer, which goes by more calls than an acknowledgement, what was sent before it has been taken up.
    await mia.uses("/help");
    await mia.waitsFor("What I can do");
    release();
    await mia.waitsFor("Cancelled");
    expect(app.asked.at(-1)?.action).toEqual({ do: "cancel", left: { id: "sign-in", kind: "pikpak" } });
    expect(await app.sendPage({ username: "mia", password: "correct-horse" })).toEqual({
      done: true,
      screen: undefined,
    });
  });

  test("a one-time page that was opened beside a public list turns into the result for its asker alone", async () => {
    const { mia, jun } = await opened();
    await mia.uses("/login", here());
    await mia.waitsFor("do not belong in Discord", here());
    await app.sendPage({ username: "mia", password: "correct-horse" });
    expect((await mia.waitsFor("14 entries", here())).onlyFor).toBe(mia.user.id);
    expect(jun.messages(here())).toEqual([]);
  });
});

describe("an acknowledgement whose answer is lost", () => {
  test.each([
    ["by a broken connection", { reset: true }],
    ["by a gateway error", { status: 502 }],
  ])("an acknowledgement whose answer is lost %s has been given: the command is answered", async (_, how) => {
    const { mia, emulator } = await opened();
    emulator.fail({ method: "POST", path: "/interactions/", after: true, ...how });
    await mia.uses("/help");
    await mia.waitsFor("What I can do");
    expect(app.logged.join("")).not.toContain("came too late");
  });

  test("an acknowledgement whose answer is lost leaves a modal on the screen, and no second answer", async () => {
    const { mia, emulator } = await opened();
    emulator.fail({ method: "POST", path: "/interactions/", after: true, reset: true });
    await mia.uses("/share");
    expect(mia.modal()).toBeDefined();
    await app.soon();
    expect(mia.messages()).toEqual([]);
    expect(app.logged.join("")).not.toContain("failed");
  });

  test("an interaction that another process acknowledged first is left to that process", async () => {
    const { mia, emulator } = await opened();
    emulator.fail({ method: "POST", path: "/interactions/", status: 400, code: 40_060 });
    await mia.uses("/help");
    await expect.poll(() => app.logged.join("")).toContain("came too late");
  });
});

describe("trouble on the way to Discord", () => {
  test("a moment's trouble on the way to Discord is not noticed by who waits for an answer", async () => {
    const { mia, emulator } = await opened();
    emulator.fail({ method: "PATCH", path: "/webhooks/", reset: true });
    await mia.uses("/help");
    expect(await mia.waitsFor("What I can do")).toBeDefined();
  });

  test("longer trouble on the way to Discord is called by its name, in a warning, and nobody reads of the unforeseen", async () => {
    const { mia, emulator } = await opened();
    emulator.fail({ method: "PATCH", path: "/webhooks/", reset: true, times: 3 });
    await mia.uses("/help");
    await mia.waitsFor("connection to this chat was interrupted", { within: 10_000 });
    expect(app.logged.join("")).toContain("discord not reached with an answer");
    expect(app.logged.filter((line) => line.includes('"level":50'))).toEqual([]);
  });
});

describe("what is written to the bot in one's own chat with it", () => {
  test("a share link written to the bot opens the share, and what follows is at hand", async () => {
    const { mia } = await opened();
    mia.sends(`look: ${open}`, { in: mia.dm });
    const list = await mia.waitsFor("14 entries", { in: mia.dm });
    await mia.selects(/Films/, { message: list });
    await expect.poll(() => read(mia, list)).toContain("› Films");
    expect(app.emulator.complaints).toEqual([]);
  });

  test("a link to a share with a code, written to the bot, asks for the code and opens with it", async () => {
    const { mia } = await opened();
    mia.sends(coded, { in: mia.dm });
    const form = await mia.waitsFor("needs a pass code", { in: mia.dm });
    await mia.presses(/Fill in/, { message: form });
    await mia.fills({ passCode: "abcd" });
    await expect.poll(() => read(mia, form)).toContain("code1");
  });

  test("a message written to the bot is answered whatever it is, once, in the language that was chosen", async () => {
    const { mia } = await opened();
    await inChinese(mia);
    const before = mia.messages().length;
    mia.sends("hello there", { in: mia.dm });
    await mia.waitsFor(/没|不/, { in: mia.dm });
    await app.soon();
    expect(mia.messages()).toHaveLength(before + 2);
  });

  test("a message that is not answered in time is answered so, in the language that was chosen", async () => {
    const { cloud, hang } = hangingCloud();
    const { mia } = await opened({ cloud, deadline: 100 });
    await inChinese(mia);
    hang();
    mia.sends(open, { in: mia.dm });
    expect(await mia.waitsFor("暂时无法连接网盘", { in: mia.dm })).toBeDefined();
  });

  test("trouble on the way to somebody's own chat is told there in the language that was chosen", async () => {
    const { mia, emulator } = await opened();
    await inChinese(mia);
    emulator.fail({ method: "POST", path: `/channels/${mia.dm.id}/messages`, reset: true, times: 3 });
    mia.sends("hello there", { in: mia.dm });
    expect(await mia.waitsFor("与聊天平台的连接中断了", { in: mia.dm, within: 10_000 })).toBeDefined();
  });

  test("messages written to the bot while the drive hangs are answered one after another", async () => {
    const { cloud, hang } = hangingCloud();
    const { mia } = await opened({ cloud, deadline: 100 });
    hang();
    mia.sends(open, { in: mia.dm });
    mia.sends("hello there", { in: mia.dm });
    await expect.poll(() => mia.messages({ in: mia.dm })).toHaveLength(4);
    const [, , first, second] = mia.views({ in: mia.dm }).map((view) => app.textOf(view));
    expect(first).toContain("cannot be reached");
    expect(second).not.toContain("cannot be reached");
  });

  test("the newest message written to the bot is heard anew when it is changed, an older one is not", async () => {
    const { mia } = await opened();
    const older = mia.sends("hello there", { in: mia.dm });
    await mia.waitsFor(/not understand|Nothing|drive/, { in: mia.dm });
    const newest = mia.sends("hello again", { in: mia.dm });
    await mia.waitsFor(/not understand|Nothing|drive/, { in: mia.dm, after: newest });
    mia.edits(older, coded);
    mia.edits(newest, open);
    await mia.waitsFor("14 entries", { in: mia.dm });
    await app.soon();
    expect(mia.find("needs a pass code", { in: mia.dm })).toBeUndefined();
  });

  test("a message written to the bot follows a folder that fills in, in the same message", async () => {
    const cloud = new Cloud({ shares: { open1: { tree: many(1200) } } });
    cloud.hold();
    const { mia } = await opened({ cloud });
    mia.sends(open, { in: mia.dm });
    const first = await mia.waitsFor("500 entries so far", { in: mia.dm });
    cloud.release();
    expect((await mia.waitsFor("1,200 entries", { in: mia.dm })).id).toBe(first.id);
  });

  test("an answer to a written message comes once though its own answer was lost", async () => {
    const { mia, emulator } = await opened();
    emulator.fail({ method: "POST", path: `/channels/${mia.dm.id}/messages`, after: true, reset: true });
    mia.sends(open, { in: mia.dm });
    await mia.waitsFor("14 entries", { in: mia.dm });
    await app.soon();
    expect(mia.messages({ in: mia.dm })).toHaveLength(2);
  });

  test("a message written in a server is not heard, and nothing privileged is asked for", async () => {
    const { mia } = await opened();
    mia.sends(`look: ${open}`, here());
    await app.soon();
    expect(mia.messages(here())).toHaveLength(1);
    expect(app.asked).toEqual([]);
  });
});

describe("a server that sends the bot away", () => {
  test("a server that sends the bot away ends what was shared with it at the next download, without waiting for a comparison", async () => {
    const clock = { now: Date.now() };
    const { mia, jun, emulator, server } = await opened({ now: () => clock.now });
    const place = `discord:guild:${server.id}`;
    await app.signIn(mia);
    await mia.uses("/bind", here());
    await mia.presses(/✅/, { message: await mia.waitsFor("Share with this server?", here()) });
    await mia.waitsFor("Shared with this server", here());
    await app.knowsServers();
    expect((await loadPlace(app.desk.services, place)).lent).toHaveLength(1);
    emulator.joins(server, jun, usualPermissions | permission.manageGuild);
    expect(await app.discord.roleIn(place, `discord:${jun.user.id}`)).toBe("admin");
    emulator.leaves(server, "bot");
    clock.now += 61_000;
    expect(await app.discord.roleIn(place, `discord:${jun.user.id}`)).toBe("none");
    expect((await loadPlace(app.desk.services, place)).lent).toEqual([]);
    expect(app.left).toEqual([place]);
  });
});
