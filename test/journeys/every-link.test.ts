import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startApp, type App } from "../../src/app.ts";
import { startWorld, type World } from "../../emulators/world.ts";

// An operator takes back every link of the app: what the people have who were given one, on both chats.

let world: World;
let app: App;
beforeEach(async () => {
  world = await startWorld();
  app = await startApp(world.config, { onFatal: () => undefined, log: pino({ level: "silent" }) });
});
afterEach(async () => {
  await app.stop();
  await world.close();
});

/** A link of Mia's, made on Telegram now. */
async function freshLink(): Promise<string> {
  const { mia } = world.people;
  const known = new Set(mia.messages.map(({ id }) => id));
  mia.sends("/link Holiday 2026/Packing list.txt");
  const card = await mia.waitsFor(({ id, text }) => !known.has(id) && text.includes("Download link"));
  return /https?:\/\/127\S+/.exec(card.text)?.[0] ?? "";
}

async function statusOf(url: string): Promise<number> {
  const answer = await fetch(url, { redirect: "manual" });
  await answer.body?.cancel();
  return answer.status;
}

async function handedOut(): Promise<string> {
  const { mia } = world.people;
  mia.sends(world.shelf.shares.open.url);
  await mia.waitsFor("› Holiday 2026");
  const link = await freshLink();
  expect(await statusOf(link)).toBe(302);
  return link;
}

test("on Telegram Otto takes back every link: Mia's answers 410, and her next one works", async () => {
  const link = await handedOut();
  const { otto } = world.people;
  otto.sends("/admin");
  await otto.waitsFor("Operators");
  await otto.presses("Take back every link");
  await otto.waitsFor("None of them will work again");
  expect(await statusOf(link)).toBe(302);
  await otto.presses("Yes, take back every link");
  await otto.waitsFor("whoever has it");
  expect(await statusOf(link)).toBe(410);
  expect(await statusOf(await freshLink())).toBe(302);
  otto.sends("/admin audit");
  await otto.waitsFor("every link taken back");
  expect(world.telegram.complaints).toEqual([]);
});

test("on Discord Otto takes back every link, after having let them work at first", async () => {
  const link = await handedOut();
  const { otto } = world.members;
  // He is not in the server, and brings the bot along himself.
  otto.installs();
  await otto.uses("/admin", { options: { act: "revoke" }, in: otto.dm });
  await otto.waitsFor("None of them will work again");
  await otto.presses(/No, let them work/);
  await otto.waitsFor("Operators");
  expect(await statusOf(link)).toBe(302);
  await otto.presses(/Take back every link/);
  await otto.waitsFor("None of them will work again");
  await otto.presses(/Yes, take back every link/);
  await otto.waitsFor("whoever has it");
  expect(await statusOf(link)).toBe(410);
  expect(await statusOf(await freshLink())).toBe(302);
  await otto.uses("/admin", { options: { act: "audit" }, in: otto.dm });
  await otto.waitsFor("every link taken back");
  otto.speaks("zh-CN");
  await otto.uses("/管理 操作:让全部链接失效", { in: otto.dm });
  await otto.waitsFor("要让已发给所有人的全部网关链接失效吗");
  expect(world.discord.complaints).toEqual([]);
});
