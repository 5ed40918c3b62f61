import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadWords } from "../../src/i18n/words.ts";
import { everyChatAndLanguage } from "./alone.ts";
import { prepareProgram, type Program } from "./program.ts";
import { signInOnDiscord, signInOnTelegram } from "./sign-in.ts";

// A share's link gives only the first part of a film: one press saves it, and its whole link is there, kill or no kill.

vi.setConfig({ testTimeout: 90_000 });

let program: Program;
beforeEach(async () => {
  program = await prepareProgram();
  program.world.pikpak.rules.workTakes = 9000;
});
afterEach(() => program.close());

const restore = "/drive/v1/share/restore";
const asked = () => program.world.pikpak.calls.filter(({ path }) => path === restore).length;

/** Ends the process when the drive has been asked to copy, and starts another. */
async function killWhileCopying(more: Readonly<Record<string, string>> = {}): Promise<void> {
  await expect.poll(asked, { timeout: 15_000 }).toBe(1);
  await program.kill();
  await program.start(more);
}

/** The last byte of the film is there. */
async function expectWhole(text: string): Promise<void> {
  const url = /https?:\/\/127\.0\.0\.1[^\s)>"\\]+/.exec(text)?.[0] ?? "";
  const last = Math.round(1.2 * 1_073_741_824) - 1;
  const answer = await fetch(url, { headers: { range: `bytes=${last}-${last}` } });
  expect(answer.status).toBe(206);
  await answer.body?.cancel();
}

const said = {
  en: {
    cut: "only the first part",
    saved: "Saved to your drive",
  },
  zh: {
    cut: "前半部分",
    saved: "已转存到你的网盘",
  },
} as const;

test.each([
  ["lena", "en"],
  ["jun", "zh"],
] as const)("on Telegram %s saves a film out of a share, in %s, through a kill", async (who, language) => {
  const { world } = program;
  const person = world.people[who];
  const words = said[language];
  await program.start();
  await signInOnTelegram(program, who);
  await person.waitsFor("🏠");
  person.sends(world.shelf.shares.open.url);
  await person.waitsFor("› Holiday 2026");
  await person.presses("Day 1");
  await person.waitsFor("› Day 1");
  await person.presses("Beach, day 1");
  await person.waitsFor(({ labels }) => labels.some((label) => label.includes("🔗")));
  await person.presses("🔗");
  await person.waitsFor(words.cut);
  await person.presses("💾");
  const shown = await person.waitsFor("💾 Beach, day 1.mp4");
  await killWhileCopying();
  await person.waitsFor((message) => message.id === shown.id && message.text.includes(words.saved), {
    timeout: 30_000,
  });
  expect(asked()).toBe(1);
  expect(shown.labels.join()).toMatch(/🔗.*📁/);
  await expectWhole(shown.text);
});

test.each([
  ["lena", "en"],
  ["jun", "zh"],
] as const)("on Discord %s saves a film out of a share, in %s, through a kill", async (who, language) => {
  const { world } = program;
  const person = world.members[who];
  const here = { in: person.dm };
  const words = said[language];
  const always = { PUBLIC_URL: program.gateway };
  await program.start(always);
  await signInOnDiscord(program, who);
  await person.waitsFor("🏠", here);
  await person.uses("/share", { ...here, options: { link: world.shelf.shares.open.url } });
  await person.waitsFor("› Holiday 2026", here);
  await person.selects(/Day 1/, here);
  await person.waitsFor("› Day 1", here);
  await person.selects(/Beach/, here);
  await person.waitsFor(/🔗/, here);
  await person.presses(/🔗/, here);
  await person.waitsFor(words.cut, here);
  await person.presses(/💾/, here);
  await person.waitsFor(/💾.*Beach/, here);
  await killWhileCopying(always);
  const shown = await person.waitsFor(words.saved, { ...here, within: 30_000 });
  expect(asked()).toBe(1);
  await expectWhole(JSON.stringify(shown.components));
});

