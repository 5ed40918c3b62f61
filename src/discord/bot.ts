import { randomBytes } from "node:crypto";
import { Client, Events, Options, type Interaction } from "discord.js";
import type { Logger } from "pino";
import type { Action } from "../actions/action.ts";
import type { FormRef } from "../actions/model/form.ts";
import type { Visit } from "../users/visit.ts";
import type { Announce } from "../users/broadcast.ts";
import { createFollower } from "../messaging/follow.ts";
import type { Removals } from "../messaging/removals.ts";
import type { Answer, FormScreen, Notice, Screen } from "../actions/model/screen.ts";
import type { Suggestion, Typing } from "../actions/browse/suggest.ts";
import type { Interrupted } from "../actions/model/transfer.ts";
import type { Config } from "../config.ts";
import type { Values } from "../storage/field.ts";
import type { Words } from "../i18n/words.ts";
import { serverWords } from "./server-words.ts";
import { createAnnouncer } from "./announce.ts";
import { publishCommands } from "./commands.ts";
import { createConnection } from "./connection.ts";
import { createDeliverer } from "./deliver.ts";
import { createGuard } from "./guard.ts";
import { createMembers, type Members } from "./members.ts";
import { tellOutcome } from "./outcome.ts";
import { createPost } from "./post.ts";
import { loggable } from "./refusals.ts";
import { createRemoving } from "./removing.ts";
import { createRouter } from "./router.ts";
import { createServers } from "./servers.ts";
import { createPendingForms, readToken, pendingFormOfPage, type KeptStore, type PendingForm } from "./pending-forms.ts";
import { paint } from "./screens/paint.ts";
import { painterFor } from "./screens/painter.ts";
import type { Painted } from "./screens/sheet.ts";
import { createUploader } from "./upload.ts";
import { isInstalledHere, type BotInteraction } from "./visit.ts";

/** What the bot is made of. */
export interface DiscordParts {
  readonly settings: NonNullable<Config["discord"]>;
  perform(visit: Visit, action: Action, signal: AbortSignal): Promise<Answer>;
  /** What could be meant by what is being typed; answers from what is known already. */
  suggest(visit: Visit, typing: Typing): Promise<readonly Suggestion[]>;
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
  /** Files a process before this one did not bring into their chats; absent = none are sent. */
  interrupted?(): Promise<readonly Interrupted[]>;
  /** Messages in servers that are to go again; absent = all stay. */
  readonly removals?: Removals;
  /** Milliseconds between looks for messages that are to go; absent = 20 s. */
  readonly sweepEvery?: number;
  /** Deeds one person may do in ten seconds; absent = 100. */
  readonly actionsPerPerson?: number;
  /** Milliseconds `start` waits for Discord before it goes on trying in the background; absent = 15,000. */
  readonly timeout?: number;
}

/** A one-time page that was sent off. */
export interface SentPage {
  /** The end of the page's address. */
  readonly code: string;
  readonly form: FormRef;
}

/** What became of it: done, or the form to show on the page again. */
export type PageOutcome =
  | { readonly done: true; /** Absent where nobody waits for it any more. */ readonly screen: Screen | undefined }
  | { readonly done: false; readonly form: FormScreen };

/** The Discord frontend. */
export interface Discord {
  /** Logs in and begins to take what people do. A refused token rejects with a `ConfigError`; an outage is waited out. */
  start(): Promise<void>;
  /** Takes nothing more and finishes what is being done. */
  stop(): Promise<void>;
  /** Discord is reached. */
  isUp(): boolean;
  /** A word to somebody who did not ask for it. Resolves also where they cannot be reached. */
  tell(person: string, notice: Notice, language: string): Promise<void>;
  /** Sends a text to somebody's own chat, once; servers are not written to unasked. */
  readonly announce: Announce;
  /** What somebody is in a server: place and person ids of ours. Undefined = Discord does not tell. */
  roleIn: Members["roleIn"];
  /** What the bot is called; undefined before it is connected. */
  botName(): string | undefined;
  /** Hands in a page that somebody was led to from Discord; the message that led there turns into what came of it. */
  submitPage(page: SentPage, values: Values, options: { readonly signal: AbortSignal }): Promise<PageOutcome>;
}

/** Milliseconds Discord may take for one answer of its REST interface. */
const restTimeout = 15_000;
/** Milliseconds until publishing the commands is tried again. */
const publishAgain = 60_000;
/** Milliseconds between looks for files that another process lost. */
const tellEvery = 60_000;

