import type { Bot, BotCommand } from "./bots.ts";
import { isAdmin, type Chat, type Person } from "./world.ts";

/** Where a list of commands is for. */
export interface Scope {
  readonly type: string;
  readonly chat_id?: number | string;
  readonly user_id?: number;
}

/** The key of a list. */
export function keyOf({ type, chat_id, user_id }: Scope, language: string): string {
  return [type, chat_id ?? "", user_id ?? "", language].join(" ");
}

/** The commands somebody is offered in a chat: the narrowest scope first, their language before the common list. */
export function commandsFor(bot: Bot, person: Person, chat: Chat): readonly BotCommand[] {
  // Telegram knows languages by two letters.
  const language = (person.user.language_code ?? "").slice(0, 2);
  for (const scope of scopesFor(person, chat)) {
    const list = bot.commands.get(keyOf(scope, language)) ?? bot.commands.get(keyOf(scope, ""));
    if (list) return list;
  }
  return [];
}

function scopesFor({ user }: Person, chat: Chat): Scope[] {
  const everywhere: Scope = { type: "default" };
  if (chat.type === "private") return [{ type: "chat", chat_id: chat.id }, { type: "all_private_chats" }, everywhere];
  if (chat.type === "channel") return [];
  const admin = isAdmin(chat, user.id);
  return [
    { type: "chat_member", chat_id: chat.id, user_id: user.id },
    ...(admin ? [{ type: "chat_administrators", chat_id: chat.id }] : []),
    { type: "chat", chat_id: chat.id },
    ...(admin ? [{ type: "all_chat_administrators" }] : []),
    { type: "all_group_chats" },
    everywhere,
  ];
}
