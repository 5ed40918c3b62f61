import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startApp, type App } from "../../src/app.ts";
import { startWorld, type World } from "../../emulators/world.ts";
import { startDownloadProxy } from "../gateway/download-proxy.ts";

// A drive that downloads through an independent download proxy: chosen in the chat, fetched through it, and taken back.

const token = "shared-with-the-proxy-alone";
let world: World;
let app: App;
let proxyUrl = "";
beforeEach(async () => {
  world = await startWorld();
  const { config } = world;
  ({ url: proxyUrl } = await startDownloadProxy({ address: config.publicUrl ?? "", token }));
  app = await startApp(
    { ...config, downloadProxy: { url: proxyUrl, token } },
    { onFatal: () => undefined, log: pino({ level: "silent" }) },
  );
});
afterEach(async () => {
  await app.stop();
  await world.close();
});

const listed = "Holiday 2026/Packing list.txt";
const content = "towel\nsun cream\nbooks\n";

async function fetched(url: string): Promise<string> {
  return (await fetch(url)).text();
}

/** A link to a file of the only drive, made on Telegram now. */
async function telegramLink(file = listed): Promise<string> {
  const { mia } = world.people;
  const known = new Set(mia.messages.map(({ id }) => id));
  mia.sends(`/link ${file}`);
  const card = await mia.waitsFor(({ id, text }) => !known.has(id) && text.includes("Download link"));
  return /https?:\/\/127\S+/.exec(card.text)?.[0] ?? "";
}

test("Mia chooses a download proxy for her drive on Telegram; its links work until she takes them back, or the drive is gone", async () => {
  const { mia } = world.people;
  mia.sends(world.shelf.shares.open.url);
  await mia.waitsFor("› Holiday 2026");
  const usual = await telegramLink();
  expect(usual.startsWith(proxyUrl)).toBe(false);
  expect((await fetch(usual, { redirect: "manual" })).headers.get("location")).not.toContain(proxyUrl);

  mia.sends("/mounts");
  await mia.waitsFor("Your drives");
  await mia.presses("🟢");
  await mia.waitsFor(({ labels }) => labels.some((label) => label.includes("through the download proxy")));
  await mia.presses("through the download proxy");
  await mia.waitsFor(({ labels }) => labels.some((label) => label.includes("🔘 through the download proxy")));
  // A link of before goes the new way too.
  expect((await fetch(usual, { redirect: "manual" })).headers.get("location")).toContain(proxyUrl);
  const link = await telegramLink();
  expect(link.startsWith(proxyUrl)).toBe(true);
  expect(await fetched(link)).toBe(content);
  expect(await fetched(await telegramLink("Holiday 2026/nothing yet.txt"))).toBe("");

  await mia.presses("Take back its links");
  expect(JSON.parse(await fetched(link))).toMatchObject({ code: 410 });
  const another = await telegramLink();
  expect(another).not.toBe(link);
  expect(await fetched(another)).toBe(content);
  expect(new URL(await telegramLink()).pathname).toBe(new URL(another).pathname);

  mia.sends("/forget");
  await mia.waitsFor("Delete everything kept about you here");
  await mia.presses("Yes, delete everything");
  await mia.waitsFor("Everything kept about you is deleted");
  expect(JSON.parse(await fetched(another))).toMatchObject({ code: 410 });
  expect(world.telegram.complaints).toEqual([]);
});

test("Jun chooses a download proxy on Discord in Chinese, and has all his links taken back", async () => {
  const { jun } = world.members;
  jun.speaks("zh-CN");
  jun.installs();
  const urls = (): readonly string[] =>
    JSON.stringify(
      jun.messages({ in: jun.dm }).map(({ content, embeds, components }) => [content, embeds, components]),
    ).match(/http:\/\/127\.0\.0\.1:[0-9]+\/[^\s"\\)>]+sign=[^\s"\\)>]+/g) ?? [];
  const linkNow = async (): Promise<string> => {
    const known = new Set(urls());
    const fresh = () => urls().find((url) => !known.has(url));
    await jun.uses("/link", { options: { file: listed }, in: jun.dm });
    await expect.poll(fresh, { timeout: 5000 }).toBeDefined();
    return fresh() ?? "";
  };
  await jun.uses("/share", { options: { link: world.shelf.shares.open.url }, in: jun.dm });
  await jun.waitsFor("Holiday 2026", { in: jun.dm });
  await jun.uses("/mounts", { in: jun.dm });
  const list = await jun.waitsFor("你的网盘", { in: jun.dm });
  await jun.selects(/Holiday 2026/, { message: list });
  await jun.waitsFor("下载方式", { in: jun.dm });
  await jun.presses(/⚪ 下载代理/);
  const link = await linkNow();
  expect(link.startsWith(proxyUrl)).toBe(true);
  expect(await fetched(link)).toBe(content);
  await jun.presses(/让此网盘的链接失效/);
  expect(JSON.parse(await fetched(link))).toMatchObject({ code: 410 });
  expect(await fetched(await linkNow())).toBe(content);
  expect(world.discord.complaints).toEqual([]);
});
