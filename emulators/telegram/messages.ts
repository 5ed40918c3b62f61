import type { Bot } from "./bots.ts";
import type { Chat, Member, StoredMessage } from "./world.ts";

// How the Bot API words what there is.

/** The user behind every message of an anonymous administrator. */
const groupAnonymousBot = { id: 1087968824, is_bot: true, first_name: "Group", username: "GroupAnonymousBot" };

/** A message as bots get it. */
export function toMessage(message: StoredMessage): Record<string, unknown> {
  return {
    ...toReply(message),
    ...(message.replyTo &&
      !message.replyTo.deleted &&
      !message.replyTo.ephemeral && { reply_to_message: toReply(message.replyTo) }),
  };
}

/** The same without the message it replies to: replies do not nest. */
function toReply(message: StoredMessage): Record<string, unknown> {
  const { ephemeral, chat, editedAt, thread, keyboard, preview } = message;
  return {
    message_id: message.id,
    // What is posted in a channel is the channel's.
    ...(chat.type !== "channel" && { from: message.asChat ? groupAnonymousBot : message.from }),
    ...((message.asChat || chat.type === "channel") && { sender_chat: toChat(chat) }),
    chat: toChat(chat),
    date: Math.floor(message.at / 1000),
    ...(editedAt !== undefined && { edit_date: Math.floor(editedAt / 1000) }),
    ...(thread !== undefined && { message_thread_id: thread, is_topic_message: true }),
    ...(ephemeral && { ephemeral_message_id: ephemeral.id, receiver_user: receiverOf(message) }),
    ...message.marks,
    ...message.content,
    ...(preview && { link_preview_options: preview }),
    ...(keyboard && { reply_markup: keyboard }),
  };
}

/** An ephemeral message of a person is for the bot, one of a bot for the person. */
function receiverOf({ ephemeral, from, chat }: StoredMessage): unknown {
  const id = from.id === ephemeral?.bot ? ephemeral.person : ephemeral?.bot;
  return chat.members.get(id ?? 0)?.user;
}

/** What is left of a message for a press on it once it is gone. */
export function toInaccessible({ chat, id }: StoredMessage): Record<string, unknown> {
  return { chat: toChat(chat), message_id: id, date: 0 };
}

/** A chat as messages name it. */
export function toChat(chat: Chat): Record<string, unknown> {
  if (chat.person) {
    const { id, first_name, last_name, username } = chat.person.user;
    return {
      id,
      type: "private",
      first_name,
      ...(last_name !== undefined && { last_name }),
      ...(username !== undefined && { username }),
    };
  }
  const { id, type, title, username, forum } = chat;
  return { id, type, title, ...(username !== undefined && { username }), ...(forum && { is_forum: true }) };
}

/** A member as `getChatMember` and updates word it. */
export function toMember(
  { user, status, anonymous, silent = false }: Member,
  { type }: Pick<Chat, "type">,
): Record<string, unknown> {
  switch (status) {
    case "creator":
      return { status, user, is_anonymous: anonymous };
    case "administrator":
      return {
        status,
        user,
        can_be_edited: false,
        is_anonymous: anonymous,
        ...rights,
        ...(type === "channel" && { can_post_messages: !silent, can_edit_messages: false }),
      };
    case "kicked":
      return { status, user, until_date: 0 };
    case "member":
    case "left":
      return { status, user };
  }
}

const rights = {
  can_manage_chat: true,
  can_delete_messages: true,
  can_manage_video_chats: true,
  can_restrict_members: true,
  can_promote_members: false,
  can_change_info: true,
  can_invite_users: true,
  can_post_stories: false,
  can_edit_stories: false,
  can_delete_stories: false,
  can_pin_messages: true,
  can_manage_topics: true,
  can_send_welcome_messages: false,
};

/** What `getMe` says. */
export function toMe(bot: Bot): Record<string, unknown> {
  return {
    ...bot.user,
    can_join_groups: bot.joinsGroups,
    can_read_all_group_messages: !bot.privacy,
    supports_guest_queries: false,
    supports_inline_queries: bot.inline,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    can_manage_bots: false,
    supports_join_request_queries: false,
  };
}
