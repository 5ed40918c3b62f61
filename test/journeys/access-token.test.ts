import { afterEach, expect, test, vi } from "vitest";
import { jwt } from "../drivers/pikpak/connect/connect-service.ts";
import { prepareProgram, type Program } from "./program.ts";
import { askPageOnDiscord, askTokenOnTelegram, openPage } from "./sign-in.ts";
import { discordOf, telegramOf } from "./sign-in-chat.ts";

// Signing in with a personal access token: what Otto sees, what PikPak is asked, and what is said of a token that is none.

vi.setConfig({ testTimeout: 90_000 });
let program: Program;
afterEach(() => program.close());

const seconds = () => Math.floor(Date.now() / 1000);
const issuer = "https://user.mypikpak.com";
const driveCalls = ({ world }: Program) => world.pikpak.calls.filter(({ host }) => host === "drive").length;
const secretsOf = ({ world }: Program) => Object.values(world.shelf.tokens);

function expectNoToken(secrets: readonly string[]): void {
  for (const place of [program.stored(), program.log()])
    for (const secret of secrets) expect(place).not.toContain(secret);
  for (const place of [program.readable(), program.log()])
    expect(place).not.toMatch(/\bos\.[\w.-]{10,}|\beyJ[\w-]{10,}/);
}

test("on Telegram Otto's token is checked by two calls at most, and the card says what it is", async () => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
  const { world } = program;
  const { otto } = world.people;
  await program.start();
  await askTokenOnTelegram(program, "otto");
  const typed = otto.sends(world.shelf.tokens.otto);
  const card = await otto.waitsFor("The sign-in is good until");
  expect(card.text).toContain("Account: ");
  expect(card.text).toContain("Read & write files · Manage files · Cloud Download · Share");
  expect(card.text).toMatch(/📊 .* of /);
  expect([driveCalls(program) <= 2, typed.stored.deleted]).toEqual([true, true]);
  await otto.presses("📁 Open");
  await otto.waitsFor("2 entries");
  expect(otto.sees()).not.toContain("eyJ");
  await program.kill();
  expectNoToken(secretsOf(program));
});

test("on Discord the token is typed on the one-time page alone, and the card comes in place of the way there", async () => {
  program = await prepareProgram({ TELEGRAM_BOT_TOKEN: "" });
  const { world } = program;
  const { otto } = world.members;
  otto.installs();
  await program.start({ PUBLIC_URL: program.gateway });
  await program.discordReady();
  const page = await openPage(await askPageOnDiscord(program, "otto", { way: "access-token" }));
  expect(page.text).toContain('name="personalToken"');
  for (const other of ["username", "password", "refreshToken"]) expect(page.text).not.toContain(`name="${other}"`);
  const send = (personalToken: string) => page.send({ personalToken });
  const refused = await send(jwt({ iss: issuer, sub: "u", iat: seconds(), exp: seconds() + 7200 }));
  expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining("token of a web session")]);
  expect((await send(world.shelf.tokens.otto)).status).toBe(200);
  await otto.waitsFor("The sign-in is good until");
  expect(driveCalls(program)).toBeLessThanOrEqual(2);
  await program.kill();
  expectNoToken(secretsOf(program));
});

test("each text that is no usable token is answered with its own sentence, is sent to nobody, and is not kept", async () => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
  const { world } = program;
  const { otto } = world.people;
  await program.start();
  await askTokenOnTelegram(program, "otto");
  const good = world.shelf.tokens.otto;
  const bad: readonly (readonly [string, string])[] = [
    [jwt({ iss: issuer, sub: "u", iat: seconds(), exp: seconds() + 7200 }), "token of a web session"],
    [jwt({ iss: "https://accounts.example.com", sub: "u", iat: seconds(), exp: seconds() + 9e6 }), "not PikPak's"],
    [`${good.slice(0, 40)}\n${good.slice(40)}`, "not the whole token in one piece"],
    [jwt({ iss: issuer, sub: "u", iat: seconds() - 9e6, exp: seconds() - 60 }), "has ended or was withdrawn"],
  ];
  for (const [text, said] of bad) {
    otto.sends(text);
    await otto.waitsFor(said);
  }
  expect(driveCalls(program)).toBe(0);
  const owner = [...world.pikpak.state.accounts.values()].find(({ username }) => username.startsWith("otto"));
  if (!owner) throw new Error("no Otto");
  otto.sends(world.pikpak.build.pat(owner, { scopes: ["share"] }));
  await otto.waitsFor("needs the permission Read & write files");
  otto.sends("/mounts");
  await otto.waitsFor("no drive here yet");
  await program.kill();
  expectNoToken([good, ...bad.map(([text]) => text)]);
});

