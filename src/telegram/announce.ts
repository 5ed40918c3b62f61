import { Api, GrammyError, type Transformer } from "grammy";
import type { Announce } from "../users/broadcast.ts";
import type { TelegramSettings } from "./settings.ts";

/** Sends what nobody asked for: once, by a way of its own that neither waits nor tries again. */
export function createAnnouncer({ token, apiRoot }: Pick<TelegramSettings, "token" | "apiRoot">): Announce {
  const api = new Api(token, { apiRoot, timeoutSeconds: 30 });
  api.config.use(followingMigration());
  return async (place, text) => {
    try {
      await api.sendMessage(place.slice("telegram:".length), text, { link_preview_options: { is_disabled: true } });
      return "sent";
    } catch (error) {
      if (!(error instanceof GrammyError)) throw error;
      const { retry_after: seconds } = error.parameters;
      if (seconds !== undefined) return { retryAfter: seconds * 1000 };
      if (error.error_code === 403 || isClosed(error.description)) return "gone";
      throw error;
    }
  };
}

/** Telegram says 400 of chats that are no more, or in which the bot may not write. */
function isClosed(description: string): boolean {
  return /chat not found|user not found|deactivated|not enough rights|have no rights|CHAT_WRITE_FORBIDDEN|PEER_ID_INVALID|kicked/i.test(
    description,
  );
}

/** A group that became a supergroup has another id: the call is made again there, once. */
export function followingMigration(): Transformer {
  return async (prev, method, payload, signal) => {
    const result = await prev(method, payload, signal);
    const moved = result.ok ? undefined : result.parameters?.migrate_to_chat_id;
    return moved === undefined || !("chat_id" in payload)
      ? result
      : prev(method, { ...payload, chat_id: moved }, signal);
  };
}
