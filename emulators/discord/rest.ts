import { shapes } from "./bodies.ts";
import type { Registry } from "./commands.ts";
import type { Endpoint } from "./endpoint.ts";
import {
  answerInteraction,
  deleteWebhookMessage,
  editWebhookMessage,
  followUp,
  webhookMessage,
  webhookOf,
} from "./interactions.ts";
import {
  checkBotMay,
  createMessage,
  deleteMessage,
  editMessage,
  messageIn,
  type Draft,
  type Upload,
} from "./messages.ts";
import { may, permission } from "./permissions.ts";
import { refusals } from "./refusal.ts";
import { check, isObject } from "./schema.ts";
import {
  applicationShape,
  channelShape,
  commandShape,
  guildShape,
  memberShape,
  messageShape,
  selfShape,
  userShape,
} from "./shapes.ts";
import {
  directChannel,
  flag,
  permissionsIn,
  type Channel,
  type Command,
  type Guild,
  type Interaction,
  type Json,
  type Message,
  type State,
} from "./state.ts";

/** A request, free of sockets. */
export interface Asked {
  readonly method: string;
  /** After the version: `/channels/1/messages`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The JSON, parsed; undefined when there was none. */
  readonly body: unknown;
  readonly uploads: readonly Upload[];
}

/** What an answer holds; no body = 204. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** What the routes lean on. */
export interface Service {
  readonly state: State;
  readonly registry: Registry;
  readonly endpoint: Endpoint;
  cdn(): string;
  gateway(): { readonly url: string; readonly limits: object };
  /** A message appeared, changed or went, for those who listen on the socket. */
  tell(name: "MESSAGE_CREATE" | "MESSAGE_UPDATE" | "MESSAGE_DELETE", message: Message): void;
  leave(guild: Guild): void;
}

/** A route: what it is called in the panel and in rates, and what it does. */
export interface Route {
  readonly name: string;
  readonly method: string;
  readonly pattern: RegExp;
  /** The kind of rate it counts in. */
  readonly rate?: string;
  /** Opened by a token in its path; the bot's own is not asked for, nor is the global rate. */
  readonly open?: true;
  run(service: Service, asked: Asked, ids: readonly string[]): Answer | Promise<Answer>;
}

const id = String.raw`(\d{1,20})`;

function route(
  method: string,
  path: string,
  run: Route["run"],
  more: Partial<Pick<Route, "rate" | "open">> = {},
): Route {
  const pattern = new RegExp(
    `^${path
      .replaceAll(":id", id)
      .replaceAll(":token", "([^/]+)")
      .replaceAll(":message", String.raw`(@original|\d{1,20})`)}/?$`,
  );
  return { name: `${method} ${path.replaceAll(":", "")}`, method, pattern, run, ...more };
}

