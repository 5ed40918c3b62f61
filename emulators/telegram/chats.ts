import type { Call } from "./call.ts";
import { badRequest, refusals } from "./refusal.ts";
import { isIn, mayPost, type Chat, type StoredMessage } from "./world.ts";

/** The chat of an id or a name, as this bot knows it. */
export function chatOf({ world, bot }: Pick<Call, "world" | "bot">, id: number | string): Chat {
  const chat = typeof id === "string" ? named({ world, bot }, id) : numbered({ world, bot }, id);
  if (chat?.movedTo !== undefined) throw refusals.migrated(chat.movedTo);
  if (!chat) throw badRequest("chat not found");
  return chat;
}

function named({ world }: Pick<Call, "world" | "bot">, name: string): Chat | undefined {
  const wanted = name.replace(/^@/, "").toLowerCase();
  return [...world.groups.values()].find(({ username }) => username?.toLowerCase() === wanted);
}

function numbered({ world, bot }: Pick<Call, "world" | "bot">, id: number): Chat | undefined {
  if (id < 0) return world.groups.get(id);
  const person = world.people.find(({ user }) => user.id === id);
  if (!person) return undefined;
  const chat = world.privateChat(bot, person);
  return chat.started || bot.met.has(id) ? chat : undefined;
}

/** The chat, if the bot may write there now. */
export function openChat(call: Pick<Call, "world" | "bot">, id: number | string): Chat {
  const chat = chatOf(call, id);
  if (chat.type === "private") {
    if (chat.blocked) throw refusals.forbidden("bot was blocked by the user");
    if (!chat.started) throw refusals.forbidden("bot can't initiate conversation with a user");
    return chat;
  }
  mustBeIn(call, chat);
  if (chat.type === "channel" && !mayPost(chat, call.bot.user.id))
    throw badRequest("need administrator rights in the channel chat");
  return chat;
}

/** The chat, if the bot is in it. */
export function mustBeIn({ bot }: Pick<Call, "bot">, chat: Chat): Chat {
  if (chat.type === "private" || isIn(chat, bot.user.id)) return chat;
  const kicked = chat.members.get(bot.user.id)?.status === "kicked";
  throw refusals.forbidden(
    kicked ? `bot was kicked from the ${chat.type} chat` : `bot is not a member of the ${chat.type} chat`,
  );
}

/** The topic a message goes to; undefined = none in particular. */
export function threadIn(chat: Chat, id: number | undefined): number | undefined {
  if (id === undefined || id === 0) return undefined;
  if (!chat.topics.has(id)) throw badRequest("message thread not found");
  return id;
}

/** The public message of an id. */
export function messageIn(chat: Chat, id: number): StoredMessage | undefined {
  return id === 0 ? undefined : chat.messages.find((message) => message.id === id && !message.deleted);
}
