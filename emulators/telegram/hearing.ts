import type { Bot } from "./bots.ts";
import { toMessage } from "./messages.ts";
import { isAdmin, isIn, type StoredMessage, type World } from "./world.ts";

/** Hands a message of a person to the bots that get to see it. */
export function deliver(world: World, message: StoredMessage, kind: "message" | "edited_message" = "message"): void {
  for (const bot of hearers(world, message)) {
    bot.met.add(message.from.id);
    bot.inbox.put(message.chat.type === "channel" ? postKinds[kind] : kind, toMessage(message));
  }
}

/** What is posted in a channel comes under names of its own. */
const postKinds = { message: "channel_post", edited_message: "edited_channel_post" } as const;

function hearers({ bots }: World, message: StoredMessage): Bot[] {
  const { chat, ephemeral } = message;
  if (ephemeral) return bots.filter(({ user }) => user.id === ephemeral.bot);
  if (chat.bot) return [chat.bot];
  return bots.filter((bot) => isIn(chat, bot.user.id) && hears(bot, message));
}

/** With privacy on, a bot in a group hears what is meant for it, and service messages. */
function hears(bot: Bot, message: StoredMessage): boolean {
  const { chat, content, replyTo } = message;
  const text = content.text ?? content.caption;
  const via = message.marks["via_bot"] as { id: number } | undefined;
  if (!bot.privacy || isAdmin(chat, bot.user.id) || isService(message) || via?.id === bot.user.id) return true;
  if (replyTo?.from.id === bot.user.id) return true;
  return text !== undefined && (isCommandFor(bot, text, message) || mentions(bot, text));
}

function isService({ content }: StoredMessage): boolean {
  return [
    "new_chat_members",
    "left_chat_member",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "forum_topic_created",
  ].some((field) => field in content);
}

/** A command without a name is for the bot that wrote last; before any did, for all. */
function isCommandFor({ user }: Bot, text: string, { chat }: StoredMessage): boolean {
  const command = /^\/[A-Za-z0-9_]+(?:@([A-Za-z0-9_]+))?/.exec(text);
  if (!command) return false;
  if (command[1] !== undefined) return command[1].toLowerCase() === user.username.toLowerCase();
  return chat.lastBot === undefined || chat.lastBot === user.id;
}

function mentions({ user }: Bot, text: string): boolean {
  return new RegExp(`@${user.username}(?!\\w)`, "i").test(text);
}
