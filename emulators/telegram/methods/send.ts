import type { EphemeralMessageParameters, LinkPreviewOptions, ReplyParameters } from "@grammyjs/types";
import type { Call, Handlers } from "../call.ts";
import { messageIn, openChat, threadIn } from "../chats.ts";
import { isAddress, readBelow } from "../keyboard.ts";
import { mediaContent, type MediaKind } from "../media.ts";
import { toMessage } from "../messages.ts";
import { badRequest, refusals } from "../refusal.ts";
import { readCaption, readMessageText, textContent, type Captioned } from "../texts.ts";
import { ephemeralFor } from "../ephemeral.ts";
import { isAdmin, type Chat, type Content, type StoredMessage } from "../world.ts";

/** What all messages are sent with. */
export interface Delivery {
  readonly chat_id: number | string;
  readonly business_connection_id?: string | undefined;
  readonly direct_messages_topic_id?: number | undefined;
  readonly suggested_post_parameters?: object | undefined;
  readonly message_thread_id?: number | undefined;
  readonly ephemeral_message_parameters?: EphemeralMessageParameters | undefined;
  readonly protect_content?: boolean | undefined;
  readonly allow_paid_broadcast?: boolean | undefined;
  readonly reply_parameters?: ReplyParameters | undefined;
  readonly reply_to_message_id?: number | undefined;
  readonly reply_markup?: object | undefined;
  readonly link_preview_options?: LinkPreviewOptions | undefined;
}

/** Messages of all kinds. */
export const sending: Handlers<
  | "sendMessage"
  | "sendPhoto"
  | "sendDocument"
  | "sendVideo"
  | "sendAudio"
  | "sendAnimation"
  | "sendVoice"
  | "sendSticker"
  | "sendContact"
  | "sendMediaGroup"
> = {
  sendMessage(call, parameters) {
    const { text, parse_mode, entities } = parameters;
    return toMessage(post(call, parameters, textContent(readMessageText(text, { parseMode: parse_mode, entities }))));
  },
  sendPhoto: (call, parameters) => sendMedia(call, parameters, { kind: "photo", file: parameters.photo }),
  sendDocument: (call, parameters) => sendMedia(call, parameters, { kind: "document", file: parameters.document }),
  sendVideo: (call, parameters) => sendMedia(call, parameters, { kind: "video", file: parameters.video }),
  sendAudio: (call, parameters) => sendMedia(call, parameters, { kind: "audio", file: parameters.audio }),
  sendAnimation: (call, parameters) => sendMedia(call, parameters, { kind: "animation", file: parameters.animation }),
  sendVoice: (call, parameters) => sendMedia(call, parameters, { kind: "voice", file: parameters.voice }),
  sendSticker: (call, parameters) => sendMedia(call, parameters, { kind: "sticker", file: parameters.sticker }),
  sendContact(call, parameters) {
    const { phone_number, first_name, last_name, vcard } = parameters;
    if (phone_number.trim() === "" || first_name.trim() === "") throw badRequest("PHONE_NUMBER_INVALID");
    const contact = { phone_number, first_name, ...(last_name && { last_name }), ...(vcard && { vcard }) };
    return toMessage(post(call, parameters, { contact }));
  },
  async sendMediaGroup(call, parameters) {
    const { media } = parameters;
    checkAlbum(media);
    const chat = openChat(call, parameters.chat_id);
    for (const { type } of media) refuseMuted(call, chat, type);
    call.flood.count(call.bot.user.id, chat, media.length);
    const album = String(call.world.newId());
    const contents: Content[] = [];
    for (const item of media) {
      // The table takes only these kinds of media.
      const kind = item.type as MediaKind;
      contents.push({
        ...(await mediaContent(call, { kind, file: item.media, more: item })),
        ...readCaption(item),
      });
    }
    return contents.map((content) =>
      toMessage(put(call, parameters, { chat, content, marks: { media_group_id: album } })),
    );
  },
};

type MediaFile = Parameters<typeof mediaContent>[1]["file"];

/** An album of documents is of documents alone, and one of music too. */
function checkAlbum(media: readonly { readonly type: string }[]): void {
  const kinds = new Set(media.map(({ type }) => type));
  if (kinds.has("animation")) throw badRequest("animations can't be sent in an album");
  for (const kind of ["document", "audio"]) {
    if (kinds.has(kind) && kinds.size > 1)
      throw badRequest(`${kind === "audio" ? "audio" : kind} can't be mixed with other media types`);
  }
}

