import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import { createAsk } from "./asking.ts";
import { realClock, type Clock } from "../clock.ts";
import { createRegistry, type Registry } from "./commands.ts";
import { createEndpoint, type Endpoint } from "./endpoint.ts";
import { handle, remember, type Call, type Desk, type Recorded } from "./desk.ts";
import { createFaults, type Fault } from "./faults.ts";
import { createGateway, intent, type Frame, type Gateway, type GatewayRules } from "./gateway.ts";
import { createLimits, usualRates, type RateRules } from "./limits.ts";
import { usualPermissions } from "./permissions.ts";
import { createPerson, type Person } from "./person.ts";
import { toAcknowledge } from "./interactions.ts";
import type { Service } from "./rest.ts";
import { arrivedGuildShape, messageShape } from "./shapes.ts";
import type { Stage } from "../stage.ts";
import { createStage } from "./stage.ts";
import {
  addChannel,
  createState,
  directChannel,
  type Channel,
  type Guild,
  type Json,
  type Message,
  type State,
} from "./state.ts";

/** A Discord on loopback, strict like the real one. */
export interface DiscordEmulator {
  /** For `rest.api`: without a version. */
  readonly apiRoot: string;
  /** The bot's. */
  readonly token: string;
  readonly state: State;
  readonly registry: Registry;
  readonly gateway: Pick<Gateway, "connections" | "drop" | "reconnect" | "invalidate" | "inject" | "limits">;
  /** Where interactions are posted, when the app has set an address. */
  readonly endpoint: Pick<Endpoint, "url" | "verifyKey" | "change" | "replay">;
  /** Knobs; change them at any time. */
  readonly rules: Rules;
  person(somebody: Somebody): Person;
  guild(options: GuildOptions): Guild;
  channel(guild: Guild, name: string): Channel;
  /** A channel is deleted. */
  removes(channel: Channel): void;
  /** Every address of an attachment that was given out until now has ended, as it does after a day. */
  endsAddresses(): void;
  /** A conversation of several people without the bot. */
  group(people: readonly Person[]): Channel;
  /** Makes somebody a member, or changes what a member may do. */
  joins(guild: Guild, who: Person | "bot", permissions?: bigint): void;
  leaves(guild: Guild, who: Person | "bot"): void;
  /** Takes permissions away in one channel. */
  denies(channel: Channel, who: Person | "bot", permissions: bigint): void;
  /** What was asked for, oldest first. Holds no secret. */
  readonly calls: readonly Call[];
  onCall(listener: (call: Call) => void): () => void;
  /** Every request with its body, secrets and all: for those who look for leaks. */
  readonly requests: readonly Recorded[];
  /** Every frame of every socket, secrets and all. */
  readonly frames: readonly Frame[];
  /** The next requests that fit go wrong. */
  fail(fault: Fault): void;
  /** Refuses every connection until told otherwise. */
  outage(on: boolean): void;
  /** Things a client did that a good one does not. */
  readonly complaints: readonly string[];
  /** Until a bot has identified or resumed; fails after `within` real ms. */
  ready(within?: number): Promise<void>;
  /** Discord as these people see it, for the demo page. */
  stage(people: readonly Person[]): Stage;
  close(): Promise<void>;
}

interface Rules extends RateRules, GatewayRules {
  /** Bytes of one file in one message. */
  attachmentLimit: number;
  /** Bytes of a file that are kept, so that people can open it. */
  keepBytes: number;
  /** Requests, calls and frames that are remembered, each; older ones are forgotten. */
  remembered: number;
}

/** Somebody who can be on Discord. */
interface Somebody {
  readonly name: string;
  /** Digits; made up when absent. */
  readonly id?: string;
  /** `en-US` when absent. */
  readonly locale?: string;
}

interface GuildOptions {
  readonly name: string;
  readonly owner: Person;
  readonly members?: readonly Person[];
  readonly locale?: string;
  /** How the app was added: not at all, its commands alone, or with its bot. */
  readonly app?: "absent" | "commands" | "bot";
  readonly channels?: readonly string[];
}

