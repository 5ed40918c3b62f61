import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Shown } from "../../emulators/telegram/shown.ts";
import { prepareProgram, type Program } from "./program.ts";
import { chooseChineseOnTelegram, signInOnDiscord, signInOnTelegram } from "./sign-in.ts";

// Downloads take their time, and a message is changed every few seconds at the most.
vi.setConfig({ testTimeout: 60_000 });

let program: Program;
beforeEach(async () => {
  program = await prepareProgram();
});
afterEach(() => program.close());

const hash = "0123456789abcdef0123456789abcdef01234567";

test("a magnet pasted on Telegram is fetched, its message outlives a kill, and the film opens from it", async () => {
  const { world } = program;
  const { mia } = world.people;
  await program.start();
  await signInOnTelegram(program, "mia");
  await mia.waitsFor("6 entries");
  world.pikpak.rules.offlineTakes = 12_000;
  mia.sends(`magnet:?xt=urn:btih:${hash}&dn=Night+train.mkv`);
  const shown = await mia.waitsFor(/Night train\.mkv.*waits for its turn/s);
  await mia.waitsFor(/▓.*%/s, { timeout: 15_000 });
  await program.kill();
  await program.start();
  await mia.waitsFor(/✅.*Night train\.mkv/s, { timeout: 30_000 });
  expect(shown.text).toMatch(/✅/);
  const fetched = world.pikpak.calls.filter(({ method, path }) => method === "POST" && path === "/drive/v1/files");
  expect(fetched).toHaveLength(1);
  await mia.presses("Night train.mkv");
  await mia.waitsFor((message) => message.labels.some((label) => label.includes("🔗")));
  mia.sends("/tasks");
  await mia.waitsFor("0 running, 0 failed, 1 finished");
});

test("in Chinese, two addresses that are too many for the day say so on Telegram, and begun again they can be cancelled", async () => {
  const { world } = program;
  const { mia } = world.people;
  await program.start();
  await signInOnTelegram(program, "mia");
  await mia.waitsFor("6 entries");
  await chooseChineseOnTelegram(program, "mia");
  world.pikpak.rules.offlineLimit = 0;
  mia.sends("/download https://files.example/a.iso https://files.example/b.iso");
  await mia.waitsFor(/已完成 0\/2，失败 2 个/, { timeout: 15_000 });
  world.pikpak.rules.offlineLimit = 1000;
  world.pikpak.rules.offlineTakes = 600_000;
  await mia.presses("🔄");
  await mia.waitsFor(/a\.iso[\s\S]*▓?░/, { timeout: 15_000 });
  await mia.presses("✖️");
  await mia.waitsFor("已取消", { timeout: 15_000 });
  expect(world.pikpak.state.tasks.size).toBe(0);
});

test.each([
  ["mia", "Telegram"],
  ["jun", "Discord"],
] as const)(
  "in Chinese, what %s has fetched on %s is followed through a kill, and asked for once",
  async (who, chat) => {
    const { world } = program;
    await program.start({ PUBLIC_URL: program.gateway });
    world.pikpak.rules.offlineTakes = 12_000;
    const address = "https://files.example/Beach.mp4";
    if (chat === "Telegram") {
      const person = world.people[who];
      await signInOnTelegram(program, who);
      await person.waitsFor("6 entries");
      await chooseChineseOnTelegram(program, who);
      person.sends(address);
      await person.waitsFor(/Beach[\s\S]*▓.*%/, { timeout: 15_000 });
      await program.isReplaced();
      const isOver = ({ text, labels }: Shown) => text.includes("✅") && labels.some((one) => one.includes("下载任务"));
      await person.waitsFor(isOver, { timeout: 30_000 });
    } else {
      const member = world.members[who];
      const here = { in: member.dm };
      await signInOnDiscord(program, who);
      await member.waitsFor("🏠", here);
      await member.uses("/download", { ...here, options: { links: address } });
      await member.waitsFor(/Beach[\s\S]*▓.*%/, { ...here, within: 15_000 });
      await program.isReplaced();
      await member.waitsFor(/✅.*Beach[\s\S]*打开/, { ...here, within: 30_000 });
    }
    const fetched = world.pikpak.calls.filter(({ method, path }) => method === "POST" && path === "/drive/v1/files");
    expect(fetched).toHaveLength(1);
  },
);

