import { afterEach, expect, test, vi } from "vitest";
import type { Message } from "../../emulators/discord/state.ts";
import { prepareProgram, type Program } from "./program.ts";
import { openPage, signInOnTelegram } from "./sign-in.ts";

// PikPak wants to see a human: what people do about it, for an account and for a share, in both chats.

vi.setConfig({ testTimeout: 60_000 });
let program: Program;
afterEach(() => program.close());

/** Does what the verification page asks; the address the browser ends on. */
function prove(text: string): string {
  const asked = /captcha_token=([\w.=-]+)/.exec(text)?.[1] ?? "";
  const ended = program.world.pikpak.tokens.solve(asked);
  if (ended === undefined) throw new Error(`no challenge in ${text}`);
  return ended;
}

test("a verification on Telegram is a question with the page's address, and what was typed is not typed again", async () => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
  const { world } = program;
  const { mia } = world.people;
  await program.start();
  await signInOnTelegram(program, "mia", { account: "checked" });
  const asked = await mia.waitsFor("❔ Address you ended on");
  mia.sends("I am human, really");
  await mia.waitsFor("There is no verification in that");
  mia.sends(prove(asked.text));
  const list = await mia.waitsFor("🏠 Mia's PikPak");

  world.pikpak.rules.challengeAll = true;
  world.pikpak.rules.challengedReads = false;
  mia.sends(world.shelf.shares.coded.url);
  const first = await mia.waitsFor(({ id, text }) => id > list.id && text.includes("know that you are human"));
  mia.sends(prove(first.text));
  await mia.waitsFor("❔ Pass code");
  world.pikpak.rules.challengeAll = false;
  mia.sends(world.shelf.shares.coded.passCode ?? "");
  await mia.waitsFor("🏠 Holiday 2026");
  const stored = program.readable() + program.log();
  expect(stored).not.toMatch(/\bck0\.[\w.-]{10,}/);
});

test("a verification on Discord is the one-time page, for a share as for an account", async () => {
  program = await prepareProgram({ TELEGRAM_BOT_TOKEN: "" });
  const { world } = program;
  const { mia } = world.members;
  const here = { in: world.hall };
  await program.start({ PUBLIC_URL: program.gateway });
  world.pikpak.rules.challengeAll = true;
  world.pikpak.rules.challengedReads = false;
  await mia.uses(`/share link:${world.shelf.shares.open.url}`, here);
  const card = await mia.waitsFor("know that you are human", here);
  expect(await fill(card, { captchaToken: "nothing" })).toEqual([422, expect.stringContaining("no verification")]);
  const ended = prove(JSON.stringify(card.components));
  expect(await fill(card, { captchaToken: ended })).toEqual([200, expect.stringContaining("go back to your chat")]);
  const list = await mia.waitsFor("🏠 Holiday 2026", here);
  expect(list.id).toBe(card.id);
  const told = JSON.stringify([...world.discord.requests, ...world.discord.frames]);
  expect(told).not.toContain(ended);
});

async function fill(card: Message, answers: Readonly<Record<string, string>>): Promise<[number, string]> {
  const sent = await (await openPage(card)).send(answers);
  return [sent.status, await sent.text()];
}
