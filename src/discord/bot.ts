import { randomBytes } from "node:crypto";
import type { Agent } from "node:http";
import { Client, Events, GatewayIntentBits, Options, Partials, type Interaction, type Message } from "discord.js";
import type { Logger } from "pino";
import type { Dispatcher } from "undici";
import type { Action } from "../actions/action.ts";
import type { FormRef } from "../actions/model/form.ts";
import type { DestinationLookup } from "../users/destinations.ts";
import type { Visit } from "../users/visit.ts";
import { createFollower } from "../messaging/follow.ts";
import { createLanguages } from "../messaging/languages.ts";
import type { Lead } from "../messaging/lead.ts";
import type { Removals } from "../messaging/removals.ts";
import type { Answer, FormScreen, Screen } from "../actions/model/screen.ts";
import type { Suggestion, Typing } from "../actions/browse/suggest.ts";
import type { ViewRef } from "../actions/model/session.ts";
import type { Config } from "../config.ts";
import type { Values } from "../storage/field.ts";
import type { Messenger, Readiness, Removed } from "../messaging/messenger.ts";
import type { Words } from "../i18n/words.ts";
import { publishCommands } from "./commands.ts";
import { createDiscordDestinations } from "./destinations.ts";
import { createConnection, type Identity } from "./connection.ts";
import { createDeliverer } from "./deliver.ts";
import { createDirectMessages } from "./direct.ts";
import { createEndpoint, endPosting, type Endpoint } from "./endpoint.ts";
import { createFirstAnswers } from "./first-answers.ts";
import { createGuard } from "./guard.ts";
import { createMembers, type Members } from "./members.ts";
import { createMessenger } from "./messenger.ts";
import { createPost } from "./post.ts";
import { loggable } from "./refusals.ts";
import { openRelay, type Relay } from "./relay.ts";
import { createRemoving } from "./removing.ts";
import { restBy } from "./rest.ts";
import { createRouter } from "./router.ts";
import { createServers } from "./servers.ts";
import { guardedSharding } from "./sharding.ts";
import { createPendingForms, pendingFormOfPage, type KeptStore } from "./pending-forms.ts";
import { createUploader } from "./upload.ts";
import { userAgentAppendix } from "./user-agent.ts";
import { isInstalledHere, type BotInteraction } from "./visit.ts";
import { serverWords } from "./server-words.ts";

/** What the bot is made of. */
export interface DiscordParts {
  readonly settings: NonNullable<Config["discord"]>;
  perform(visit: Visit, action: Action, signal: AbortSignal): Promise<Answer>;
  /** What could be meant by what is being typed; answers from what is known already. */
  suggest(visit: Visit, typing: Typing): Promise<readonly Suggestion[]>;
  /** Whether what a view shows may be shown in that place too, to everybody there. */
  canPost(visit: Visit, view: ViewRef): Promise<boolean>;
  readonly words: Words;
  /** Forms that wait, the hash of the commands, the servers; encrypted at rest, for it holds tokens for a quarter of an hour. */
  readonly kept: KeptStore;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Told when the bot cannot go on: the token was revoked. The process should end. */
  onFatal(reason: string): void;
  /** Told the place (`discord:guild:…`) of a server the bot is not in any more, to forget what is kept for it. */
  onLeft(place: string): Promise<void>;
  /** Messages in servers that are to go again; absent = all stay. */
  readonly removals?: Removals;
  /** How requests and the gateway's socket go out, as through a proxy; absent = straight. Closed by whoever made them. */
  readonly outbound?: { readonly dispatcher: Dispatcher; agent(address: string): Agent | undefined } | undefined;
  /** Actions one person may do in ten seconds; absent = 100. */
  readonly actionsPerPerson?: number;
  /** Milliseconds that /cancel waits for what is before it; absent = 300. */
  readonly moment?: number;
  /** Milliseconds the answer to what is written in somebody's own chat may take, counted from its begin; absent = 60,000. */
  readonly deadline?: number;
  /** Milliseconds `start` waits for Discord before it goes on trying in the background; absent = 15,000. */
  readonly timeout?: number;
  /** Absent = there is one process. Of several, one is connected to Discord; all speak to it. */
  readonly lead?: Lead | undefined;
}

/** A one-time page that was sent off. */
export interface SentPage {
  /** The end of the page's address. */
  readonly code: string;
  readonly form: FormRef;
}

