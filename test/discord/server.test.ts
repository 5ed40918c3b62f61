import { afterEach, describe, expect, test } from "vitest";
import { mayFetch } from "../../src/actions/context/leave.ts";
import { permission, usualPermissions } from "../../emulators/discord/permissions.ts";
import type { Person } from "../../emulators/discord/person.ts";
import type { Message } from "../../emulators/discord/state.ts";
import { openTestApp, type TestApp, type TestAppOptions } from "./test-app.ts";

// Three people in one server, over the wire: Mia runs it and lends her drive, Jun asks and posts, Lena presses on Jun's list.

interface Square {
  readonly app: TestApp;
  readonly mia: Person;
  readonly jun: Person;
  readonly lena: Person;
  readonly here: { readonly in: TestApp["hall"] };
  readonly place: string;
  now: number;
}

const minute = 60_000;
let app: TestApp;
afterEach(() => app.close());

async function square(more: Partial<TestAppOptions> = {}): Promise<Square> {
  const clock = { now: Date.now() };
  app = await openTestApp({ now: () => clock.now, ...more });
  const { emulator, server, mia, jun } = app;
  const lena = emulator.person({ name: "Lena" });
  emulator.joins(server, lena);
  await app.discord.start();
  await app.known();
  return Object.assign(clock, {
    app,
    mia,
    jun,
    lena,
    here: { in: app.hall },
    place: `discord:guild:${server.id}`,
  });
}

/** Mia signs in, in her own chat, and lends her drive to the server. */
async function lend({ mia, here }: Square): Promise<Message> {
  await app.signIn(mia);
  await mia.uses("/bind", here);
  return confirmed(mia, here);
}

/** Mia says yes to what is to be shared. */
async function confirmed(mia: Square["mia"], here: Square["here"]): Promise<Message> {
  await mia.presses(/✅/, { message: await mia.waitsFor("Share with this server?", here) });
  return mia.waitsFor("Shared with this server", here);
}

/** Jun shows his list to everybody. */
async function post({ jun, here }: Square, sign: string | RegExp = "14 entries"): Promise<Message> {
  const own = await jun.waitsFor(sign, here);
  await jun.presses(/Post here|发到这里/, { message: own });
  const posted = await jun.waitsFor(sign, { ...here, after: own });
  expect(posted.onlyFor).toBeUndefined();
  return posted;
}

/** A message as somebody has it on their screen; "" = they do not. */
function read(person: Person, { id, channel }: Message): string {
  const view = person.views({ in: channel }).find((one) => one.id === id);
  return view ? app.textOf(view) : "";
}

/** How often it was asked for that a message goes. */
function deletions({ id }: Message): readonly unknown[] {
  return app.emulator.requests.filter(({ method, path }) => method === "DELETE" && path.includes(id));
}

/** What everybody in the hall sees. */
function openly(): string {
  return app.hall.messages
    .filter(({ onlyFor, deleted }) => onlyFor === undefined && !deleted)
    .map((message) => app.textOn(message))
    .join("\n");
}

const lentIn = async (place: string) => (await app.desk.shelves.places.get(place))?.lent ?? [];

