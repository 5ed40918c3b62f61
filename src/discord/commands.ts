import { createHash } from "node:crypto";
import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  Locale,
  PermissionFlagsBits,
  Routes,
  type APIApplicationCommandAttachmentOption,
  type APIApplicationCommandStringOption,
  type LocalizationMap,
  type REST,
  type RESTPostAPIApplicationCommandsJSONBody,
} from "discord.js";
import type { Action } from "../actions/action.ts";
import type { Typing } from "../actions/browse/suggest.ts";
import type { SentFile } from "../actions/model/sent-file.ts";
import type { Words } from "../i18n/words.ts";
import { maxOption } from "./limits.ts";
import type { Chat } from "./visit.ts";

/** What was given with a command, by option name; what was left out is absent. */
export type Given = Readonly<Record<string, string>>;

/** A command: its name is also the end of the locale keys `command-<name>` (what it does) and `slash-<name>` (its name). */
export interface Command {
  readonly name: string;
  readonly options: readonly Option[];
  /**
   * `reply`: the answer is deferred at once and comes for the asker alone, so that what is private elsewhere works
   * everywhere. `modal`: a form comes that needs no drive, and it must be the very first answer.
   */
  opening(given: Given): Opening;
  /** Listed only for operators. */
  readonly operators?: boolean;
  /**
   * `servers`: it means nothing elsewhere. `admins`: besides, Discord offers it to those who manage the server alone.
   * `direct`: it is offered in people's own chats with the bot alone.
   */
  readonly only?: "servers" | "admins" | "direct";
  /** `files`: the options that are files, in their order. */
  action(given: Given, files: readonly SentFile[]): Action;
}

export type Opening = "reply" | "modal";

/** An option: a text, unless it is a file. Its locale keys are `slash-<command>-<name>` and `slash-<command>-<name>-hint`. */
interface Option {
  readonly name: string;
  readonly isFile?: true;
  readonly required?: boolean;
  /** What is suggested while it is typed. */
  readonly suggests?: Typing["of"];
  /** It must be one of these. Their locale keys are `slash-<command>-<name>-<choice>`. */
  readonly choices?: readonly string[];
  readonly maxLength: number;
}

const reply = (): Opening => "reply";

/** What operators can do by a word; a press in the panel does the same. */
const operatorsActs = [
  "numbers",
  "people",
  "admit",
  "expel",
  "ban",
  "unban",
  "quota",
  "access",
  "invite",
  "mounts",
  "broadcast",
  "maintenance",
  "log",
  "revoke",
  "audit",
  "state",
] as const;

/** Every command there is, in the order people are shown them. */
export const commands: readonly Command[] = [
  {
    name: "start",
    options: [{ name: "code", maxLength: 2000 }],
    opening: reply,
    action: ({ code }) => ({ do: "start", payload: code }),
  },
  { name: "help", options: [], opening: reply, action: () => ({ do: "help" }) },
  {
    name: "login",
    options: [{ name: "drive", suggests: "mount", maxLength: 100 }],
    opening: reply,
    action: ({ drive }) => ({ do: "sign-in", mount: drive }),
  },
  {
    name: "share",
    options: [
      { name: "link", maxLength: 2000 },
      { name: "code", maxLength: 2000 },
    ],
    opening: ({ link }) => (link === undefined ? "modal" : "reply"),
    action: ({ link, code }) => ({
      do: "open-share",
      ...(link !== undefined && { text: link }),
      passCode: code,
    }),
  },
  { name: "mounts", options: [], opening: reply, action: () => ({ do: "show-mounts" }) },
  {
    name: "browse",
    options: [{ name: "path", suggests: "path", maxLength: 2000 }],
    opening: reply,
    action: ({ path }) => ({ do: "browse", path }),
  },
  {
    name: "search",
    options: [{ name: "words", required: true, maxLength: 200 }],
    opening: reply,
    action: ({ words = "" }) => ({ do: "search", words }),
  },
  {
    name: "link",
    options: [{ name: "file", required: true, suggests: "path", maxLength: 2000 }],
    opening: reply,
    action: ({ file = "" }) => ({ do: "find-link", words: file }),
  },
  {
    name: "get",
    options: [{ name: "file", required: true, suggests: "path", maxLength: 2000 }],
    opening: reply,
    action: ({ file = "" }) => ({ do: "get", words: file }),
  },
  {
    name: "download",
    options: [
      { name: "links", maxLength: 4000 },
      { name: "file", isFile: true, maxLength: 0 },
    ],
    opening: reply,
    action: ({ links }, files) => ({ do: "download", text: links, files }),
  },
  { name: "tasks", options: [], opening: reply, action: () => ({ do: "tasks" }) },
  {
    name: "upload",
    options: [
      { name: "file", isFile: true, required: true, maxLength: 0 },
      { name: "second", isFile: true, maxLength: 0 },
      { name: "third", isFile: true, maxLength: 0 },
    ],
    opening: reply,
    action: (_given, files) => ({ do: "upload", files }),
  },
  { name: "shares", options: [], opening: reply, action: () => ({ do: "shares" }) },
  { name: "links", options: [], opening: reply, action: () => ({ do: "links" }) },
  { name: "trash", options: [], opening: reply, action: () => ({ do: "trash" }) },
  { name: "favourites", options: [], opening: reply, action: () => ({ do: "show-favourites" }) },
  {
    name: "follow",
    options: [{ name: "what", maxLength: 2000 }],
    opening: reply,
    action: ({ what }) => ({ do: "start-following", text: what }),
  },
  { name: "settings", options: [], opening: reply, action: () => ({ do: "show-settings" }) },
  {
    name: "bind",
    options: [{ name: "folder", suggests: "path", maxLength: 2000 }],
    opening: reply,
    only: "admins",
    action: ({ folder }) => ({ do: "bind", path: folder }),
  },
  // Who lent something may take it back, though they manage the server no more.
  { name: "unbind", options: [], opening: reply, only: "servers", action: () => ({ do: "unbind" }) },
  { name: "server", options: [], opening: reply, only: "admins", action: () => ({ do: "show-place-settings" }) },
  { name: "cancel", options: [], opening: reply, action: () => ({ do: "cancel" }) },
  { name: "logout", options: [], opening: reply, action: () => ({ do: "log-out" }) },
  { name: "forget", options: [], opening: reply, action: () => ({ do: "forget" }) },
  {
    name: "admin",
    options: [
      { name: "act", choices: operatorsActs, maxLength: 20 },
      { name: "with", maxLength: 1900 },
    ],
    opening: reply,
    // Discord cannot hide a command from some in their own chats: to others it answers that there is none.
    only: "direct",
    operators: true,
    action({ act = "", with: words = "" }) {
      const typed = `${act} ${words}`.trim();
      return { do: "admin", ...(typed !== "" && { words: typed }) };
    },
  },
];