test("on Discord a link is fetched into the drive, cancelled or opened, with the same words", async () => {
  const { world } = program;
  const { mia } = world.members;
  await program.start({ PUBLIC_URL: program.gateway });
  const here = { in: mia.dm };
  await signInOnDiscord(program, "mia");
  await mia.waitsFor("6 entries", here);
  world.pikpak.rules.offlineTakes = 1500;
  await mia.uses("/download", { ...here, options: { links: "https://files.example/Beach.mp4" } });
  await mia.waitsFor(/✅.*Beach/s, { ...here, within: 20_000 });
  await mia.selects(/Beach/, here);
  await mia.waitsFor(/🔗/, here);
  world.pikpak.rules.offlineTakes = 600_000;
  mia.sends(hash, here);
  const way = await mia.waitsFor(/⏬/, { ...here, within: 15_000 });
  await mia.presses(/✖️/, { message: way });
  await mia.waitsFor(/cancelled/, { ...here, within: 15_000 });
  await mia.uses("/tasks", here);
  await mia.waitsFor("0 running, 0 failed, 1 finished", here);
  expect(world.pikpak.state.tasks.size).toBe(1);
});

test("on Telegram in Chinese the folder is chosen while a magnet is fetched, and a kill does not forget it", async () => {
  const { world } = program;
  const { mia } = world.people;
  await program.start();
  await signInOnTelegram(program, "mia");
  await mia.waitsFor("6 entries");
  await chooseChineseOnTelegram(program, "mia");
  world.pikpak.rules.offlineTakes = 12_000;
  world.pikpak.rules.magnets = { [hash]: [{ path: "Night/one.mkv", size: 5 }] };
  mia.sends(`magnet:?xt=urn:btih:${hash}&dn=Night+train.mkv`);
  await mia.waitsFor(/Night train\.mkv/);
  await mia.presses("ℹ️");
  await mia.waitsFor(/one\.mkv/);
  await mia.presses("⬆");
  await mia.waitsFor((message) => message.labels.some((label) => label.startsWith("📂")));
  await mia.presses("📂");
  await mia.waitsFor("下载到哪里？");
  await mia.presses("Films");
  await mia.waitsFor(/下载到哪里？[\s\S]*Films/);
  await mia.presses("📂");
  await mia.waitsFor(/Films[\s\S]*Night train\.mkv/);
  await program.kill();
  await program.start();
  await mia.waitsFor(/Films[\s\S]*✅.*Night train\.mkv/, { timeout: 30_000 });
  const calls = (path: string) => world.pikpak.calls.filter((call) => call.method === "POST" && call.path === path);
  expect([calls("/drive/v1/files").length, calls("/drive/v1/files:batchMove").length]).toEqual([1, 1]);
});

test("on Discord the folder is chosen while a link is fetched", async () => {
  const { world } = program;
  const { mia } = world.members;
  await program.start({ PUBLIC_URL: program.gateway });
  const here = { in: mia.dm };
  await signInOnDiscord(program, "mia");
  await mia.waitsFor("6 entries", here);
  world.pikpak.rules.offlineTakes = 10_000;
  await mia.uses("/download", { ...here, options: { links: "https://files.example/Beach.mp4" } });
  await mia.presses(/📂/, { message: await mia.waitsFor(/Beach/, here) });
  await mia.waitsFor("Where is it to go?", here);
  await mia.selects(/Films/, here);
  const list = await mia.waitsFor(/Where is it to go\?[\s\S]*Lighthouse/, here);
  await mia.presses(/📂/, { message: list });
  await mia.waitsFor(/Films[\s\S]*✅.*Beach/, { ...here, within: 30_000 });
  expect(world.pikpak.calls.filter(({ path }) => path === "/drive/v1/files:batchMove")).toHaveLength(1);
});
