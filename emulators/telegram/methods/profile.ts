import type { Call, Handlers } from "../call.ts";
import { chatOf } from "../chats.ts";
import { keyOf, type Scope } from "../commands.ts";
import { badRequest } from "../refusal.ts";

/** What the bot says about itself. */
export const profile: Handlers<
  | "setMyCommands"
  | "getMyCommands"
  | "deleteMyCommands"
  | "setMyName"
  | "getMyName"
  | "setMyDescription"
  | "getMyDescription"
  | "setMyShortDescription"
  | "getMyShortDescription"
  | "setChatMenuButton"
  | "getChatMenuButton"
> = {
  setMyCommands(call, { commands, scope, language_code }) {
    if (commands.length > 100) throw badRequest("BOT_COMMANDS_TOO_MUCH");
    for (const { command, description } of commands) {
      if (command === "") throw badRequest("command must be non-empty");
      if (description.trim() === "") throw badRequest("command description must be non-empty");
      // A slash in front is forgiven.
      if (!/^\/?[a-z0-9_]{1,32}$/.test(command)) throw badRequest("BOT_COMMAND_INVALID");
      if (description.length > 256) throw badRequest("BOT_COMMAND_DESCRIPTION_INVALID");
    }
    const list = commands.map((entry) => ({ ...entry, command: entry.command.replace(/^\//, "") }));
    call.bot.commands.set(listKey(call, scope, language_code), list);
    call.world.changed();
    return true;
  },
  getMyCommands: (call, { scope, language_code }) => call.bot.commands.get(listKey(call, scope, language_code)) ?? [],
  deleteMyCommands(call, { scope, language_code }) {
    call.bot.commands.delete(listKey(call, scope, language_code));
    call.world.changed();
    return true;
  },
  setMyName: (call, { name, language_code }) => setText(call, { kind: "name", text: name, language: language_code }),
  getMyName: (call, { language_code }) => ({
    name: getText(call, { kind: "name", language: language_code }) || call.bot.user.first_name,
  }),
  setMyDescription: (call, { description, language_code }) =>
    setText(call, { kind: "description", text: description, language: language_code }),
  getMyDescription: (call, { language_code }) => ({
    description: getText(call, { kind: "description", language: language_code }),
  }),
  setMyShortDescription: (call, { short_description, language_code }) =>
    setText(call, { kind: "short description", text: short_description, language: language_code }),
  getMyShortDescription: (call, { language_code }) => ({
    short_description: getText(call, { kind: "short description", language: language_code }),
  }),
  setChatMenuButton(call, { chat_id, menu_button }) {
    if (chat_id !== undefined && chatOf(call, chat_id).type !== "private") throw badRequest("chat not found");
    if (menu_button?.type === "web_app" && !menu_button.web_app.url.startsWith("https://")) {
      throw badRequest(`menu button Web App URL '${menu_button.web_app.url}' is invalid: Only HTTPS links are allowed`);
    }
    call.bot.menus.set(String(chat_id ?? ""), menu_button ?? { type: "default" });
    return true;
  },
  getChatMenuButton: ({ bot }, { chat_id }) =>
    bot.menus.get(String(chat_id ?? "")) ?? bot.menus.get("") ?? { type: "commands" },
};

function listKey(call: Call, scope: Scope | undefined, language: string | undefined): string {
  checkLanguage(language);
  const { chat_id, ...rest }: Scope = scope ?? { type: "default" };
  if (chat_id === undefined) return keyOf(rest, language ?? "");
  return keyOf({ ...rest, chat_id: chatOf(call, chat_id).id }, language ?? "");
}

function checkLanguage(language: string | undefined): void {
  if (language !== undefined && !/^([a-z]{2})?$/.test(language)) throw badRequest("LANG_CODE_INVALID");
}

interface OwnText {
  readonly kind: string;
  readonly text?: string | undefined;
  readonly language: string | undefined;
}

function setText({ bot }: Call, { kind, text = "", language }: OwnText): true {
  checkLanguage(language);
  bot.texts.set(`${kind} ${language ?? ""}`, text);
  return true;
}

function getText({ bot }: Call, { kind, language }: OwnText): string {
  checkLanguage(language);
  return bot.texts.get(`${kind} ${language ?? ""}`) || bot.texts.get(`${kind} `) || "";
}
