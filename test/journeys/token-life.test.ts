import { afterEach, describe, expect, test, vi } from "vitest";
import { allScopes, type Scope } from "../../emulators/pikpak/tokens.ts";
import { loadWords } from "../../src/i18n/words.ts";
import { everything } from "../drivers/pikpak/connect/connect-service.ts";
import { prepareProgram, type Program } from "./program.ts";
import { discordOf, telegramOf, type Chat } from "./sign-in-chat.ts";

// What becomes of a drive whose token is replaced, is of another account, is withdrawn, or is left at PikPak: on both
// chats, in both languages.

vi.setConfig({ testTimeout: 90_000 });
let program: Program;
afterEach(() => program.close());

const words = loadWords();
const driveCalls = () => program.world.pikpak.calls.filter(({ host }) => host === "drive").length;

function accountOf(who: "mia" | "jun" | "otto") {
  const all = [...program.world.pikpak.state.accounts.values()];
  const found = all.find(({ username }) => username.startsWith(who));
  if (!found) throw new Error(`no ${who}`);
  return found;
}

async function open(): Promise<void> {
  program = await prepareProgram();
  await program.start({ PUBLIC_URL: program.gateway });
  await program.discordReady();
  for (const member of Object.values(program.world.members)) member.installs();
}

describe.each([
  ["Telegram in English", telegramOf, "otto", "en"],
  ["Telegram in Chinese", telegramOf, "jun", "zh"],
  ["Discord in English", discordOf, "otto", "en"],
  ["Discord in Chinese", discordOf, "jun", "zh"],
] as const)("on %s", (_name, chatOf, who, language) => {
  const say = words.in(language);
  const pat = (whose: "mia" | "jun" | "otto", scopes: readonly Scope[] = everything) =>
    program.world.pikpak.build.pat(accountOf(whose), { scopes });
  const give = async (chat: Chat, token: string) => {
    await chat.sees(say("sign-in-ways"));
    await chat.gives({ way: "access-token", token });
  };
  const signIn = async (chat: Chat, token: string) => {
    await chat.login();
    await give(chat, token);
  };
  /** The card, and what it says the token may do. */
  const card = (chat: Chat, ...scopes: readonly Scope[]) =>
    chat.sees(
      say("mount-permissions", { names: scopes.map((scope) => say(`permission-pikpak-${scope}`)).join(" · ") }),
      say("press-renew-mount"),
    );

  test("a token of the same account replaces the one before, and one of another account does after a yes alone", async () => {
    await open();
    const chat = chatOf(program, who);
    await signIn(chat, pat(who));
    await card(chat, ...everything);
    const renew = async (token: string) => {
      await chat.press(say("press-renew-mount"));
      await give(chat, token);
    };
    await renew(pat(who, ["read"]));
    expect(await card(chat, "read")).not.toContain(say("permission-pikpak-share"));
    await renew(pat("mia"));
    await chat.sees(say("question-other-account"));
    await chat.press(say("press-dismiss-other-account"));
    await card(chat, "read");
    await renew(pat("mia"));
    await chat.sees(say("question-other-account"));
    await chat.press(say("press-confirm-other-account"));
    await card(chat, ...everything);
    await chat.press(say("press-open-mount"));
    await chat.sees("Holiday 2026");
    // It was one drive all the time.
    await chat.command("logout");
    await chat.sees(say("question-remove-mount"));
  });

  test("a token withdrawn at PikPak has ended, and PikPak is asked no more", async () => {
    await open();
    const chat = chatOf(program, who);
    const token = pat(who);
    await signIn(chat, token);
    await card(chat, ...everything);
    program.world.pikpak.tokens.revoke(token);
    await chat.press(say("press-check-mount"));
    await chat.sees(say("error-token-ended"), say("press-renew-mount"));
    const calls = driveCalls();
    await chat.command("browse");
    await chat.sees(say("error-token-ended"), say("press-renew-mount"));
    expect(driveCalls()).toBe(calls);
  });

  test.each([
    ["logout", "remove-mount", "notice-credential-left-pikpak"],
    ["forget", "forget", "notice-forgotten-credential-left-pikpak"],
  ] as const)("/%s says where the token is still good", async (command, question, said) => {
    await open();
    program.world.pikpak.rules.patsRevocable = false;
    const chat = chatOf(program, who);
    await signIn(chat, pat(who));
    await card(chat, ...everything);
    await chat.command(command);
    await chat.sees(say(`press-confirm-${question}`));
    await chat.press(say(`press-confirm-${question}`));
    expect(await chat.sees(say(said))).toContain("Connected Apps");
  });

  test("a refresh token opens the drive, and stands nowhere but in the vault", async () => {
    await open();
    const chat = chatOf(program, who);
    const { refresh_token: token } = program.world.pikpak.tokens.grant(accountOf(who), {
      clientId: "YUMx5nI8ZU8Ap8pm",
      kind: "session",
      scopes: new Set(allScopes),
    });
    await chat.login();
    await chat.sees(say("sign-in-ways"));
    await chat.gives({ way: "refresh-token", token });
    const listing = await chat.sees(who === "jun" ? "电影" : "Server logs");
    await program.kill();
    for (const place of [listing, program.stored(), program.log()]) expect(place).not.toContain(token);
  });
});

test.each([
  ["Telegram", telegramOf],
  ["Discord", discordOf],
] as const)(
  "on %s a drive goes on through the MCP server while the drive API refuses its token, and comes back",
  async (_name, chatOf) => {
    await open();
    const { pikpak } = program.world;
    const chat = chatOf(program, "otto");
    const newest = (name: string) => void pikpak.build.file(accountOf("otto"), undefined, { name, size: 1 });
    const mcpCalls = () => pikpak.calls.filter(({ path }) => path === "/mcp").length;
    await chat.login();
    await chat.sees("How would you like to sign in?");
    await chat.gives({ way: "access-token", token: program.world.shelf.tokens.otto });
    await chat.sees("The sign-in is good until");
    expect(mcpCalls()).toBe(0);
    pikpak.rules.patOnDrive = false;
    newest("told by MCP.txt");
    await chat.press("Check");
    await chat.press("Open");
    await chat.sees("told by MCP.txt");
    expect(mcpCalls()).toBeGreaterThan(0);
    pikpak.rules.patOnDrive = true;
    pikpak.fail({ path: "/mcp", status: 401, body: "" });
    newest("told by the drive API.txt");
    await chat.press("🔄");
    await chat.sees("told by the drive API.txt");
    const byMcp = mcpCalls();
    newest("and so again.txt");
    await chat.press("🔄");
    await chat.sees("and so again.txt");
    expect(mcpCalls()).toBe(byMcp);
  },
);
