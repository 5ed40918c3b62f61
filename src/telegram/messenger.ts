import { FormattedString } from "@grammyjs/parse-mode";
import { Api, GrammyError } from "grammy";
import { UploadError, type FileToSend } from "../actions/model/upload.ts";
import type { Words } from "../i18n/words.ts";
import { counted } from "../messaging/counted.ts";
import type {
  Edited,
  FileMeta,
  FileProgress,
  FileSource,
  Message,
  MessageRef,
  Messenger,
  Removed,
  Sent,
  Target,
  Unsent,
} from "../messaging/messenger.ts";
import { followingMigration } from "./migration.ts";
import { isRefusal, looksOf, type Address } from "./post.ts";
import { receive } from "./received.ts";
import { isNotSent, retrying, waitAfter, type Wait } from "./retry.ts";
import { paint } from "./screens/paint.ts";
import { painterFor, type Painted } from "./screens/painter.ts";
import type { TelegramSettings } from "./settings.ts";
import type { Transport } from "./transport.ts";
import type { Uploader } from "./upload.ts";

interface MessengerParts {
  readonly settings: Pick<TelegramSettings, "token" | "apiRoot">;
  readonly transport: Transport;
  /** Tries no call again. */
  readonly once: Api;
  readonly uploader: Uploader;
  readonly words: Words;
  readonly wait: Wait;
  /** Ends the waiting between tries. */
  readonly closing: AbortSignal;
  now(): number;
}

/** Milliseconds after which a call is worth another try, when Telegram does not say. */
const usualRest = 5000;

/** Telegram's chats by the port. It needs no bot that takes updates: any process with the token can use it. */
export function createMessenger(parts: MessengerParts): Messenger {
  const { settings, transport, once, uploader, words, wait, closing, now } = parts;
  const repeating = new Api(settings.token, { apiRoot: settings.apiRoot });
  repeating.config.use(transport.calls(settings), retrying({ wait, closing, longestRest: 0 }), followingMigration());
  let botName: string | undefined;

  const painted = async (message: Message, { language, kind }: Target): Promise<Painted> => {
    if (message.show === "announcement") return { text: new FormattedString(message.text), keyboard: [] };
    botName ??= (await repeating.getMe()).username;
    const deepLink = (payload: string) => `https://t.me/${botName}?start=${payload}`;
    return paint(painterFor({ words, language, place: kind, now: now(), deepLink }), message);
  };

  const send = async (target: Target, message: Message): Promise<Sent> => {
    const address = addressOf(target);
    if (!address) return { is: "closed" };
    const { chat, ...options } = address;
    try {
      const what = await painted(message, target);
      const { message_id: id } = await once.sendMessage(chat, what.text.text, { ...looksOf(what), ...options });
      return { is: "sent", ref: refOf(target, id) };
    } catch (error) {
      return unsent(error, { isOnce: true });
    }
  };

  return {
    platform: "telegram",
    send,
    notify: (person, notice, { language }) => send({ place: person, kind: "private", language }, notice),

    async edit(ref, message): Promise<Edited> {
      const place = placeOf(ref);
      if (!place) return { is: "gone" };
      try {
        const what = await painted(message, ref);
        await repeating.editMessageText(place.chat, place.message, what.text.text, looksOf(what));
        return { is: "edited" };
      } catch (error) {
        if (isRefusal(error, /message is not modified/i)) return { is: "edited" };
        if (isRefusal(error, /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i)) {
          return { is: "gone" };
        }
        return unsent(error);
      }
    },

    async sendFile(target, source, meta, progress): Promise<MessageRef> {
      const address = addressOf(target);
      if (!address) throw new UploadError("forbidden");
      progress.signal.throwIfAborted();
      return refOf(target, await uploader.send(address, fileOf(source, meta, progress)));
    },

    async sendAlbum(target, files, progress): Promise<MessageRef> {
      const address = addressOf(target);
      if (!address) throw new UploadError("forbidden");
      progress.signal.throwIfAborted();
      const sent = files.map(({ source, meta }) => fileOf(source, meta, progress));
      return refOf(target, await uploader.sendAlbum(address, sent, progress.signal));
    },

    receive: (file, options) => receive({ api: repeating, settings, transport }, file, options),

    async remove(ref): Promise<Removed> {
      const place = placeOf(ref);
      if (!place) return { is: "gone" };
      try {
        await repeating.deleteMessage(place.chat, place.message);
        return { is: "removed" };
      } catch (error) {
        // Somebody was quicker, it is too old, or the bot left: asking again takes nothing away.
        if (error instanceof GrammyError && [400, 403].includes(error.error_code)) return { is: "gone" };
        return unsent(error);
      }
    },
  };
}

/** Rejects with what leaves open whether it was done. */
function unsent(error: unknown, { isOnce = false } = {}): Unsent {
  if (error instanceof GrammyError) {
    const { retry_after: seconds } = error.parameters;
    if (seconds !== undefined) return { is: "later", after: seconds * 1000 };
    if (error.error_code === 403 || isClosed(error.description)) return { is: "closed" };
  }
  const isUnknown = isOnce && !isNotSent(error);
  if (isUnknown || waitAfter(error) === undefined) throw error;
  return { is: "later", after: usualRest };
}

/** Telegram says 400 of chats that are no more, or in which the bot may not write. */
function isClosed(description: string): boolean {
  return /chat not found|user not found|deactivated|not enough rights|need administrator rights|have no rights|CHAT_WRITE_FORBIDDEN|PEER_ID_INVALID|kicked/i.test(
    description,
  );
}

/** Where a target is; undefined = it is no chat of Telegram's. */
function addressOf({ place, thread, replyTo }: Target): Address | undefined {
  const chat = /^telegram:(-?\d{1,16})$/.exec(place)?.[1];
  if (chat === undefined) return undefined;
  return {
    chat: Number(chat),
    ...(thread !== undefined && { message_thread_id: Number(thread) }),
    ...(replyTo !== undefined && {
      reply_parameters: { message_id: Number(replyTo), allow_sending_without_reply: true },
    }),
  };
}

function placeOf(ref: MessageRef): { readonly chat: number; readonly message: number } | undefined {
  const address = addressOf(ref);
  return address && /^\d{1,16}$/.test(ref.message) ? { chat: address.chat, message: Number(ref.message) } : undefined;
}

function refOf({ place, kind, language, thread }: Target, message: number): MessageRef {
  return { place, kind, language, message: String(message), thread };
}

function fileOf(
  source: FileSource,
  { entry, duration, asFile }: FileMeta,
  { signal, onBytes }: FileProgress,
): FileToSend {
  return {
    entry,
    duration,
    asFile,
    picture: (limit) => source.picture(limit),
    signal,
    async *open() {
      onBytes?.(0);
      yield* counted(source.open(), onBytes);
    },
  };
}