/** Everything a bot can ask for. */
export const routes: readonly Route[] = [
  route("GET", "/gateway", ({ gateway }) => ok({ url: gateway().url })),
  route("GET", "/gateway/bot", ({ gateway }) => {
    const { url, limits } = gateway();
    return ok({ url, shards: 1, session_start_limit: limits });
  }),
  route("GET", "/users/@me", ({ state }) => ok(selfShape(state))),
  route("GET", "/users/@me/guilds", ({ state }) =>
    ok([...state.guilds.values()].filter((guild) => guild.members.has(state.bot.id)).map((guild) => guildShape(guild))),
  ),
  route("DELETE", "/users/@me/guilds/:id", (service, _asked, [guildId = ""]) => {
    service.leave(guildOf(service.state, guildId));
    return empty;
  }),
  route("GET", "/applications/@me", ({ state, endpoint }) => ok(applicationShape(state, endpoint))),
  route("PATCH", "/applications/@me", changeApplication),
  route("GET", "/oauth2/applications/@me", ({ state, endpoint }) => ok(applicationShape(state, endpoint))),
  route("GET", "/users/:id", ({ state }, _asked, [userId = ""]) => {
    const user = state.users.get(userId);
    if (!user) throw refusals.unknownUser();
    return ok(userShape(user));
  }),
  route("POST", "/users/@me/channels", openDirect, { rate: "dm" }),
  route("GET", "/guilds/:id", ({ state }, _asked, [guildId = ""]) => ok(guildShape(guildOf(state, guildId)))),
  route("GET", "/guilds/:id/channels", ({ state }, _asked, [guildId = ""]) =>
    ok(guildOf(state, guildId).channels.map((channel) => channelShape(state, channel))),
  ),
  route("GET", "/guilds/:id/members/:id", ({ state }, _asked, [guildId = "", userId = ""]) => {
    const guild = guildOf(state, guildId);
    if (!state.users.has(userId)) throw refusals.unknownUser();
    if (!guild.members.has(userId)) throw refusals.unknownMember();
    return ok(memberShape(state, guild, userId));
  }),
  route("GET", "/channels/:id", ({ state }, _asked, [channelId = ""]) =>
    ok(channelShape(state, channelFor(state, channelId))),
  ),
  route("POST", "/channels/:id/typing", ({ state }, _asked, [channelId = ""]) => {
    const channel = channelFor(state, channelId);
    checkBotMay(state, channel, { body: {}, uploads: [], path: [] });
    channel.typingUntil = state.clock.now() + 10_000;
    state.clock.after(10_000, () => state.changed());
    state.changed();
    return empty;
  }),
  route("GET", "/channels/:id/messages", listMessages),
  route("POST", "/channels/:id/messages", postMessage, { rate: "message" }),
  route("GET", "/channels/:id/messages/:id", (service, _asked, [channelId = "", messageId = ""]) =>
    ok(messageShape(service.state, openMessage(service.state, channelId, messageId), service.cdn())),
  ),
  route("PATCH", "/channels/:id/messages/:id", patchMessage, { rate: "message edit" }),
  route("DELETE", "/channels/:id/messages/:id", removeMessage, { rate: "message edit" }),
  ...["", "/guilds/:id"].flatMap((scope) => commandRoutes(`/applications/:id${scope}/commands`)),
  route("POST", "/interactions/:id/:token/callback", callBack, { open: true }),
  route("POST", "/webhooks/:id/:token", postFollowUp, { open: true, rate: "webhook" }),
  route("GET", "/webhooks/:id/:token/messages/:message", ofWebhook(readWebhookMessage), { open: true }),
  route("PATCH", "/webhooks/:id/:token/messages/:message", ofWebhook(changeWebhookMessage), {
    open: true,
    rate: "webhook message",
  }),
  route("DELETE", "/webhooks/:id/:token/messages/:message", ofWebhook(removeWebhookMessage), {
    open: true,
    rate: "webhook message",
  }),
];

const empty: Answer = { status: 204 };

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function checked(asked: Asked, shape: string): Json {
  const problems = check(shapes, { is: "shape", shape }, asked.body);
  if (problems.length > 0 || !isObject(asked.body)) throw refusals.invalidForm(problems);
  return asked.body;
}

function draftOf(asked: Asked, shape: string): Draft {
  return { body: checked(asked, shape), uploads: asked.uploads, path: [] };
}

/** A guild the bot is in. */
function guildOf(state: State, guildId: string): Guild {
  const guild = state.guilds.get(guildId);
  if (!guild) throw refusals.unknownGuild();
  if (!guild.members.has(state.bot.id)) throw refusals.missingAccess();
  return guild;
}

/** A channel the bot can see. */
function channelFor(state: State, channelId: string): Channel {
  const channel = state.channels.get(channelId);
  if (!channel) throw refusals.unknownChannel();
  if (!may(permissionsIn(channel, state.bot.id), permission.viewChannel)) throw refusals.missingAccess();
  return channel;
}

/** A message anybody in the channel sees. */
function openMessage(state: State, channelId: string, messageId: string): Message {
  const message = messageIn(channelFor(state, channelId), messageId);
  if (message.onlyFor !== undefined) throw refusals.unknownMessage();
  return message;
}

/** Of an application, what is changed here: where its interactions go. */
async function changeApplication({ state, endpoint }: Service, { body }: Asked): Promise<Answer> {
  const url = isObject(body) ? body["interactions_endpoint_url"] : undefined;
  if (url === null || typeof url === "string") await endpoint.change(url === "" ? null : url);
  return ok(applicationShape(state, endpoint));
}

