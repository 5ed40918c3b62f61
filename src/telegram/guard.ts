import { GrammyError, type NextFunction } from "grammy";
import { LRUCache } from "lru-cache";
import type { Action } from "../actions/action.ts";
import { failureNotice } from "../actions/context/failure.ts";
import type { Answer, Help, Notice } from "../actions/model/screen.ts";
import type { Words } from "../i18n/words.ts";
import { createLanguages } from "../messaging/languages.ts";
import { createTurns, NotBegun } from "../messaging/turns.ts";
import { tooLate } from "../messaging/too-late.ts";
import { createRateLimit } from "../users/rate-limit.ts";
import type { Visit } from "../users/visit.ts";
import { isStoreFailure } from "../storage/error.ts";
import { arrivalOf } from "./arrival.ts";
import { commandIn } from "./commands.ts";
import type { BotContext } from "./context.ts";
import type { Deliverer } from "./deliver.ts";
import type { Post } from "./post.ts";
import { loggable } from "./loggable.ts";
import { isTrouble } from "./retry.ts";
import { takeAway, withoutStore, type TakeAwayParts } from "./take-away.ts";
import { isChatter, secretIn, type UnreadParts } from "./unread.ts";
import { visitOf } from "./visit.ts";

/** What stands around every update: its log line, its turn, its deadline, its failures, and the pace of one person. */
export interface Guard {
  /** First of all. Updates nobody is behind end here. Rejects with nothing but `NotBegun`. */
  middleware(ctx: BotContext, next: NextFunction): Promise<void>;
  /** Performs an action within the update's time; a deadline that passed is an answer too. */
  perform(ctx: BotContext, action: Action): Promise<Answer>;
  /** Waits a little for updates in progress, then ends their work. */
  finish(): Promise<void>;
}

interface GuardParts extends TakeAwayParts, UnreadParts {
  perform(visit: Visit, action: Action, signal: AbortSignal): Promise<Answer>;
  readonly words: Words;
  readonly post: Post;
  readonly deliverer: Deliverer;
  readonly updatesPerPerson?: number | undefined;
  /** Handles an update unless another process has; absent = there is one process. Rejects as the work does. */
  readonly once?: ((update: number, work: () => Promise<void>) => Promise<void>) | undefined;
  /** Bytes of the largest file that can be sent. */
  readonly uploadLimit: number;
  newReference(): string;
  /** Milliseconds after its arrival at which a press is answered in any case; absent = 8 s, of the 15 Telegram gives. */
  readonly answerWithin?: number | undefined;
  /** Milliseconds that /cancel waits for what is before it and asks nothing; absent = 300. */
  readonly moment?: number | undefined;
}

/** Updates remembered, so that one that is brought again is not done again. */
const maxRemembered = 10_000;

/** The guard of one bot. */
export function createGuard(parts: GuardParts): Guard {
  const { words, log, now, post, answerWithin = 8000, once = (_update, work) => work() } = parts;
  const turns = createTurns({ moment: parts.moment });
  const languages = createLanguages((locale) => words.pick(locale));
  const done = new LRUCache<number, Promise<unknown>>({ max: maxRemembered });
  // The rule actions go by, for updates: not each of them becomes an action.
  const rateLimit = createRateLimit(parts.updatesPerPerson === undefined ? {} : { most: parts.updatesPerPerson });

  const paced = async (ctx: BotContext, next: NextFunction): Promise<void> => {
    // Nobody said anything.
    if (ctx.myChatMember) return next();
    const tempo = await rateLimit.take(ctx.turn.visit.person.id);
    if (tempo === "go") return next();
    // Said on every press, since each has a spinner; but once only for what is typed.
    // Who types a line that is looked up as it grows is not spoken to.
    if (ctx.inlineQuery || ctx.chosenInlineResult) return;
    if (ctx.callbackQuery || tempo === "say") await parts.deliverer.tell(ctx, "notice-too-fast");
  };

  const handle = async (ctx: BotContext, next: NextFunction): Promise<void> => {
    const answering = setTimeout(() => void answer(ctx), answerWithin);
    try {
      await turns.take(arrivalOf(ctx), async (turn) => {
        Object.assign(ctx.turn, turn);
        await once(ctx.update.update_id, () => paced(ctx, next)).catch((error: unknown) => fail(parts, ctx, error));
      });
    } finally {
      clearTimeout(answering);
    }
    // A press is answered whatever became of it.
    if (!ctx.turn.answered) await answer(ctx);
  };

  const answer = (ctx: BotContext) =>
    post.answer(ctx).catch((err: unknown) => log.debug({ err: loggable(err) }, "telegram press not answered"));

  /** A malformed update ends here: nothing of it may end the process. */
  const guarded = async (ctx: BotContext, next: NextFunction): Promise<void> => {
    const startedAt = now();
    try {
      const chat = ctx.chat ?? (ctx.from && { ...ctx.from, type: "private" as const });
      const visit = visitOf(ctx.from, chat, {
        uploadLimit: parts.uploadLimit,
        message: ctx.msg,
        update: ctx.update.update_id,
      });
      // Of a channel it matters only that somebody lets the bot in or sends it away.
      if (!visit || (chat?.type === "channel" && !ctx.myChatMember)) return;
      const language = languages.of(visit);
      ctx.turn = { visit, signal: notBegun, language, answered: false, beside: false, holdBack: () => undefined };
      await handle(ctx, next);
    } catch (error) {
      if (error instanceof NotBegun) throw error;
      log.error({ err: loggable(error), update: ctx.update.update_id, kind: kindOf(ctx) }, "telegram update malformed");
    }
    log.debug({ update: ctx.update.update_id, kind: kindOf(ctx), ms: now() - startedAt }, "telegram update handled");
  };

  return {
    async middleware(ctx, next) {
      const id = ctx.update.update_id;
      // Brought again, because the answer to its first call was lost or late: it is done once.
      const before = done.get(id);
      if (before) return void (await before);
      const handling = guarded(ctx, next);
      done.set(id, handling);
      await handling;
    },

    async perform(ctx, action) {
      const { visit, signal } = ctx.turn;
      const answered = await Promise.race([parts.perform(visit, action, signal), tooLate(signal, ctx.turn.language)]);
      ctx.turn.language = answered.language;
      languages.note(visit, answered.language);
      return answered;
    },

    finish: () => turns.finish(),
  };
}

