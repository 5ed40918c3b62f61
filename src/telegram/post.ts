import { FormattedString } from "@grammyjs/parse-mode";
import { GrammyError, type Api } from "grammy";
import type { InlineKeyboardMarkup, LinkPreviewOptions, Message, MessageEntity } from "grammy/types";
import type { BotContext } from "./context.ts";
import { clip } from "../i18n/names.ts";
import { maxToast } from "./limits.ts";
import type { Painted } from "./screens/painter.ts";

/** A message that can be edited later. */
export interface Place {
  readonly chat: number;
  readonly message: number;
}

/** Where something new goes, as the sending calls take it. */
export interface Address {
  readonly chat: number;
  readonly message_thread_id?: number;
  readonly reply_parameters?: { readonly message_id: number; readonly allow_sending_without_reply: true };
}

/** A word at the top of the screen, or in a box that must be closed. */
interface Toast {
  readonly text?: string;
  readonly alert?: boolean;
  /** A `t.me` link of our own, opened at once. */
  readonly url?: string;
}

/** The calls that put something before people, with what is normal about their refusals. */
export interface Post {
  /** A new message where the update came from. */
  send(ctx: BotContext, painted: Painted, options?: { readonly forceReply?: boolean }): Promise<Message>;
  /** False = the message is gone or cannot be edited; an edit that changes nothing is fine. */
  edit(place: Place, painted: Painted): Promise<boolean>;
  /** The same without trying again: what comes next is newer. */
  redraw(place: Place, painted: Painted): Promise<boolean>;
  /**
   * A message in a group that only the asker sees; absent `id` = a new one, with `instead` in the place of the one
   * pressed on. Its id, or undefined where Telegram refuses.
   */
  ephemeral(
    ctx: BotContext,
    painted: Painted,
    options?: { readonly id?: number | undefined; readonly instead?: boolean },
  ): Promise<number | undefined>;
  /** A message to the asker's private chat; undefined = they never opened it, or blocked the bot. */
  sendPrivately(ctx: BotContext, painted: Painted): Promise<Place | undefined>;
  /** A message to a chat by its id; undefined = it is not open to the bot. */
  sendTo(chat: number, painted: Painted): Promise<Place | undefined>;
  /** Where the update came from. */
  address(ctx: BotContext): Address;
  /** Ends the spinner of a press, once; late and double answers do no harm. */
  answer(ctx: BotContext, toast?: Toast): Promise<void>;
}

/** Said where it is not known yet who will see it. */
const nothing: Painted = { text: new FormattedString("⏳"), keyboard: [] };

/** The post of one bot; `once` tries no call again. */
export function createPost(api: Api, once: Api): Post {
  let ephemerals: boolean | undefined;
  /** Tries with a message that tells nothing: a server that knows no ephemeral messages (before Bot API 10.2) shows it to everybody. */
  const tryEphemeral = async (ctx: BotContext, instead: boolean): Promise<number | undefined> => {
    const { ephemeral_message_id: id, message_id } = await sendEphemeral(api, ctx, nothing, instead);
    ephemerals = id !== undefined;
    if (!ephemerals) await api.deleteMessage(chatOf(ctx), message_id);
    return id;
  };
  return {
    async send(ctx, painted, { forceReply = false } = {}) {
      const options = { ...looksOf(painted), ...threadOf(ctx), ...replyTo(ctx) };
      if (!forceReply) return api.sendMessage(chatOf(ctx), painted.text.text, options);
      try {
        const reply_markup = { ...markup(painted), force_reply: true };
        return await api.sendMessage(chatOf(ctx), painted.text.text, { ...options, reply_markup });
      } catch (error) {
        // Servers older than Bot API 10.3 know no buttons beside a forced reply.
        if (!isRefusal(error, /./)) throw error;
        return api.sendMessage(chatOf(ctx), painted.text.text, options);
      }
    },

    edit: (place, painted) => edit(api, place, painted),
    redraw: (place, painted) => edit(once, place, painted),

    async ephemeral(ctx, painted, { id: known, instead = false } = {}) {
      let id = known;
      try {
        if (id === undefined && ephemerals === false) return undefined;
        if (id === undefined && ephemerals)
          return (await sendEphemeral(api, ctx, painted, instead)).ephemeral_message_id;
        id ??= await tryEphemeral(ctx, instead);
        if (id === undefined) return undefined;
        await api.editEphemeralMessageText(chatOf(ctx), askerOf(ctx), id, painted.text.text, looksOf(painted));
        return id;
      } catch (error) {
        if (isRefusal(error, /message is not modified/i)) return id;
        if (error instanceof GrammyError) return undefined;
        throw error;
      }
    },

    sendPrivately: (ctx, painted) => sendTo(api, askerOf(ctx), painted),
    sendTo: (chat, painted) => sendTo(api, chat, painted),
    address: (ctx) => ({ chat: chatOf(ctx), ...threadOf(ctx), ...replyTo(ctx) }),

    async answer(ctx, { text, alert, url } = {}) {
      const query = ctx.callbackQuery;
      if (!query || ctx.turn.answered) return;
      ctx.turn.answered = true;
      try {
        await api.answerCallbackQuery(query.id, {
          ...(text !== undefined && { text: clip(text, maxToast) }),
          ...(alert && { show_alert: true }),
          ...(url !== undefined && { url }),
        });
      } catch (error) {
        // Too old, answered by a process before us: the spinner is gone in any case.
        if (!(error instanceof GrammyError)) throw error;
      }
    },
  };
}

