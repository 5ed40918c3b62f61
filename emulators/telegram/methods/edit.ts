import type { InlineKeyboardMarkup, LinkPreviewOptions } from "@grammyjs/types";
import type { Call, Handlers } from "../call.ts";
import { mustBeIn, chatOf, messageIn, openChat } from "../chats.ts";
import { keyboardIn } from "../keyboard.ts";
import { mediaContent, mediaFields } from "../media.ts";
import { toMessage } from "../messages.ts";
import { badRequest, refusals } from "../refusal.ts";
import { readCaption, readMessageText, textContent, type Captioned } from "../texts.ts";
import { ephemeralOf } from "../ephemeral.ts";
import { isAdmin, isIn, type Content, type StoredMessage } from "../world.ts";

/** Changes to messages, and their end. */
export const editing: Handlers<
  | "editMessageText"
  | "editMessageCaption"
  | "editMessageMedia"
  | "editMessageReplyMarkup"
  | "editEphemeralMessageText"
  | "editEphemeralMessageCaption"
  | "editEphemeralMessageMedia"
  | "editEphemeralMessageReplyMarkup"
  | "deleteMessage"
  | "deleteMessages"
  | "deleteEphemeralMessage"
> = {
  editMessageText: (call, parameters) => answer(editText(call, target(call, parameters), parameters)),
  editMessageCaption: (call, parameters) => answer(editCaption(call, target(call, parameters), parameters)),
  editMessageMedia: async (call, parameters) => answer(await editMedia(call, target(call, parameters), parameters)),
  editMessageReplyMarkup: (call, parameters) => answer(editKeyboard(call, target(call, parameters), parameters)),
  editEphemeralMessageText: (call, parameters) => done(editText(call, ephemeralToEdit(call, parameters), parameters)),
  editEphemeralMessageCaption: (call, parameters) =>
    done(editCaption(call, ephemeralToEdit(call, parameters), parameters)),
  editEphemeralMessageMedia: async (call, parameters) =>
    done(await editMedia(call, ephemeralToEdit(call, parameters), parameters)),
  editEphemeralMessageReplyMarkup: (call, parameters) =>
    done(editKeyboard(call, ephemeralToEdit(call, parameters), parameters)),
  deleteMessage(call, { chat_id, message_id }) {
    const chat = mustBeIn(call, chatOf(call, chat_id));
    const message = messageIn(chat, message_id);
    if (!message) throw badRequest("message to delete not found");
    if (!mayDelete(call, message)) throw badRequest("message can't be deleted for everyone");
    remove(call, message);
    return true;
  },
  deleteMessages(call, { chat_id, message_ids }) {
    const chat = mustBeIn(call, chatOf(call, chat_id));
    const found = message_ids.flatMap((id) => messageIn(chat, id) ?? []);
    if (found.some((message) => !mayDelete(call, message))) throw badRequest("message can't be deleted for everyone");
    for (const message of found) remove(call, message);
    return true;
  },
  deleteEphemeralMessage(call, { chat_id, receiver_user_id, ephemeral_message_id }) {
    const chat = mustBeIn(call, chatOf(call, chat_id));
    const message = ephemeralOf(call, chat, { person: receiver_user_id, id: ephemeral_message_id });
    if (!message) throw badRequest("message to delete not found");
    remove(call, message);
    return true;
  },
};

function remove({ world }: Call, message: StoredMessage): void {
  message.deleted = true;
  message.chat.pinned.delete(message.id);
  world.changed();
}

/** Younger than 48 hours, and one's own, or in a private chat, or in a group one runs. */
function mayDelete({ bot, clock, rules }: Call, { chat, at, from }: StoredMessage): boolean {
  if (clock.now() - at > rules.deleteWindow) return false;
  return from.id === bot.user.id || chat.type === "private" || isAdmin(chat, bot.user.id);
}

interface Target {
  readonly chat_id?: number | string | undefined;
  readonly message_id?: number | undefined;
  readonly inline_message_id?: string | undefined;
  readonly business_connection_id?: string | undefined;
}

/** The bot's own message that is to change. */
function target(call: Call, { chat_id, message_id, inline_message_id, business_connection_id }: Target): StoredMessage {
  if (business_connection_id) throw badRequest("business connection not found");
  if (inline_message_id !== undefined) return inlineTarget(call, inline_message_id);
  if (chat_id === undefined) throw badRequest("chat_id is empty");
  if (message_id === undefined) throw badRequest("message identifier is not specified");
  const message = messageIn(openChat(call, chat_id), message_id);
  if (!message) throw badRequest("message to edit not found");
  if (message.from.id !== call.bot.user.id || "forward_origin" in message.marks)
    throw badRequest("message can't be edited");
  return message;
}