/** The signal of an update whose turn has not come. */
const notBegun = new AbortController().signal;

/** The end of the line for a failure: people get a sentence, and a reference where nobody foresaw it; the log gets the rest. */
async function fail(parts: GuardParts, ctx: BotContext, error: unknown): Promise<void> {
  const { log } = parts;
  if (error instanceof GrammyError && error.error_code === 403) {
    log.info({ chat: ctx.chat?.id, why: error.description }, "telegram chat closed to the bot");
    return;
  }
  if (ctx.myChatMember) {
    log.warn({ err: loggable(error), chat: ctx.chat?.id }, "telegram membership not noted");
    return;
  }
  if (isTrouble(error)) return failBusy(parts, ctx, error);
  const reference = parts.newReference();
  const what = { err: loggable(error), reference, update: ctx.update.update_id, kind: kindOf(ctx) };
  if (ctx.inlineQuery || ctx.chosenInlineResult) {
    // A line that went on being typed needs no answer to what it was before.
    return log.warn(what, "telegram inline answer not taken");
  }
  log.error(what, "telegram update failed");
  if (isStoreFailure(error)) return failWithoutStore(parts, ctx, reference);
  await tellFailure(parts, ctx, { ...failureNotice(error, reference), for: "asker" });
}

/** Nothing can be read. A message that holds a secret goes all the same, and help needs no store. */
async function failWithoutStore(parts: GuardParts, ctx: BotContext, reference: string): Promise<void> {
  // The dialogues' record is read before anything is asked of the actions, which need no store for this.
  if (isHelp(ctx)) return tellHelp(parts, ctx);
  const secret = secretIn(parts, ctx);
  if (secret === "yes") await takeAway(parts, ctx);
  else if (isChatter(ctx)) return;
  const notice = secret === "unsure" ? "store-unavailable-unsure" : withoutStore(ctx);
  await tellFailure(parts, ctx, { show: "notice", notice, level: "failed", reference, for: "asker" });
}

/** Telegram could not be reached, or asks for a long rest: what was asked may be done all the same. */
async function failBusy(parts: GuardParts, ctx: BotContext, error: unknown): Promise<void> {
  const isRest = error instanceof GrammyError && error.error_code === 429;
  parts.log.warn({ err: loggable(error), chat: ctx.chat?.id, kind: kindOf(ctx) }, "telegram call failed");
  if (ctx.inlineQuery || ctx.chosenInlineResult) return;
  const notice = isRest ? "too-fast" : "chat-trouble";
  // Answers to presses are not counted; anything else would be refused too.
  if (isRest) {
    const text = parts.words.in(ctx.turn.language)(`notice-${notice}`);
    return parts.post.answer(ctx, { text }).catch(() => undefined);
  }
  await tellFailure(parts, ctx, { show: "notice", notice, level: "failed", for: "asker" });
}

function isHelp({ message, me }: BotContext): boolean {
  return commandIn(message?.text ?? "", me.username)?.name === "help";
}

async function tellHelp(parts: GuardParts, ctx: BotContext): Promise<void> {
  const { screen } = await parts.perform(ctx.turn.visit, { do: "help" }, ctx.turn.signal);
  if (screen.show === "help" || screen.show === "notice") await tellFailure(parts, ctx, screen);
}

async function tellFailure(
  { deliverer, post, log }: GuardParts,
  ctx: BotContext,
  screen: Help | Notice,
): Promise<void> {
  try {
    await deliverer.show(ctx, { screen, language: ctx.turn.language });
  } catch (err) {
    log.warn({ err: loggable(err) }, "telegram person not told of a failure");
    await post.answer(ctx).catch(() => undefined);
  }
}

function kindOf({ update }: BotContext): string {
  return Object.keys(update).find((key) => key !== "update_id") ?? "unknown";
}