function openDirect({ state }: Service, asked: Asked): Answer {
  const recipient = state.users.get(String(checked(asked, "channel")["recipient_id"]));
  if (!recipient) throw refusals.unknownUser();
  if (recipient.bot) throw refusals.cannotMessage();
  return ok(channelShape(state, directChannel(state, [recipient.id, state.bot.id], "bot-dm")));
}

function listMessages({ state, cdn }: Service, asked: Asked, [channelId = ""]: readonly string[]): Answer {
  const channel = channelFor(state, channelId);
  if (!may(permissionsIn(channel, state.bot.id), permission.readHistory)) return ok([]);
  const limit = Math.min(100, Math.max(1, Number(asked.query.get("limit") ?? 50) || 50));
  const before = asked.query.get("before");
  const open = channel.messages
    .filter(({ onlyFor, deleted }) => onlyFor === undefined && !deleted)
    .filter((message) => before === null || BigInt(message.id) < BigInt(/^\d+$/.test(before) ? before : 0));
  return ok(
    open
      .slice(-limit)
      .toReversed()
      .map((message) => messageShape(state, message, cdn())),
  );
}

function postMessage(service: Service, asked: Asked, [channelId = ""]: readonly string[]): Answer {
  const { state, cdn } = service;
  const channel = channelFor(state, channelId);
  const draft = draftOf(asked, "channelMessage");
  checkBotMay(state, channel, draft);
  if (!channel.guild && !channel.people.every((person) => state.users.get(person)?.opensDms ?? false))
    refuseClosed(state, channel);
  if (typeof draft.body["flags"] === "number" && (draft.body["flags"] & flag.ephemeral) !== 0)
    state.complaints.push("a channel message asked to be ephemeral; only answers to interactions can be");
  const same = sentBefore(state, channel, draft);
  if (same) return ok(messageShape(state, same, cdn()));
  const { nonce } = draft.body;
  const message = createMessage(state, draft, { channel, author: state.bot });
  if (typeof nonce === "string" || typeof nonce === "number") message.nonce = nonce;
  state.changed();
  service.tell("MESSAGE_CREATE", message);
  return ok(messageShape(state, message, cdn()));
}

/** How long a nonce is remembered, in ms: the reference says a few minutes. */
const nonceLife = 3 * 60_000;

/** With `enforce_nonce`, a message of the same author with the same nonce is given instead of a new one. */
function sentBefore(state: State, channel: Channel, { body }: Draft): Message | undefined {
  if (body["enforce_nonce"] !== true || body["nonce"] === undefined || body["nonce"] === null) return undefined;
  const since = state.clock.now() - nonceLife;
  return channel.messages.find(
    ({ nonce, author, at }) => author === state.bot && at >= since && nonce === body["nonce"],
  );
}

/** Somebody in a direct conversation who lets nobody write to them. */
function refuseClosed(state: State, channel: Channel): void {
  const closed = channel.people.filter((person) => person !== state.bot.id && !state.users.get(person)?.opensDms);
  if (closed.length > 0) throw refusals.cannotMessage();
}

function patchMessage(service: Service, asked: Asked, [channelId = "", messageId = ""]: readonly string[]): Answer {
  const { state, cdn } = service;
  const message = openMessage(state, channelId, messageId);
  if (message.author !== state.bot) throw refusals.notAuthor();
  editMessage(state, message, draftOf(asked, "channelMessageEdit"));
  state.changed();
  service.tell("MESSAGE_UPDATE", message);
  return ok(messageShape(state, message, cdn()));
}

function removeMessage(service: Service, _asked: Asked, [channelId = "", messageId = ""]: readonly string[]): Answer {
  const { state } = service;
  const message = openMessage(state, channelId, messageId);
  const granted = permissionsIn(message.channel, state.bot.id);
  if (message.author !== state.bot && !(message.channel.guild && may(granted, permission.manageMessages)))
    throw refusals.missingPermissions();
  deleteMessage(message);
  state.changed();
  service.tell("MESSAGE_DELETE", message);
  return empty;
}

