import { afterEach, describe, expect, test, vi } from "vitest";
import { loadWords } from "../../src/i18n/words.ts";
import { everything } from "../drivers/pikpak/connect/connect-service.ts";
import { prepareProgram, type Program } from "./program.ts";
import { discordOf, telegramOf, type Chat } from "./sign-in-chat.ts";

// A token that the drive API refuses and the MCP server takes: what that has no tool for is not offered, on the card, in a
// folder and by commands, also after a kill; and is again once the drive API takes the token.

vi.setConfig({ testTimeout: 90_000 });
let program: Program;
afterEach(() => program.close());

const words = loadWords();

async function open(): Promise<void> {
  program = await prepareProgram();
  await start();
  for (const member of Object.values(program.world.members)) member.installs();
}

async function start(): Promise<void> {
  await program.start({ PUBLIC_URL: program.gateway });
  await program.discordReady();
}

describe.each([
  ["Telegram in English", telegramOf, "otto", "en", "Server logs"],
  ["Telegram in Chinese", telegramOf, "jun", "zh", "电影"],
  ["Discord in English", discordOf, "otto", "en", "Server logs"],
  ["Discord in Chinese", discordOf, "jun", "zh", "电影"],
] as const)("on %s", (_name, chatOf, who, language, folder) => {
  const say = words.in(language);
  const signedIn = async (): Promise<Chat> => {
    await open();
    const { pikpak } = program.world;
    const account = [...pikpak.state.accounts.values()].find(({ username }) => username.startsWith(who));
    if (!account) throw new Error(`no ${who}`);
    const chat = chatOf(program, who);
    await chat.login();
    await chat.sees(say("sign-in-ways"));
    await chat.gives({ way: "access-token", token: pikpak.build.pat(account, { scopes: everything }) });
    await cardHas(chat, true);
    return chat;
  };
  /** Looks at the drive's card until what is made on the drive API alone is on it, or not. */
  const cardHas = async (chat: Chat, isThere: boolean) => {
    const card = () => chat.sees(say("press-renew-mount"));
    const shares = say("press-shared-links");
    if (isThere) await expect.poll(card, { timeout: 10_000 }).toContain(shares);
    else await expect.poll(card, { timeout: 10_000 }).not.toContain(shares);
  };
  /** What is offered in the drive's first folder, and for tidying it up. */
  const inFolder = async (chat: Chat): Promise<readonly [folder: string, tidy: string]> => {
    await chat.asks("browse", folder);
    await chat.opens(folder);
    const listing = await chat.newest(say("press-tidy"), say("press-up"));
    await chat.press(say("press-tidy"));
    return [listing, await chat.newest(say("tidy-what"))];
  };
  const refuses = async (chat: Chat) => {
    for (const [command, said] of [
      ["shares", "notice-no-sharing-drive"],
      ["trash", "notice-no-trash"],
      ["tasks", "notice-no-downloads"],
    ] as const) {
      await chat.asks(command, say(said));
    }
  };

  test("what the MCP server has no tool for is gone with the drive API, stays so over a kill, and comes back with it", async () => {
    const chat = await signedIn();
    const { rules } = program.world.pikpak;
    rules.patOnDrive = false;
    await chat.press(say("press-check-mount"));
    await cardHas(chat, false);
    const [listing, tidy] = await inFolder(chat);
    expect(listing).not.toContain(say("press-share-out"));
    expect(tidy).toContain(say("press-new-folder"));
    expect(tidy).not.toContain(say("press-copy-entries"));
    await refuses(chat);

    await program.kill();
    await start();
    await refuses(chat);
    const [after, tidyAfter] = await inFolder(chat);
    expect(after).not.toContain(say("press-share-out"));
    expect(tidyAfter).not.toContain(say("press-copy-entries"));

    rules.patOnDrive = true;
    program.world.pikpak.fail({ path: "/mcp", status: 401, body: "" });
    await chat.asks("browse", folder);
    await chat.press(say("press-refresh"));
    await expect.poll(() => program.world.pikpak.calls.at(-1)?.path).toBe("/drive/v1/files");
    const [back, tidyBack] = await inFolder(chat);
    expect(back).toContain(say("press-share-out"));
    expect(tidyBack).toContain(say("press-copy-entries"));
    await chat.asks("trash", say("trash-title"));
  });

  test("a server with fewer tools offers less, and one with more of them more", async () => {
    const chat = await signedIn();
    const { rules } = program.world.pikpak;
    Object.assign(rules, { patOnDrive: false, mcpMissingTools: ["mkdir"] });
    await chat.press(say("press-check-mount"));
    await cardHas(chat, false);
    const [, fewer] = await inFolder(chat);
    expect(fewer).toContain(say("press-select"));
    expect(fewer).not.toContain(say("press-new-folder"));
    rules.mcpMissingTools = [];
    await program.kill();
    await start();
    const [, more] = await inFolder(chat);
    expect(more).toContain(say("press-new-folder"));
  });
});
