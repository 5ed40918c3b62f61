import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startAria2 } from "../../emulators/aria2/aria2.ts";
import { isAria2Here, startRealAria2 } from "../real-aria2.ts";
import { prepareProgram, type Program } from "./program.ts";
import { openPage, signInOnDiscord, signInOnTelegram } from "./sign-in.ts";

// Files go from the chat to somebody's own aria2: the real one where there is one, and one that a test holds where a kill is.

vi.setConfig({ testTimeout: 90_000 });

const isThere = isAria2Here();

let program: Program;
beforeEach(async () => {
  program = await prepareProgram({ PUSH_PRIVATE: "on" });
});
afterEach(() => program.close());

const secret = "night-boat";

/** On Telegram, as Lena. */
async function signIn(): Promise<Program["world"]["people"]["lena"]> {
  const { lena } = program.world.people;
  await signInOnTelegram(program, "lena");
  await lena.waitsFor("2 entries");
  return lena;
}

/** On Discord, as Jun, in Chinese: what comes of the page that is filled with the address and the secret. */
async function connectJun(given: { readonly address: string; readonly secret: string }): Promise<string> {
  const { jun } = program.world.members;
  const his = { in: jun.dm };
  await jun.uses("/settings", his);
  await jun.waitsFor("设置", his);
  await jun.presses(/📡 连接我的 aria2/, his);
  const page = await openPage(await jun.waitsFor(/127\.0\.0\.1:\d+\/s\//, his));
  return (await page.send(given)).text();
}

async function connect(lena: Program["world"]["people"]["lena"], address: string, word: string): Promise<void> {
  lena.sends("/settings");
  await lena.waitsFor("Settings");
  await lena.presses("📡 Connect my aria2");
  await lena.waitsFor("❔ JSON-RPC address");
  lena.sends(address);
  await lena.waitsFor("❔ Secret");
  lena.sends(word);
  await lena.waitsFor("aria2 1.");
}

async function openRecipes(lena: Program["world"]["people"]["lena"]): Promise<void> {
  lena.sends("/browse Recipes");
  await lena.waitsFor("› Recipes");
  await lena.presses("⋯ More");
  await lena.waitsFor("What shall be done?");
  await lena.presses("📡 Send to aria2");
}

test.skipIf(!isThere)(
  "on Telegram Lena sends a folder to her own aria2, which has its files under their names and says so",
  async () => {
    const aria2 = await startRealAria2(secret);
    try {
      await program.start({ PUBLIC_URL: program.gateway });
      const lena = await signIn();
      await connect(lena, aria2.address, secret);
      await openRecipes(lena);
      await lena.waitsFor("aria2 has taken 3 files");
      await expect.poll(() => aria2.complete(), { timeout: 15_000 }).toBe(3);
      expect(readdirSync(join(aria2.folder, "Recipes"))).toHaveLength(3);
      await lena.presses("🔄 How is it doing?");
      await lena.waitsFor("3 done, 0 under way, 0 waiting");
      expect(readFileSync(join(aria2.folder, "Recipes", "Lentil soup.txt"), "utf8")).toBe("Lentil soup\n");
      expect(program.stored()).not.toContain(secret);
      expect(program.log()).not.toContain(secret);
    } finally {
      aria2.close();
    }
  },
);

test.skipIf(!isThere)(
  "on Discord Jun connects his aria2 on a page, in Chinese, and a file of his is there by one press",
  async () => {
    const aria2 = await startRealAria2(secret);
    try {
      const { jun } = program.world.members;
      const his = { in: jun.dm };
      await program.start({ PUBLIC_URL: program.gateway });
      await signInOnDiscord(program, "jun");
      await jun.waitsFor("🏠", his);
      expect(await connectJun({ address: aria2.address, secret: "wrong" })).toContain("aria2 不接受此密钥");
      expect(await connectJun({ address: aria2.address, secret })).toContain("aria2 已连接");
      await jun.waitsFor("已连接。在链接", his);
      await jun.uses("/link", { ...his, options: { file: "合同（最终版）.pdf" } });
      await jun.waitsFor("下载链接", his);
      await jun.presses(/📡 发送到 aria2/, his);
      await jun.waitsFor("aria2 已接收 1 个文件", his);
      await expect.poll(() => aria2.complete(), { timeout: 15_000 }).toBe(1);
      expect(readdirSync(aria2.folder)).toEqual(["合同（最终版）.pdf"]);
    } finally {
      aria2.close();
    }
  },
);

test("what aria2 took before a kill is there once, and Lena is told so after it", async () => {
  const aria2 = await startAria2({ secret });
  try {
    const here = { PUBLIC_URL: program.gateway };
    await program.start(here);
    const lena = await signIn();
    await connect(lena, aria2.address, secret);
    let killed: Promise<void> | undefined;
    aria2.rules.next = "hold";
    aria2.rules.onTaken = () => void (killed ??= program.kill());
    await openRecipes(lena);
    await expect.poll(() => killed !== undefined, { timeout: 15_000 }).toBe(true);
    await killed;
    expect(aria2.downloads.size).toBe(3);
    aria2.rules.onTaken = undefined;
    await program.start(here);
    await lena.waitsFor("aria2 has taken 3 files");
    expect([...aria2.downloads.values()].map(({ out }) => out).toSorted()).toEqual([
      "Recipes/Apple cake.txt",
      "Recipes/Lentil soup.txt",
      "Recipes/Rye bread.txt",
    ]);
  } finally {
    await aria2.close();
  }
});

test("on Discord what aria2 took before a kill is there once, and Jun is told so after it, in Chinese", async () => {
  const aria2 = await startAria2({ secret });
  try {
    const here = { PUBLIC_URL: program.gateway };
    const { jun } = program.world.members;
    const his = { in: jun.dm };
    await program.start(here);
    await signInOnDiscord(program, "jun");
    await jun.waitsFor("🏠", his);
    await connectJun({ address: aria2.address, secret });
    await jun.waitsFor("已连接。在链接", his);
    let killed: Promise<void> | undefined;
    aria2.rules.next = "hold";
    aria2.rules.onTaken = () => void (killed ??= program.kill());
    await jun.uses("/link", { ...his, options: { file: "合同（最终版）.pdf" } });
    await jun.waitsFor("下载链接", his);
    await jun.presses(/📡 发送到 aria2/, his);
    await expect.poll(() => killed !== undefined, { timeout: 15_000 }).toBe(true);
    await killed;
    aria2.rules.onTaken = undefined;
    await program.start(here);
    await jun.waitsFor("aria2 已接收 1 个文件", { ...his, within: 20_000 });
    expect([...aria2.downloads.values()].map(({ out }) => out)).toEqual(["合同（最终版）.pdf"]);
    expect(program.stored()).not.toContain(secret);
  } finally {
    await aria2.close();
  }
});
