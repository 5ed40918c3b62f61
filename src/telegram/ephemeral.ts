import type { BotContext } from "./context.ts";

/** Whether Telegram takes an answer that only the asker sees: to a press, and to a command that only they see. */
export function mayBeEphemeral({ callbackQuery, message }: BotContext): boolean {
  return callbackQuery !== undefined || message?.ephemeral_message_id !== undefined;
}
