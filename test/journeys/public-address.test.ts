import { afterEach, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";
import { askPageOnDiscord, askUserNameOnTelegram } from "./sign-in.ts";

// What people are led to is an address they can reach, or nothing.

vi.setConfig({ testTimeout: 60_000 });
let program: Program;
afterEach(() => program.close());

/** What leads to the questions of a sign-in, on both chats. */
const login = async () => {
  const telegram = await askUserNameOnTelegram(program, "mia");
  const { components } = await askPageOnDiscord(program, "mia");
  return [JSON.stringify([telegram.text, telegram.buttons]), JSON.stringify(components)] as const;
};

test("without a public address nobody is led to a page, Discord says what is missing, and the log warns at the start", async () => {
  program = await prepareProgram();
  await program.start({ PUBLIC_URL: "" });
  await program.discordReady();
  const [telegram, discord] = await login();
  expect(telegram + discord).not.toContain("http://127.0.0.1");
  expect(discord).toContain("set PUBLIC_URL");
  expect(program.log()).toContain("gateway has no public address");
});

test("with a public address both chats lead to the page", async () => {
  program = await prepareProgram();
  await program.start({ PUBLIC_URL: program.gateway });
  await program.discordReady();
  for (const shown of await login()) expect(shown).toContain(`${program.gateway}/s/`);
  expect(program.log()).not.toContain("gateway has no public address");
  // It is an address of this machine, which nobody elsewhere can reach.
  expect(program.log()).toContain("gateway reached from here alone");
});