describe("Mia lends, Jun asks, Lena presses", () => {
  test("Mia, Jun and Lena each see of a lent drive what is theirs to see, also after a restart, and the bot needs no permission there", async () => {
    const at = await square();
    const { mia, jun, lena, here } = at;
    app.emulator.denies(app.hall, "bot", permission.sendMessages | permission.manageMessages);
    const card = await lend(at);
    expect(card.onlyFor).toBe(mia.user.id);

    await jun.uses("/browse", here);
    const list = await post(at);
    await app.restart();

    // Lena presses on Jun's list: a copy for her alone; his stays as it is.
    await lena.selects(/Films/, { message: list });
    const copy = await lena.waitsFor("› Films", here);
    expect(copy.onlyFor).toBe(lena.user.id);
    expect(app.textOn(list)).toContain("14 entries");
    expect(jun.sees(here)).not.toContain("› Films");

    // She goes on in it, and her link is hers.
    await lena.selects(/beach/, { message: copy });
    await lena.waitsFor("720P", here);
    await lena.presses(/Original/, here);
    const link = await lena.waitsFor(`for=discord:${lena.user.id}`, here);
    expect(link.onlyFor).toBe(lena.user.id);

    // Jun drives his own.
    await jun.selects(/Films/, { message: list });
    await jun.waitsFor("› Films", here);
    expect(app.textOn(list)).toContain("› Films");

    expect(openly()).not.toContain("dl.example");
    expect(mia.sees(here)).not.toContain(`for=discord:${lena.user.id}`);
    expect(app.emulator.complaints).toEqual([]);
  });

  test("/search, /link and /mounts answer Jun alone, and what is private to Mia never shows", async () => {
    const at = await square();
    const { mia, jun, here } = at;
    await app.signIn(mia);
    await mia.uses("/share link:https://share.example/s/code1 code:abcd");
    await mia.waitsFor("code1");
    await mia.uses("/bind", here);
    await mia.selects(/mia/, { message: await mia.waitsFor("Which drive", here) });
    await confirmed(mia, here);

    await jun.uses("/search words:beach", here);
    const found = await jun.waitsFor("🔎 beach", here);
    expect(found.onlyFor).toBe(jun.user.id);
    expect(app.optionsOn(found).map(({ label }) => label)).toContain("🎬 beach.mp4");
    await jun.uses("/link file:one.raw", here);
    expect((await jun.waitsFor(`for=discord:${jun.user.id}`, here)).onlyFor).toBe(jun.user.id);
    await jun.uses("/mounts", here);
    const mounts = await jun.waitsFor("Drives of this server", here);
    expect(read(jun, mounts)).toContain("mia");
    expect(read(jun, mounts)).not.toContain("code1");
    expect(openly()).not.toMatch(/code1|dl\.example/);
    expect(app.emulator.complaints).toEqual([]);
  });

  test("Jun speaks Chinese, and so does all that is for him", async () => {
    const at = await square();
    const { jun, lena, here } = at;
    jun.speaks("zh-CN");
    await lend(at);
    await jun.uses("/浏览", here);
    const list = await post(at, "14 项");
    await jun.uses("/搜索 关键词:beach", here);
    await jun.waitsFor("🔎 beach", here);
    await jun.uses("/下载链接 文件:Films/beach.mp4", here);
    await jun.waitsFor("下载链接", here);
    // Lena's copy of it is in her language.
    await lena.selects(/Films/, { message: list });
    expect(read(lena, await lena.waitsFor("› Films", here))).toContain("2 entries");
  });

  test("a lent folder is as far as anybody goes", async () => {
    const at = await square();
    const { mia, jun, here } = at;
    await app.signIn(mia);
    await mia.uses("/bind folder:Films", here);
    await confirmed(mia, here);
    await jun.uses("/browse", here);
    const list = await jun.waitsFor("2 entries", here);
    expect(app.labelsOn(list).join()).not.toContain("Up");
    await jun.uses("/browse path:/file 1.txt", here);
    await jun.waitsFor("There is nothing at this path", here);
    await jun.uses("/search words:file", here);
    await jun.waitsFor("Nothing", here);
  });
});

describe("links", () => {
  test("links stand in the open only where the lender lets them, and never where the server does not want them", async () => {
    const at = await square();
    const { mia, jun, lena, here } = at;
    const card = await lend(at);
    await jun.uses("/browse", here);
    const list = await post(at);
    await jun.selects(/file 12/, { message: list });
    await expect.poll(() => read(jun, list)).toContain("[🔗 Link]");
    await jun.presses("🔗 Link", { message: list });
    expect((await jun.waitsFor("dl.example", here)).onlyFor).toBe(jun.user.id);
    expect(openly()).not.toContain("dl.example");

    await mia.presses(/Links in the open/, { message: card });
    await mia.waitsFor("🔘 Links in the open", here);
    await jun.presses("🔗 Link", { message: list });
    await expect.poll(openly).toContain(`for=discord:${jun.user.id}`);
    // Beside the card it is from.
    expect(read(lena, list)).toContain("[🔗 Link]");
    await lena.presses("🔗 Link", { message: list });
    expect((await lena.waitsFor(`for=discord:${lena.user.id}`, here)).onlyFor).toBe(lena.user.id);

    await mia.uses("/server", here);
    await mia.presses(/Links to the asker alone/, { message: await mia.waitsFor("Settings of this server", here) });
    await mia.waitsFor("Links are shown to the asker alone", here);
    const before = openly();
    await jun.presses("🔗 Link", { message: list });
    await expect.poll(() => jun.messages(here).at(-1)?.onlyFor).toBe(jun.user.id);
    await jun.waitsFor((view) => view.id === jun.messages(here).at(-1)?.id && app.textOf(view).includes("dl.example"));
    expect(openly()).toBe(before);
  });

  test("links are as many a day as the lender says", async () => {
    const at = await square();
    const { mia, jun, lena, here } = at;
    const card = await lend(at);
    await mia.presses(/^3/, { message: card });
    await mia.waitsFor("🔘 3", here);
    for (let times = 1; times <= 3; times++) {
      await jun.uses(`/link file:file ${times}.txt`, here);
      await jun.waitsFor((view) => app.textOf(view).includes(`file ${times}.txt`), here);
    }
    await jun.uses("/link file:file 4.txt", here);
    await jun.waitsFor("as you may have today", here);
    await lena.uses("/link file:file 4.txt", here);
    await lena.waitsFor(`for=discord:${lena.user.id}`, here);
    at.now += 24 * 60 * minute;
    await jun.uses("/link file:file 5.txt", here);
    await jun.waitsFor("file 5.txt", here);
    const links = jun.messages(here).filter((message) => read(jun, message).includes("dl.example"));
    expect(links.every(({ onlyFor }) => onlyFor === jun.user.id)).toBe(true);
    expect(links).toHaveLength(4);
  });
});