interface Options {
  /** 0 or absent = any free port. */
  readonly port?: number;
  readonly clock?: Clock;
  readonly token?: string;
  /** The app's, which is its bot's. */
  readonly id?: string;
  readonly name?: string;
  secret?(bytes: number): string;
}

/** Starts the service with nobody in it. */
export async function startDiscord({
  port = 0,
  clock = realClock(),
  id,
  name = "ChatDrive",
  secret = (bytes) => randomBytes(bytes).toString("base64url"),
  token,
}: Options = {}): Promise<DiscordEmulator> {
  const state = createState(clock, { name, secret, ...(id !== undefined && { id }) });
  const own = token ?? `${Buffer.from(state.bot.id).toString("base64url")}.${secret(4)}.${secret(20)}`;
  const rules = usualRules();
  const frames: Frame[] = [];
  let valid = true;
  let url = "";
  const gateway = createGateway(state, {
    rules,
    isToken: (candidate) => valid && candidate === own,
    voidToken: () => (valid = false),
    url: () => url.replace(/^http/, "ws"),
    record: (frame) => remember(frames, frame, rules.remembered),
  });
  const registry = createRegistry(state);
  const endpoint = createEndpoint(state, toAcknowledge);
  const service: Service = {
    state,
    registry,
    endpoint,
    cdn: () => url,
    gateway: () => ({ url: url.replace(/^http/, "ws"), limits: gateway.limits() }),
    tell: (event, message) => tellOf(state, gateway, { event, message, cdn: url }),
    leave: (guild) => leave(state, gateway, guild),
  };
  const desk: Desk = {
    service,
    rules,
    limits: createLimits(rules, clock.now),
    faults: createFaults(),
    isToken: (header) => valid && header === `Bot ${own}`,
    calls: [],
    requests: [],
    listeners: new Set(),
  };
  let down = false;
  const server = createServer((request, response) => {
    if (down) return void request.socket.destroy();
    handle(desk, request, response).catch((error: unknown) => {
      // A client that hangs up in the middle of a file has changed its mind, and that is its right.
      if (request.destroyed && !request.complete) return;
      state.complaints.push(`the emulator failed: ${error instanceof Error ? error.stack : String(error)}`);
      response.destroy();
    });
  });
  server.on("upgrade", (request, socket, head) => {
    if (down) return void socket.destroy();
    gateway.upgrade(request, socket, head);
  });
  await listening(server, port);
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : port}`;
  const ask = createAsk({ state, gateway, endpoint, attachmentLimit: () => rules.attachmentLimit, cdn: () => url });
  const idOf = (who: Person | "bot") => (who === "bot" ? state.bot.id : who.user.id);
  const joins: DiscordEmulator["joins"] = (guild, who, permissions = usualPermissions) => {
    const known = guild.members.get(idOf(who));
    const { role = state.id(), joinedAt = clock.now() } = known ?? {};
    guild.members.set(idOf(who), { permissions, role, joinedAt });
    if (who === "bot") guild.installed = true;
    if (who === "bot" && !known)
      gateway.emit({
        name: "GUILD_CREATE",
        data: arrivedGuildShape(state, guild),
        intents: intent.guilds,
        guild: guild.id,
      });
    state.changed();
  };
  const onCall: DiscordEmulator["onCall"] = (listener) => {
    desk.listeners.add(listener);
    return () => desk.listeners.delete(listener);
  };
  const channel = (guild: Guild, called: string) =>
    addChannel(state, { kind: "guild", name: called, people: [], guild });
  return {
    apiRoot: `${url}/api`,
    token: own,
    state,
    registry,
    gateway,
    endpoint,
    rules,
    person(somebody) {
      const user = {
        id: somebody.id ?? state.id(),
        name: somebody.name,
        bot: false,
        locale: somebody.locale ?? "en-US",
        installed: false,
        opensDms: true,
      };
      state.users.set(user.id, user);
      return createPerson({ state, ask, cdn: () => url, tell: service.tell }, user);
    },
    guild({ name: called, owner, members = [], locale = "en-US", app = "bot", channels = ["general"] }) {
      const guild: Guild = {
        id: state.id(),
        name: called,
        locale,
        owner: owner.user.id,
        members: new Map(),
        installed: app !== "absent",
        channels: [],
      };
      state.guilds.set(guild.id, guild);
      for (const one of channels) channel(guild, one);
      for (const member of [owner, ...members]) joins(guild, member);
      if (app === "bot") joins(guild, "bot");
      return guild;
    },
    channel,
    endsAddresses() {
      state.signing = `${state.signing}+`;
    },
    removes(gone) {
      state.channels.delete(gone.id);
      gone.guild?.channels.splice(gone.guild.channels.indexOf(gone), 1);
      state.changed();
    },
    group: (people) =>
      directChannel(
        state,
        people.map(({ user }) => user.id),
        "group-dm",
      ),
    joins,
    leaves(guild, who) {
      if (who === "bot") return leave(state, gateway, guild);
      guild.members.delete(who.user.id);
      return state.changed();
    },
    denies(place, who, permissions) {
      place.denied.set(idOf(who), permissions);
      state.changed();
    },
    calls: desk.calls,
    requests: desk.requests,
    frames,
    complaints: state.complaints,
    onCall,
    fail: (fault) => desk.faults.add(fault),
    outage(on) {
      down = on;
      if (!on) return;
      gateway.drop();
      server.closeAllConnections();
    },
    stage: (people) => createStage({ state, onCall }, people),
    ready: (within = 5000) => whenReady(gateway, within),
    close: async () => {
      gateway.shut();
      await closed(server);
    },
  };
}

function usualRules(): Rules {
  return {
    ...usualRates(),
    heartbeat: 41_250,
    sessionLife: 5 * 60_000,
    privileged: 0,
    identifies: 1000,
    identifyGap: 0,
    frames: 120,
    refuseResume: false,
    attachmentLimit: 10 * 1_048_576,
    keepBytes: 1_048_576,
    remembered: 50_000,
  };
}

function whenReady(gateway: Gateway, within: number): Promise<void> {
  if (gateway.connections() > 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no bot came within ${within} ms`)), within);
    gateway.onReady(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The app is gone from a guild, its commands there and its bot. */
function leave(state: State, gateway: Gateway, guild: Guild): void {
  guild.installed = false;
  if (guild.members.delete(state.bot.id))
    gateway.emit({ name: "GUILD_DELETE", data: { id: guild.id }, intents: intent.guilds, guild: guild.id });
  for (const command of state.commands.values()) if (command.guild === guild.id) state.commands.delete(command.id);
  state.changed();
}

interface Telling {
  readonly event: "MESSAGE_CREATE" | "MESSAGE_UPDATE" | "MESSAGE_DELETE";
  readonly message: Message;
  readonly cdn: string;
}

/** Lets sessions with the intent know of a message, where the bot is there to see it. */
function tellOf(state: State, gateway: Gateway, { event, message, cdn }: Telling): void {
  const { channel, author } = message;
  const there = channel.guild ? channel.guild.members.has(state.bot.id) : channel.people.includes(state.bot.id);
  if (!there || message.onlyFor !== undefined) return;
  const where = channel.guild ? { guild_id: channel.guild.id } : {};
  const isOpen = author === state.bot || !channel.guild || message.content.includes(`<@${state.bot.id}>`);
  const data = (intents: number): Json => {
    if (event === "MESSAGE_DELETE") return { id: message.id, channel_id: channel.id, ...where };
    const shape = messageShape(state, message, cdn);
    const hidden =
      isOpen || (intents & intent.messageContent) !== 0
        ? {}
        : { content: "", embeds: [], attachments: [], components: [] };
    return { ...shape, ...hidden, ...where, channel_type: channel.guild ? 0 : channel.kind === "group-dm" ? 3 : 1 };
  };
  gateway.emit({
    name: event,
    data,
    intents: channel.guild ? intent.guildMessages : intent.directMessages,
    ...(channel.guild && { guild: channel.guild.id }),
  });
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
