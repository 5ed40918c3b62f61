import { afterEach, describe, expect, test, vi } from "vitest";
import { loadWords } from "../../src/i18n/words.ts";
import { everyChatAndLanguage } from "./alone.ts";
import { prepareProgram, type Program } from "./program.ts";

// A feed and a folder are followed on both chats and in both languages, with a kill -9 between two looks and one amidst what comes.

vi.setConfig({ testTimeout: 120_000 });
let program: Program;
afterEach(() => program.close());

const words = loadWords();
const languages = { mia: "en", jun: "zh" } as const;
type Name = keyof typeof languages;
const longTimeout = { timeout: 30_000 };

/** An empty folder, and how a file comes into it. */
function addFolder(of: Name): (file: string) => void {
  const { build, state } = program.world.pikpak;
  const owner = [...state.accounts.values()].find(({ username }) => username === `${of}@example.com`);
  if (!owner) throw new Error(`${of} has no account`);
  const folder = build.folder(owner, undefined, "Cards");
  return (file) => void build.file(owner, folder, { name: file, size: 1000, mimeType: "image/jpeg" });
}

// Each takes the minute that lies between two looks: both chats and both languages, and not each in each.
const chats = everyChatAndLanguage.filter(([chat, , name]) => (chat === "Telegram") === (name === "jun"));

describe.each(chats)("on %s", (_chat, aloneOn, name) => {
  const say = words.in(languages[name]);

  async function signedIn() {
    program = await prepareProgram({ FOLLOW_MIN_INTERVAL: "1m" });
    const comes = addFolder(name);
    await program.start({ PUBLIC_URL: program.gateway });
    await program.discordReady();
    const they = aloneOn(program, name, { direct: true });
    await they.signIn();
    await they.sees("Cards");
    return { they, comes };
  }

  test(`${name} follows a feed, and what comes while the program is dead is fetched and told once`, async () => {
    const { they } = await signedIn();
    const { pikpak, feed } = program.world;
    await they.command("follow", { what: feed.url });
    await they.sees(say("follow-begun-feed"), "Harbour Films");
    await program.kill();
    pikpak.rules.offlineTakes = 6000;
    feed.publish({ title: "Harbour Films - Storm warning [1080p]" });
    await program.start({ PUBLIC_URL: program.gateway });
    await they.press(say("press-check-follow"));
    const begun = () => [...pikpak.state.tasks.values()].filter((task) => task.name.includes("Storm warning"));
    await expect.poll(begun, longTimeout).toHaveLength(1);
    await program.isReplaced();
    const news = [say("download-of-feed", { feed: "Harbour Films" }), "✅", "Storm warning"];
    await they.sees(...news);
    expect(begun()).toHaveLength(1);
    expect(they.times(...news)).toBe(1);
    expect(program.log()).not.toContain(feed.url);
    expect(program.log()).not.toContain('"level":50');
  });

  test(`${name} follows a folder, and what comes while the program is dead is told once, though its look is killed, too`, async () => {
    const { they, comes } = await signedIn();
    await they.row("Cards");
    await they.sees("› Cards", "🔔");
    await they.press("🔔");
    await they.sees(say("follow-begun-folder"), say("follow-known", { count: 0 }));
    await program.kill();
    comes("Postcard.jpg");
    const { pikpak } = program.world;
    await program.start({ PUBLIC_URL: program.gateway });
    const before = pikpak.calls.length;
    pikpak.fail({ path: "/drive/v1/files", delay: 120_000 });
    await they.press(say("press-check-follow"));
    const looks = () => pikpak.calls.slice(before).filter(({ path }) => path === "/drive/v1/files");
    await expect.poll(looks, longTimeout).toHaveLength(1);
    await program.isReplaced();
    const news = [say("news-title", { count: 1 }), "Postcard.jpg"];
    await they.sees(...news);
    expect(they.times(...news)).toBe(1);
    await they.row("Postcard.jpg");
    await they.sees("Postcard.jpg", "🔗");
    expect(program.log()).not.toContain('"level":50');
  });
});