/** What became of it: what is shown in the chat now (undefined = the form was left, and nothing was done), or the form to show on the page again. */
export type PageOutcome =
  | { readonly done: true; readonly screen: Screen | undefined }
  | { readonly done: false; readonly form: FormScreen };

/** The Discord frontend. */
export interface Discord {
  /** Logs in and begins to take what people do. A refused token rejects with a `ConfigError`; an outage is waited out. */
  start(): Promise<void>;
  /** Takes nothing more and finishes what is being done. */
  stop(): Promise<void>;
  /** Discord is reached, or why not. */
  isUp(): Readiness;
  /** Speaks at any time, to anybody; needs no connection to the gateway. */
  readonly messenger: Messenger;
  /** Takes away a message that was noted in the removals. */
  removeNoted(message: string): Promise<Removed>;
  /** What somebody is in a server: place and person ids of ours. Undefined = Discord does not tell. */
  roleIn: Members["roleIn"];
  /** Channels that files can be delivered to. */
  readonly destinations: DestinationLookup;
  /** Takes interactions that Discord posts; absent = they come over the socket. */
  readonly endpoint?: Pick<Endpoint, "take">;
  /** What the bot is called; undefined before it is connected. */
  botName(): string | undefined;
  /** Hands in a page that somebody was led to from Discord; the message that led there turns into what came of it. */
  submitPage(page: SentPage, values: Values, options: { readonly signal: AbortSignal }): Promise<PageOutcome>;
}

/** Milliseconds Discord may take for one answer of its REST interface. */
const restTimeout = 15_000;
/** Milliseconds until publishing the commands is tried again. */
const publishAgain = 60_000;

/** The bot. Nothing is sent before `start`. */
export function createDiscord(parts: DiscordParts): Discord {
  const { settings, log, now, kept } = parts;
  const words = serverWords(parts.words);
  const newId = () => randomBytes(9).toString("base64url");
  const rest = () => {
    const found = connection.rest();
    if (!found) throw new Error("Discord is not reached yet");
    return found;
  };
  const firstAnswers = createFirstAnswers();
  const post = createPost({ rest, firstAnswers, now });
  const pendingForms = createPendingForms(kept);
  const follower = createFollower({
    now,
    onError: (err) => log.info({ err: loggable(err) }, "message not followed any more"),
    onMissed: (err) => log.debug({ err: loggable(err) }, "message not changed"),
  });
  const uploader = createUploader({ ...settings, now, dispatcher: parts.outbound?.dispatcher });
  const messenger = createMessenger({ ...settings, words, uploader, now, dispatcher: parts.outbound?.dispatcher });
  const removing = parts.removals && createRemoving({ messenger, removals: parts.removals, kept, now });
  const members = createMembers({
    rest: () => connection.rest(),
    now,
    log,
    onGone: (guild) => servers.leave(guild),
  });
  const deliverer = createDeliverer({
    ...parts,
    messenger,
    post,
    pendingForms,
    words,
    follower,
    removing,
    log,
    now,
    newId,
  });
  const languages = createLanguages((locale) => words.pick(locale));
  const servers = createServers({ rest, store: kept, log, onLeft: parts.onLeft });
  const guard = createGuard({ ...parts, languages, post, deliverer, newId, onShutOut: () => servers.suspect() });
  const router = createRouter({ ...parts, guard, deliverer, post, pendingForms });
  const direct = createDirectMessages({ ...parts, languages, deliverer, newId });
  let isOpen = true;
  let relay: Relay | undefined;
  let publishing: NodeJS.Timeout | undefined;

  const hear = (interaction: Interaction): void => {
    // What is thrown here would end the process.
    void take(interaction).catch((err: unknown) =>
      log.error({ err: loggable(err) }, "discord interaction not understood"),
    );
  };

  const hearMessage = (message: Message): void => {
    if (isOpen) void direct.hear(message);
  };

  const take = async (interaction: Interaction): Promise<void> => {
    if (!isOpen) return;
    if (interaction.isAutocomplete()) return router.suggest(interaction);
    if (!isBotInteraction(interaction)) return;
    const answering = router.answer(interaction);
    if (isInstalledHere(interaction) && interaction.guildId !== null) servers.note(interaction.guildId);
    await answering;
  };

  const publish = async (identity: Identity): Promise<void> => {
    await publishCommands({ ...identity, words, store: kept })
      .then((isNew) => log.info({ told: isNew }, "discord knows the commands"))
      .catch((err: unknown) => {
        log.warn({ err: loggable(err), again: publishAgain }, "discord commands not published");
        if (isOpen) publishing = setTimeout(() => void publish(identity), publishAgain).unref();
      });
  };

  const lineParts = {
    ...parts,
    token: settings.token,
    build() {
      const client = buildClient({
        api: settings.apiRoot,
        log,
        relay,
        dispatcher: parts.outbound?.dispatcher,
        hear,
        hearMessage,
        hearChanged(message) {
          if (!isOpen) return;
          void direct
            .hearChanged(message)
            .catch((err: unknown) => log.error({ err: loggable(err) }, "discord changed message not understood"));
        },
      });
      firstAnswers.watch(client.rest);
      return client;
    },
    async onUp(identity: Identity) {
      await publish(identity);
      log.info({ bot: identity.name }, "discord started");
      servers.watch();
      if (!endpoint) void endPosting(identity, log);
    },
  };
  const endpoint =
    settings.endpoint === undefined ? undefined : createEndpoint({ ...lineParts, url: settings.endpoint });
  const connection = endpoint ?? createConnection(lineParts);
  return {
    messenger,
    removeNoted: async (message) => removing?.remove(message) ?? { is: "gone" },
    roleIn: (place, person) => members.roleIn(place, person),
    destinations: createDiscordDestinations({ ...settings, now, dispatcher: parts.outbound?.dispatcher }),
    async start() {
      const { outbound } = parts;
      if (outbound) relay = await openRelay((address) => outbound.agent(address));
      await connection.open();
    },
    async stop() {
      isOpen = false;
      clearTimeout(publishing);
      servers.stop();
      await follower.stopAll();
      await Promise.all([guard.finish(), direct.finish()]);
      await connection.close();
      await relay?.close();
      await uploader.close();
    },
    ...(endpoint && { endpoint }),
    isUp: () => connection.readiness(),
    botName: () => connection.identity()?.name,
    async submitPage({ code, form }, values, { signal }) {
      const id = pendingFormOfPage(code);
      const pendingForm = await pendingForms.find(id);
      if (!pendingForm) return { done: true, screen: undefined };
      const answer = await parts.perform(pendingForm.visit, { do: "submit", form, values }, signal);
      if (answer.screen.show === "form") return { done: false, form: answer.screen };
      const { screen, language } = answer;
      const settled = { ...pendingForm, result: { screen, language } };
      await pendingForms.put(id, settled);
      // Whatever becomes of the message, it is done, and a press on it shows it.
      await deliverer
        .settle(settled, answer)
        .catch((err: unknown) => log.warn({ err: loggable(err) }, "discord result of a page not shown"));
      return { done: true, screen };
    },
  };
}