describe("wrong people", () => {
  test("a member is not offered what is for those who run the server, and is refused where an admin lets them try", async () => {
    const at = await square();
    const { jun, here, place } = at;
    await lend(at);
    const offered = () => jun.offered(here).map(({ name }) => name);
    expect(offered()).toContain("unbind");
    expect(offered()).not.toEqual(expect.arrayContaining(["bind"]));
    expect(offered()).not.toEqual(expect.arrayContaining(["server"]));
    expect(jun.offered({ in: jun.dm }).map(({ name }) => name)).not.toContain("bind");

    // As after a change in Server Settings → Integrations.
    const { emulator } = app;
    for (const name of ["bind", "server"]) {
      const command = [...emulator.state.commands.values()].find((one) => one.name === name);
      if (!command) throw new Error(`no /${name}`);
      command.body = { ...command.body, default_member_permissions: null };
    }
    for (const line of ["/bind", "/server", "/unbind"]) {
      const { original } = await jun.uses(line, here);
      await expect.poll(() => original && read(jun, original)).toContain("Only those who run this server");
    }
    expect(await lentIn(place)).toHaveLength(1);
  });

  test("a stranger presses nothing that another one sees alone, on their settings or on how they lend", async () => {
    const at = await square();
    const { mia, jun, lena, here, place } = at;
    const card = await lend(at);
    await mia.uses("/server", here);
    const settings = await mia.waitsFor("Settings of this server", here);
    await jun.uses("/browse", here);
    const list = await post(at);
    // Forged: no client lets them press there.
    for (const [message, who] of [
      [card, jun],
      [settings, lena],
    ] as const) {
      for (const id of app.idsOn(message).filter((one) => one !== "menu")) {
        const { original } = await who.forges(id, { message: list });
        expect(original).toBeDefined();
      }
    }
    const { lent, settings: kept } = (await app.desk.shelves.places.get(place)) ?? {};
    expect(lent).toMatchObject([{ policy: { browse: "members", link: "members", send: "members", open: false } }]);
    expect(kept).toEqual({});
  });

  test("a person who was not meant gets no link, no file and no look", async () => {
    const at = await square();
    const { mia, jun, lena, here } = at;
    app.emulator.joins(app.server, lena, usualPermissions | permission.manageGuild);
    const card = await lend(at);
    await jun.uses("/browse", here);
    const list = await post(at);
    await mia.presses("🔗 admins", { message: card });
    await expect.poll(() => read(mia, card)).toContain("🔘 🔗 admins");
    await jun.uses("/link file:file 1.txt", here);
    await jun.waitsFor("does not allow that", here);
    expect(jun.sees(here)).not.toContain("dl.example");
    await lena.uses("/link file:file 1.txt", here);
    await lena.waitsFor("dl.example", here);

    await mia.presses("📁 only me", { message: card });
    await expect.poll(() => read(mia, card)).toContain("🔘 📁 only me");
    await lena.selects(/Films/, { message: list });
    await lena.waitsFor("belong to somebody else", here);
    const before = jun.messages(here).at(-1);
    await jun.selects(/Films/, { message: list });
    await jun.waitsFor("does not allow that", { ...here, ...(before && { after: before }) });
    expect(openly()).not.toContain("beach.mp4");
  });

  test("a lent drive is not there in another server, nor in a chat of one's own", async () => {
    const at = await square();
    const { jun, here } = at;
    await lend(at);
    await jun.uses("/browse", here);
    await jun.waitsFor("14 entries", here);
    const elsewhere = app.emulator.guild({ name: "Elsewhere", owner: jun, channels: [] });
    const there = { in: app.emulator.channel(elsewhere, "lounge") };
    for (const where of [there, { in: jun.dm }]) {
      await jun.uses("/browse", where);
      await jun.waitsFor("no drive", where);
      await jun.uses("/link file:file 1.txt", where);
      expect(jun.sees(where)).not.toContain("dl.example");
    }
  });
});

