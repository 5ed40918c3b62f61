import { afterEach, describe, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";
import { discordOf, telegramOf } from "./sign-in-chat.ts";

// Signing in by approving a code in PikPak: what Lena sees, and what PikPak is asked.

vi.setConfig({ testTimeout: 90_000 });
let program: Program;
afterEach(() => program.close());

/** What a person does on PikPak's own page. */
async function decide({ world }: Program, shown: string, decision: "approve" | "deny", who = "lena@example.com") {
  const address = /http:\/\/127[^\s)>"\\]+\/drive\/device\?user_code=[A-Z]{4}-[A-Z]{4}/.exec(shown)?.[0] ?? "";
  const page = await (await fetch(address)).text();
  const account = new RegExp(`<option value="([^"]+)">${who}`).exec(page)?.[1] ?? "";
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams({ account, decision }) });
  expect([answer.status, world.pikpak.complaints]).toEqual([200, []]);
}

const polls = ({ world }: Program) =>
  world.pikpak.calls.filter(({ method, path }) => method === "POST" && path === "/v1/auth/token");

const words = {
  en: {
    way: "Approve in PikPak",
    waiting: "Waiting for your approval",
    denied: "It was denied",
    over: "The time has run out",
    cancelled: "Cancelled. Nothing was connected",
    again: "Start again",
    others: "Other ways",
    cancel: "Cancel",
    opened: "Recipes",
  },
  zh: {
    way: "在 PikPak 中授权",
    waiting: "等待你批准",
    denied: "授权被拒绝",
    over: "授权已超时",
    cancelled: "已取消，没有建立连接",
    again: "重新开始",
    others: "其他登录方式",
    cancel: "取消",
    opened: "电影",
  },
};

describe.each([
  ["Telegram", telegramOf],
  ["Discord", discordOf],
] as const)("on %s", (name, chatOf) => {
  test.each([
    ["Lena in English", "lena", "en"],
    ["Jun in Chinese", "jun", "zh"],
  ] as const)("%s approves a code, and the drive opens in the same message without a press", async (_who, who, tag) => {
    const say = words[tag];
    program = await prepareProgram();
    program.world.pikpak.rules.deviceInterval = 1;
    await program.start();
    await program.discordReady();
    const chat = chatOf(program, who);
    await chat.login();
    await chat.sees(say.way, "PikPak");
    await chat.press(say.way);
    const asked = await chat.sees(say.waiting);
    // Only where people sit at a desktop there is something to point a phone at.
    expect(asked.includes("approve.png")).toBe(name === "Discord");
    await decide(program, asked, "approve", `${who}@example.com`);
    const opened = await chat.sees(say.opened);
    for (const before of [say.waiting, "approve.png"]) expect(opened).not.toContain(before);
  });

  test("what is denied, has run out or is cancelled is said there, with another code and the other ways", async () => {
    const say = words.en;
    program = await prepareProgram();
    program.world.pikpak.rules.deviceInterval = 1;
    await program.start();
    await program.discordReady();
    const chat = chatOf(program, "lena");
    await chat.login();
    await chat.sees(say.way);
    await chat.press(say.way);
    await decide(program, await chat.sees(say.waiting), "deny");
    await chat.sees(say.denied, say.again, say.others);
    program.world.pikpak.rules.deviceLife = 1;
    await chat.press(say.again);
    await chat.sees(say.over, say.again, say.others);
    program.world.pikpak.rules.deviceLife = 600;
    await chat.press(say.again);
    await chat.sees(say.waiting);
    await chat.press(say.cancel);
    await chat.sees(say.cancelled, say.again, say.others);
    await chat.press(say.others);
    expect(await chat.sees("User name and password", "Refresh token", "Access token")).toContain(say.way);
  });

  test("a kill in the middle loses neither the code nor the message, and PikPak is asked no sooner than it said", async () => {
    program = await prepareProgram();
    program.world.pikpak.rules.deviceInterval = 2;
    await program.start();
    await program.discordReady();
    const chat = chatOf(program, "lena");
    await chat.login();
    await chat.sees("Approve in PikPak");
    await chat.press("Approve in PikPak");
    const asked = await chat.sees("Waiting for your approval");
    await expect.poll(() => polls(program).length, { timeout: 10_000 }).toBeGreaterThan(0);
    await program.kill();
    await program.start();
    await decide(program, asked, "approve");
    await chat.sees("Recipes");
    expect(polls(program).length).toBeGreaterThan(1);
    // PikPak makes the interval longer for who asks sooner than it told them to.
    const code = /user_code=([A-Z]{4}-[A-Z]{4})/.exec(asked)?.[1] ?? "";
    expect(program.world.pikpak.connect.grants.device(code)).toMatchObject({ interval: 2 });
    await program.kill();
    for (const place of [program.readable(), program.log(), asked])
      expect(place).not.toMatch(/\bos\.[\w.-]{10,}|\beyJ[\w-]{10,}|\b[0-9a-f]{64}\b/);
  });

  test("where PikPak begins no approval that is said, and the other ways are left", async () => {
    program = await prepareProgram();
    await program.start();
    await program.discordReady();
    program.world.pikpak.fail({ path: "/v1/auth/device/code", status: 403, times: 5 });
    const chat = chatOf(program, "lena");
    await chat.login();
    await chat.sees("Approve in PikPak");
    await chat.press("Approve in PikPak");
    expect(await chat.sees("does not offer this way", "Access token", "User name and password")).not.toContain(
      "Approve in PikPak",
    );
  });

  test("the form of one way leads to the others, in the chat and on the one-time page, and an approval goes on in the chat", async () => {
    program = await prepareProgram();
    program.world.pikpak.rules.deviceInterval = 1;
    await program.start({ PUBLIC_URL: program.gateway });
    await program.discordReady();
    const chat = chatOf(program, "lena");
    await chat.login();
    await chat.sees("How would you like to sign in?");
    await chat.press("Access token");
    await chat.sees("Other ways", "/s/");
    await chat.press("Other ways");
    await chat.sees("How would you like to sign in?");
    await chat.press("Refresh token");
    const shown = await chat.sees("Other ways", "/s/");
    const page = /http:\/\/127[^\s)>"\\]+\/s\/[\w-]{22}/.exec(shown)?.[0] ?? "";
    const first = await (await fetch(page)).text();
    expect(first).toContain('name="refreshToken"');
    expect(first).toContain("Those of the account itself");
    const token = /name="token" value="([^"]+)"/.exec(first)?.[1] ?? "";
    const take = async (way: string) =>
      (await fetch(page, { method: "POST", body: new URLSearchParams({ token, way }) })).text();
    const second = await take("password");
    expect(second).toContain('name="username"');
    expect(second).not.toContain('name="refreshToken"');
    const third = await take("approval");
    expect(third).toMatch(/[A-Z]{4}-[A-Z]{4}/);
    await chat.sees("Waiting for your approval");
    await decide(program, third, "approve");
    await chat.sees("Recipes");
  });
});
