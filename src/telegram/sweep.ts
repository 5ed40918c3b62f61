import { GrammyError, type Api } from "grammy";

/** Takes a message of Telegram's away, named `chat:message`. True = it is gone, or will never go: somebody was quicker, or the bot left. */
export async function removeMessage(api: Api, message: string): Promise<boolean> {
  const [chat = NaN, id = NaN] = message.split(":").map(Number);
  try {
    await api.deleteMessage(chat, id);
    return true;
  } catch (error) {
    return error instanceof GrammyError && [400, 403].includes(error.error_code);
  }
}