/** The bot. Nothing is sent before `start`. */
export function createDiscord(parts: DiscordParts): Discord {
  const { settings, log, now, kept } = parts;
  const words = serverWords(parts.words);
  const newId = () => randomBytes(9).toString("base64url");
  const rest = () => upClient().rest;
  const post = createPost({ rest, now });
  const pendingForms = createPendingForms(kept);
  const follower = createFollower({
    now,
    onError: (err) => log.info({ err: loggable(err) }, "message not followed any more"),
    onMissed: (err) => log.debug({ err: loggable(err) }, "message not changed"),
  });
  const uploader = createUploader({ apiRoot: settings.apiRoot, now });
  const removing =
    parts.removals &&
    createRemoving({
      rest,
      removals: parts.removals,
      kept,
      now,
      tokenOf: (interaction) => post.tokenOf(interaction),
      every: parts.sweepEvery,
      onError: (err) => log.warn({ err: loggable(err) }, "old message not removed"),
    });
  const members = createMembers({ rest: () => connection.client()?.rest, now, log });
  const deliverer = createDeliverer({ uploader, post, pendingForms, words, follower, removing, log, now, newId });
  const servers = createServers({ rest, store: kept, log, onLeft: parts.onLeft });
  const guard = createGuard({ ...parts, post, deliverer, newId, onShutOut: () => servers.suspect() });
  const router = createRouter({ ...parts, guard, deliverer, post, pendingForms });
  let isOpen = true;
  let publishing: NodeJS.Timeout | undefined;
  let telling: NodeJS.Timeout | undefined;
  let told: Promise<void> | undefined;

  const hear = (interaction: Interaction): void => {
    // What is thrown here would end the process.
    void take(interaction).catch((err: unknown) =>
      log.error({ err: loggable(err) }, "discord interaction not understood"),
    );
  };

  const take = async (interaction: Interaction): Promise<void> => {
    if (!isOpen) return;
    if (interaction.isAutocomplete()) return router.suggest(interaction);
    if (!isBotInteraction(interaction)) return;
    const answering = router.answer(interaction);
    if (isInstalledHere(interaction) && interaction.guildId !== null) servers.note(interaction.guildId);
    await answering;
  };

  const publish = async (client: Client<true>): Promise<void> => {
    await publishCommands({ rest: client.rest, application: client.application.id, words, store: kept })
      .then((isNew) => log.info({ told: isNew }, "discord knows the commands"))
      .catch((err: unknown) => {
        log.warn({ err: loggable(err), again: publishAgain }, "discord commands not published");
        if (isOpen) publishing = setTimeout(() => void publish(client), publishAgain).unref();
      });
  };

  const connection = createConnection({
    ...parts,
    token: settings.token,
    build: () => buildClient(settings.apiRoot, hear),
    async onUp(client) {
      await publish(client);
      log.info({ bot: client.user.username }, "discord started");
      servers.watch();
      removing?.start();
      // One after the other: nobody is told twice because Discord is slow.
      const tell = () => {
        told ??= tellOfInterrupted(client.application.id)
          .catch((err: unknown) => log.warn({ err: loggable(err) }, "people not told of interrupted files"))
          .finally(() => (told = undefined));
      };
      tell();
      clearInterval(telling);
      telling = setInterval(tell, tellEvery).unref();
    },
  });
  const painterIn = (language: string) => painterFor({ words, language, place: "private", canPost: false, now: now() });

  /** People are told which files were lost with a process, and can go on. What an outage prevents is told after it. */
  const tellOfInterrupted = async (application: string): Promise<void> => {
    for (const { person, message, screen, language, told: forget } of (await parts.interrupted?.()) ?? []) {
      const user = userOf(person);
      const token = readToken(message) ?? { token: "", until: 0 };
      const edit = (painted: Painted) => post.replace(application, token, painted);
      const shown = user !== undefined && { user, until: token.until, edit };
      if (shown) await tellOutcome({ post, log, now }, shown, paint(painterIn(language), screen));
      await forget();
    }
  };
  const settle = (pendingForm: PendingForm, answer: Answer) =>
    deliverer.settle(upClient().application.id, pendingForm, answer);
  const upClient = (): Client<true> => {
    const client = connection.client();
    if (!client) throw new Error("Discord is not reached yet");
    return client;
  };

  return {
    announce: createAnnouncer(settings),
    roleIn: (place, person) => members.roleIn(place, person),
    start: () => connection.open(),
    async stop() {
      isOpen = false;
      clearTimeout(publishing);
      clearInterval(telling);
      servers.stop();
      await removing?.stop();
      await follower.stopAll();
      await guard.finish();
      await connection.close();
      await uploader.close();
    },
    async tell(person, notice, language) {
      const user = userOf(person);
      if (user !== undefined) await post.sendTo(user, paint(painterIn(language), notice));
    },
    isUp: () => connection.client()?.isReady() ?? false,
    botName: () => connection.client()?.user?.username,
    async submitPage({ code, form }, values, { signal }) {
      const id = pendingFormOfPage(code);
      const pendingForm = await pendingForms.find(id);
      // It was cancelled, or its time is over.
      if (!pendingForm) return { done: true, screen: undefined };
      const answer = await parts.perform(pendingForm.visit, { do: "submit", form, values }, signal);
      if (answer.screen.show === "form") return { done: false, form: answer.screen };
      const { screen, language } = answer;
      const settled = { ...pendingForm, result: { screen, language } };
      await pendingForms.put(id, settled);
      // Whatever becomes of the message, it is done, and a press on it shows it.
      await settle(settled, answer).catch((err: unknown) =>
        log.warn({ err: loggable(err) }, "result of a page not shown"),
      );
      return { done: true, screen };
    },
  };
}

function buildClient(api: string, hear: (interaction: Interaction) => void): Client {
  const client = new Client({
    // Interactions come without any intent, and hold what is needed.
    intents: [],
    allowedMentions: { parse: [] },
    rest: { api, timeout: restTimeout, invalidRequestWarningInterval: 500 },
    makeCache: Options.cacheWithLimits({ MessageManager: 0, UserManager: 0, GuildMemberManager: 0 }),
  });
  client.on(Events.InteractionCreate, hear);
  return client;
}

/** Discord's id of a person of ours; undefined = they are of another platform. */
function userOf(person: string): string | undefined {
  return /^discord:(\d+)$/.exec(person)?.[1];
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
