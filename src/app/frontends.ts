import type { Keyv } from "keyv";
import type { Logger } from "pino";
import type { Action } from "../actions/action.ts";
import { isFormId, type FormRef } from "../actions/model/form.ts";
import type { Visit } from "../users/visit.ts";
import type { DestinationCheck, DestinationLookup } from "../users/destinations.ts";
import { placeNews, type PlaceNews } from "../users/place.ts";
import { createRemovals } from "../messaging/removals.ts";
import type { Answer, Notice } from "../actions/model/screen.ts";
import type { Messengers, Platform, Readiness, Removed } from "../messaging/messenger.ts";
import type { Services } from "../actions/context/services.ts";
import { canPost } from "../actions/browse/can-post.ts";
import { namesShare } from "../actions/shares/recognise.ts";
import { suggest } from "../actions/suggest.ts";
import type { Config } from "../config.ts";
import type { Discord, DiscordParts } from "../discord/bot.ts";
import { deriveKey } from "../gateway/keys.ts";
import type { SubmitOutcome, SubmitPage } from "../gateway/pages.ts";
import type { JobQueue } from "../jobs/queue.ts";
import { createOutbound } from "../outbound.ts";
import { updatesOnce } from "./handled-updates.ts";
import { peersOver } from "./peers.ts";
import type { Store } from "../store/store.ts";
import type { Telegram } from "../telegram/bot.ts";
import type { TelegramSettings } from "../telegram/settings.ts";
import type { Words } from "../i18n/words.ts";

/** The chats that are switched on. */
export interface Frontends {
  readonly telegram?: Telegram | undefined;
  readonly discord?: Discord | undefined;
  /** In the order they are started. */
  readonly all: readonly Frontend[];
  /** Hands in a one-time page where it was asked for; what comes of it appears there. */
  readonly submitPage: SubmitPage;
  /** What the bot is called on a person's platform; absent = not known yet. */
  botName(person: string): string | undefined;
  /** What somebody is in a group; undefined = it cannot be told. */
  roleIn(place: string, person: string): Promise<"admin" | "member" | "none" | undefined>;
  /** Chats that files can be delivered to. */
  readonly destinations: DestinationLookup;
  /** Ways to speak to the chats unasked. */
  readonly messengers: Messengers;
  /** Takes away a message that was noted in the removals of its platform. */
  removeNoted(removal: { readonly platform: Platform; readonly message: string }): Promise<Removed>;
}

/** One chat, as it is started and stopped. */
export interface Frontend {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** True, or why it is not up, in a few words for an operator. */
  isUp(): Readiness;
}

interface FrontendParts {
  readonly store: Store;
  readonly jobs: JobQueue;
  readonly words: Words;
  readonly services: Services;
  perform(visit: Visit, action: Action, signal: AbortSignal): Promise<Answer>;
  /** The secret key that calls to a webhook are recognised by, where the operator gave none. */
  readonly newest: Uint8Array;
  readonly log: Logger;
  onFatal(message: string): void;
}

/** Makes the chats the configuration has tokens for; of another nothing is loaded. */
export async function createFrontends(config: Config, parts: FrontendParts): Promise<Frontends> {
  const outbound = config.discord && outboundOf(config);
  const [telegram, discord] = await Promise.all([
    config.telegram && telegramOf(config.telegram, config.outbound, parts),
    config.discord && discordOf(config.discord, { ...parts, outbound }),
  ]);
  /** The chat that an id of a person or a place is of. */
  const chatOf = (id: string) => (id.startsWith("discord:") ? discord : telegram);
  return {
    telegram,
    discord,
    all: [
      ...(telegram ? [{ name: "telegram", ...telegram }] : []),
      ...(discord ? [{ name: "discord", ...discord, stop: () => stopped(discord, outbound) }] : []),
    ],
    async submitPage(page, values, options) {
      const chat = chatOf(page.person.id);
      if (!chat) throw new Error(`a page of ${page.person.id} was sent off, whose chat is switched off`);
      const { id } = page.form;
      // It was opened by an older version.
      if (!isFormId(id)) return { came: "over" };
      const form: FormRef = { ...page.form, id };
      return outcomeOf(await chat.submitPage({ ...page, form }, values, options));
    },
    botName: (person) => chatOf(person)?.botName(),
    roleIn: async (place, person) => chatOf(place)?.roleIn(place, person),
    destinations: {
      destinationsIn: async (place, person) => chatOf(place)?.destinations.destinationsIn(place, person) ?? [],
      checkDestination: async (destination, person) =>
        chatOf(destination)?.destinations.checkDestination(destination, person) ?? switchedOff,
    },
    messengers: { of: (place) => chatOf(place)?.messenger },
    async removeNoted({ platform, message }) {
      const chat = platform === "discord" ? discord : telegram;
      return chat ? chat.removeNoted(message) : { is: "gone" };
    },
  };
}

/** Of a chat of a platform that is not served any more. */
const switchedOff: DestinationCheck = { is: "closed", why: "not-allowed-there" };

