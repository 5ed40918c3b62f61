import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { autoRetry } from "@grammyjs/auto-retry";
import { sequentialize } from "@grammyjs/runner";
import { Bot, GrammyError, HttpError, webhookCallback, type Transformer } from "grammy";
import type { Update } from "grammy/types";
import type { Logger } from "pino";
import type { Action } from "../actions/action.ts";
import type { FormRef } from "../actions/model/form.ts";
import type { Visit } from "../users/visit.ts";
import { createFollower } from "../actions/follow.ts";
import type { PlaceNews } from "../users/place.ts";
import { decodeButton } from "../actions/buttons.ts";
import type { Removals } from "../actions/removals.ts";
import { createSweeper } from "../actions/sweep.ts";
import type { Answer, FormScreen, MessageScreen, Notice, Screen } from "../actions/model/screen.ts";
import type { Interrupted } from "../actions/model/transfer.ts";
import { ConfigError } from "../config.ts";
import type { TelegramSettings } from "./settings.ts";
import type { Values } from "../storage/field.ts";
import type { Words } from "../i18n/words.ts";
import type { Announce } from "../users/broadcast.ts";
import { createAnnouncer, followingMigration } from "./announce.ts";
import { createCommandLists } from "./command-lists.ts";
import type { BotContext } from "./context.ts";
import { createDeliverer } from "./deliver.ts";
import { forgetDialogue, type DialogueStore } from "./dialogue.ts";
import { createGuard } from "./guard.ts";
import { loggable } from "./loggable.ts";
import { createMembers, type Members } from "./members.ts";
import { startPolling, type Polling } from "./polling.ts";
import { createPost, readPlace, type Post } from "./post.ts";
import { createRouter } from "./router.ts";
import { paint } from "./screens/paint.ts";
import { painterFor } from "./screens/painter.ts";
import { removeMessage } from "./sweep.ts";
import { createTransport } from "./transport.ts";
import { createUploader, uploadLimitOf } from "./upload.ts";
import { rows } from "./visit.ts";

/** What the bot is made of. */
export interface TelegramParts {
  readonly settings: TelegramSettings;
  perform(visit: Visit, action: Action, signal: AbortSignal): Promise<Answer>;
  readonly words: Words;
  /** Half-finished dialogues; encrypted at rest. */
  readonly conversations: DialogueStore;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Told when the bot cannot go on: another process polls, or the token was revoked. The process should end. */
  onFatal(reason: string): void;
  /** Files a process before this one did not bring into their chats; absent = none are sent. */
  interrupted?(): Promise<readonly Interrupted[]>;
  /** Told of what happens to groups. */
  readonly places?: PlaceNews;
  /** Messages of groups that are to go again; absent = all stay. */
  readonly removals?: Removals;
  /** Milliseconds between looks for messages that are to go; absent = 20 s. */
  readonly sweepEvery?: number;
  /** Person ids of operators known at the start; others are known when they first open the panel. */
  readonly operators?: readonly string[];
  /** Updates one person may send in ten seconds; absent = 100. */
  readonly updatesPerPerson?: number;
}

/** A one-time page that was sent off. */
interface SentPage {
  /** Who asked for it. */
  readonly person: { readonly id: string; readonly name: string };
  /** The language of the page. */
  readonly language: string;
  readonly form: FormRef;
}

/** What became of it: done, or the form to show on the page again. */
type PageOutcome =
  | { readonly done: true; readonly screen: Screen }
  | { readonly done: false; readonly form: FormScreen };

/** The Telegram frontend. */
export interface Telegram {
  /** Greets Telegram and begins to take updates. A refused token rejects with a `ConfigError`. */
  start(): Promise<void>;
  /** Takes no more updates and finishes those that are being handled. */
  stop(): Promise<void>;
  /** Updates are being taken. */
  isUp(): boolean;
  /** Hands in a one-time page that somebody was led to from Telegram; what comes of it appears in their private chat. */
  submitPage(page: SentPage, values: Values, options: { readonly signal: AbortSignal }): Promise<PageOutcome>;
  /** `@chatdrive_bot`; undefined before Telegram was greeted. */
  botName(): string | undefined;
  /** A word to somebody who did not ask for it. Resolves also where they cannot be reached. */
  tell(person: string, notice: Notice, language: string): Promise<void>;
  /** What somebody is in a group: place and person ids of ours. Undefined = Telegram does not tell. */
  roleIn: Members["roleIn"];
  /** Sends a text to a chat, `telegram:1001`, once; see `actions/broadcast.ts`. */
  readonly announce: Announce;
  /** Where the gateway hands in Telegram's calls; absent = long polling. */
  readonly webhook?: TelegramWebhook;
}

