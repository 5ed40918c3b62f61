import { afterEach, describe, expect, test, vi } from "vitest";
import { permission, usualPermissions } from "../../emulators/discord/permissions.ts";
import { loadWords } from "../../src/i18n/words.ts";
import { everyChatAndLanguage } from "./alone.ts";
import { prepareProgram, type Program } from "./program.ts";

// A folder goes to another chat of one's own, on both chats and in both languages, with a kill -9 in the middle: nothing comes twice.

vi.setConfig({ testTimeout: 120_000 });
let program: Program;
afterEach(() => program.close());

const words = loadWords();
const languages = { mia: "en", jun: "zh" } as const;
const names = ["1-note.txt", "2-note.txt", "3-note.txt"] as const;

/** A folder of small files; ids by name. */
function addCards(of: keyof typeof languages): ReadonlyMap<string, string> {
  const { build, state } = program.world.pikpak;
  const owner = [...state.accounts.values()].find(({ username }) => username === `${of}@example.com`);
  if (!owner) throw new Error(`${of} has no account`);
  const folder = build.folder(owner, undefined, "Cards");
  return new Map(
    names.map((name) => {
      const bytes = Buffer.from(`the bytes of ${name}`);
      return [name, build.file(owner, folder, { name, bytes, mimeType: "text/plain" }).id];
    }),
  );
}

interface Elsewhere {
  /** Names of files that arrived there. */
  arrived(): readonly string[];
  /** Its owner is its owner no more. */
  closes(): void;
}

/** A channel that somebody runs and the bot may post in. */
const channels = {
  Telegram(of: keyof typeof languages): Elsewhere {
    const { telegram, people } = program.world;
    const { mia, jun, lena } = people;
    const channel = telegram.group({ title: "Harbour news", type: "channel", members: [lena, mia, jun] });
    channel.promotes(people[of]);
    channel.promotes(telegram.bot);
    return {
      arrived: () =>
        telegram.shown.flatMap(({ chat, file }) => (chat === channel.id && file ? [file.name] : [])).toSorted(),
      closes: () => channel.demotes(people[of]),
    };
  },
  Discord(of: keyof typeof languages): Elsewhere {
    const { discord, server, members } = program.world;
    const channel = discord.channel(server, "Harbour news");
    discord.joins(server, members.lena, usualPermissions);
    Object.assign(server, { owner: members.lena.user.id });
    discord.joins(server, members[of], usualPermissions | permission.manageChannels);
    return {
      arrived: () => channel.messages.flatMap(({ attachments }) => attachments.map(({ name }) => name)).toSorted(),
      closes: () => discord.joins(server, members[of], usualPermissions),
    };
  },
} as const;

describe.each(everyChatAndLanguage)("on %s", (chat, aloneOn, name) => {
  async function begun() {
    program = await prepareProgram();
    const ids = addCards(name);
    const say = words.in(languages[name]);
    await program.start({ PUBLIC_URL: program.gateway });
    await program.discordReady();
    const elsewhere = channels[chat](name);
    const they = aloneOn(program, name);
    await they.signIn();
    await they.sees("Cards");
    await they.row("Cards");
    await they.sees("› Cards", say("press-send-folder"));
    await they.press(`⋯`);
    await they.sees(say("press-deliver"));
    await they.press(say("press-deliver"));
    await they.sees(say("destinations-title"), "Harbour news");
    await they.row("Harbour news");
    await they.sees("Harbour news", say("question-deliver", { count: 3 }));
    return { ids, say, they, elsewhere };
  }

  /** Confirmed, and the second of three files under way. */
  async function amidst() {
    const { ids, ...rest } = await begun();
    const path = `/drive/v1/files/${ids.get("2-note.txt")}`;
    program.world.pikpak.fail({ path, delay: 120_000 });
    await rest.they.press(rest.say("press-confirm-deliver"));
    const { calls } = program.world.pikpak;
    await expect.poll(() => calls.some((call) => call.path === path), { timeout: 20_000 }).toBe(true);
    return rest;
  }

  test(`${name} delivers a folder to a channel through a kill, each file once, and is told`, async () => {
    const { say, they, elsewhere } = await amidst();
    expect(elsewhere.arrived()).toEqual(["1-note.txt"]);
    await program.kill();
    await program.start({ PUBLIC_URL: program.gateway });
    await expect.poll(elsewhere.arrived, { timeout: 40_000 }).toHaveLength(names.length);
    await they.sees(say("batch-over", { done: 3, count: 3 }), "Harbour news", say("press-folder"));
    expect(elsewhere.arrived()).toHaveLength(names.length);
    expect(program.log()).not.toContain('"level":50');
  });

  test(`${name} who runs the channel no more when the job goes on delivers nothing more, and is told why`, async () => {
    const { say, they, elsewhere } = await amidst();
    await program.kill();
    elsewhere.closes();
    await program.start({ PUBLIC_URL: program.gateway });
    await they.sees(say("batch-over", { done: 1, count: 3 }), say("transfer-failed-not-admin-there"));
    expect(elsewhere.arrived()).toEqual(["1-note.txt"]);
    await they.press(say("press-retry"));
    await expect.poll(() => elsewhere.arrived()).toEqual(["1-note.txt"]);
  });
});