describe("what is shown to all goes again", () => {
  const clearing = async (at: Square, minutes: string): Promise<void> => {
    await lend(at);
    await at.mia.uses("/server", at.here);
    const settings = await at.mia.waitsFor("Settings of this server", at.here);
    await at.mia.presses(minutes, { message: settings });
    await at.mia.waitsFor("is removed after", at.here);
  };

  test("a list shown to all is removed in time, counted from its owner's last press, also over a restart; what one sees alone stays", async () => {
    const at = await square();
    const { jun, lena, here } = at;
    await clearing(at, "30 min");
    await jun.uses("/browse", here);
    const own = await jun.waitsFor("14 entries", here);
    const list = await post(at);
    at.now += 20 * minute;
    await jun.presses(/Size/, { message: list });
    await jun.waitsFor("by size", here);
    // What Jun does next is answered when all of that is done.
    await jun.uses("/help", here);
    const helped = await jun.waitsFor("What I can do", here);
    at.now += 20 * minute;
    // Somebody else's press does not keep it.
    await lena.selects(/Films/, { message: list });
    await lena.waitsFor("› Films", here);
    await app.restart();
    await app.known();
    await jun.uses("/help", here);
    await jun.waitsFor("What I can do", { ...here, after: helped });
    await app.soon();
    expect(list.deleted).toBe(false);
    at.now += 11 * minute;
    await expect.poll(() => list.deleted).toBe(true);
    expect(own.deleted).toBe(false);
    expect(lena.find("› Films", here)).toBeDefined();
    await app.soon();
    expect(deletions(list)).toHaveLength(1);
    expect(app.emulator.complaints).toEqual([]);
  });

  test("a list is removed by its token, before that ends, where the bot may not see the channel", async () => {
    const at = await square();
    const { jun, here } = at;
    app.emulator.denies(app.hall, "bot", permission.viewChannel);
    await clearing(at, "240 min");
    await jun.uses("/browse", here);
    const list = await post(at);
    at.now += 13 * minute;
    await app.soon();
    expect(list.deleted).toBe(false);
    at.now += minute;
    await expect.poll(() => list.deleted).toBe(true);
    expect(app.kept.size).toBeGreaterThan(0);
  });

  test("a list that somebody else deleted, or that cannot be reached any more, is removed no more", async () => {
    const at = await square();
    const { mia, jun, here } = at;
    await clearing(at, "5 min");
    await jun.uses("/browse", here);
    const list = await post(at);
    app.emulator.joins(app.server, mia, usualPermissions | permission.manageMessages);
    mia.deletes(list);
    at.now += 6 * minute;
    await expect.poll(() => deletions(list).length).toBe(1);
    await app.soon();
    expect(deletions(list)).toHaveLength(1);
  });

  test("a list that Discord has no time for is removed a little later, and those behind it at once", async () => {
    const at = await square();
    const { jun, here } = at;
    await clearing(at, "5 min");
    await jun.uses("/browse", here);
    const first = await post(at);
    await jun.presses(/Post here/, { message: await jun.waitsFor((view) => view.id !== first.id, here) });
    const second = await jun.waitsFor("14 entries", { ...here, after: first });
    // discord.js tries three times more by itself.
    for (let times = 0; times < 4; times++)
      app.emulator.fail({ method: "DELETE", path: `/channels/${app.hall.id}/messages/${first.id}`, status: 500 });
    at.now += 6 * minute;
    await expect.poll(() => second.deleted, { timeout: 5000 }).toBe(true);
    at.now += minute;
    await expect.poll(() => first.deleted, { timeout: 5000 }).toBe(true);
  });
});

