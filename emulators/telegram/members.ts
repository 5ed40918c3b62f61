import type { User } from "@grammyjs/types";
import { deliver } from "./hearing.ts";
import { toChat, toMember } from "./messages.ts";
import { isAdmin, isIn, type Chat, type Member, type Person, type World } from "./world.ts";

interface Change {
  readonly user: User;
  readonly status: Member["status"];
  readonly anonymous?: boolean;
  readonly silent?: boolean;
  readonly by: User;
}

/** Changes what somebody is in a group, and tells the bots there. */
export function changeMember(world: World, chat: Chat, { user, status, anonymous = false, silent, by }: Change): void {
  if (chat.type === "channel" && status === "member" && user.is_bot)
    throw new Error("a bot is in a channel as an administrator, or not at all");
  const before = chat.members.get(user.id) ?? { user, status: "left" as const, anonymous: false };
  const after: Member = { user, status, anonymous, ...(silent && { silent }) };
  const wasIn = isIn(chat, user.id);
  chat.members.set(user.id, after);
  const body = {
    chat: toChat(chat),
    from: by,
    date: Math.floor(world.clock.now() / 1000),
    old_chat_member: toMember(before, chat),
    new_chat_member: toMember(after, chat),
  };
  for (const bot of world.bots) {
    if (bot.user.id === user.id) bot.inbox.put("my_chat_member", body);
    else if (isAdmin(chat, bot.user.id)) bot.inbox.put("chat_member", body);
  }
  const isInNow = isIn(chat, user.id);
  if (wasIn !== isInNow && chat.type !== "channel") announce(world, chat, { user, by, came: isInNow });
  world.changed();
}

/** The line "Mia joined the group", which every bot in it gets. */
function announce(world: World, chat: Chat, { user, by, came }: { user: User; by: User; came: boolean }): void {
  const content = came ? { new_chat_members: [user], new_chat_member: user } : { left_chat_member: user };
  const message = world.put(chat, { from: by, asChat: false, marks: {}, content });
  deliver(world, message);
}

/** Somebody blocks a bot, or takes it back. */
export function changeBlock(world: World, chat: Chat, { person, blocked }: { person: Person; blocked: boolean }): void {
  const { bot } = chat;
  if (!bot || chat.blocked === blocked) return;
  chat.blocked = blocked;
  const states = [
    { user: bot.user, status: "member" },
    { user: bot.user, status: "kicked", until_date: 0 },
  ];
  bot.inbox.put("my_chat_member", {
    chat: toChat(chat),
    from: person.user,
    date: Math.floor(world.clock.now() / 1000),
    old_chat_member: states[blocked ? 0 : 1],
    new_chat_member: states[blocked ? 1 : 0],
  });
  world.changed();
}
