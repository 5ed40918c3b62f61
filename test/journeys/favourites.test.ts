import { afterEach, describe, expect, test, vi } from "vitest";
import { loadWords } from "../../src/i18n/words.ts";
import { everyChatAndLanguage } from "./alone.ts";
import { prepareProgram, type Program } from "./program.ts";

// Folders one comes back to, and a search of all drives, on both chats and in both languages, with a kill -9 in between.

vi.setConfig({ testTimeout: 120_000 });
let program: Program;
afterEach(() => program.close());

const words = loadWords();

/** Whose folder is kept, and a word that is found in their drive and in the share. */
const people = {
  mia: { language: "en", folder: "Holiday 2026", inside: "Day 1" },
  jun: { language: "zh", folder: "电影", inside: "夏日的尽头" },
} as const;

describe.each(everyChatAndLanguage)("on %s", (chat, aloneOn, name) => {
  test(`${name} keeps a folder, comes back to it over a kill, and searches every drive at once`, async () => {
    program = await prepareProgram();
    const { world } = program;
    const { language, folder, inside } = people[name];
    const say = words.in(language);
    await program.start({ PUBLIC_URL: program.gateway });
    const they = aloneOn(program, name);
    await they.signIn();
    await they.sees(folder, `⋯ ${say("press-tidy")}`);
    await they.row(`📁 ${folder}`);
    await they.sees(inside, `⭐ ${say("press-add-favourite")}`);
    await they.press(`⭐ ${say("press-add-favourite")}`);
    await they.sees(`⭐ ${say("press-remove-favourite")}`);
    await program.kill();
    await program.start({ PUBLIC_URL: program.gateway });

    await they.command("favourites");
    await they.sees(say("favourites-title"), folder, say("press-edit-favourites"));
    await they.press(say("press-edit-favourites"));
    await they.sees(say("favourites-editing"), say("press-done-editing"));
    await they.press(say("press-done-editing"));
    await they.sees(say("favourites-title"), say("press-edit-favourites"));
    await they.row(`⭐ ${folder}`);
    await they.sees(inside, `⭐ ${say("press-remove-favourite")}`);
    await they.press(`⭐ ${say("press-remove-favourite")}`);
    await they.sees(inside, `⭐ ${say("press-add-favourite")}`);
    await they.command("favourites");
    await they.sees(say("favourites-none"), say("favourites-recent"), folder);

    const { url } = world.shelf.shares.open;
    if (chat === "Telegram") world.people[name].sends(url);
    else await world.members[name].uses(`/share link:${url}`, { in: world.hall });
    await they.sees("🏠 Holiday 2026", "Day 1");
    const searchAll = async () => {
      if (chat === "Telegram") world.people[name].sends("/search packing");
      else await world.members[name].uses("/search words:packing", { in: world.hall });
      await they.sees(`🗄 ${say("press-search-everywhere")}`);
      await they.press(say("press-search-everywhere"));
      // Everything was looked at: the number of pages is known.
      await they.sees(`Holiday 2026 · ${say("search-found", { count: 1 })}`, say("listing-page", { page: "1/1" }));
    };
    await searchAll();
    await they.row("Packing list.txt");
    await they.sees("Packing list.txt", "🔗");
    const before = world.pikpak.calls.length;
    await searchAll();
    expect(world.pikpak.calls.length).toBe(before);
    expect(program.log()).not.toContain('"level":50');
  });
});
