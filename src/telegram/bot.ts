import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { Api, Bot, webhookCallback } from "grammy";
import type { Update } from "grammy/types";
import type { Logger } from "pino";
import { Agent, type Dispatcher } from "undici";
import type { Action } from "../actions/action.ts";
import type { FormRef } from "../actions/model/form.ts";
import type { Answer, FormScreen, Screen } from "../actions/model/screen.ts";
import type { Words } from "../i18n/words.ts";
import { createFollower } from "../messaging/follow.ts";
import type { Lead } from "../messaging/lead.ts";
import { readRef, type Messenger, type Readiness, type Removed } from "../messaging/messenger.ts";
import type { Removals } from "../messaging/removals.ts";
import type { Values } from "../storage/field.ts";
import type { Peers } from "../storage/peers.ts";
import type { DestinationLookup } from "../users/destinations.ts";
import type { PlaceNews } from "../users/place.ts";
import type { Visit } from "../users/visit.ts";
import { createCommandLists } from "./command-lists.ts";
import { createConnection } from "./connection.ts";
import type { BotContext } from "./context.ts";
import { createDeliverer } from "./deliver.ts";
import { createTelegramDestinations } from "./destinations.ts";
import { createDialogueRecords, type DialogueStore } from "./dialogue-records.ts";
import { createGuard } from "./guard.ts";
import { loggable } from "./loggable.ts";
import { createMembers, type Members } from "./members.ts";
import { createMessenger } from "./messenger.ts";
import { followingMigration } from "./migration.ts";
import { createPost } from "./post.ts";
import { retrying, type Wait } from "./retry.ts";
import { createRouter } from "./router.ts";
import type { TelegramSettings } from "./settings.ts";
import { createTransport, type Timeouts } from "./transport.ts";
import { createUploader, uploadLimitOf } from "./upload.ts";
import { rows } from "./visit.ts";

/** What the bot is made of. */
export interface TelegramParts {
  readonly settings: TelegramSettings;
  perform(visit: Visit, action: Action, signal: AbortSignal): Promise<Answer>;
  /** Whether a text names a share of any kind by itself. */
  namesShare(text: string): boolean;
  readonly words: Words;
  /** Half-finished dialogues; encrypted at rest. */
  readonly conversations: DialogueStore;
  /** Other processes over the same store, which get updates too; absent = there is one. */
  readonly peers?: Peers | undefined;
  /** Whether a text holds a credential of a drive, by its looks alone; absent = none is known. */
  holdsCredential?(text: string): boolean;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Told when the bot cannot go on: another process polls, or the token was revoked. The process should end. */
  onFatal(reason: string): void;
  /** Told of what happens to groups. */
  readonly places?: PlaceNews;
  /** Messages of groups that are to go again; absent = all stay. */
  readonly removals?: Removals;
  /** Person ids of operators known at the start; others are known when they first open the panel. */
  readonly operators?: readonly string[];
  /** Updates one person may send in ten seconds; absent = 100. */
  readonly updatesPerPerson?: number;
  /** Milliseconds after its arrival at which a press is answered in any case; absent = 8 s. */
  readonly answerWithin?: number;
  /** Milliseconds that /cancel waits for what is before it and asks nothing; absent = 300. */
  readonly moment?: number;
  /** Milliseconds calls may take; absent = 35 s for a poll, 10 s for all else. */
  readonly timeouts?: Timeouts;
  /** Does work in one process of several at a time; absent = there is one process. */
  readonly lead?: Lead | undefined;
  /** Handles an update unless another process has; absent = there is one process. Rejects as the work does. */
  readonly once?: ((update: number, work: () => Promise<void>) => Promise<void>) | undefined;
  /** Absent = the clock's own. */
  readonly wait?: Wait;
  /** Connections to Telegram; absent = straight. */
  dispatcher?(options: Agent.Options): Dispatcher;
  /** For the calls that carry files; absent = straight. */
  readonly agent?: HttpsAgent | undefined;
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
  /** Begins to take updates; where Telegram cannot be reached it is tried on in the background. A refused token rejects with a `ConfigError`. */
  start(): Promise<void>;
  /** Takes no more updates and finishes those that are being handled. */
  stop(): Promise<void>;
  /** Updates are being taken, or why not. */
  isUp(): Readiness;
  /** Speaks to chats of Telegram at any time. */
  readonly messenger: Messenger;
  /** Takes away a message that was noted in the removals. */
  removeNoted(message: string): Promise<Removed>;
  /** Hands in a one-time page that somebody was led to from Telegram; what comes of it appears in their private chat. */
  submitPage(page: SentPage, values: Values, options: { readonly signal: AbortSignal }): Promise<PageOutcome>;
  /** `@chatdrive_bot`; undefined before Telegram was greeted. */
  botName(): string | undefined;
  /** What somebody is in a group: place and person ids of ours. Undefined = Telegram does not tell. */
  roleIn: Members["roleIn"];
  /** Groups and channels that files can be delivered to. */
  readonly destinations: DestinationLookup;
  /** Where the gateway hands in Telegram's calls; absent = long polling. */
  readonly webhook?: TelegramWebhook | undefined;
}

