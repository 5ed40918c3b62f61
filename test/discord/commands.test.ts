import { ApplicationCommandType, Locale } from "discord.js";
import { expect, test } from "vitest";
import { commands, registration } from "../../src/discord/commands.ts";
import { commands as telegramCommands } from "../../src/telegram/commands.ts";
import { loadWords } from "../../src/i18n/words.ts";

const words = loadWords();
const registered = registration(words);
const typed = registered.filter((command) => command.type === ApplicationCommandType.ChatInput);

/** What Discord takes as the name of a command or an option, in any language. */
const nameRule = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

/** Everything of a command that has a name, itself first. */
function named(command: object): { name: string; name_localizations?: object | null }[] {
  const { options = [] } = command as { options?: readonly object[] };
  return [command, ...options] as { name: string; name_localizations?: object | null }[];
}

test.each(typed.map((command) => [command.name, command] as const))(
  "/%s and its options have names and descriptions Discord takes, in every language",
  (_name, command) => {
    for (const { name, name_localizations: other, ...rest } of named(command)) {
      const names = [name, ...Object.values(other ?? {})] as string[];
      for (const one of names) {
        expect(one).toMatch(nameRule);
        expect(one).toBe(one.toLowerCase());
      }
      const { description, description_localizations: described } = rest as {
        description: string;
        description_localizations: object;
      };
      for (const one of [description, ...Object.values(described)] as string[]) {
        expect(one.length).toBeGreaterThan(0);
        expect(one.length).toBeLessThanOrEqual(100);
      }
    }
  },
);

test("a description is never cut: what stands in the locale is what people read", () => {
  const keys = commands.flatMap(({ name, options }) => [
    `command-${name}`,
    ...options.map((option) => `slash-${name}-${option.name}-hint`),
  ]);
  const long = words.languages.flatMap((language) => keys.filter((key) => words.in(language)(key).length > 100));
  expect(long).toEqual([]);
});

test("a message's own menu has a name Discord takes, which may have spaces", () => {
  const menus = registered.filter((command) => command.type === ApplicationCommandType.Message);
  expect(menus.map(({ name }) => name)).toEqual(["Open PikPak share"]);
  for (const name of Object.values(menus[0]?.name_localizations ?? {})) expect(name).toMatch(/^.{1,32}$/u);
});

test.each(words.languages)("two commands, or two options of one, are never called alike in %s", (language) => {
  const say = words.in(language);
  const names = commands.map(({ name }) => say(`slash-${name}`));
  expect(new Set(names).size).toBe(names.length);
  for (const { name, options } of commands) {
    const called = options.map((option) => say(`slash-${name}-${option.name}`));
    expect(new Set(called).size).toBe(called.length);
  }
});

test("commands are called in English as everywhere else, and so are their options", () => {
  const say = words.in("en");
  for (const { name, options } of commands) {
    expect(say(`slash-${name}`)).toBe(name);
    for (const option of options) expect(say(`slash-${name}-${option.name}`)).toBe(option.name);
  }
});

test("Discord has every command Telegram has", () => {
  const here = new Set(commands.map(({ name }) => name));
  expect(telegramCommands.map(({ name }) => name).filter((name) => !here.has(name))).toEqual([]);
});

test("both Englishes and both Chineses of Discord are spoken, and nothing is invented for other languages", () => {
  const { name_localizations: names } = typed.find(({ name }) => name === "browse") ?? {};
  expect(names).toEqual({ "en-US": "browse", "en-GB": "browse", "zh-CN": "浏览", "zh-TW": "浏览" });
  expect(Object.keys(names ?? {}).every((locale) => Object.values<string>(Locale).includes(locale))).toBe(true);
});

test("commands work in servers, in direct messages, in groups, and for those who installed the bot for themselves", () => {
  const narrow: Readonly<Record<string, readonly number[]>> = { bind: [0], unbind: [0], server: [0], admin: [1] };
  for (const command of registered) {
    expect(command).toMatchObject({ integration_types: [0, 1], contexts: narrow[command.name] ?? [0, 1, 2] });
  }
});

test("commands for those who manage a server are offered to nobody else, and taking back to everybody", () => {
  const restricted = registered.filter((command) => command.default_member_permissions !== undefined);
  expect(restricted.map(({ name, default_member_permissions: wanted }) => [name, wanted])).toEqual([
    ["bind", "32"],
    ["server", "32"],
  ]);
});

test("options that must be given come first, and a command stays within its 8,000 characters", () => {
  for (const command of typed) {
    const options = "options" in command ? (command.options ?? []) : [];
    const required = options.map((option) => "required" in option && option.required);
    expect(required).toEqual(required.toSorted((a, b) => Number(b) - Number(a)));
    expect(JSON.stringify(command).length).toBeLessThan(8000);
  }
});

test("a command never takes a password or a token", () => {
  const options = commands.flatMap(({ options: all }) => all.map(({ name }) => name));
  expect(options.filter((name) => /pass(?!_?code)|token|secret/i.test(name))).toEqual([]);
});