/** How Discord is reached through the operator's proxy; undefined = straight. */
function outboundOf({ outbound: settings }: Config): DiscordParts["outbound"] {
  if (settings?.proxy === undefined) return undefined;
  const { dispatcher, agent } = createOutbound(settings);
  // As long as Discord may take for a file.
  return {
    dispatcher: dispatcher("other", { bodyTimeout: 60_000, headersTimeout: 120_000 }),
    agent: (address) => agent("other", address),
  };
}

async function stopped(discord: Discord, outbound: DiscordParts["outbound"]): Promise<void> {
  await discord.stop();
  await outbound?.dispatcher.close();
}

type SentOff = Awaited<ReturnType<Telegram["submitPage"]>> | Awaited<ReturnType<Discord["submitPage"]>>;

/** What the page says of what came of it: the chat shows the same screen in its own way. */
function outcomeOf(sent: SentOff): SubmitOutcome {
  if (!sent.done) return { came: "again", form: sent.form };
  const { screen } = sent;
  if (screen === undefined) return { came: "over" };
  if (screen.show === "approval" && screen.state.is === "waiting")
    return { came: "elsewhere", address: screen.state.direct, code: screen.state.code?.userCode };
  // The way that was taken cannot be taken; the page stays as it was.
  if (screen.show === "sign-in-ways" && screen.reason)
    return { came: "failed", reason: screen.reason, isMendable: true };
  if (screen.show !== "notice" || screen.level === "done" || screen.level === "info") return { came: "done" };
  const { notice: code, level, retryAfter, verify } = screen;
  const isMendable = level === "failed" && !final.has(code);
  return { came: "failed", reason: { code, retryAfter, verify }, isMendable };
}

/** No other answers on the page mend these. */
const final: ReadonlySet<Notice["notice"]> = new Set(["mount-gone", "account-suspended"]);

async function telegramOf(
  settings: NonNullable<Config["telegram"]>,
  proxies: Config["outbound"],
  parts: FrontendParts,
): Promise<Telegram> {
  const { createTelegram } = await import("../telegram/bot.ts");
  const { store, jobs, words, services, perform, newest, log, onFatal } = parts;
  const outbound = createOutbound(proxies);
  return createTelegram({
    dispatcher: (options) => outbound.dispatcher("telegram", options),
    agent: outbound.agent("telegram", settings.apiRoot),
    settings: telegramSettings(settings, newest),
    perform,
    namesShare: (text) => namesShare({ services }, text),
    holdsCredential: (text) => services.storage.kinds.some((kind) => kind.holdsCredential?.(text)),
    words,
    peers: peersOver(store, "dialogues"),
    conversations: kept(store.open("dialogues", { sealed: true })),
    places: newsOf(services),
    removals: createRemovals(jobs, "telegram"),
    operators: services.admins,
    ...(store.isShared && { lead: (work, until) => store.lead("telegram-updates", work, until) }),
    once: updatesOnce(store, log),
    log: log.child({ part: "telegram" }),
    now: Date.now,
    onFatal,
  });
}

/** What is followed for a group goes with it where it has another id, and files are delivered where the bot is. */
function newsOf(services: Services): PlaceNews {
  const news = placeNews(services);
  const { destinations, follows } = services;
  return {
    async gone(place) {
      await news.gone(place);
      await destinations?.gone(place);
    },
    async left(place, person) {
      await news.left(place, person);
      await destinations?.left(place, person);
    },
    async moved(from, to) {
      await news.moved(from, to);
      await follows?.moved(from, to);
      await destinations?.moved(from, to);
    },
    async runBy(place, people) {
      for (const person of people) await destinations?.note(person, place);
    },
  };
}

function telegramSettings(
  { webhook, ...settings }: NonNullable<Config["telegram"]>,
  key: Uint8Array,
): TelegramSettings {
  if (!webhook) return settings;
  return { ...settings, webhook: { url: webhook.url, secret: webhookSecret(webhook, key) } };
}

/** What calls to the webhook carry: the operator's secret, or one that every process with the same key arrives at. */
export function webhookSecret({ secret }: { readonly secret?: string }, key: Uint8Array): string {
  return secret ?? Buffer.from(deriveKey(key, "webhook")).toString("base64url");
}

async function discordOf(
  settings: NonNullable<Config["discord"]>,
  parts: FrontendParts & Pick<DiscordParts, "outbound">,
): Promise<Discord> {
  const { createDiscord } = await import("../discord/bot.ts");
  const { store, jobs, words, services, perform, log, onFatal } = parts;
  return createDiscord({
    settings,
    perform,
    suggest: (visit, typing) => suggest(services, visit, typing),
    outbound: parts.outbound,
    canPost: (visit, view) => canPost(services, visit, view),
    words,
    kept: kept(store.open("discord", { sealed: true })),
    removals: createRemovals(jobs, "discord"),
    log: log.child({ part: "discord" }),
    now: Date.now,
    onFatal,
    onLeft: (place) => newsOf(services).gone(place),
    ...(store.isShared && { lead: (work, until) => store.lead("discord-gateway", work, until) }),
  });
}

function kept(namespace: Keyv): {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, ttl?: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
} {
  return {
    get: (key) => namespace.get(key),
    set: (key, value, ttl) => namespace.set(key, value, ttl),
    delete: (key) => namespace.delete(key),
  };
}