async function edit(api: Api, { chat, message }: Place, painted: Painted): Promise<boolean> {
  try {
    await api.editMessageText(chat, message, painted.text.text, looksOf(painted));
    return true;
  } catch (error) {
    if (isRefusal(error, /message is not modified/i)) return true;
    if (isRefusal(error, /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i)) return false;
    throw error;
  }
}

/** Whether Telegram refused a call with these words. */
export function isRefusal(error: unknown, words: RegExp): boolean {
  return error instanceof GrammyError && error.error_code === 400 && words.test(error.description);
}

/** Where a message is, as a key. */
export function keyOf({ chat, message }: Place): string {
  return `${chat}:${message}`;
}

/** Where a message is. */
export function placeOf({ chat, message_id: message }: Pick<Message, "message_id"> & { chat: { id: number } }): Place {
  return { chat: chat.id, message };
}

async function sendTo(api: Api, chat: number, painted: Painted): Promise<Place | undefined> {
  try {
    return placeOf(await api.sendMessage(chat, painted.text.text, looksOf(painted)));
  } catch (error) {
    if (error instanceof GrammyError && [400, 403].includes(error.error_code)) return undefined;
    throw error;
  }
}

function sendEphemeral(api: Api, ctx: BotContext, painted: Painted, instead: boolean): Promise<Message> {
  const query = ctx.callbackQuery;
  return api.sendMessage(chatOf(ctx), painted.text.text, {
    ...looksOf(painted),
    ...threadOf(ctx),
    ...replyToEphemeral(ctx),
    ephemeral_message_parameters: {
      receiver_user_id: askerOf(ctx),
      ...(query && { callback_query_id: query.id }),
      ...(query && instead && { replace_callback_query_message: true }),
    },
  });
}

/** Text, entities and buttons as both sending and editing take them. The keyboard is always sent: an edit without loses it. */
export function looksOf(painted: Painted): {
  entities: MessageEntity[];
  link_preview_options: LinkPreviewOptions;
  reply_markup: InlineKeyboardMarkup;
} {
  const { preview } = painted;
  return {
    entities: painted.text.entities,
    link_preview_options:
      preview === undefined
        ? { is_disabled: true }
        : { url: preview, prefer_small_media: true, show_above_text: false },
    reply_markup: markup(painted),
  };
}

function markup({ keyboard }: Painted): InlineKeyboardMarkup {
  return { inline_keyboard: keyboard.map((row) => [...row]) };
}

function chatOf(ctx: BotContext): number {
  if (ctx.chat) return ctx.chat.id;
  // A press on a message that was sent through inline mode has no chat; its person has one.
  return askerOf(ctx);
}

function askerOf(ctx: BotContext): number {
  if (!ctx.from) throw new Error("an update without a person was taken");
  return ctx.from.id;
}

function threadOf(ctx: BotContext): { message_thread_id?: number } {
  const message = ctx.msg;
  const thread = message?.is_topic_message ? message.message_thread_id : undefined;
  return thread === undefined ? {} : { message_thread_id: thread };
}

/** In a group an answer names its question, so that people know whose it is. */
function replyTo(ctx: BotContext): { reply_parameters?: { message_id: number; allow_sending_without_reply: true } } {
  const id = ctx.message?.message_id;
  if (ctx.turn.visit.place.kind === "private" || id === undefined || id === 0) return {};
  return { reply_parameters: { message_id: id, allow_sending_without_reply: true } };
}

function replyToEphemeral(ctx: BotContext): { reply_parameters?: { ephemeral_message_id: number } } {
  const id = ctx.message?.ephemeral_message_id;
  return id === undefined ? {} : { reply_parameters: { ephemeral_message_id: id } };
}
