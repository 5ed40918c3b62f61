import { afterEach, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";

// Jun's client speaks Chinese: nothing the bot says may be left in English.

vi.setConfig({ testTimeout: 90_000 });
let program: Program;
afterEach(() => program.close());

/** Names, units and what people type themselves; the rest of what the bot says has to be Chinese. */
const names =
  /https?:\S+|\/[a-z]+\b|\S+@example\.com|PikPak|Telegram|Discord|Google|Facebook|\broot\b|English|Holiday 2026|Packing list\.txt|nothing yet\.txt|Day \d+|1080p|720P|480P|\.mkv|\.pdf|\.jpg|UTC|platinum|\b[kKMGT]?B\b|\bid\b|\bID\b|IMG_\d+|ChatDrive|curl|aria2c?|```sh|Connected Apps|Manage files|Cloud Download|Jun/g;

function english(text: string): string[] {
  return text.replaceAll(names, "").match(/[A-Za-z]{2,}/g) ?? [];
}

test("on Telegram Jun walks through everything in Chinese", async () => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
  const { world } = program;
  const { jun } = world.people;
  await program.start();
  const heard: string[] = [];
  const hear = () => {
    for (const message of jun.messages) if (message.byBot) heard.push([message.text, ...message.labels].join("\n"));
  };
  const sends = async (text: string, sign: string) => {
    jun.sends(text);
    await jun.waitsFor(sign);
    hear();
  };
  const presses = async (label: string, sign: string) => {
    heard.push((await jun.presses(label)).text ?? "");
    await jun.waitsFor(({ text, labels }) => [text, ...labels].join("\n").includes(sign));
    hear();
  };
  await sends("/start", "两种方式");
  await sends("/help", "我能做什么");
  await sends("/login", "请选择登录方式");
  await presses("用户名和密码", "❔ 用户名");
  await sends(world.shelf.accounts.jun.username, "❔ 密码");
  await sends("wrong-password", "PikPak 不接受");
  await sends(world.shelf.accounts.jun.password, "🏠 Jun 的 PikPak");
  await presses("📁 电影", "夏日的尽头");
  await presses("⭐ 收藏", "取消收藏");
  await presses("夏日的尽头", "时长");
  await presses("🔗 原文件", "下载链接");
  await presses("⬆", "时长");
  await sends("/favourites", "⭐ 收藏");
  await presses("整理收藏", "文件夹本身不会删除");
  await sends("/settings", "排序：");
  await presses("10", "每页行数：10");
  await sends(world.shelf.shares.expired.url, "已过期");
  await sends(world.shelf.shares.coded.url, "❔ 提取码");
  await sends("bad1", "提取码不对");
  await sends("/cancel", "已取消");
  await sends("https://mypikpak.com/elsewhere", "不是 PikPak 分享链接");
  await sends("/unknown", "没有这个命令");
  await sends("不存在的电影", "没有找到");
  await sends(world.shelf.shares.open.url, "🏠 Holiday 2026");
  await sends("/search Holiday 2026", "🔎 Holiday 2026");
  await presses("搜索全部网盘", "🗄 全部网盘");
  await sends("/mounts", "你的网盘");
  await presses("🟢 Jun 的 PikPak", "套餐");
  await presses("🩺", "套餐");
  await presses("✏️", "❔ 新名称");
  await sends("我的网盘", "已改名");
  await sends("/logout", "你的网盘");
  await sends("/forget", "要删除这里保存的关于你的一切");
  await presses("🗑", "已删除");
  expect(heard.flatMap(english)).toEqual([]);
});

test("on Discord Jun walks through everything in Chinese", async () => {
  program = await prepareProgram({ TELEGRAM_BOT_TOKEN: "" });
  const { world } = program;
  const { jun } = world.members;
  const here = { in: world.hall };
  await program.start({ PUBLIC_URL: program.gateway });
  const heard: string[] = [];
  const uses = async (line: string, sign: string) => {
    await jun.uses(line, here);
    await jun.waitsFor(sign, here);
    heard.push(jun.sees(here));
  };
  await uses("/start", "两种方式");
  await uses("/help", "我能做什么");
  await uses("/login", "请选择登录方式");
  await jun.presses(/用户名和密码/, here);
  await jun.waitsFor("密码和令牌不应经过 Discord", here);
  heard.push(jun.sees(here));
  await uses(`/share link:${world.shelf.shares.open.url}`, "🏠 Holiday 2026");
  await jun.waitsFor("Packing list.txt", here);
  heard.push(jun.sees(here));
  await jun.selects(/Packing/, here);
  await jun.waitsFor("修改时间", here);
  heard.push(jun.sees(here));
  await jun.presses(/🔗/, here);
  await jun.waitsFor("下载链接", here);
  await uses("/mounts", "你的网盘");
  await jun.selects(/Holiday 2026/, here);
  await jun.waitsFor("PikPak 分享", here);
  heard.push(jun.sees(here));
  await uses("/settings", "每页行数");
  await uses(`/share link:${world.shelf.shares.coded.url}`, "提取码");
  await uses(`/share link:${world.shelf.shares.expired.url}`, "已过期");
  await uses("/share link:https://example.com/elsewhere", "不是 PikPak 分享链接");
  await uses("/forget", "要删除这里保存的关于你的一切");
  await jun.presses(/🗑/, here);
  await jun.waitsFor("已删除", here);
  heard.push(jun.sees(here));
  // What Discord's own client says while it waits, and beside a name, is not ours.
  const said = heard.join("\n").replaceAll(/\(APP[^)]*\)|ChatDrive is thinking[.…]*/g, "");
  expect(english(said)).toEqual([]);
});
