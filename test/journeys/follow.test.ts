import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";
import { chooseChineseOnTelegram } from "./sign-in.ts";

// What a feed brings is fetched at the pace of a drive, and told in messages that people wait for.
vi.setConfig({ testTimeout: 90_000 });

let program: Program;
beforeEach(async () => {
  program = await prepareProgram({ FOLLOW_MIN_INTERVAL: "1m" });
});
afterEach(() => program.close());

const longTimeout = { timeout: 30_000 };

/** Mia signs in where one types to Telegram's bot. */
async function signInOnTelegram(): Promise<void> {
  const { world } = program;
  const { mia } = world.people;
  mia.sends("/login");
  await mia.waitsFor("How would you like to sign in?");
  await mia.presses("User name and password");
  await mia.waitsFor("❔ User name");
  mia.sends("mia@example.com");
  await mia.waitsFor("❔ Password");
  mia.sends(world.shelf.accounts.mia.password);
  await mia.waitsFor("6 entries");
}

const begun = () =>
  program.world.pikpak.calls.filter(({ method, path }) => method === "POST" && path === "/drive/v1/files").length;

test("a feed on Telegram brings what comes, through a kill between two looks and one amidst what it fetches", async () => {
  const { world } = program;
  const { mia } = world.people;
  await program.start();
  await signInOnTelegram();
  mia.sends("/browse /Films");
  await mia.waitsFor(/Films.*9 entries/s);
  mia.sends(`/follow ${world.feed.url}`);
  const card = await mia.waitsFor(/Followed\..*Harbour Films.*3 entries/s);
  await mia.presses("🔎", { on: card });
  await mia.waitsFor("❔ Fetch only with these words");
  mia.sends("1080p");
  await mia.waitsFor("❔ Never with these words");
  await mia.presses("⏭");
  await mia.presses("✏️", { on: await mia.waitsFor(/Fetched with: 1080p/) });
  await mia.waitsFor(/❔ Name/);
  mia.sends("* - * [*] => {2}");
  const named = await mia.waitsFor(/▫️ Harbour|✅ Lighthouse S02E01/);
  await program.kill();
  world.pikpak.rules.offlineTakes = 6000;
  world.feed.publish({ title: "Harbour Films - Storm warning [720p]" });
  world.feed.publish({ title: "Harbour Films - Storm warning [1080p]" });
  await program.start();
  await mia.presses("🔄 Look now", { on: named });
  await mia.waitsFor("Looking now");
  await expect.poll(begun, longTimeout).toBe(1);
  await program.kill();
  await program.start();
  const note = await mia.waitsFor(/from Harbour Films.*✅.*Storm warning/s, longTimeout);
  expect(begun()).toBe(1);
  await mia.presses("Storm warning", { on: note });
  await mia.waitsFor((message) => message.labels.some((label) => label.includes("🔗")));
  expect(program.log()).not.toContain(world.feed.url);
});

test("earlier entries of a feed are ticked and fetched in one batch on Telegram, in Chinese", async () => {
  const { world } = program;
  const { mia } = world.people;
  await program.start();
  await signInOnTelegram();
  await chooseChineseOnTelegram(program, "mia");
  mia.sends(`/follow ${world.feed.url}`);
  await mia.presses("☑️", { on: await mia.waitsFor(/已关注/) });
  const list = await mia.waitsFor(/选择要离线下载的条目/);
  await mia.presses("⬜ Harbour Films - A Qui", { on: list });
  await mia.presses("⏬ 下载 1 项");
  await mia.waitsFor(/✅.*A Quiet Harbour/s, longTimeout);
  mia.sends("/follow");
  await mia.presses("📰 Harbour Films", { on: await mia.waitsFor("我的关注") });
  await mia.presses("⏸", { on: await mia.waitsFor(/127\.0\.0\.1/) });
  await mia.waitsFor("已暂停，不再检查。");
  expect(begun()).toBe(1);
});

