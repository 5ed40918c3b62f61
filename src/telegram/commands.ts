import { GrammyError, type Api } from "grammy";
import type { BotCommand } from "grammy/types";
import type { Action } from "../actions/action.ts";
import type { SentFile } from "../actions/model/sent-file.ts";
import type { Words } from "../i18n/words.ts";
import { languageCode } from "./profile.ts";

/** A command: its name is also the locale key `command-<name>`. */
export interface Command {
  readonly name: string;
  /** `private` = in groups the person is sent to the private chat; `operators` = to everybody else it does not exist. */
  readonly scope: "private" | "group" | "all" | "operators";
  /** In groups only its sender sees the command and its answer, where the server can do that. */
  readonly isEphemeral?: boolean;
  /** What it asks for, given the words after it and the files it is about; undefined when words are missing that it cannot do without. */
  action(words: string, files: readonly SentFile[]): Action | undefined;
}

/** Every command there is, in the order people are shown them. */
export const commands: readonly Command[] = [
  { name: "start", scope: "private", action: (payload) => ({ do: "start", ...(payload !== "" && { payload }) }) },
  { name: "help", scope: "all", action: () => ({ do: "help" }) },
  { name: "login", scope: "private", action: () => ({ do: "sign-in" }) },
  { name: "share", scope: "all", action: (text) => (text === "" ? { do: "open-share" } : { do: "open-share", text }) },
  { name: "mounts", scope: "all", action: () => ({ do: "show-mounts" }) },
  { name: "browse", scope: "all", action: (path) => ({ do: "browse", ...(path !== "" && { path }) }) },
  { name: "search", scope: "all", action: (words) => ({ do: "search", words }) },
  {
    name: "link",
    scope: "all",
    isEphemeral: true,
    action: (words) => (words === "" ? undefined : { do: "find-link", words }),
  },
  { name: "get", scope: "all", action: (words) => (words === "" ? undefined : { do: "get", words }) },
  {
    name: "download",
    scope: "all",
    action: (text, files) => ({ do: "download", files, ...(text !== "" && { text }) }),
  },
  { name: "tasks", scope: "private", action: () => ({ do: "tasks" }) },
  { name: "upload", scope: "private", action: (_words, files) => ({ do: "upload", files }) },
  { name: "shares", scope: "private", action: () => ({ do: "shares" }) },
  { name: "links", scope: "private", action: () => ({ do: "links" }) },
  { name: "trash", scope: "private", action: () => ({ do: "trash" }) },
  { name: "favourites", scope: "private", action: () => ({ do: "show-favourites" }) },
  {
    name: "follow",
    scope: "all",
    action: (text) => ({ do: "start-following", ...(text !== "" && { text }) }),
  },
  { name: "settings", scope: "all", action: () => ({ do: "show-settings" }) },
  // What one could lend is nobody else's business.
  {
    name: "bind",
    scope: "group",
    isEphemeral: true,
    action: (path) => ({ do: "bind", ...(path !== "" && { path }) }),
  },
  { name: "unbind", scope: "group", action: () => ({ do: "unbind" }) },
  { name: "cancel", scope: "all", action: () => ({ do: "cancel" }) },
  { name: "logout", scope: "private", action: () => ({ do: "log-out" }) },
  { name: "forget", scope: "private", action: () => ({ do: "forget" }) },
  { name: "admin", scope: "operators", action: (words) => ({ do: "admin", ...(words !== "" && { words }) }) },
];

/** A command as it was typed: its name, and the trimmed rest. Undefined for other text, and for another bot's command. */
export function commandIn(text: string, me: string): { readonly name: string; readonly words: string } | undefined {
  const match = /^\/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+([\s\S]*))?$/.exec(text);
  if (!match) return undefined;
  const [, name = "", to, words = ""] = match;
  if (to !== undefined && to.toLowerCase() !== me.toLowerCase()) return undefined;
  return { name: name.toLowerCase(), words: words.trim() };
}

/** The command of a name. */
export function commandNamed(name: string): Command | undefined {
  return commands.find((command) => command.name === name);
}

/** Tells the platform the commands, in every language and for both kinds of chat. */
export async function publishCommands(api: Api, words: Words): Promise<void> {
  for (const language of words.languages) {
    // The first language is everybody's whose own is not ours.
    const tag = language === words.languages[0] ? {} : { language_code: languageCode(language) };
    const forPrivate: Audience = { scope: { type: "all_private_chats" }, ...tag };
    await api.setMyCommands(listed(words, language, privateCommands), forPrivate);
    await publishForGroups(api, listed(words, language, groupCommands), {
      scope: { type: "all_group_chats" },
      ...tag,
    });
  }
}

/** Tells Telegram that in an operator's own chat there is more. False = they have not opened it yet. */
export async function publishForOperator(api: Api, words: Words, chat: number): Promise<boolean> {
  try {
    for (const language of words.languages) {
      const tag = language === words.languages[0] ? {} : { language_code: languageCode(language) };
      await api.setMyCommands(listed(words, language, operatorsCommands), {
        scope: { type: "chat", chat_id: chat },
        ...tag,
      });
    }
    return true;
  } catch (error) {
    if (error instanceof GrammyError && [400, 403].includes(error.error_code)) return false;
    throw error;
  }
}

const operatorsCommands = commands.filter(({ scope }) => scope !== "group");
const privateCommands = operatorsCommands.filter(({ scope }) => scope !== "operators");
const groupCommands = commands.filter(({ scope }) => scope === "group" || scope === "all");

type Audience = NonNullable<Parameters<Api["setMyCommands"]>[1]>;

/** Servers older than Bot API 10.2 know no ephemeral commands and refuse the whole list. */
async function publishForGroups(api: Api, list: readonly BotCommand[], audience: Audience): Promise<void> {
  const ephemeral = new Set(groupCommands.filter((command) => command.isEphemeral).map(({ name }) => name));
  try {
    await api.setMyCommands(
      list.map((entry) => (ephemeral.has(entry.command) ? { ...entry, is_ephemeral: true } : entry)),
      audience,
    );
  } catch (error) {
    if (!(error instanceof GrammyError) || error.error_code !== 400) throw error;
    await api.setMyCommands(list, audience);
  }
}

function listed(words: Words, language: string, list: readonly Command[]): BotCommand[] {
  const say = words.in(language);
  return list.map(({ name }) => ({ command: name, description: say(`command-${name}`) }));
}