interface TelegramWebhook {
  /** Path of `TELEGRAM_WEBHOOK_URL`. */
  readonly path: string;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** All that the bot handles; Telegram remembers the list, so it is always sent whole. */
const allowedUpdates = [
  "message",
  "edited_message",
  "callback_query",
  "my_chat_member",
  "inline_query",
  "chosen_inline_result",
] as const satisfies readonly Exclude<keyof Update, "update_id">[];

/** The bot. Nothing is sent before `start`. */
export function createTelegram(parts: TelegramParts): Telegram {
  const { settings, log, now, onFatal, wait = clockWait } = parts;
  const closing = new AbortController();
  const { dispatcher = (options: Agent.Options) => new Agent(options) } = parts;
  const transport = createTransport({ timeouts: parts.timeouts, dispatcher });
  const bot = new Bot<BotContext>(settings.token, {
    client: { apiRoot: settings.apiRoot },
  });
  const calls = transport.calls(settings);
  bot.api.config.use(calls, retrying({ wait, closing: closing.signal }), followingMigration());
  const once = new Api(settings.token, { apiRoot: settings.apiRoot });
  once.config.use(calls, followingMigration());
  const post = createPost(bot.api, once);
  const follower = createFollower({
    now,
    onError: (err) => log.info({ err: loggable(err) }, "telegram message not followed any more"),
    onMissed: (err) => log.debug({ err: loggable(err) }, "telegram message not changed"),
  });
  const uploader = createUploader({ ...settings, agent: parts.agent, transformers: [followingMigration()] });
  const messenger = createMessenger({ ...parts, once, transport, uploader, wait, closing: closing.signal });
  const members = createMembers(bot.api, { now });
  const destinations = createTelegramDestinations(bot.api, { token: settings.token, now });
  const deliverer = createDeliverer({
    ...parts,
    uploader,
    post,
    follower,
    removals: parts.removals,
    botName: () => bot.botInfo.username,
    isBotAdmin: async ({ turn, me }) => (await members.roleIn(turn.visit.place.id, `telegram:${me.id}`)) === "admin",
  });
  const records = createDialogueRecords({ ...parts, store: parts.conversations, wait, closing: closing.signal });
  const guard = createGuard({
    ...parts,
    asked: records.asked,
    wait,
    post,
    deliverer,
    newReference,
    uploadLimit: uploadLimitOf(settings.apiRoot),
  });
  const commands = createCommandLists({ ...parts, api: bot.api });
  const onOperator = ({ chat }: BotContext) => void (chat && commands.addOperator(chat.id));
  const route = createRouter({
    ...parts,
    wait,
    records,
    post,
    deliverer,
    perform: guard.perform,
    adminsOf: destinations.adminsOf,
    onOperator,
  });
  bot.use((ctx, next) => guard.middleware(ctx, () => route(ctx, next)));

  const connection = createConnection({
    bot,
    settings,
    allowedUpdates,
    log,
    wait,
    lead: parts.lead,
    onFatal,
    onUp: () => commands.publish(),
  });
  const webhook = settings.webhook && webhookFor(bot, parts);
  return {
    webhook,
    messenger,
    async removeNoted(message) {
      const ref = readRef(message);
      return ref ? messenger.remove(ref) : { is: "gone" };
    },
    roleIn: (place, person) => members.roleIn(place, person),
    destinations,
    start: () => connection.open(),
    isUp: () => connection.readiness(),
    botName: () => (bot.isInited() ? `@${bot.botInfo.username}` : undefined),
    async submitPage({ person, language: locale, form }, values, { signal }) {
      const place = { id: person.id, kind: "private" } as const;
      const visit: Visit = { person: { ...person, locale }, place, rows, uploadLimit: uploadLimitOf(settings.apiRoot) };
      const { screen, updates, language, placed } = await parts.perform(visit, { do: "submit", form, values }, signal);
      if (screen.show === "form") return { done: false, form: screen };
      // Only a line being typed is answered so, and no page.
      if (screen.show === "found") return { done: true, screen };
      await updates?.[Symbol.asyncIterator]().return?.();
      // The question in the chat is answered, if it is still waiting there.
      await records.forget(person.id);
      // It is done, whatever becomes of the message.
      const sent = await messenger
        .send({ place: person.id, kind: "private", language }, screen)
        .catch((err: unknown) => log.warn({ err: loggable(err) }, "telegram result of a page not shown"));
      if (sent?.is === "sent") await placed?.at(sent.ref);
      return { done: true, screen };
    },
    async stop() {
      await connection.stop();
      await follower.stopAll();
      await guard.finish();
      await connection.confirm();
      closing.abort(new Error("the process ends"));
      await transport.close();
    },
  };
}

async function clockWait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}

function newReference(): string {
  return randomBytes(5).toString("hex");
}

/**
 * Telegram repeats a call after about a minute, so it is answered after this many ms while the work goes on. What takes
 * longer is not brought again when the process dies with it.
 */
const webhookTimeout = 25_000;

function webhookFor(bot: Bot<BotContext>, { settings, log }: TelegramParts): TelegramWebhook | undefined {
  if (!settings.webhook) return undefined;
  const { url, secret } = settings.webhook;
  const take = webhookCallback(bot, "http", {
    secretToken: secret,
    onTimeout: "return",
    timeoutMilliseconds: webhookTimeout,
  });
  return {
    path: new URL(url).pathname,
    async handle(request, response) {
      try {
        await take(request, response);
      } catch (err) {
        // Not JSON, cut off, or not begun before the process ended: then Telegram brings it again.
        log.warn({ err: loggable(err) }, "telegram webhook call not taken");
        if (!response.headersSent) response.writeHead(400).end();
      }
    },
  };
}
