import { afterEach, describe, expect, test, vi } from "vitest";
import { loadWords } from "../../src/i18n/words.ts";
import { everyChatAndLanguage } from "./alone.ts";
import { prepareProgram, type Program } from "./program.ts";

// A folder comes into the chat, on both chats and in both languages, with a kill -9 in the middle: nothing comes twice.

vi.setConfig({ testTimeout: 120_000 });
let program: Program;
afterEach(() => program.close());

const words = loadWords();
const languages = { mia: "en", jun: "zh" } as const;
const names = ["1 note.txt", "2 note.txt", "3 a.jpg", "3 b.jpg"] as const;
/** Larger than either chat takes. */
const tooLarge = { name: "4 film.mkv", size: 3_000_000_000, mimeType: "video/x-matroska" };

/** A folder of small files, and one that is too large; ids by name. */
function addCards(of: keyof typeof languages): ReadonlyMap<string, string> {
  const { build, state } = program.world.pikpak;
  const owner = [...state.accounts.values()].find(({ username }) => username === `${of}@example.com`);
  if (!owner) throw new Error(`${of} has no account`);
  const folder = build.folder(owner, undefined, "Cards");
  build.file(owner, folder, tooLarge);
  return new Map(
    names.map((name) => {
      const mimeType = name.endsWith("jpg") ? "image/jpeg" : "text/plain";
      return [name, build.file(owner, folder, { name, bytes: Buffer.from(`the bytes of ${name}`), mimeType }).id];
    }),
  );
}

/** Names of files that arrived, whichever chat it is. */
function arrived(): readonly string[] {
  const { telegram, discord } = program.world;
  const onTelegram = telegram.shown.flatMap(({ text, file }) =>
    names.filter((name) => text === name || file?.name === name),
  );
  const onDiscord = discord.requests.flatMap(({ uploads }) => uploads.map(({ name }) => name));
  return [...onTelegram, ...onDiscord].toSorted();
}

describe.each(everyChatAndLanguage)("on %s", (_chat, aloneOn, name) => {
  test(`${name} gets a folder into the chat through a kill, each file once, and a word on the one that is too large`, async () => {
    program = await prepareProgram();
    const ids = addCards(name);
    const say = words.in(languages[name]);
    await program.start({ PUBLIC_URL: program.gateway });
    const they = aloneOn(program, name);
    await they.signIn();
    await they.sees("Cards");
    await they.row("Cards");
    await they.sees("› Cards", say("press-send-folder"));
    const path = `/drive/v1/files/${ids.get("2 note.txt")}`;
    program.world.pikpak.fail({ path, delay: 120_000 });
    await they.press(say("press-send-folder"));
    // The first is there and noted when the second is looked at.
    const { calls } = program.world.pikpak;
    await expect.poll(() => calls.some((call) => call.path === path), { timeout: 20_000 }).toBe(true);
    expect(arrived()).toEqual(["1 note.txt"]);
    await program.kill();
    await program.start({ PUBLIC_URL: program.gateway });
    await expect.poll(arrived, { timeout: 40_000 }).toEqual([...names]);
    await they.sees(say("batch-over", { done: 4, count: 5 }), tooLarge.name, say("press-folder"));
    expect(arrived()).toEqual([...names]);
    expect(program.log()).not.toContain('"level":50');
    await they.row(tooLarge.name);
    await they.sees(tooLarge.name, "🔗");
  });
});
