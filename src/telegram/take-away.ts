import type { Update } from "grammy/types";
import type { Logger } from "pino";
import type { NoticeCode } from "../actions/model/screen.ts";
import { writeRef } from "../messaging/messenger.ts";
import type { Removals } from "../messaging/removals.ts";
import type { BotContext } from "./context.ts";
import { loggable } from "./loggable.ts";
import { isRefusal } from "./post.ts";
import { isTrouble, patiently, type Wait } from "./retry.ts";

type StoreNotice = Extract<NoticeCode, `store-unavailable${string}`>;

export interface TakeAwayParts {
  readonly log: Logger;
  readonly wait: Wait;
  /** Takes away later what could not be taken away at once; absent = nothing does. */
  readonly removals?: Removals | undefined;
  now(): number;
}

/** A secret's message goes at once, before anything slow, and out of the update too. False = it is still there. */
export async function takeAway(parts: TakeAwayParts, ctx: BotContext): Promise<boolean> {
  forgetWords(ctx.update);
  return (ctx.turn.takenAway = await deleted(parts, ctx));
}

async function deleted(parts: TakeAwayParts, ctx: BotContext): Promise<boolean> {
  const { wait, log } = parts;
  try {
    return await patiently(() => ctx.deleteMessage(), { wait, signal: ctx.turn.signal });
  } catch (error) {
    // A process before this one was killed after it had taken the message away.
    if (isRefusal(error, /message to delete not found/i)) return true;
    log.warn({ err: loggable(error), chat: ctx.chat?.id }, "telegram secret not deleted");
    if (isTrouble(error)) await takeAwayLater(parts, ctx);
    return false;
  }
}

async function takeAwayLater({ removals, now, log }: TakeAwayParts, ctx: BotContext): Promise<void> {
  const { language, visit } = ctx.turn;
  const message = String(ctx.msg?.message_id ?? 0);
  await removals
    ?.note(writeRef({ place: visit.place.id, kind: visit.place.kind, language, message }), now())
    .catch((err: unknown) => log.error({ err }, "removal of a secret not noted"));
}

/** What is said where the store is away, by what became of the message that came. */
export function withoutStore({ turn }: BotContext): StoreNotice {
  if (turn.takenAway === undefined) return "store-unavailable";
  return turn.takenAway ? "store-unavailable-deleted" : "store-unavailable-exposed";
}

/** Takes what was typed out of an update that is kept. */
export function forgetWords({ message }: Update): void {
  if (!message) return;
  delete message.text;
  delete message.entities;
  delete message.reply_to_message;
}