describe("who is who, outside of what people do", () => {
  test("an owner, an admin by role, a member and somebody who is none are told apart, and asked for once a minute", async () => {
    const at = await square();
    const { mia, jun, lena, place } = at;
    app.emulator.joins(app.server, lena, usualPermissions | permission.manageGuild);
    const nox = app.emulator.person({ name: "Nox" });
    const roleOf = ({ user }: Person) => app.discord.roleIn(place, `discord:${user.id}`);
    const all = async () => Promise.all([mia, jun, lena, nox].map(roleOf));
    expect(await all()).toEqual(["admin", "member", "admin", "none"]);
    const asked = () => app.emulator.requests.filter(({ path }) => /\/guilds\/\d+/.test(path)).length;
    const before = asked();
    expect(before).toBe(5);
    app.emulator.joins(app.server, lena);
    expect(await all()).toEqual(["admin", "member", "admin", "none"]);
    expect(asked()).toBe(before);
    at.now += 61_000;
    expect(await all()).toEqual(["admin", "member", "member", "none"]);
  });

  test("a role cannot be told where the bot is not, nor while Discord is away; then it is asked again", async () => {
    const { jun, place } = await square();
    const role = (where = place) => app.discord.roleIn(where, `discord:${jun.user.id}`);
    const foreign = app.emulator.guild({ name: "Elsewhere", owner: jun, app: "commands" });
    expect(await role(`discord:guild:${foreign.id}`)).toBeUndefined();
    expect(await role("discord:channel:1")).toBeUndefined();
    expect(await role("telegram:-100")).toBeUndefined();
    app.emulator.fail({ method: "GET", path: `/guilds/${app.server.id}/members`, status: 403 });
    expect(await role()).toBeUndefined();
    expect(await role()).toBe("member");
  });

  test("links for members end when their person leaves the server, and those for admins work at download", async () => {
    const at = await square();
    const { mia, jun, lena } = at;
    const card = await lend(at);
    const [lending] = await lentIn(at.place);
    const mount = await app.desk.services.storage.find(lending?.mount ?? "");
    if (!mount) throw new Error("nothing is lent");
    const may = ({ user }: Person) => mayFetch(app.desk.services, mount, `discord:${user.id}`);
    expect(await may(mia)).toBe(true);
    expect(await may(jun)).toBe(true);
    app.emulator.joins(app.server, lena, usualPermissions | permission.manageGuild);
    at.now += 61_000;
    await mia.presses("🔗 admins", { message: card });
    await expect.poll(() => read(mia, card)).toContain("🔘 🔗 admins");
    expect(await may(jun)).toBe(false);
    expect(await may(lena)).toBe(true);
    await mia.presses("🔗 everybody", { message: card });
    await expect.poll(() => may(jun)).toBe(true);
    app.emulator.leaves(app.server, jun);
    at.now += 61_000;
    expect(await may(jun)).toBe(false);
  });
});

describe("everything is taken back", () => {
  test.each<readonly [string, (at: Square) => unknown]>([
    ["by /unbind", ({ mia, here }) => mia.uses("/unbind", here)],
    [
      "by /unbind, though Mia manages the server no more",
      async ({ mia, here }) => {
        app.emulator.joins(app.server, mia, usualPermissions);
        await mia.uses("/unbind", here);
      },
    ],
    [
      "when Mia leaves",
      (at) => {
        app.emulator.leaves(app.server, at.mia);
        at.now += 61_000;
      },
    ],
  ])("everything lent is taken back %s", async (_, end) => {
    const at = await square();
    const { jun, here, place } = at;
    await lend(at);
    await jun.uses("/browse", here);
    const list = await post(at);
    await end(at);
    await jun.selects(/Films/, { message: list });
    await expect.poll(() => lentIn(place)).toEqual([]);
    await expect.poll(() => app.textOn(list)).not.toContain("14 entries");
    await jun.uses("/browse", here);
    await jun.waitsFor("no drive", here);
  });

  test("everything lent is taken back when the bot is sent away, as soon as it compares", async () => {
    const at = await square();
    const { place } = at;
    await lend(at);
    await app.knowsServers();
    app.emulator.leaves(app.server, "bot");
    await app.restart();
    await expect.poll(() => lentIn(place)).toEqual([]);
    expect(await app.desk.shelves.places.get(place)).toBeUndefined();
  });
});
