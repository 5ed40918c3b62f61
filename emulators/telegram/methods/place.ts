import type { Call, Handlers } from "../call.ts";
import { chatOf, messageIn, mustBeIn, openChat, threadIn } from "../chats.ts";
import { toChat, toMember, toMessage } from "../messages.ts";
import { badRequest, refusals } from "../refusal.ts";
import { isAdmin, isIn, type Chat } from "../world.ts";
import { changeMember } from "../members.ts";

/** ms a chat shows that the bot works. */
const typingTime = 5000;

/** Chats themselves: who is there, what is pinned, what is going on. */
export const placing: Handlers<
  | "sendChatAction"
  | "setMessageReaction"
  | "getChat"
  | "getChatMember"
  | "getChatAdministrators"
  | "getChatMemberCount"
  | "leaveChat"
  | "pinChatMessage"
  | "unpinChatMessage"
  | "unpinAllChatMessages"
  | "createForumTopic"
> = {
  sendChatAction(call, { chat_id, message_thread_id }) {
    const chat = openChat(call, chat_id);
    threadIn(chat, message_thread_id);
    chat.typingUntil = call.clock.now() + typingTime;
    call.clock.after(typingTime, () => call.world.changed());
    call.world.changed();
    return true;
  },
  setMessageReaction(call, { chat_id, message_id, reaction = [] }) {
    const chat = openChat(call, chat_id);
    const message = messageIn(chat, message_id);
    if (!message) throw badRequest("message to react not found");
    if (reaction.length > 1) throw badRequest("REACTIONS_TOO_MANY");
    for (const given of reaction) {
      if (given.type !== "emoji" || !reactions.has(given.emoji)) throw badRequest("REACTION_INVALID");
    }
    message.reactions.set(call.bot.user.id, reaction);
    call.world.changed();
    return true;
  },
  getChat(call, { chat_id }) {
    const chat = mustBeIn(call, chatOf(call, chat_id));
    const pinned = [...chat.pinned].at(-1);
    const message = pinned === undefined ? undefined : messageIn(chat, pinned);
    return {
      ...toChat(chat),
      accent_color_id: 0,
      max_reaction_count: 11,
      accepted_gift_types: noGifts,
      ...(chat.type !== "private" &&
        chat.type !== "channel" && { permissions: chat.wordsOnly ? { ...everything, ...wordsAlone } : everything }),
      ...(message && { pinned_message: toMessage(message) }),
    };
  },
  getChatMember(call, { chat_id, user_id }) {
    const chat = mustBeIn(call, chatOf(call, chat_id));
    if (chat.type === "private") return memberOfTwo(call, chat, user_id);
    const member = chat.members.get(user_id);
    const stranger = call.world.people.find(({ user }) => user.id === user_id)?.user;
    if (!member && !stranger) throw badRequest("member not found");
    return toMember(member ?? { user: stranger ?? call.bot.user, status: "left", anonymous: false }, chat);
  },
  getChatAdministrators(call, { chat_id, return_bots }) {
    const chat = mustBeIn(call, chatOf(call, chat_id));
    if (chat.type === "private") throw badRequest("there are no administrators in the private chat");
    return [...chat.members.values()]
      .filter(({ user }) => isAdmin(chat, user.id) && (return_bots || !user.is_bot || user.id === call.bot.user.id))
      .map((member) => toMember(member, chat));
  },
  getChatMemberCount(call, { chat_id }) {
    const chat = mustBeIn(call, chatOf(call, chat_id));
    return chat.type === "private" ? 2 : [...chat.members.keys()].filter((id) => isIn(chat, id)).length;
  },
  leaveChat(call, { chat_id }) {
    const chat = mustBeIn(call, chatOf(call, chat_id));
    if (chat.type === "private") throw badRequest("chat member status can't be changed in private chats");
    changeMember(call.world, chat, { user: call.bot.user, status: "left", by: call.bot.user });
    return true;
  },
  pinChatMessage(call, { chat_id, message_id }) {
    const chat = pinnable(call, chat_id);
    if (!messageIn(chat, message_id)) throw badRequest("message to pin not found");
    chat.pinned.delete(message_id);
    chat.pinned.add(message_id);
    call.world.changed();
    return true;
  },
  unpinChatMessage(call, { chat_id, message_id }) {
    const chat = pinnable(call, chat_id);
    const id = message_id ?? [...chat.pinned].at(-1);
    if (id === undefined || !chat.pinned.delete(id)) throw badRequest("message to unpin not found");
    call.world.changed();
    return true;
  },
  unpinAllChatMessages(call, { chat_id }) {
    pinnable(call, chat_id).pinned.clear();
    call.world.changed();
    return true;
  },
  createForumTopic(call, { chat_id, name }) {
    const chat = openChat(call, chat_id);
    if (!chat.forum) throw badRequest("the chat is not a forum");
    if (!isAdmin(chat, call.bot.user.id)) throw refusals.noRights("create a topic");
    const opened = call.world.put(chat, {
      from: call.bot.user,
      asChat: false,
      marks: {},
      content: { forum_topic_created: { name, icon_color: 0x6fb9f0 } },
    });
    chat.topics.set(opened.id, { id: opened.id, name });
    return { message_thread_id: opened.id, name, icon_color: 0x6fb9f0 };
  },
};

/** A private chat has two members. */
function memberOfTwo({ bot }: Call, chat: Chat, id: number): unknown {
  const { person } = chat;
  const user = id === bot.user.id ? bot.user : id === person?.user.id ? person.user : undefined;
  if (!user) throw badRequest("member not found");
  return toMember({ user, status: "member", anonymous: false }, chat);
}

function pinnable(call: Call, id: number | string): Chat {
  const chat = openChat(call, id);
  if (chat.type !== "private" && !isAdmin(chat, call.bot.user.id))
    throw refusals.noRights("manage pinned messages in the chat");
  return chat;
}

const noGifts = {
  unlimited_gifts: false,
  limited_gifts: false,
  unique_gifts: false,
  premium_subscription: false,
  gifts_from_channels: false,
};

const wordsAlone = {
  can_send_audios: false,
  can_send_documents: false,
  can_send_photos: false,
  can_send_videos: false,
  can_send_video_notes: false,
  can_send_voice_notes: false,
  can_send_other_messages: false,
};

const everything = {
  can_send_messages: true,
  can_send_audios: true,
  can_send_documents: true,
  can_send_photos: true,
  can_send_videos: true,
  can_send_video_notes: true,
  can_send_voice_notes: true,
  can_send_polls: true,
  can_send_other_messages: true,
  can_add_web_page_previews: true,
  can_react_to_messages: true,
  can_change_info: false,
  can_invite_users: true,
  can_pin_messages: false,
  can_manage_topics: false,
};

/** The reactions that come free. */
const reactions = new Set(
  "👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡❤",
);
