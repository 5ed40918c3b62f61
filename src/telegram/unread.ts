import type { AskedSecrets } from "./asked-secrets.ts";
import { commandIn, commandNamed } from "./commands.ts";
import type { BotContext } from "./context.ts";
import { dialogueKey } from "./dialogue-key.ts";

/** What is known without the store. */
export interface UnreadParts {
  readonly asked: AskedSecrets;
  /** Whether a text holds a credential of a drive, by its looks alone; absent = none is known. */
  holdsCredential?(text: string): boolean;
}

/**
 * Whether a message that came while the store is away holds a secret, by what is known without it. "unsure" = it may
 * be the answer to a question that another process asked, or this one before its restart.
 */
export function secretIn(parts: UnreadParts, ctx: BotContext): "yes" | "no" | "unsure" {
  const { message, me } = ctx;
  const text = message?.text;
  if (text === undefined) return "no";
  const isInPrivate = message?.chat.type === "private";
  if (isInPrivate && parts.holdsCredential?.(text)) return "yes";
  const command = commandIn(text, me.username);
  if (command && commandNamed(command.name)) {
    // Nobody should type a password after a command, but people do.
    return isInPrivate && command.name === "login" && command.words !== "" ? "yes" : "no";
  }
  const question = parts.asked.of(dialogueKey(ctx));
  if (question === "none") return "no";
  if (isInPrivate) return question === undefined ? unlessUnderstood(text) : "yes";
  if (question === undefined) return isToBot(ctx) ? "unsure" : "no";
  return message?.reply_to_message?.message_id === question ? "yes" : "no";
}

/** What people say to each other in a group: while all is well it is answered neither. */
export function isChatter(ctx: BotContext): boolean {
  const { message, me } = ctx;
  if (!message || message.chat.type === "private" || isToBot(ctx)) return false;
  return commandIn(message.text ?? message.caption ?? "", me.username) === undefined;
}

function isToBot({ message, me }: BotContext): boolean {
  return message?.reply_to_message?.from?.id === me.id;
}

/** Addresses, and what was meant for a command, are no answer to a question. */
function unlessUnderstood(text: string): "no" | "unsure" {
  return text.startsWith("/") || /[a-z][a-z0-9+.-]*:(?:\/\/|\?)/i.test(text) ? "no" : "unsure";
}
