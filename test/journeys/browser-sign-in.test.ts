import { afterEach, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";
import { discordOf, telegramOf, type Chat } from "./sign-in-chat.ts";

// Signing in through the browser: Lena agrees on PikPak's page, and her browser comes back to the gateway.

vi.setConfig({ testTimeout: 90_000 });
let program: Program;
afterEach(() => program.close());

async function open(): Promise<void> {
  program = await prepareProgram();
  await program.start({ PUBLIC_URL: program.gateway, PIKPAK_OAUTH: "on" });
  await program.discordReady();
}

/** Where the chat sends Lena's browser. */
async function ledFrom(chat: Chat): Promise<string> {
  await chat.login();
  await chat.sees("In the browser");
  await chat.press("In the browser");
  const shown = await chat.sees("Waiting for you");
  return /http:\/\/127[^\s)>"\\]+\/drive\/auth-center\?[^\s)>"\\]+/.exec(shown)?.[0] ?? "";
}

/** She decides there; where her browser goes on to. */
async function decided(address: string, decision: "approve" | "deny"): Promise<string> {
  const page = await (await fetch(address)).text();
  const account = /<option value="([^"]+)">lena@example.com/.exec(page)?.[1] ?? "";
  const answer = await fetch(address, {
    method: "POST",
    body: new URLSearchParams({ account, decision }),
    redirect: "manual",
  });
  return answer.headers.get("location") ?? "";
}

test.each([
  ["Telegram", telegramOf],
  ["Discord", discordOf],
] as const)("on %s Lena agrees in her browser, and the drive opens in the chat", async (_name, chatOf) => {
  await open();
  const chat = chatOf(program, "lena");
  const back = await decided(await ledFrom(chat), "approve");
  expect(back.startsWith(`${program.gateway}/oauth/pikpak?`)).toBe(true);
  // A kill between the two loses nothing.
  await program.kill();
  await program.start({ PUBLIC_URL: program.gateway, PIKPAK_OAUTH: "on" });
  const answer = await fetch(back);
  expect([answer.status, answer.headers.get("referrer-policy")]).toEqual([200, "no-referrer"]);
  await chat.sees("Recipes");
  // It works once.
  expect((await fetch(back)).status).toBe(410);
  await program.kill();
  const secrets = ["code", "state"].map((name) => new URL(back).searchParams.get(name) ?? name);
  for (const place of [program.stored(), program.log()])
    for (const secret of secrets) expect(place).not.toContain(secret);
  for (const place of [program.readable(), program.log()])
    expect(place).not.toMatch(/\bos\.[\w.-]{10,}|\beyJ[\w-]{10,}/);
});

test("a return nobody waits for, of another issuer, or refused, connects nothing and says so", async () => {
  await open();
  const chat = telegramOf(program, "lena");
  expect((await fetch(`${program.gateway}/oauth/pikpak?state=made-up&code=x`)).status).toBe(410);
  expect((await fetch(`${program.gateway}/oauth/elsewhere?state=made-up&code=x`)).status).toBe(410);
  const strange = new URL(await decided(await ledFrom(chat), "approve"));
  strange.searchParams.set("iss", "https://evil.example");
  expect((await fetch(strange)).status).toBe(502);
  await chat.sees("does not offer this way", "Start again", "Other ways");
  await chat.press("Start again");
  const shown = await chat.sees("Waiting for you");
  const address = /http:\/\/127[^\s)>"\\]+\/drive\/auth-center\?[^\s)>"\\]+/.exec(shown)?.[0] ?? "";
  expect((await fetch(await decided(address, "deny"))).status).toBe(200);
  await chat.sees("It was denied");
});

test("without the operator's switch the way is not offered, and the address is none", async () => {
  program = await prepareProgram();
  await program.start({ PUBLIC_URL: program.gateway });
  const chat = telegramOf(program, "lena");
  await chat.login();
  expect(await chat.sees("How would you like to sign in?")).not.toContain("In the browser");
  expect((await fetch(`${program.gateway}/oauth/pikpak?state=x&code=y`)).status).toBe(404);
});
