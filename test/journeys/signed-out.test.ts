import { afterEach, describe, expect, test, vi } from "vitest";
import { drawMessages } from "../../emulators/discord/sight.ts";
import { loadWords } from "../../src/i18n/words.ts";
import { prepareProgram, type Program } from "./program.ts";
import { askPageOnDiscord, askTokenOnTelegram, chooseChineseOnTelegram, openPage } from "./sign-in.ts";

// A drive that is lent to a group is signed out by PikPak: whoever meets it there, its owner is told in their own chat.

vi.setConfig({ testTimeout: 90_000 });
let program: Program;
afterEach(() => program.close());

const words = loadWords();

/** Mia and Jun where they are together, and Mia alone with the bot. */
interface Club {
  /** Mia signs in with a token and lends the drive. */
  lends(token: string): Promise<void>;
  /** Mia chooses Chinese. */
  choosesChinese(): Promise<void>;
  /** Jun opens a folder of it, and waits for this in the answer. */
  opens(folder: string, answer: string): Promise<void>;
  /** Waits until Mia's own chat says this. */
  sees(said: string): Promise<void>;
  /** How often Mia's own chat says this. */
  count(said: string): number;
  /** Mia says something to the bot and waits for the answer. */
  asksForHelp(): Promise<void>;
}

function onTelegram({ world }: Program): Club {
  const { people, group } = world;
  const { mia, jun } = people;
  return {
    async lends(token) {
      await askTokenOnTelegram(program, "mia");
      mia.sends(token);
      await mia.waitsFor("The sign-in is good until");
      const hall = mia.in(group);
      hall.sends("/bind");
      await hall.presses("✅", { on: await hall.waitsFor("Share with this group?") });
      await hall.waitsFor("Shared with this group");
    },
    async choosesChinese() {
      await chooseChineseOnTelegram(program, "mia");
      await mia.waitsFor("设置");
    },
    async opens(folder, answer) {
      const hall = jun.in(group);
      const before = new Set(hall.messages.map(({ id }) => id));
      hall.sends(`/browse ${folder}`);
      await hall.waitsFor(({ id, text, labels }) => !before.has(id) && [text, ...labels].join("\n").includes(answer));
    },
    sees: async (said) => void (await mia.waitsFor(said)),
    count: (said) => mia.messages.filter(({ text }) => text.includes(said)).length,
    async asksForHelp() {
      mia.sends("/help");
      await mia.waitsFor(/What I can do|我能做什么/);
    },
  };
}

function onDiscord({ world }: Program): Club {
  const { members, hall } = world;
  const { mia, jun } = members;
  const [alone, here] = [{ in: mia.dm }, { in: hall }];
  return {
    async lends(token) {
      const page = await openPage(await askPageOnDiscord(program, "mia", { way: "access-token" }));
      expect((await page.send({ personalToken: token })).status).toBe(200);
      await mia.waitsFor("The sign-in is good until", alone);
      await mia.uses("/bind", here);
      await mia.presses(/✅/, { message: await mia.waitsFor("Share with this server?", here) });
      await mia.waitsFor("Shared with this server", here);
    },
    async choosesChinese() {
      await mia.uses("/settings", alone);
      await mia.selects(/中文/, { message: await mia.waitsFor("Settings", alone) });
      await mia.waitsFor("设置", alone);
    },
    async opens(folder, answer) {
      const last = jun.messages(here).at(-1);
      await jun.uses(`/browse path:${folder}`, here);
      await jun.waitsFor(answer, { ...here, ...(last && { after: last }) });
    },
    sees: async (said) => void (await mia.waitsFor(said, alone)),
    count: (said) => mia.views(alone).filter((view) => drawMessages([view]).includes(said)).length,
    async asksForHelp() {
      await mia.uses("/help", alone);
      await mia.waitsFor(/What I can do|我能做什么/, alone);
    },
  };
}

describe.each([
  ["Telegram", "English", onTelegram],
  ["Telegram", "Chinese", onTelegram],
  ["Discord", "English", onDiscord],
  ["Discord", "Chinese", onDiscord],
] as const)("on %s in %s", (_chat, language, clubOn) => {
  test("an owner whose lent drive is signed out is told once when members open it", async () => {
    program = await prepareProgram();
    const { pikpak } = program.world;
    const account = [...pikpak.state.accounts.values()].find(({ username }) => username === "mia@example.com");
    if (!account) throw new Error("Mia has no account");
    const token = pikpak.build.pat(account, { scopes: ["read", "write"] });
    await program.start({ PUBLIC_URL: program.gateway });
    await program.discordReady();
    const club = clubOn(program);
    await club.lends(token);
    if (language === "Chinese") await club.choosesChinese();
    const told = words.in(language === "Chinese" ? "zh" : "en")("notice-drive-signed-out");
    await club.opens("Films", "Lighthouse");
    expect(club.count(told)).toBe(0);
    pikpak.tokens.revoke(token);
    const ended = words.in("zh")("error-token-ended");
    await club.opens("Music", ended);
    await club.sees(told);
    await club.opens("Archive", ended);
    await club.asksForHelp();
    expect(club.count(told)).toBe(1);
  });
});
