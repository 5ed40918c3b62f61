import { afterEach, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";

// Who cancels a sign-in in the chat has cancelled it on the page as well.

vi.setConfig({ testTimeout: 60_000 });
let program: Program;
afterEach(() => program.close());

async function send(page: string, token: string): Promise<number> {
  const answers = { token, username: "mia@example.com", password: "hunter2" };
  return (await fetch(page, { method: "POST", body: new URLSearchParams(answers) })).status;
}

async function tokenOn(page: string): Promise<string> {
  const text = await (await fetch(page)).text();
  expect(text).toContain("Sign in to PikPak");
  return /name="token" value="([^"]+)"/.exec(text)?.[1] ?? "";
}

test("on Discord a press on ✖ ends the page that was open, and it takes no password any more", async () => {
  program = await prepareProgram({ TELEGRAM_BOT_TOKEN: "" });
  const { mia } = program.world.members;
  const here = { in: program.world.hall };
  await program.start({ PUBLIC_URL: program.gateway });
  await mia.uses("/login", here);
  await mia.waitsFor("How would you like to sign in?", here);
  await mia.presses(/User name and password/, here);
  const card = await mia.waitsFor("Passwords and tokens do not belong in Discord", here);
  const page = pageIn(card.components);
  const token = await tokenOn(page);
  await mia.presses(/✖/, here);
  await expect.poll(async () => (await fetch(page)).status).toBe(410);
  expect(await send(page, token)).toBe(410);
});

test("on Telegram /cancel ends the page that was open, and it takes no password any more", async () => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "", PUBLIC_URL: "" });
  const { mia } = program.world.people;
  await program.start({ PUBLIC_URL: program.gateway });
  mia.sends("/login");
  await mia.waitsFor("How would you like to sign in?");
  await mia.presses("User name and password");
  const asked = await mia.waitsFor("❔ User name");
  const page = pageIn([asked.text, asked.entities]);
  const token = await tokenOn(page);
  mia.sends("/cancel");
  await expect.poll(async () => (await fetch(page)).status).toBe(410);
  expect(await send(page, token)).toBe(410);
});

function pageIn(shown: unknown): string {
  return /https?:\/\/[^\s")>]+\/s\/[\w-]+/.exec(JSON.stringify(shown))?.[0] ?? "";
}
