import { afterEach, describe, expect, test, vi } from "vitest";
import { loadWords } from "../../src/i18n/words.ts";
import { everyChatAndLanguage } from "./alone.ts";
import { prepareProgram, type Program } from "./program.ts";

// A drive is tidied up by its owner, on both chats and in both languages, with a kill -9 between a change and its undoing.

vi.setConfig({ testTimeout: 120_000 });
let program: Program;
afterEach(() => program.close());

const words = loadWords();

/** Whoever tidies up: their language, and what lies at the top of their drive. */
const people = {
  mia: { language: "en", folder: "Films", file: "backup-2026-11.zip" },
  jun: { language: "zh", folder: "电影", file: "合同（最终版）.pdf" },
} as const;
describe.each(everyChatAndLanguage)("on %s", (_chat, aloneOn, name) => {
  test(`${name} makes a folder, moves a file there and back over a kill, and empties the trash`, async () => {
    program = await prepareProgram();
    const { pikpak } = program.world;
    const { language, folder, file } = people[name];
    const say = words.in(language);
    await program.start({ PUBLIC_URL: program.gateway });
    const they = aloneOn(program, name);
    const nodes = (called: string) =>
      [...pikpak.state.accounts.values()]
        .flatMap(({ userId }) => pikpak.state.nodes.all(userId))
        .filter((node) => node.name === called);
    await they.signIn();
    await they.sees(folder, `⋯ ${say("press-tidy")}`);

    await they.press("⋯");
    await they.sees(say("tidy-what"));
    await they.press("📁➕");
    await they.answers("folder-name", "Kept");
    await they.sees(say("did-made"), "Kept");
    await they.press(say("press-back"));
    await they.sees(file, `🔎 ${say("press-find")}`);

    await they.row(file);
    await they.sees("🔗");
    await they.press("⋯");
    await they.sees(say("press-move-entries"));
    await they.press("➡️");
    await they.sees(say("target-move"));
    await they.row("📁 Kept");
    await they.sees(say("press-here-move"));
    await they.press("📂 ");
    await they.sees(say("did-moved", { count: 1 }), say("press-undo"));
    expect(nodes(file)[0]?.parentId).toBe(nodes("Kept")[0]?.id);
    await program.kill();
    await program.start({ PUBLIC_URL: program.gateway });
    await they.press("↩️");
    await they.sees(say("listing-undone"), file);
    expect(nodes(file)[0]?.parentId).toBe("");

    await they.press("⋯");
    await they.sees(say("press-select"));
    await they.press(`☑️ ${say("press-select")}`);
    await they.sees(say("select-how"));
    await they.row(`⬜ 📁 Kept`);
    await they.sees("☑️ 📁 Kept");
    await they.row(`⬜ ${file.endsWith("zip") ? "📦" : "📝"}`);
    await they.sees(say("press-tidy-selection", { count: 2 }));
    await they.press("⋯");
    await they.sees(say("press-trash-entries"));
    await they.press("🗑");
    await they.sees(say("did-trashed", { count: 2 }));
    expect([nodes("Kept")[0]?.trashed, nodes(file)[0]?.trashed]).toEqual([true, true]);

    await they.command("trash");
    await they.sees(say("trash-title"), "Kept");
    await they.row("⬜ 📁 Kept");
    await they.sees("☑️ 📁 Kept");
    await they.press("↩️");
    await they.sees(say("did-restored", { count: 1 }));
    await they.press(say("press-back"));
    await they.sees(say("press-empty-trash"));
    await they.press(say("press-empty-trash"));
    await they.sees(say("question-empty-trash"));
    await they.press(say("press-confirm-empty-trash"));
    await they.sees(say("trash-emptied"), say("trash-empty"));
    expect([nodes("Kept").length, nodes(file).length]).toEqual([1, 0]);
    expect(program.log()).not.toContain('"level":50');
  });
});