async function sendMedia(
  call: Call,
  parameters: Delivery & Captioned,
  { kind, file }: { kind: MediaKind; file: MediaFile },
): Promise<unknown> {
  const caption = readCaption(parameters);
  refuseMuted(call, openChat(call, parameters.chat_id), kind);
  const content = await mediaContent(call, { kind, file, more: parameters });
  return toMessage(post(call, parameters, { ...content, ...caption }));
}

/** Where members may send words alone, a bot that is one of them may too. */
function refuseMuted({ bot }: Call, chat: Chat, kind: string): void {
  if (chat.wordsOnly && !isAdmin(chat, bot.user.id)) throw refusals.noRights(`send ${kind}s to the chat`);
}

/** Sends one message: everything checked, counted and stored, or nothing at all. */
export function post(call: Call, delivery: Delivery, content: Content, marks: object = {}): StoredMessage {
  const chat = openChat(call, delivery.chat_id);
  refuseUnmodelled(delivery);
  const draft = draftOf(call, delivery, chat);
  call.flood.count(call.bot.user.id, chat);
  return call.world.put(chat, { ...draft, content, marks: { ...draft.marks, ...marks } });
}

/** One message of an album that is counted already. */
function put(
  call: Call,
  delivery: Delivery,
  { chat, content, marks }: { chat: Chat; content: Content; marks: object },
): StoredMessage {
  const draft = draftOf(call, delivery, chat);
  return call.world.put(chat, { ...draft, content, marks: { ...draft.marks, ...marks } });
}

/** Parts of the platform that no bot of this kind uses. */
function refuseUnmodelled({
  business_connection_id,
  direct_messages_topic_id,
  suggested_post_parameters,
  allow_paid_broadcast,
}: Delivery): void {
  if (business_connection_id) throw badRequest("business connection not found");
  if (direct_messages_topic_id) throw badRequest("DIRECT_MESSAGES_TOPIC_INVALID");
  if (suggested_post_parameters) throw badRequest("suggested posts can be sent only to channel direct messages");
  if (allow_paid_broadcast) throw badRequest("FLOODSKIP_NOT_ALLOWED");
}

function draftOf(call: Call, delivery: Delivery, chat: Chat): Parameters<Call["world"]["put"]>[1] {
  const { ephemeral_message_parameters: receiver, protect_content, link_preview_options: preview } = delivery;
  const reply: ReplyParameters | undefined =
    delivery.reply_parameters ??
    (delivery.reply_to_message_id === undefined ? undefined : { message_id: delivery.reply_to_message_id });
  if (reply?.ephemeral_message_id !== undefined && !receiver)
    throw badRequest("reply to an ephemeral message must be ephemeral");
  const ephemeral = receiver && ephemeralFor(call, chat, { parameters: receiver, reply });
  if (preview?.url !== undefined && !isAddress(preview.url)) throw badRequest("WEBPAGE_URL_INVALID");
  const thread = threadIn(chat, delivery.message_thread_id);
  const replyTo = reply && repliedTo(call, chat, reply);
  const topic = thread ?? replyTo?.thread;
  const below = readBelow(delivery.reply_markup, {
    chat,
    isEphemeral: ephemeral !== undefined,
    limit: call.rules.keyboardLimit,
  });
  return {
    from: call.bot.user,
    asChat: false,
    marks: { ...(protect_content && { has_protected_content: true }) },
    ...(ephemeral && { ephemeral }),
    ...(topic !== undefined && { thread: topic }),
    ...(replyTo && { replyTo }),
    ...(preview && { preview }),
    ...below,
    content: {},
  };
}

function repliedTo(call: Call, chat: Chat, reply: ReplyParameters): StoredMessage | undefined {
  if (reply.ephemeral_message_id !== undefined) {
    return chat.messages.find(({ ephemeral }) => ephemeral?.id === reply.ephemeral_message_id);
  }
  if (reply.message_id === undefined) throw badRequest('can\'t find field "message_id"');
  const place = reply.chat_id === undefined ? chat : openChat(call, reply.chat_id);
  const found = messageIn(place, reply.message_id);
  if (!found && !reply.allow_sending_without_reply) throw badRequest("message to be replied not found");
  return found;
}
