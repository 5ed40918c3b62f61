import { Context, GrammyError, type Bot } from "grammy";
import type { Update } from "grammy/types";
import type { Logger } from "pino";
import { ConfigError } from "../config.ts";
import type { Lead } from "../messaging/lead.ts";
import type { Readiness } from "../messaging/messenger.ts";
import type { BotContext } from "./context.ts";
import { loggable } from "./loggable.ts";
import { pollWhileLeading } from "./leading.ts";
import { remindEvery, startPolling, type Polling } from "./polling.ts";
import type { Wait } from "./retry.ts";
import type { TelegramSettings } from "./settings.ts";

/** How updates come: asked for, or brought to the webhook. */
export interface Connection {
  /** Resolves when Telegram is reached, or when it is not and is tried on in the background. A refused token rejects with a `ConfigError`. */
  open(): Promise<void>;
  readiness(): Readiness;
  /** Takes no more updates. */
  stop(): Promise<void>;
  /** Tells Telegram of what is done; call it when nothing is in progress any more. Never rejects. */
  confirm(): Promise<void>;
}

interface ConnectionParts {
  readonly bot: Bot<BotContext>;
  readonly settings: TelegramSettings;
  readonly allowedUpdates: readonly Exclude<keyof Update, "update_id">[];
  readonly log: Logger;
  readonly wait: Wait;
  /** Does work in one process of several at a time; absent = there is one process. */
  readonly lead?: Lead | undefined;
  /** Called once, when Telegram is reached. */
  onUp(): void;
  onFatal(reason: string): void;
}

/** Calls of Telegram's that may be under way at a time, each until its update is done: the most it makes. */
const webhookConnections = 100;
/** Milliseconds between two tries to reach Telegram: the first, and the longest. */
const retries = { first: 1000, longest: 30_000 } as const;

/** The connection of one bot. */
export function createConnection(parts: ConnectionParts): Connection {
  const { log, wait, onFatal, onUp } = parts;
  const closing = new AbortController();
  let state: Polling | "webhook" | undefined;
  let trouble = "telegram: not started yet";
  let remindedAt = Number.NEGATIVE_INFINITY;

  const reach = async (): Promise<boolean> => {
    try {
      state = await connect(parts, closing.signal);
    } catch (error) {
      if (closing.signal.aborted) return false;
      const refusal = refusalOf(error);
      if (refusal) throw refusal;
      trouble = `telegram: not reached (${error instanceof Error ? error.message : String(error)})`;
      if (performance.now() - remindedAt > remindEvery) {
        remindedAt = performance.now();
        log.warn({ err: loggable(error) }, "telegram not reached");
      }
      return false;
    }
    if (closing.signal.aborted) return false;
    if (state !== "webhook") void state.ended.catch((error: unknown) => onFatal(whyEnded(error, log)));
    log.info({ bot: parts.bot.botInfo.username, by: state === "webhook" ? "webhook" : "polling" }, "telegram started");
    onUp();
    return true;
  };

  const goOn = async (): Promise<void> => {
    for (let pause: number = retries.first; ; pause = Math.min(pause * 2, retries.longest)) {
      await wait(pause, closing.signal);
      if (closing.signal.aborted || (await reach())) return;
    }
  };

  return {
    async open() {
      if (await reach()) return;
      void goOn().catch((error: unknown) => {
        if (!closing.signal.aborted) onFatal(error instanceof Error ? error.message : String(error));
      });
    },
    readiness() {
      if (closing.signal.aborted) return "telegram: stopped";
      if (state === undefined) return trouble;
      return state === "webhook" ? true : state.readiness();
    },
    async stop() {
      closing.abort();
      if (state !== "webhook") await state?.stop();
    },
    async confirm() {
      if (state === undefined || state === "webhook") return;
      await state
        .confirm()
        .catch((err: unknown) => log.warn({ err: loggable(err) }, "telegram not told of the last updates"));
    },
  };
}

/** Greets Telegram and begins to take updates. */
async function connect(
  { bot, settings, allowedUpdates, log, wait, lead }: ConnectionParts,
  closing: AbortSignal,
): Promise<Polling | "webhook"> {
  // grammY's types name the AbortSignal of a package older than Node's own; the two are alike.
  const signal = closing as Parameters<typeof bot.api.getMe>[0];
  bot.botInfo = await bot.api.getMe(signal);
  if (settings.webhook) {
    const { url, secret } = settings.webhook;
    const more = { secret_token: secret, allowed_updates: allowedUpdates, max_connections: webhookConnections };
    await bot.api.setWebhook(url, more, signal);
    return "webhook";
  }
  await bot.api.deleteWebhook({}, signal);
  closing.throwIfAborted();
  const take = async (update: Update): Promise<void> => {
    await bot.middleware()(contextOf(bot, update), nothingMore);
  };
  const poll = () => startPolling({ api: bot.api, allowedUpdates, take, log, wait, isShared: lead !== undefined });
  return lead ? pollWhileLeading({ lead, log, wait }, poll) : poll();
}

/** The same as in `bot.handleUpdate`, which makes an API of its own for each update, so that a webhook's answer could be a call. */
function contextOf({ api, botInfo }: Bot<BotContext>, update: Update): BotContext {
  // Its turn and its dialogues come with the middleware.
  return new Context(update, api, botInfo) as BotContext;
}

async function nothingMore(): Promise<void> {}

/** What the operator must mend; undefined = it may get better by itself. Without what was sent: that holds the webhook's secret. */
function refusalOf(error: unknown): ConfigError | undefined {
  if (!(error instanceof GrammyError)) return undefined;
  const { method, error_code: code, description } = error;
  // 404 is what a token that was never one gets.
  if (method === "getMe" && [401, 404].includes(code)) {
    return new ConfigError(`TELEGRAM_BOT_TOKEN: Telegram refuses it (${code} ${description}).`);
  }
  if (method === "setWebhook" && code === 400) {
    return new ConfigError(`TELEGRAM_WEBHOOK_URL: Telegram refuses it (${code} ${description}).`);
  }
  return undefined;
}

function whyEnded(error: unknown, log: Logger): string {
  log.error({ err: loggable(error) }, "telegram polling ended");
  if (error instanceof GrammyError && error.error_code === 409) {
    return "Telegram: another process takes this bot's updates (409 Conflict). Stop it, or give this one a token of its own.";
  }
  if (error instanceof GrammyError && [401, 404].includes(error.error_code)) {
    return "Telegram: the token is not valid any more (401 Unauthorized). Set TELEGRAM_BOT_TOKEN to the new one.";
  }
  return "Telegram: polling ended.";
}
