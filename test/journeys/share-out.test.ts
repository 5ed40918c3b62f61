import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";
import { signInOnDiscord, signInOnTelegram } from "./sign-in.ts";

// Somebody makes a link on a drive of their own, another opens it, and it is taken back.

vi.setConfig({ testTimeout: 90_000 });

let program: Program;
beforeEach(async () => {
  program = await prepareProgram();
});
afterEach(() => program.close());

test("on Telegram Mia shares a folder by two presses, Jun opens it with its code in Chinese, and after a kill she takes it back for Lena", async () => {
  const { world } = program;
  const { mia, jun, lena } = world.people;
  await program.start();
  await signInOnTelegram(program, "mia");
  await mia.waitsFor("6 entries");
  await mia.presses("📁 Music");
  await mia.waitsFor("› Music");
  await mia.presses("📤");
  await mia.waitsFor("can open this and save it");
  await mia.presses("📤 Make the link");
  const card = await mia.waitsFor("The link is there");
  const [, link = "", code = ""] = /(https:\S+)\s+Code: (\w+)/.exec(card.text) ?? [];
  expect(code).toMatch(/^\w{4}$/);
  jun.sends(link);
  await jun.waitsFor("❔ 提取码");
  jun.sends(code);
  await jun.waitsFor("› Music");
  await program.kill();
  await program.start();
  mia.sends("/shares");
  await mia.waitsFor("4 shares");
  await mia.presses("🟢 Music");
  await mia.waitsFor("Works until you take it back");
  await mia.waitsFor(/opened (once|\d times), saved 0 times/);
  await mia.presses("🚫");
  await mia.waitsFor("Take this share back?");
  await mia.presses("🚫");
  await mia.waitsFor("The link opens nothing any more");
  lena.sends(link);
  await lena.waitsFor("has been deleted");
});

test("on Discord Jun shares a file without a code for a week, in Chinese, Lena saves it in English, and after a kill he takes it back", async () => {
  const { world } = program;
  const { jun, lena } = world.members;
  await program.start({ PUBLIC_URL: program.gateway });
  const [his, hers] = [{ in: jun.dm }, { in: lena.dm }];
  for (const [who, person, here] of [
    ["jun", jun, his],
    ["lena", lena, hers],
  ] as const) {
    await signInOnDiscord(program, who);
    await person.waitsFor("🏠", here);
  }
  await jun.selects(/合同/, his);
  await jun.waitsFor(/📤/, his);
  await jun.presses(/📤/, his);
  await jun.waitsFor("拿到链接和提取码", his);
  await jun.presses(/无需提取码/, his);
  await jun.waitsFor("任何拿到链接的人都可以打开", his);
  await jun.presses(/7 天/, his);
  await jun.waitsFor(/🔘 7 天/, his);
  await jun.presses(/创建分享链接/, his);
  const made = await jun.waitsFor("分享链接已创建", his);
  const link = /https:\/\/mypikpak\.com\/s\/[\w-]+/.exec(JSON.stringify(made.components))?.[0] ?? "";
  await lena.uses("/share", { ...hers, options: { link } });
  await lena.waitsFor(/合同/, hers);
  await lena.presses(/💾/, hers);
  await lena.waitsFor("Saved to your drive", { ...hers, within: 20_000 });
  await program.isReplaced();
  await jun.uses("/shares", his);
  const list = await jun.waitsFor("共 1 个分享", his);
  await jun.selects(/合同/, { message: list });
  const card = await jun.waitsFor(/有效期至[\s\S]*转存 1 次/, { ...his, after: made });
  await jun.presses(/🚫/, { message: card });
  await jun.waitsFor("要取消这个分享吗", his);
  await jun.presses(/🚫/, { message: card });
  await jun.waitsFor("已取消分享", his);
  expect([...world.pikpak.state.shares.values()].at(-1)?.status).toBe("DELETED");
});