function inlineTarget({ world, bot }: Call, id: string): StoredMessage {
  const message = world.inline.get(id);
  const via = message?.marks["via_bot"] as { id: number } | undefined;
  if (!message || message.deleted || via?.id !== bot.user.id) throw badRequest("MESSAGE_ID_INVALID");
  return message;
}

interface EphemeralEdit {
  readonly chat_id: number | string;
  readonly receiver_user_id: number;
  readonly ephemeral_message_id: number;
}

function ephemeralToEdit(
  call: Call,
  { chat_id, receiver_user_id: person, ephemeral_message_id: id }: EphemeralEdit,
): StoredMessage {
  const chat = openChat(call, chat_id);
  if (chat.type === "private" || chat.type === "channel")
    throw badRequest("ephemeral messages can be sent only to groups and supergroups");
  const message = ephemeralOf(call, chat, { person, id });
  if (!message || !isIn(chat, person)) throw badRequest("message to edit not found");
  return message;
}

interface Keyboard {
  readonly reply_markup?: InlineKeyboardMarkup | undefined;
}

interface TextEdit extends Keyboard {
  readonly text?: string | undefined;
  readonly parse_mode?: string | undefined;
  readonly entities?: Parameters<typeof readMessageText>[1]["entities"];
  readonly link_preview_options?: LinkPreviewOptions | undefined;
  readonly rich_message?: object | undefined;
}

function editText(call: Call, message: StoredMessage, edit: TextEdit): StoredMessage {
  if (edit.rich_message !== undefined) throw badRequest("rich messages are not supported by this server");
  if (message.content.text === undefined) throw badRequest("there is no text in the message to edit");
  const content = textContent(readMessageText(edit.text, { parseMode: edit.parse_mode, entities: edit.entities }));
  return change(call, message, { content, edit, preview: edit.link_preview_options });
}

function editCaption(call: Call, message: StoredMessage, edit: Keyboard & Captioned): StoredMessage {
  if (!mediaFields.some((field) => field in message.content))
    throw badRequest("there is no caption in the message to edit");
  const { caption: _caption, caption_entities: _entities, show_caption_above_media: _above, ...rest } = message.content;
  return change(call, message, { content: { ...rest, ...readCaption(edit) }, edit });
}

async function editMedia(
  call: Call,
  message: StoredMessage,
  edit: Keyboard & { readonly media: { readonly type: string; readonly media: unknown } },
): Promise<StoredMessage> {
  if (!mediaFields.some((field) => field in message.content))
    throw badRequest("there is no media in the message to edit");
  const { media } = edit;
  // The table takes only these kinds of media, with bytes or a text.
  const described = { kind: media.type, file: media.media, more: media } as Parameters<typeof mediaContent>[1];
  const content = { ...(await mediaContent(call, described)), ...readCaption(media as Captioned) };
  return change(call, message, { content, edit });
}

function editKeyboard(call: Call, message: StoredMessage, edit: Keyboard): StoredMessage {
  return change(call, message, { content: message.content, edit, preview: message.preview });
}

interface Change {
  readonly content: Content;
  readonly edit: Keyboard;
  readonly preview?: LinkPreviewOptions | undefined;
}

/** Puts the new content in place; an edit without a keyboard takes the old one away. */
function change(call: Call, message: StoredMessage, { content, edit, preview }: Change): StoredMessage {
  const { chat } = message;
  const place = { chat, isEphemeral: message.ephemeral !== undefined, limit: call.rules.keyboardLimit };
  const { keyboard } = edit.reply_markup ? keyboardIn(edit.reply_markup, place) : {};
  const before = JSON.stringify([message.content, message.keyboard, message.preview]);
  if (before === JSON.stringify([content, keyboard, preview])) throw refusals.notModified();
  call.flood.count(call.bot.user.id, chat);
  message.content = content;
  if (keyboard) message.keyboard = keyboard;
  else delete message.keyboard;
  if (preview) message.preview = preview;
  else delete message.preview;
  message.editedAt = call.clock.now();
  call.world.changed();
  return message;
}

/** Messages sent through inline mode are nobody's to show. */
function answer(message: StoredMessage): unknown {
  return message.inlineId === undefined ? toMessage(message) : true;
}

function done(_message: StoredMessage): true {
  return true;
}
