import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";

// Somebody gives a link away with a life and a password of its own, sees how it does, and takes it back.

vi.setConfig({ testTimeout: 90_000 });

let program: Program;
beforeEach(async () => {
  program = await prepareProgram();
});
afterEach(() => program.close());

const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`:${password}`).toString("base64")}` });

async function statusOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(url, { redirect: "manual", headers });
  await answer.body?.cancel();
  return answer.status;
}

const linkIn = (text: string) => /http:\/\/127\.0\.0\.1:\d+\/d\/[^\s)>"\\]+/.exec(text)?.[0] ?? "";

test("on Telegram Mia gives a link with a password, which outlives a kill as it is, and takes it back from /links", async () => {
  const { world } = program;
  const { mia } = world.people;
  const here = { PUBLIC_URL: program.gateway };
  await program.start(here);
  mia.sends("/login");
  await mia.waitsFor("How would you like to sign in?");
  await mia.presses("User name and password");
  await mia.waitsFor("❔ User name");
  mia.sends(world.shelf.accounts.mia.username);
  await mia.waitsFor("❔ Password");
  mia.sends(world.shelf.accounts.mia.password);
  await mia.waitsFor("6 entries");
  mia.sends("/link Holiday 2026/Packing list.txt");
  await mia.waitsFor("Download link");
  await mia.presses("⚙️ Life and password");
  const card = await mia.waitsFor("Link to give away");
  const link = linkIn(card.text);
  expect(await statusOf(link)).toBe(302);
  await mia.presses("1 day");
  await mia.waitsFor(({ labels }) => labels.includes("🔘 1 day"));
  await mia.presses("🔒 Ask for a password");
  await mia.waitsFor("❔ Password");
  mia.sends("sun cream");
  await mia.waitsFor("It asks for a password");
  expect(mia.messages.some(({ text }) => text.includes("sun cream"))).toBe(false);
  expect(await statusOf(link)).toBe(401);
  await program.kill();
  expect(program.stored()).not.toContain("sun cream");
  await program.start(here);
  expect(await statusOf(link)).toBe(401);
  expect(await statusOf(link, basic("sun screen"))).toBe(401);
  expect(await (await fetch(link, { headers: basic("sun cream") })).text()).toBe("towel\nsun cream\nbooks\n");
  mia.sends("/links");
  await mia.waitsFor(/Packing list\.txt.* · 🔒 · .* left · opened once/);
  await mia.presses("📝 Packing list.txt 🔒");
  await mia.waitsFor("Link to give away");
  await mia.presses("🚫 Take back");
  await mia.waitsFor("Take this link back?");
  await mia.presses("🚫 Yes, take it back");
  await mia.waitsFor("Taken back");
  expect(await statusOf(link, basic("sun cream"))).toBe(410);
  expect(program.log()).not.toContain("sun cream");
});

test("on Discord Jun gives a link for an hour in Chinese, its password on a page, and a browser gets the file by it after a kill", async () => {
  const { world } = program;
  const { jun } = world.members;
  const his = { in: jun.dm };
  await program.start({ PUBLIC_URL: program.gateway });
  const onPage = async (values: Record<string, string>) => {
    const card = await jun.waitsFor(/127\.0\.0\.1:\d+\/s\//, his);
    const page = /\]\(<(http:\/\/127[^>]+\/s\/[^>]+)>\)/.exec(JSON.stringify(card.components))?.[1] ?? "";
    const token = /name="token" value="([^"]+)"/.exec(await (await fetch(page)).text())?.[1] ?? "";
    return (await fetch(page, { method: "POST", body: new URLSearchParams({ token, ...values }) })).text();
  };
  await jun.uses("/login", his);
  await jun.waitsFor("请选择登录方式", his);
  await jun.presses(/用户名和密码/, his);
  await onPage(world.shelf.accounts.jun);
  await jun.waitsFor("🏠", his);
  await jun.selects(/合同/, his);
  await jun.waitsFor(/📤/, his);
  await jun.presses(/🔗 获取链接/, his);
  await jun.waitsFor("下载链接", his);
  await jun.presses(/⚙️ 有效期和密码/, his);
  const card = await jun.waitsFor("可以发给别人的链接", his);
  const link = linkIn(JSON.stringify(card.components));
  await jun.presses(/1 小时/, his);
  await jun.waitsFor(/🔘 1 小时/, his);
  await jun.presses(/🔒 设置密码/, his);
  await jun.waitsFor("链接密码", his);
  expect(await onPage({ password: "芝麻开门" })).toContain("密码已设置");
  await jun.waitsFor("打开时需要密码", his);
  await program.isReplaced();
  const browser = { accept: "text/html", "accept-language": "zh-CN" };
  const asked = await fetch(link, { headers: browser });
  expect([asked.status, await asked.text()]).toEqual([401, expect.stringContaining("此链接需要密码")]);
  const form = new URLSearchParams({ password: "芝麻开门" });
  const opened = await fetch(link, { method: "POST", body: form, headers: browser, redirect: "manual" });
  expect(opened.status).toBe(303);
  expect(await statusOf(opened.headers.get("location") ?? "")).toBe(302);
  await jun.uses("/links", his);
  const list = await jun.waitsFor("共 1 个链接", his);
  await jun.selects(/合同/, { message: list });
  await jun.waitsFor("已打开 1 次", his);
  await jun.presses(/🚫/, his);
  await jun.waitsFor("要取消这个链接吗", his);
  await jun.presses(/🚫 是/, his);
  await jun.waitsFor("已取消，链接不再有效", his);
  expect(await statusOf(opened.headers.get("location") ?? "")).toBe(410);
});