interface TelegramWebhook {
  /** Path of `TELEGRAM_WEBHOOK_URL`. */
  readonly path: string;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** All that the bot handles; Telegram remembers the list, so it is always sent whole. */
const allowedUpdates = [
  "message",
  "callback_query",
  "my_chat_member",
  "inline_query",
  "chosen_inline_result",
] as const satisfies readonly Exclude<keyof Update, "update_id">[];

/** The bot. Nothing is sent before `start`. */
export function createTelegram(parts: TelegramParts): Telegram {
  const { settings, log, now, words } = parts;
  const transport = createTransport();
  const bot = new Bot<BotContext>(settings.token, {
    client: { apiRoot: settings.apiRoot, fetch: transport.fetch },
  });
  bot.api.config.use(boundedRetry(), followingMigration());
  const post = createPost(bot.api);
  const follower = createFollower({
    now,
    onError: (err) => log.info({ err: loggable(err) }, "message not followed any more"),
    onMissed: (err) => log.debug({ err: loggable(err) }, "message not changed"),
  });
  const uploader = createUploader({ ...settings, transformers: [followingMigration()] });
  const deliverer = createDeliverer({
    uploader,
    post,
    words,
    follower,
    now,
    botName: () => bot.botInfo.username,
    removals: parts.removals,
  });
  const members = createMembers(bot.api, { now });
  const sweeper =
    parts.removals &&
    createSweeper({
      removals: parts.removals,
      every: parts.sweepEvery,
      remove: (message) => removeMessage(bot.api, message),
      onError: (err) => log.warn({ err: loggable(err) }, "old messages not removed"),
    });
  const guard = createGuard({
    ...parts,
    post,
    deliverer,
    newReference,
    uploadLimit: uploadLimitOf(settings.apiRoot),
  });
  bot.use(guard.middleware);
  bot.use(sequentialize((ctx) => chainsOf(ctx)));
  bot.use(guard.pace);
  const commands = createCommandLists({ ...parts, api: bot.api });
  const onOperator = ({ chat }: BotContext) => void (chat && commands.addOperator(chat.id));
  bot.use(createRouter({ ...parts, store: parts.conversations, post, deliverer, perform: guard.perform, onOperator }));
  bot.catch(({ error }) => log.error({ err: loggable(error) }, "telegram update failed"));

  const webhook = settings.webhook && webhookFor(bot, parts);
  const bring = (chat: number, screen: MessageScreen, language: string) =>
    post.sendTo(chat, paint(painterFor({ words, language, place: "private", now: now() }), screen));
  const starting = new AbortController();
  let announced = false;
  let polling: Polling | undefined;
  let telling: NodeJS.Timeout | undefined;
  return {
    ...(webhook && { webhook: { path: webhook.path, handle: webhook.handle } }),
    roleIn: (place, person) => members.roleIn(place, person),
    announce: createAnnouncer(settings),
    async start() {
      await greet(bot, starting.signal);
      commands.publish();
      if (webhook) {
        await webhook.announce();
        announced = true;
      } else polling = await poll(bot, parts);
      const tell = () =>
        void tellOfInterrupted(parts, post).catch((err: unknown) =>
          log.warn({ err: loggable(err) }, "people not told of interrupted files"),
        );
      tell();
      telling = setInterval(tell, tellEvery).unref();
      sweeper?.start();
      log.info({ bot: bot.botInfo.username, by: webhook ? "webhook" : "polling" }, "telegram started");
    },
    isUp: () => (webhook !== undefined ? announced : (polling?.isRunning() ?? false)),
    botName: () => (bot.isInited() ? `@${bot.botInfo.username}` : undefined),
    async submitPage({ person, language: locale, form }, values, { signal }) {
      const chat = chatOf(person.id);
      const place = { id: person.id, kind: "private" } as const;
      const visit: Visit = { person: { ...person, locale }, place, rows, uploadLimit: uploadLimitOf(settings.apiRoot) };
      const { screen, updates, language } = await parts.perform(visit, { do: "submit", form, values }, signal);
      if (screen.show === "form") return { done: false, form: screen };
      // Only a line being typed is answered so, and no page.
      if (screen.show === "found") return { done: true, screen };
      await updates?.[Symbol.asyncIterator]().return?.();
      // The question in the chat is answered, if it is still waiting there.
      await forgetDialogue(parts.conversations, chat);
      await bring(chat, screen, language);
      return { done: true, screen };
    },
    async tell(person, notice, language) {
      const chat = chatOf(person);
      if (!Number.isNaN(chat)) await bring(chat, notice, language);
    },
    async stop() {
      starting.abort();
      clearInterval(telling);
      if (polling?.isRunning()) {
        await polling
          .stop()
          .catch((err: unknown) => log.warn({ err: loggable(err) }, "telegram not told of the last updates"));
      }
      await sweeper?.stop();
      await follower.stopAll();
      await guard.finish();
      await transport.close();
    },
  };
}

/** Milliseconds between looks for files that another process lost. */
const tellEvery = 60_000;

/** The message that showed a file on its way says that it was lost with the process, and offers to go on. */
async function tellOfInterrupted({ interrupted, words, now, log }: TelegramParts, post: Post): Promise<void> {
  for (const { place: chat, language, message, screen, told } of (await interrupted?.()) ?? []) {
    const painter = painterFor({ words, language, place: isGroup(chat) ? "group" : "private", now: now() });
    const place = readPlace(message);
    try {
      const isEdited = place !== undefined && (await post.edit(place, paint(painter, screen)));
      if (!isEdited && place) await post.sendTo(place.chat, paint(painter, screen));
    } catch (err) {
      // A chat that is closed to the bot will not open by asking again.
      if (!(err instanceof GrammyError)) throw err;
      log.debug({ err: loggable(err) }, "person not told of an interrupted file");
    }
    await told();
  }
}

function isGroup(place: string): boolean {
  return place.startsWith("telegram:-");
}

/** The private chat of a person of Telegram; NaN for anybody else. */
function chatOf(person: string): number {
  return Number(/^telegram:(\d+)$/.exec(person)?.[1]);
}

function newReference(): string {
  return randomBytes(5).toString("hex");
}

/** One update at a time for a person in a chat, and for the message that is pressed on. */
function chainsOf({ chat, from, callbackQuery }: BotContext): string[] {
  // Who cancels does not wait for what else was asked.
  if (decodeButton(callbackQuery?.data ?? "")?.do === "cancel-transfer") return [`cancel ${callbackQuery?.data}`];
  if (!chat || chat.type === "private") return [`chat ${chat?.id ?? from?.id ?? "nobody"}`];
  const pressed = callbackQuery?.message;
  return [
    `chat ${chat.id} person ${from?.id ?? "nobody"}`,
    ...(pressed ? [`chat ${chat.id} message ${pressed.message_id}`] : []),
  ];
}

/** Seconds Telegram may ask to wait before somebody who presses gets a failure instead. */
const longestWait = 10;

/** Waits when Telegram says so, twice at most. Long polling has its own way to go on. */
function boundedRetry(): Transformer {
  const retry = autoRetry({ maxRetryAttempts: 2, maxDelaySeconds: longestWait, rethrowHttpErrors: true });
  return (prev, method, payload, signal) =>
    method === "getUpdates" ? prev(method, payload, signal) : retry(prev, method, payload, signal);
}

async function greet(bot: Bot<BotContext>, signal: AbortSignal): Promise<void> {
  try {
    // grammY's types name the AbortSignal of a package older than Node's own; the two are alike.
    await bot.init(signal as Parameters<typeof bot.init>[0]);
  } catch (error) {
    // 404 is what a token that was never one gets.
    if (error instanceof GrammyError && [401, 404].includes(error.error_code)) {
      throw new ConfigError(`TELEGRAM_BOT_TOKEN: Telegram refuses it (${error.error_code} ${error.description}).`);
    }
    throw error;
  }
}

async function poll(bot: Bot<BotContext>, { onFatal, log }: TelegramParts): Promise<Polling> {
  await bot.api.deleteWebhook();
  const polling = startPolling(bot, { allowedUpdates });
  void polling.ended.catch((error: unknown) => {
    log.error({ err: loggable(error) }, "telegram polling ended");
    onFatal(whyPollingEnded(error));
  });
  return polling;
}

function whyPollingEnded(error: unknown): string {
  if (error instanceof GrammyError && error.error_code === 409) {
    return "Telegram: another process takes this bot's updates (409 Conflict). Stop it, or give this one a token of its own.";
  }
  if (error instanceof GrammyError && error.error_code === 401) {
    return "Telegram: the token is not valid any more (401 Unauthorized). Set TELEGRAM_BOT_TOKEN to the new one.";
  }
  const what = error instanceof HttpError ? "Telegram could not be reached for hours" : "polling ended";
  return `Telegram: ${what}.`;
}

interface Webhook extends TelegramWebhook {
  /** Tells Telegram where to call. */
  announce(): Promise<void>;
}

/** Telegram repeats a call that takes long, so it is answered after this many ms while the work goes on. */
const webhookTimeout = 9000;

function webhookFor(bot: Bot<BotContext>, { settings, log }: TelegramParts): Webhook | undefined {
  if (!settings.webhook) return undefined;
  const { url, secret } = settings.webhook;
  const take = webhookCallback(bot, "http", {
    secretToken: secret,
    onTimeout: "return",
    timeoutMilliseconds: webhookTimeout,
  });
  return {
    path: new URL(url).pathname,
    announce: async () =>
      void (await bot.api.setWebhook(url, { secret_token: secret, allowed_updates: allowedUpdates })),
    async handle(request, response) {
      try {
        await take(request, response);
      } catch (err) {
        // Not JSON, or cut off: nothing Telegram sends.
        log.warn({ err }, "telegram webhook call not understood");
        if (!response.headersSent) response.writeHead(400).end();
      }
    },
  };
}
