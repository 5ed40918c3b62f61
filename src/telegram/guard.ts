import { GrammyError } from "grammy";
import type { Middleware } from "grammy";
import type { Logger } from "pino";
import { LRUCache } from "lru-cache";
import type { Action } from "../actions/action.ts";
import type { Visit } from "../users/visit.ts";
import { createPace } from "../users/rate-limit.ts";
import type { Answer } from "../actions/model/screen.ts";
import type { Words } from "../i18n/words.ts";
import type { BotContext } from "./context.ts";
import type { Deliverer } from "./deliver.ts";
import type { Post } from "./post.ts";
import { loggable } from "./loggable.ts";
import { visitOf } from "./visit.ts";

/** What stands around every update: its log line, its deadline, its failures, and the pace of one person. */
export interface Guard {
  /** First of all. Updates nobody is behind end here. */
  readonly middleware: Middleware<BotContext>;
  /** After sequencing. */
  readonly pace: Middleware<BotContext>;
  /** Performs an action within the update's time; a deadline that passed is an answer too. */
  perform(ctx: BotContext, action: Action): Promise<Answer>;
  /** Waits a little for updates in progress, then ends their work. */
  finish(): Promise<void>;
}

interface GuardParts {
  perform(visit: Visit, action: Action, signal: AbortSignal): Promise<Answer>;
  readonly words: Words;
  readonly log: Logger;
  now(): number;
  readonly post: Post;
  readonly deliverer: Deliverer;
  readonly updatesPerPerson?: number;
  /** Bytes of the largest file that can be sent. */
  readonly uploadLimit: number;
  newReference(): string;
}

/** Milliseconds one update may take. */
const deadline = 60_000;
/** Milliseconds updates in progress get when the process is asked to end. */
const grace = 5000;
/** People whose language is remembered for sentences of our own. */
const maxLanguages = 20_000;

/** The guard of one bot. */
export function createGuard(parts: GuardParts): Guard {
  const { words, log, now } = parts;
  const inProgress = new Set<Promise<void>>();
  const clocks = new Set<AbortController>();
  const languages = new LRUCache<string, string>({ max: maxLanguages });
  // The rule actions go by, for updates: not each of them becomes an action.
  const pace = createPace(parts.updatesPerPerson === undefined ? {} : { most: parts.updatesPerPerson });

  const handle = async (ctx: BotContext, next: () => Promise<void>): Promise<void> => {
    const startedAt = now();
    try {
      await next();
    } catch (error) {
      await fail(parts, ctx, error);
    } finally {
      // A press is answered whatever became of it.
      await parts.post.answer(ctx).catch((err: unknown) => log.debug({ err: loggable(err) }, "press not answered"));
    }
    log.debug({ update: ctx.update.update_id, kind: kindOf(ctx), ms: now() - startedAt }, "update handled");
  };

  return {
    async middleware(ctx, next) {
      const chat = ctx.chat ?? (ctx.from && { ...ctx.from, type: "private" as const });
      const visit = visitOf(ctx.from, chat, { uploadLimit: parts.uploadLimit, ...(ctx.msg && { message: ctx.msg }) });
      if (!visit) return;
      const clock = new AbortController();
      const timer = setTimeout(() => clock.abort(), deadline);
      clocks.add(clock);
      ctx.turn = {
        visit,
        signal: clock.signal,
        language: languages.get(visit.person.id) ?? words.pick(visit.person.locale),
        answered: false,
      };
      const work = handle(ctx, next).finally(() => {
        clearTimeout(timer);
        clocks.delete(clock);
      });
      inProgress.add(work);
      await work.finally(() => inProgress.delete(work));
    },

    async pace(ctx, next) {
      const tempo = await pace.take(ctx.turn.visit.person.id);
      if (tempo === "go") return next();
      // Said on every press, since each has a spinner; but once only for what is typed.
      // Who types a line that is looked up as it grows is not spoken to.
      if (ctx.inlineQuery || ctx.chosenInlineResult) return;
      if (ctx.callbackQuery || tempo === "say") await parts.deliverer.tell(ctx, "notice-too-fast");
    },

    async perform(ctx, action) {
      const { visit, signal } = ctx.turn;
      const answer = await Promise.race([parts.perform(visit, action, signal), tooLate(ctx)]);
      ctx.turn.language = answer.language;
      languages.set(visit.person.id, answer.language);
      return answer;
    },

    async finish() {
      const timeout = setTimeout(() => clocks.forEach((clock) => clock.abort()), grace);
      await Promise.allSettled(inProgress);
      clearTimeout(timeout);
    },
  };
}

function tooLate({ turn }: BotContext): Promise<Answer> {
  const answer: Answer = {
    screen: { show: "notice", notice: "unreachable", level: "failed", for: "asker" },
    language: turn.language,
  };
  return new Promise((resolve) => {
    if (turn.signal.aborted) resolve(answer);
    turn.signal.addEventListener("abort", () => resolve(answer), { once: true });
  });
}

/** The end of the line for a failure: people get a sentence and a reference, the log the rest. */
async function fail(
  { log, words, post, deliverer, newReference }: GuardParts,
  ctx: BotContext,
  error: unknown,
): Promise<void> {
  if (error instanceof GrammyError && error.error_code === 403) {
    log.info({ chat: ctx.chat?.id, why: error.description }, "telegram chat closed to the bot");
    return;
  }
  if (error instanceof GrammyError && error.error_code === 429) {
    log.warn({ chat: ctx.chat?.id, retryAfter: error.parameters.retry_after }, "telegram asks to wait too long");
    // Answers to presses are not counted; anything else would be refused too.
    return post.answer(ctx, { text: words.in(ctx.turn.language)("notice-too-fast") });
  }
  const reference = newReference();
  log.error(
    { err: loggable(error), reference, update: ctx.update.update_id, kind: kindOf(ctx) },
    "telegram update failed",
  );
  if (ctx.inlineQuery || ctx.chosenInlineResult) return;
  try {
    await deliverer.show(ctx, {
      screen: { show: "notice", notice: "unexpected", level: "failed", reference, for: "asker" },
      language: ctx.turn.language,
    });
  } catch (err) {
    log.warn({ err: loggable(err), reference }, "person not told of a failure");
    await post.answer(ctx).catch(() => undefined);
  }
}

function kindOf({ update }: BotContext): string {
  return Object.keys(update).find((key) => key !== "update_id") ?? "unknown";
}
