import { afterEach, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";

// What people are led to is an address they can reach, or nothing.

vi.setConfig({ testTimeout: 60_000 });
let program: Program;
afterEach(() => program.close());

const login = async ({ world }: Program) => {
  const { people, members } = world;
  people.mia.sends("/login");
  await people.mia.waitsFor("How would you like to sign in?");
  await people.mia.presses("User name and password");
  const telegram = await people.mia.waitsFor("❔ User name");
  members.mia.speaks("en-US");
  await members.mia.uses("/login");
  await members.mia.waitsFor("How would you like to sign in?");
  await members.mia.presses(/User name and password/);
  const discord = await members.mia.waitsFor("Passwords and tokens do not belong in Discord");
  return [JSON.stringify([telegram.text, telegram.buttons]), JSON.stringify(discord.components)] as const;
};

test("without a public address nobody is led to a page, Discord says what is missing, and the log warns at the start", async () => {
  program = await prepareProgram();
  await program.start({ PUBLIC_URL: "" });
  await program.discordReady();
  const [telegram, discord] = await login(program);
  expect(telegram + discord).not.toContain("http://127.0.0.1");
  expect(discord).toContain("set PUBLIC_URL");
  expect(program.log()).toContain("gateway has no public address");
});

test("with a public address both chats lead to the page", async () => {
  program = await prepareProgram();
  await program.start({ PUBLIC_URL: program.gateway });
  await program.discordReady();
  for (const shown of await login(program)) expect(shown).toContain(`${program.gateway}/s/`);
  expect(program.log()).not.toContain("gateway has no public address");
  // It is an address of this machine, which nobody elsewhere can reach.
  expect(program.log()).toContain("gateway reached from here alone");
});