test("a token PikPak has withdrawn is said to have ended, and PikPak is not asked again", async () => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
  const { world } = program;
  const { otto } = world.people;
  await program.start();
  await askTokenOnTelegram(program, "otto");
  otto.sends(world.shelf.tokens.otto);
  await otto.waitsFor("The sign-in is good until");
  world.pikpak.tokens.revoke(world.shelf.tokens.otto);
  await otto.presses("🩺");
  await otto.waitsFor("has ended or was withdrawn");
  const calls = driveCalls(program);
  otto.sends("/browse Server logs");
  await otto.waitsFor(({ text, labels }) => text.includes("has ended") && labels.some((one) => one.includes("🔑")));
  expect(driveCalls(program)).toBe(calls);
});

test("a new token for the same account keeps the drive, and one for another account is asked about", async () => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
  const { world } = program;
  const { otto } = world.people;
  await program.start();
  const signIn = async (token: string) => {
    await askTokenOnTelegram(program, "otto");
    otto.sends(token);
  };
  await signIn(world.shelf.tokens.otto);
  await otto.waitsFor("The sign-in is good until");
  await otto.presses("✏️");
  await otto.waitsFor("❔ New name");
  otto.sends("Servers");
  await otto.waitsFor("has its new name");
  await signIn(world.shelf.tokens.reader);
  const card = await otto.waitsFor(({ text }) => text.includes("🗄 Servers") && text.includes("It may: Read files"));
  expect(card.labels.join()).toContain("Sign in again");
  await otto.presses("🔑 Sign in again", { on: card });
  await otto.waitsFor("How would you like to sign in?");
  await otto.presses("Access token");
  await otto.waitsFor("❔ Access token");
  const mia = [...world.pikpak.state.accounts.values()].find(({ username }) => username.startsWith("mia"));
  if (!mia) throw new Error("no Mia");
  otto.sends(world.pikpak.build.pat(mia, { scopes: ["read"] }));
  await otto.waitsFor("another account");
  await otto.presses("No, keep the account");
  await otto.waitsFor("It may: Read files");
});

test.each([
  ["is withdrawn with the drive where PikPak lets it", true, "and its secrets"],
  ["that PikPak keeps is said to be good there still", false, "under Connected Apps"],
] as const)("a token %s", async (_what, patsRevocable, said) => {
  program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
  const { world } = program;
  const { otto } = world.people;
  world.pikpak.rules.patsRevocable = patsRevocable;
  await program.start();
  await askTokenOnTelegram(program, "otto");
  otto.sends(world.shelf.tokens.otto);
  await otto.waitsFor("The sign-in is good until");
  otto.sends("/logout");
  await otto.waitsFor(({ labels }) => labels.some((label) => label.includes("Yes, remove it")));
  await otto.presses("Yes, remove it");
  const last = await otto.waitsFor(said);
  expect(last.text.includes("Connected Apps")).toBe(!patsRevocable);
});

test("in Chinese the card says the same on both chats", async () => {
  program = await prepareProgram();
  const { world } = program;
  await program.start({ PUBLIC_URL: program.gateway });
  await program.discordReady();
  const jun = [...world.pikpak.state.accounts.values()].find(({ username }) => username.startsWith("jun"));
  if (!jun) throw new Error("no Jun");
  const token = world.pikpak.build.pat(jun, { scopes: ["read", "manage", "cloud_download"] });
  const said = ["登录有效期至", "权限：", "管理文件", "云下载"];
  const telegram = telegramOf(program, "jun");
  await askTokenOnTelegram(program, "jun");
  world.people.jun.sends(token);
  expect(await telegram.sees(...said)).not.toContain("eyJ");
  const discord = discordOf(program, "jun");
  const page = await openPage(await askPageOnDiscord(program, "jun", { way: "access-token" }));
  expect((await page.send({ personalToken: token })).status).toBe(200);
  // A button carries an id by chance.
  const card = (await discord.sees(...said)).replaceAll(/"custom_id":"[^"]*"/g, "");
  expect(card).not.toContain("eyJ");
});

test("a token typed where none was asked for is deleted on Telegram and named on Discord, in both languages, and nothing is made of it", async () => {
  program = await prepareProgram();
  const { world } = program;
  const token = world.shelf.tokens.otto;
  await program.start({ PUBLIC_URL: program.gateway });
  await expect.poll(() => program.log()).toContain("discord knows the commands");
  for (const [who, language, gone, left, way] of [
    ["lena", "English", "so I deleted it", "I cannot delete it: please do", "Sign in"],
    ["jun", "中文", "我已将消息删除", "我无法删除这条消息", "登录"],
  ] as const) {
    const telegram = telegramOf(program, who);
    await telegram.login();
    const typed = world.people[who].sends(token);
    await telegram.sees(gone, way);
    expect(typed.stored.deleted).toBe(true);
    const discord = discordOf(program, who);
    const member = world.members[who];
    // A message there says nothing of a language: it is that of the settings.
    await member.uses("/settings");
    await discord.sees(language);
    await member.selects(new RegExp(language));
    await discord.login();
    member.sends(token, { in: member.dm });
    await discord.sees(left, way);
  }
  expect(driveCalls(program)).toBe(0);
  await program.kill();
  expectNoToken([token]);
});