function commandRoutes(path: string): Route[] {
  const scoped =
    (
      run: (service: Service, asked: Asked, scope: { guild: string | undefined; command: string }) => Answer,
    ): Route["run"] =>
    (service, asked, [application = "", ...rest]) => {
      const { state } = service;
      if (application !== state.bot.id) throw refusals.unknownApplication();
      const guild = path.includes("/guilds/") ? rest[0] : undefined;
      if (guild !== undefined && !state.guilds.get(guild)?.installed) throw refusals.missingAccess();
      return run(service, asked, { guild, command: rest.at(-1) ?? "" });
    };
  const show = (service: Service, command: Command) => commandShape(service.state, command);
  const rate = { rate: "commands" };
  return [
    route(
      "GET",
      path,
      scoped((service, _asked, { guild }) => ok(service.registry.list(guild).map((command) => show(service, command)))),
    ),
    route(
      "PUT",
      path,
      scoped((service, { body }, { guild }) =>
        ok(service.registry.replace(body, guild).map((command) => show(service, command))),
      ),
      rate,
    ),
    route(
      "POST",
      path,
      scoped((service, { body }, { guild }) => {
        const { command, created } = service.registry.put(body, guild);
        return { status: created ? 201 : 200, body: show(service, command) };
      }),
      rate,
    ),
    route(
      "GET",
      `${path}/:id`,
      scoped((service, _asked, { guild, command }) => ok(show(service, service.registry.get(command, guild)))),
    ),
    route(
      "PATCH",
      `${path}/:id`,
      scoped((service, { body }, { guild, command }) =>
        ok(show(service, service.registry.change(command, body, guild))),
      ),
      rate,
    ),
    route(
      "DELETE",
      `${path}/:id`,
      scoped((service, _asked, { guild, command }) => {
        service.registry.remove(command, guild);
        return empty;
      }),
      rate,
    ),
  ];
}

function callBack(service: Service, asked: Asked, [interactionId = "", token = ""]: readonly string[]): Answer {
  const { state } = service;
  const { interaction, message } = answerInteraction(state, { id: interactionId, token }, asked);
  if (message && interaction.answer === 4) service.tell("MESSAGE_CREATE", message);
  if (message && interaction.answer === 7) service.tell("MESSAGE_UPDATE", message);
  if (asked.query.get("with_response") !== "true") return empty;
  return ok(callbackShape(service, interaction, message));
}

function callbackShape({ state, cdn }: Service, interaction: Interaction, message: Message | undefined): Json {
  return {
    interaction: {
      id: interaction.id,
      type: interaction.type,
      ...(message && {
        response_message_id: message.id,
        response_message_loading: (message.flags & flag.loading) !== 0,
        response_message_ephemeral: message.onlyFor !== undefined,
      }),
    },
    ...(message &&
      interaction.answer !== 6 && {
        resource: { type: interaction.answer, message: messageShape(state, message, cdn()) },
      }),
  };
}

function postFollowUp(service: Service, asked: Asked, [application = "", token = ""]: readonly string[]): Answer {
  const { state, cdn } = service;
  const interaction = webhookOf(state, application, token);
  const message = followUp(state, interaction, draftOf(asked, "followUp"));
  service.tell("MESSAGE_CREATE", message);
  // A webhook answers 204 unless it is waited for; those of interactions always wait.
  return ok(messageShape(state, message, cdn()));
}

function ofWebhook(run: (service: Service, message: Message, asked: Asked) => Answer): Route["run"] {
  return (service, asked, [application = "", token = "", messageId = ""]) =>
    run(service, webhookMessage(webhookOf(service.state, application, token), messageId), asked);
}

function readWebhookMessage({ state, cdn }: Service, message: Message): Answer {
  return ok(messageShape(state, message, cdn()));
}

function changeWebhookMessage(service: Service, message: Message, asked: Asked): Answer {
  const { state, cdn } = service;
  editWebhookMessage(state, message, draftOf(asked, "webhookEdit"));
  service.tell("MESSAGE_UPDATE", message);
  return ok(messageShape(state, message, cdn()));
}

function removeWebhookMessage(service: Service, message: Message): Answer {
  deleteWebhookMessage(service.state, message);
  service.tell("MESSAGE_DELETE", message);
  return empty;
}