test("in a group on Telegram what is pressed on a share goes to the presser's own chat, and the group's message stays", async () => {
  const { world } = program;
  const { lena } = world.people;
  world.pikpak.rules.workTakes = 0;
  await program.start();
  await signInOnTelegram(program, "lena");
  await lena.waitsFor("🏠");
  const there = lena.in(world.group);
  there.sends(`/share ${world.shelf.shares.open.url}`);
  const list = await there.waitsFor("› Holiday 2026");
  await there.presses("Packing list.txt", { on: list });
  await there.waitsFor(({ labels }) => labels.some((label) => label.includes("💾 Save")));
  const before = list.text;
  await there.presses("💾", { on: list });
  const own = await lena.waitsFor("Saved to your drive", { timeout: 20_000 });
  expect(own.text).toContain("Pack From Shared");
  expect(list.text).toBe(before);
});

test("in a server on Discord what is pressed on a share that stands there is seen by the presser alone", async () => {
  const { world } = program;
  const { lena, jun } = world.members;
  const [here, hall] = [{ in: lena.dm }, { in: world.hall }];
  world.pikpak.rules.workTakes = 0;
  await program.start({ PUBLIC_URL: program.gateway });
  await signInOnDiscord(program, "lena");
  await lena.waitsFor("🏠", here);
  await jun.uses("/share", { ...hall, options: { link: world.shelf.shares.open.url } });
  await jun.waitsFor("Holiday 2026", hall);
  await jun.presses(/📣/, hall);
  const list = await lena.waitsFor("Holiday 2026", hall);
  await lena.selects(/Day 1/, { message: list });
  const own = await lena.waitsFor("› Day 1", hall);
  await lena.selects(/IMG_0100/, { message: own });
  await lena.waitsFor(/IMG_0100[\s\S]*💾/, hall);
  await lena.presses(/💾/, hall);
  await lena.waitsFor("Saved to your drive", { ...hall, within: 20_000 });
  expect(jun.sees(hall)).not.toContain("Saved to your drive");
});

describe.each(everyChatAndLanguage)("what is chosen of several folders of a share, on %s", (chat, aloneOn, name) => {
  test(`${name} saves it in one go through a kill, each once, and is told in one message`, async () => {
    const { build, state } = program.world.pikpak;
    const accountOf = (who: string) =>
      [...state.accounts.values()].find(({ username }) => username === `${who}@example.com`);
    const [giver, own] = [accountOf("lena"), accountOf(name)];
    if (!giver || !own) throw new Error("somebody has no account");
    const top = build.folder(giver, undefined, "Box");
    const inner = build.folder(giver, top, "Inside");
    build.file(giver, top, { name: "outer.txt", size: 10 });
    build.file(giver, inner, { name: "inner.txt", size: 20 });
    const url = `https://mypikpak.com/s/${build.share(giver, { title: "Box", nodes: [top] }).id}`;
    const say = loadWords().in(name === "jun" ? "zh" : "en");
    const always = { PUBLIC_URL: program.gateway };
    await program.start(always);
    const they = aloneOn(program, name);
    await they.signIn();
    await they.sees("🏠");
    await they.command(`share ${chat === "Discord" ? "link:" : ""}${url}`);
    await they.sees("› Box", say("press-select"));
    await they.press(say("press-select"));
    await they.sees("outer.txt", say("press-pick-page"));
    await they.row("outer.txt");
    await they.sees(say("press-tidy-selection", { count: 1 }));
    await (chat === "Discord" ? they.row("📂 Inside") : they.press(say("press-enter")));
    await they.sees("inner.txt");
    await they.row("inner.txt");
    await they.sees(say("press-tidy-selection", { count: 2 }));
    await they.press(say("press-tidy-selection", { count: 2 }));
    await they.sees(say("press-save"), say("tidy-what"));
    await they.press(`💾 ${say("press-save")}`);
    await killWhileCopying(always);
    program.world.pikpak.rules.workTakes = 0;
    await expect.poll(asked, { timeout: 30_000 }).toBe(2);
    await they.sees(say("save-done", { count: 2 }), "outer.txt", "inner.txt");
    const saved = [...state.nodes.all(own.userId)].map((node) => node.name);
    expect(saved.filter((file) => /^(?:outer|inner)/.test(file)).toSorted()).toEqual(["inner.txt", "outer.txt"]);
  });
});