test("a folder on Discord tells what came while the program was killed, and what it came in is gone says so once", async () => {
  const { world } = program;
  const { mia } = world.members;
  await program.start({ PUBLIC_URL: program.gateway });
  const here = { in: mia.dm };
  await mia.uses("/login", here);
  await mia.waitsFor("How would you like to sign in?", here);
  await mia.presses(/User name and password/, here);
  const card = await mia.waitsFor("do not belong in Discord", here);
  const page = /\]\(<(http:\/\/127[^>]+)>\)/.exec(JSON.stringify(card.components))?.[1] ?? "";
  const token = /name="token" value="([^"]+)"/.exec(await (await fetch(page)).text())?.[1] ?? "";
  const { username, password } = world.shelf.accounts.mia;
  await fetch(page, { method: "POST", body: new URLSearchParams({ token, username, password }) });
  await mia.waitsFor("6 entries", here);
  await mia.uses("/browse", { ...here, options: { path: "Empty" } });
  await mia.presses(/🔔/, { message: await mia.waitsFor("This folder is empty", here) });
  await mia.waitsFor(/Followed\.[^]*last look[^]*0 entries/, { ...here, within: 20_000 });
  await program.kill();
  const account = [...world.pikpak.state.accounts.values()].find((one) => one.username === username);
  const empty = account && world.pikpak.state.nodes.children(account.userId, "").find((node) => node.name === "Empty");
  if (!account || !empty) throw new Error("Mia has no such folder");
  world.pikpak.build.file(account, empty, { name: "Postcard.jpg", size: 1000, mimeType: "image/jpeg" });
  await program.start({ PUBLIC_URL: program.gateway });
  await mia.presses(/Look now/, here);
  await mia.waitsFor(/1 new entry[^]*Postcard/, { ...here, within: 20_000 });
  await mia.selects(/Postcard/, here);
  await mia.waitsFor(/🔗/, here);
  empty.trashed = true;
  await mia.uses("/follow", here);
  await mia.waitsFor("1 followed", here);
  await mia.selects(/Empty/, here);
  await mia.presses(/Look now/, { message: await mia.waitsFor(/last look/, here) });
  await mia.waitsFor(/Paused: nothing is looked at/, { ...here, within: 20_000 });
  expect(program.log()).not.toContain("unexpected failure");
});

test("on a Discord server its admin has a shared folder told in the channel, and its members open what is new", async () => {
  const { world } = program;
  const { mia, jun } = world.members;
  await program.start({ PUBLIC_URL: program.gateway });
  const here = { in: world.hall };
  await mia.uses("/login", here);
  await mia.waitsFor("How would you like to sign in?", here);
  await mia.presses(/User name and password/, here);
  const card = await mia.waitsFor("do not belong in Discord", here);
  const page = /\]\(<(http:\/\/127[^>]+)>\)/.exec(JSON.stringify(card.components))?.[1] ?? "";
  const token = /name="token" value="([^"]+)"/.exec(await (await fetch(page)).text())?.[1] ?? "";
  const { username, password } = world.shelf.accounts.mia;
  await fetch(page, { method: "POST", body: new URLSearchParams({ token, username, password }) });
  await mia.waitsFor("6 entries", here);
  await mia.uses("/bind", { ...here, options: { folder: "Empty" } });
  await mia.presses(/✅/, { message: await mia.waitsFor(/Empty[^]*✅/, here) });
  await mia.uses("/browse", { ...here, options: { path: "Empty" } });
  await mia.presses(/🔔/, { message: await mia.waitsFor("This folder is empty", here) });
  await mia.presses(/Tell this channel/, { message: await mia.waitsFor(/last look/, { ...here, within: 20_000 }) });
  await mia.waitsFor(/Told to: 👥 a channel of this server/, here);
  const account = [...world.pikpak.state.accounts.values()].find((one) => one.username === username);
  const empty = account && world.pikpak.state.nodes.children(account.userId, "").find((node) => node.name === "Empty");
  if (!account || !empty) throw new Error("Mia has no such folder");
  world.pikpak.build.file(account, empty, { name: "Postcard.jpg", size: 1000, mimeType: "image/jpeg" });
  await mia.presses(/Look now/, here);
  const news = await jun.waitsFor(/1 new entry[^]*Postcard/, { ...here, within: 20_000 });
  expect(JSON.stringify(news.components)).not.toContain("Mia's PikPak");
  await jun.selects(/Postcard/, { message: news });
  await jun.waitsFor(/🔗/, here);
});
