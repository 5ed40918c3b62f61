import { cast } from "../../emulators/seed.ts";
import type { Channel, Message } from "../../emulators/discord/state.ts";
import type { Shown } from "../../emulators/telegram/shown.ts";
import type { World } from "../../emulators/world.ts";
import { loadWords, type Say } from "../../src/i18n/words.ts";
import type { Program } from "./program.ts";

// Signing in to PikPak on both chats, for journeys that are about what people do afterwards.

type Who = keyof typeof cast;
type Way = "password" | "access-token" | "refresh-token";

/** What somebody signs in with, by one way. */
export interface Given {
  readonly way: Exclude<Way, "password">;
  readonly token: string;
}

const tokenFields = { "access-token": "personalToken", "refresh-token": "refreshToken" } as const;

interface TelegramOptions {
  /** Whose account is signed in to; absent = their own. */
  readonly account?: keyof World["shelf"]["accounts"];
}

const words = loadWords();

/** In the language of their clients. */
function sayTo(who: Who): Say {
  return words.in(cast[who].language.startsWith("zh") ? "zh" : "en");
}

/** Chooses to sign in with a password; the question for the user name. */
export async function askUserNameOnTelegram(program: Pick<Program, "world">, who: Who): Promise<Shown> {
  return chooseOnTelegram(program, who, { way: "password", field: "username" });
}

/** Chooses to sign in with a token; the question for it. */
export async function askTokenOnTelegram(program: Pick<Program, "world">, who: Who): Promise<Shown> {
  return chooseOnTelegram(program, who, { way: "access-token", field: "personalToken" });
}

/** Chooses to sign in with a password and tells the user name; the question for the password. */
export async function askPasswordOnTelegram(
  program: Pick<Program, "world">,
  who: Who,
  { account = who }: TelegramOptions = {},
): Promise<Shown> {
  await askUserNameOnTelegram(program, who);
  const person = program.world.people[who];
  person.sends(program.world.shelf.accounts[account].username);
  return person.waitsFor(`❔ ${sayTo(who)("field-pikpak-password")}`);
}

/** Signs in with a password; what comes of it is not waited for. */
export async function signInOnTelegram(
  program: Pick<Program, "world">,
  who: Who,
  { account = who }: TelegramOptions = {},
): Promise<void> {
  await askPasswordOnTelegram(program, who, { account });
  program.world.people[who].sends(program.world.shelf.accounts[account].password);
}

/** Chinese, in the settings of somebody who has English. */
export async function chooseChineseOnTelegram({ world }: Pick<Program, "world">, who: Who): Promise<void> {
  const person = world.people[who];
  person.sends("/settings");
  await person.presses("中文", { on: await person.waitsFor("Settings") });
}

async function chooseOnTelegram(
  program: Pick<Program, "world">,
  who: Who,
  { way, field }: { readonly way: Way; readonly field: string },
): Promise<Shown> {
  const person = program.world.people[who];
  person.sends("/login");
  await person.waitsFor(sayTo(who)("sign-in-ways"));
  return takesWay(program, who, { way, field });
}

async function takesWay(
  { world }: Pick<Program, "world">,
  who: Who,
  { way, field }: { readonly way: Way; readonly field: string },
): Promise<Shown> {
  const person = world.people[who];
  const say = sayTo(who);
  await person.presses(say(`way-pikpak-${way}`));
  return person.waitsFor(`❔ ${say(`field-pikpak-${field}`)}`);
}

/** Chooses a way among those shown, and types what it asks for. */
export async function givesOnTelegram(program: Pick<Program, "world">, who: Who, { way, token }: Given): Promise<void> {
  await takesWay(program, who, { way, field: tokenFields[way] });
  program.world.people[who].sends(token);
}

interface DiscordOptions {
  /** Absent = their direct messages. */
  readonly in?: Channel;
  /** Absent = by password. */
  readonly way?: Way;
}

/** Chooses a way to sign in; the message that leads to the page, or says that there is none. */
export async function askPageOnDiscord(
  program: Pick<Program, "world">,
  who: Who,
  { in: channel = program.world.members[who].dm, way = "password" }: DiscordOptions = {},
): Promise<Message> {
  const member = program.world.members[who];
  const here = { in: channel };
  await member.uses("/login", here);
  await member.waitsFor(sayTo(who)("sign-in-ways"), here);
  return takesPage(program, who, { in: channel, way });
}

async function takesPage(
  { world }: Pick<Program, "world">,
  who: Who,
  options: Required<DiscordOptions>,
): Promise<Message> {
  const member = world.members[who];
  const here = { in: options.in };
  await member.presses(new RegExp(sayTo(who)(`way-pikpak-${options.way}`)), here);
  return member.waitsFor(/Passwords and tokens do not belong in Discord|密码和令牌不应经过 Discord/, here);
}

/** Chooses a way among those shown, and gives what it asks for on the page. */
export async function givesOnDiscord(program: Pick<Program, "world">, who: Who, { way, token }: Given): Promise<void> {
  const { dm } = program.world.members[who];
  const page = await openPage(await takesPage(program, who, { in: dm, way }));
  const { status } = await page.send({ [tokenFields[way]]: token });
  if (status !== 200) throw new Error(`the page answered ${status}`);
}

/** Signs in with a password on the page; what comes of it in the chat is not waited for. */
export async function signInOnDiscord(
  program: Pick<Program, "world">,
  who: Who,
  options: Pick<DiscordOptions, "in"> = {},
): Promise<void> {
  const page = await openPage(await askPageOnDiscord(program, who, options));
  await page.send(program.world.shelf.accounts[who]);
}

/** A one-time page in a browser. */
export interface OpenPage {
  readonly url: string;
  /** What it shows, as HTML. */
  readonly text: string;
  /** Sends its form off. */
  send(values: Readonly<Record<string, string>>): Promise<Response>;
}

/** Follows a message's link to a one-time page. */
export async function openPage({ components }: Pick<Message, "components">): Promise<OpenPage> {
  const url = /\]\(<(http:\/\/127[^>]+\/s\/[\w-]{22})>\)/.exec(JSON.stringify(components))?.[1];
  if (url === undefined) throw new Error("the message leads to no page");
  const text = await (await fetch(url)).text();
  const token = /name="token" value="([^"]+)"/.exec(text)?.[1];
  if (token === undefined) throw new Error(`no form at ${url}:\n${text}`);
  return {
    url,
    text,
    send: (values) => fetch(url, { method: "POST", body: new URLSearchParams({ token, ...values }) }),
  };
}