/** The command of a name. */
export function commandNamed(name: string): Command | undefined {
  return commands.find((command) => command.name === name);
}

/** Whether Discord offers a command in such a chat; to whom is another matter. */
export function isOffered({ only }: Command, chat: Chat): boolean {
  if (!only) return true;
  return chat === (only === "direct" ? "direct" : "server");
}

/** What a message's own menu offers: to open the share in it. Its name as Discord knows it is English. */
export function openShareIn(text: string): Action {
  return { do: "open-share", text };
}

/** Where commands work unless they mean something in servers alone: servers, the chat with the bot, and other people's chats for those who installed it for themselves. */
const everywhere = {
  integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel],
};

/** Where a command is offered, and to whom. A server's admins may give it to others; what they may do is decided here all the same. */
function reachOf({ only }: Command) {
  if (!only) return everywhere;
  return {
    ...everywhere,
    contexts: [only === "direct" ? InteractionContextType.BotDM : InteractionContextType.Guild],
    ...(only === "admins" && { default_member_permissions: PermissionFlagsBits.ManageGuild.toString() }),
  };
}

/** What Discord is told about the commands, in every language. */
export function registration(words: Words): readonly RESTPostAPIApplicationCommandsJSONBody[] {
  return [
    ...commands.map((command) => ({
      type: ApplicationCommandType.ChatInput as const,
      ...named(words, `slash-${command.name}`),
      ...described(words, `command-${command.name}`),
      // Discord wants those that must be given first.
      options: command.options
        .toSorted((a, b) => Number(b.required ?? false) - Number(a.required ?? false))
        .map((option) => optionOf(words, command.name, option)),
      ...reachOf(command),
    })),
    { type: ApplicationCommandType.Message as const, ...named(words, "menu-open-share"), ...everywhere },
  ];
}

function optionOf(
  words: Words,
  command: string,
  option: Option,
): APIApplicationCommandStringOption | APIApplicationCommandAttachmentOption {
  const key = `slash-${command}-${option.name}`;
  const shared = {
    ...named(words, key),
    ...described(words, `${key}-hint`),
    required: option.required ?? false,
  };
  if (option.isFile) return { type: ApplicationCommandOptionType.Attachment, ...shared };
  const asked = { type: ApplicationCommandOptionType.String as const, ...shared };
  if (option.choices) {
    const choices = option.choices.map((choice) => ({ ...named(words, `${key}-${choice}`), value: choice }));
    return { ...asked, choices };
  }
  return { ...asked, max_length: option.maxLength, ...(option.suggests && { autocomplete: true }) };
}

function named(words: Words, key: string): { name: string; name_localizations: LocalizationMap } {
  return { name: words.in(english)(key), name_localizations: localizations(words, key) };
}

function described(words: Words, key: string): { description: string; description_localizations: LocalizationMap } {
  return {
    description: words.in(english)(key).slice(0, maxOption),
    description_localizations: localizations(words, key),
  };
}

const english = "en";

/** A message in every language of Discord's for which we have one. */
function localizations(words: Words, key: string): LocalizationMap {
  const known = Object.values(Locale).filter((locale) => speaks(words, locale));
  return Object.fromEntries(known.map((locale) => [locale, words.in(words.pick(locale))(key).slice(0, maxOption)]));
}

/** What we would say to a client of this locale is in its own language, and not the fallback. */
function speaks(words: Words, locale: string): boolean {
  return new Intl.Locale(words.pick(locale)).language === new Intl.Locale(locale).language;
}

/** Where the hash of the commands Discord knows is kept. */
interface HashStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
}

/** Whether Discord still has as many commands as there are; where it does not say, it is believed to. */
async function knows(rest: REST, application: string, body: readonly object[]): Promise<boolean> {
  const held = await rest.get(Routes.applicationCommands(application)).catch(() => undefined);
  return !Array.isArray(held) || held.length === body.length;
}

interface Publishing {
  readonly rest: REST;
  readonly application: string;
  readonly words: Words;
  readonly store: HashStore;
}

/** Tells Discord the commands if it was last told other ones, or has lost them; it counts every telling. True = it was told. */
export async function publishCommands({ rest, application, words, store }: Publishing): Promise<boolean> {
  const body = registration(words);
  const hash = createHash("sha256").update(JSON.stringify(body)).digest("base64url");
  const key = `commands/${application}`;
  if ((await store.get(key)) === hash && (await knows(rest, application, body))) return false;
  await rest.put(Routes.applicationCommands(application), { body });
  await store.set(key, hash);
  return true;
}