interface ClientParts {
  /** REST base without the version. */
  readonly api: string;
  readonly log: Logger;
  readonly relay: Relay | undefined;
  readonly dispatcher: Dispatcher | undefined;
  hear(interaction: Interaction): void;
  hearMessage(message: Message): void;
  hearChanged(message: Message): void;
}

function buildClient({ api, log, relay, dispatcher, hear, hearMessage, hearChanged }: ClientParts): Client {
  const client = new Client({
    // Interactions come without any intent, and hold what is needed. What people write to the bot itself comes with its
    // words by this one, which is not privileged; nothing is heard of what they write elsewhere.
    intents: [GatewayIntentBits.DirectMessages],
    // Chats and messages that are not remembered here; a changed message comes whole.
    partials: [Partials.Channel, Partials.Message],
    allowedMentions: { parse: [] },
    rest: { ...restBy(dispatcher), api, timeout: restTimeout, userAgentAppendix, invalidRequestWarningInterval: 500 },
    ws: { buildStrategy: guardedSharding({ log, relay }) },
    makeCache: Options.cacheWithLimits({ MessageManager: 0, UserManager: 0, GuildMemberManager: 0 }),
  });
  client.on(Events.InteractionCreate, (interaction) => hear(interaction));
  client.on(Events.MessageCreate, (message) => hearMessage(message));
  client.on(Events.MessageUpdate, (_before, message) => hearChanged(message));
  return client;
}

function isBotInteraction(interaction: Interaction): interaction is BotInteraction {
  return (
    interaction.isChatInputCommand() ||
    interaction.isMessageContextMenuCommand() ||
    interaction.isButton() ||
    interaction.isStringSelectMenu() ||
    interaction.isModalSubmit()
  );
}
