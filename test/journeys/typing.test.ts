import { afterEach, describe, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";

// What people type and paste, on both chats, over the real driver: it is read as they meant it.

vi.setConfig({ testTimeout: 90_000 });
let program: Program;
afterEach(() => program.close());

/** Mia alone with the bot: what she types as a command, and what the newest message says then. */
interface Alone {
  share(link: string, code?: string): Promise<void>;
  search(words: string): Promise<void>;
  sees(...words: readonly string[]): Promise<void>;
}

function onTelegram({ world }: Program): Alone {
  const { mia } = world.people;
  return {
    share: async (link, code = "") => void mia.sends(`/share ${link} ${code}`.trim()),
    search: async (words) => void mia.sends(`/search ${words}`),
    sees: async (...words) =>
      void (await mia.waitsFor(({ text, labels }) =>
        words.every((word) => [text, ...labels].join(" ").includes(word)),
      )),
  };
}

function onDiscord({ world }: Program): Alone {
  const { mia } = world.members;
  const here = { in: world.hall };
  return {
    share: async (link, code) =>
      void (await mia.uses(`/share link:${link}${code === undefined ? "" : ` code:${code}`}`, here)),
    search: async (words) => void (await mia.uses(`/search words:${words}`, here)),
    async sees(...words) {
      for (const word of words) await mia.waitsFor(word, here);
    },
  };
}

describe.each([
  ["Telegram", onTelegram],
  ["Discord", onDiscord],
] as const)("on %s", (_chat, aloneOn) => {
  test("a code is read beside another password, one too many is no wrong code, and a part that is gone opens the whole", async () => {
    program = await prepareProgram();
    await program.start();
    const { url, passCode = "" } = program.world.shelf.shares.coded;
    const mia = aloneOn(program);
    await mia.share(url, "解压密码：q1w2e3");
    await mia.sees("needs a pass code");
    await mia.share(url, `提取码：${passCode}`);
    await mia.sees("6 entries", "Holiday 2026");
    await mia.share(`${url}/AAAAAAAAAAAAAAAAAAAAAAAAo1_VNx?pwd=${passCode}`);
    await mia.sees("not there any more", "Holiday 2026");
    expect(program.log()).not.toContain('"level":50');
  });

  test("a search looks in all of the drive, names the folder of its rows once, and narrows behind one button", async () => {
    program = await prepareProgram();
    await program.start();
    const mia = aloneOn(program);
    await mia.share(program.world.shelf.shares.open.url);
    await mia.sees("6 entries", "Holiday 2026");
    await mia.search("Packing");
    await mia.sees("Packing list.txt", "All in Holiday 2026", "Filter");
    expect(program.log()).not.toContain('"level":50');
  });
});
