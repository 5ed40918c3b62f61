import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import { isObject } from "./schema.ts";
import { applicationShape, arrivedGuildShape, memberShape, selfShape } from "./shapes.ts";
import type { Guild, Json, State } from "./state.ts";

/** Intents as bits. */
export const intent = {
  guilds: 1 << 0,
  members: 1 << 1,
  presences: 1 << 8,
  guildMessages: 1 << 9,
  directMessages: 1 << 12,
  messageContent: 1 << 15,
} as const;

const privileged = intent.members | intent.presences | intent.messageContent;
/** Every bit that means something: 0 to 16, 20, 21, 24 and 25. */
const known = (2 ** 17 - 1) | (0b11 << 20) | (0b11 << 24);

/** Why the service hangs up, by its number. */
const close = {
  unknownOpcode: [4001, "Unknown opcode."],
  decode: [4002, "Error while decoding payload."],
  notAuthenticated: [4003, "Not authenticated."],
  authentication: [4004, "Authentication failed."],
  already: [4005, "Already authenticated."],
  seq: [4007, "Invalid seq."],
  rate: [4008, "Rate limited."],
  timeout: [4009, "Session timed out."],
  shard: [4010, "Invalid shard."],
  version: [4012, "Invalid API version."],
  intents: [4013, "Invalid intent(s)."],
  disallowed: [4014, "Disallowed intent(s)."],
} as const;

export interface GatewayRules {
  /** Real ms between heartbeats. */
  heartbeat: number;
  /** How long a dropped session can be taken up again, in ms. */
  sessionLife: number;
  /** Privileged intents switched on for the app. */
  privileged: number;
  /** Sessions a day; beyond them the token is void. */
  identifies: number;
  /** ms between two identifies; sooner is answered "invalid session". 0 = any number. */
  identifyGap: number;
  /** Frames a client may send in a minute. */
  frames: number;
  /** Sessions cannot be taken up again. */
  refuseResume: boolean;
}

interface Session {
  readonly id: string;
  readonly intents: number;
  readonly shard: readonly [number, number];
  seq: number;
  readonly sent: { readonly seq: number; readonly text: string }[];
  /** Absent while the line is down. */
  socket: WebSocket | undefined;
  forget?: () => void;
}

/** A frame that went over a socket, as text. */
export interface Frame {
  readonly at: number;
  readonly from: "client" | "server";
  readonly text: string;
}

/** An event for those who want to hear of it. */
interface GatewayEvent {
  readonly name: string;
  readonly data: Json | ((intents: number) => Json);
  /** Sessions without one of these bits do not get it; absent = everybody does. */
  readonly intents?: number;
  readonly guild?: string;
}

/** The socket side of the service. */
export interface Gateway {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** How many sessions heard of it, or will when they are taken up again. */
  emit(event: GatewayEvent): number;
  /** Lines that are up and identified. */
  connections(): number;
  /** Cuts every line, with a code or without a word. */
  drop(code?: number): void;
  /** Asks every client to come back (op 7). */
  reconnect(): void;
  /** Ends every session (op 9). */
  invalidate(resumable?: boolean): void;
  /** Sends a literal frame over every line, as no service in order would. */
  inject(frame: string): void;
  limits(): { total: number; remaining: number; reset_after: number; max_concurrency: number };
  onReady(listener: () => void): void;
  shut(): void;
}

interface Parts {
  readonly rules: GatewayRules;
  isToken(token: unknown): boolean;
  voidToken(): void;
  url(): string;
  record(frame: Frame): void;
}

const dayLong = 86_400_000;

export function createGateway(state: State, parts: Parts): Gateway {
  const server = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  const sessions = new Map<string, Session>();
  const lines = new Set<Line>();
  const readyListeners = new Set<() => void>();
  let identified: number[] = [];
  const recent = () => (identified = identified.filter((at) => state.clock.now() - at < dayLong));
  const context: Context = {
    state,
    parts,
    sessions,
    identify() {
      const now = state.clock.now();
      const last = identified.at(-1);
      if (last !== undefined && now - last < parts.rules.identifyGap) return "soon";
      if (recent().length >= parts.rules.identifies) return "spent";
      identified.push(now);
      return "fine";
    },
    ready: () => {
      for (const listener of readyListeners) listener();
    },
  };
  return {
    upgrade(request, socket, head) {
      server.handleUpgrade(request, socket, head, (ws) => {
        const line = openLine(context, ws, request);
        lines.add(line);
        ws.on("close", () => lines.delete(line));
      });
    },
    emit(event) {
      const concerned = [...sessions.values()].filter((session) => hears(session, event));
      for (const session of concerned) dispatch(context, session, event);
      return concerned.length;
    },
    connections: () => [...sessions.values()].filter(({ socket }) => socket !== undefined).length,
    drop(code) {
      for (const line of lines) line.drop(code);
    },
    reconnect() {
      for (const line of lines) line.send({ op: 7, d: null });
    },
    invalidate(resumable = false) {
      if (!resumable) for (const session of sessions.values()) sessions.delete(session.id);
      for (const line of lines) line.send({ op: 9, d: resumable });
    },
    inject(frame) {
      for (const line of lines) line.inject(frame);
    },
    limits: () => ({
      total: parts.rules.identifies,
      remaining: Math.max(0, parts.rules.identifies - recent().length),
      reset_after: identified[0] === undefined ? 0 : Math.max(0, identified[0] + dayLong - state.clock.now()),
      max_concurrency: 1,
    }),
    onReady: (listener) => void readyListeners.add(listener),
    shut() {
      for (const line of lines) line.drop();
      server.close();
    },
  };
}

interface Context {
  readonly state: State;
  readonly parts: Parts;
  readonly sessions: Map<string, Session>;
  identify(): "fine" | "soon" | "spent";
  ready(): void;
}

interface Line {
  send(payload: Json): void;
  inject(frame: string): void;
  drop(code?: number): void;
}

/** One socket, from hello to goodbye. */
function openLine(context: Context, socket: WebSocket, request: IncomingMessage): Line {
  const { state, parts } = context;
  let session: Session | undefined;
  let heartbeatDue: NodeJS.Timeout | undefined;
  const times: number[] = [];
  const hangUp = ([code, reason]: readonly [number, string]) => socket.close(code, reason);
  const send = (payload: Json) => sendText(context, socket, JSON.stringify(payload));
  const expectHeartbeat = () => {
    clearTimeout(heartbeatDue);
    // The client's heart beats in real time, whatever clock the service is on.
    heartbeatDue = setTimeout(() => {
      state.complaints.push("a client stopped sending heartbeats");
      socket.close(4000, "Heartbeat missed.");
    }, parts.rules.heartbeat * 1.5);
    heartbeatDue.unref();
  };
  const take = (next: Session) => {
    session = next;
    next.forget?.();
    next.socket = socket;
  };
  const receive = (payload: unknown) => {
    const now = state.clock.now();
    times.push(now);
    while (times[0] !== undefined && now - times[0] >= 60_000) times.shift();
    if (times.length > parts.rules.frames) return hangUp(close.rate);
    if (!isObject(payload) || typeof payload["op"] !== "number") return hangUp(close.decode);
    const data = payload["d"];
    switch (payload["op"]) {
      case 1:
        expectHeartbeat();
        return send({ op: 11, d: null, s: null, t: null });
      case 2:
        return session ? hangUp(close.already) : identify(data);
      case 6:
        return session ? hangUp(close.already) : resume(data);
      case 8:
        return session ? sendMembers(context, session, data) : hangUp(close.notAuthenticated);
      case 3:
      case 4:
      case 31:
        return session ? undefined : hangUp(close.notAuthenticated);
      default:
        return hangUp(close.unknownOpcode);
    }
  };
  const identify = (data: unknown) => {
    const why = isObject(data) ? identifyFault(context, data) : close.decode;
    if (why || !isObject(data)) return hangUp(why ?? close.decode);
    const room = context.identify();
    if (room === "soon") return send({ op: 9, d: false });
    if (room === "spent") {
      parts.voidToken();
      state.complaints.push("a client identified so often that its token is void now");
      return hangUp(close.authentication);
    }
    const made: Session = {
      id: state.secret(16),
      intents: Number(data["intents"]),
      shard: shardOf(data["shard"]) ?? [0, 1],
      seq: 0,
      sent: [],
      socket: undefined,
    };
    context.sessions.set(made.id, made);
    take(made);
    greet(context, made);
  };
  const resume = (data: unknown) => {
    const id = isObject(data) ? data["session_id"] : undefined;
    const known = typeof id === "string" ? context.sessions.get(id) : undefined;
    const token = isObject(data) ? data["token"] : undefined;
    const seq = isObject(data) && typeof data["seq"] === "number" ? data["seq"] : -1;
    if (!parts.isToken(token)) return hangUp(close.authentication);
    if (!known || parts.rules.refuseResume) return send({ op: 9, d: false });
    if (seq < 0 || seq > known.seq) return hangUp(close.seq);
    known.socket?.close(4000, "Resumed elsewhere.");
    take(known);
    for (const event of known.sent.filter((one) => one.seq > seq)) sendText(context, socket, event.text);
    dispatch(context, known, { name: "RESUMED", data: { _trace: ["emulator"] } });
    context.ready();
  };
  socket.on("message", (raw: RawData) => {
    const text = textOf(raw);
    parts.record({ at: state.clock.now(), from: "client", text });
    receive(parsed(text));
  });
  socket.on("error", () => undefined);
  socket.on("close", (code) => {
    clearTimeout(heartbeatDue);
    if (session?.socket === socket) leave(context, session, code);
  });
  const version = new URL(request.url ?? "/", "http://gateway").searchParams.get("v");
  if (version !== null && version !== "10" && version !== "9") hangUp(close.version);
  else {
    send({ op: 10, d: { heartbeat_interval: parts.rules.heartbeat, _trace: ["emulator"] }, s: null, t: null });
    expectHeartbeat();
  }
  return {
    send,
    inject: (frame) => sendText(context, socket, frame),
    drop: (code) => (code === undefined ? socket.terminate() : socket.close(code)),
  };
}

/** A clean goodbye ends the session; anything else leaves it to be taken up again for a while. */
function leave({ state, parts, sessions }: Context, session: Session, code: number): void {
  session.socket = undefined;
  if (code === 1000 || code === 1001) return void sessions.delete(session.id);
  session.forget = state.clock.after(parts.rules.sessionLife, () => sessions.delete(session.id));
}

function identifyFault({ parts }: Context, data: Json): readonly [number, string] | undefined {
  if (!parts.isToken(data["token"])) return close.authentication;
  const intents = data["intents"];
  if (typeof intents !== "number" || !Number.isInteger(intents) || intents < 0 || (intents & ~known) !== 0)
    return close.intents;
  if ((intents & privileged & ~parts.rules.privileged) !== 0) return close.disallowed;
  if (!isObject(data["properties"])) return close.decode;
  if (data["shard"] !== undefined && !shardOf(data["shard"])) return close.shard;
  return undefined;
}

function shardOf(value: unknown): readonly [number, number] | undefined {
  if (!Array.isArray(value)) return undefined;
  const [id, count]: readonly unknown[] = value;
  return typeof id === "number" && typeof count === "number" && id >= 0 && id < count ? [id, count] : undefined;
}

function greet(context: Context, session: Session): void {
  const { state, parts } = context;
  const guilds = [...state.guilds.values()].filter((guild) => isMember(state, guild) && isOnShard(session, guild.id));
  const { id, flags } = applicationShape(state);
  dispatch(context, session, {
    name: "READY",
    data: {
      v: 10,
      user: selfShape(state),
      guilds: guilds.map((guild) => ({ id: guild.id, unavailable: true })),
      session_id: session.id,
      session_type: "normal",
      resume_gateway_url: parts.url(),
      shard: session.shard,
      application: { id, flags },
      relationships: [],
      private_channels: [],
      presences: [],
      user_settings: {},
      guild_join_requests: [],
      geo_ordered_rtc_regions: [],
      _trace: ["emulator"],
    },
  });
  if ((session.intents & intent.guilds) !== 0)
    for (const guild of guilds)
      dispatch(context, session, { name: "GUILD_CREATE", data: arrivedGuildShape(state, guild) });
  context.ready();
}

function isMember(state: State, guild: Guild): boolean {
  return guild.members.has(state.bot.id);
}

function isOnShard({ shard: [id, count] }: Session, guild: string | undefined): boolean {
  return guild === undefined ? id === 0 : Number((BigInt(guild) >> 22n) % BigInt(count)) === id;
}

function hears(session: Session, { intents, guild }: GatewayEvent): boolean {
  return isOnShard(session, guild) && (intents === undefined || (session.intents & intents) !== 0);
}

/** Members asked for by guild: those of the given ids, or whose names begin like this. */
function sendMembers(context: Context, session: Session, data: unknown): void {
  if (!isObject(data)) return;
  const { state } = context;
  const guild = state.guilds.get(typeof data["guild_id"] === "string" ? data["guild_id"] : "");
  if (!guild || !isMember(state, guild)) return;
  const ids: readonly unknown[] | undefined = Array.isArray(data["user_ids"]) ? data["user_ids"] : undefined;
  const start = typeof data["query"] === "string" ? data["query"].toLowerCase() : "";
  const members = [...guild.members.keys()].filter((id) =>
    ids ? ids.includes(id) : (state.users.get(id)?.name.toLowerCase().startsWith(start) ?? false),
  );
  dispatch(context, session, {
    name: "GUILD_MEMBERS_CHUNK",
    data: {
      guild_id: guild.id,
      members: members.map((id) => memberShape(state, guild, id)),
      chunk_index: 0,
      chunk_count: 1,
      ...(data["nonce"] !== undefined && { nonce: data["nonce"] }),
    },
  });
}

/** How much of a session is kept for those who come back. */
const replayed = 1000;

function dispatch(context: Context, session: Session, { name, data }: GatewayEvent): void {
  session.seq += 1;
  const d = typeof data === "function" ? data(session.intents) : data;
  const text = JSON.stringify({ op: 0, t: name, s: session.seq, d });
  session.sent.push({ seq: session.seq, text });
  if (session.sent.length > replayed) session.sent.shift();
  if (session.socket) sendText(context, session.socket, text);
}

function sendText({ state, parts }: Context, socket: WebSocket, text: string): void {
  if (socket.readyState !== socket.OPEN) return;
  parts.record({ at: state.clock.now(), from: "server", text });
  socket.send(text);
}

function textOf(raw: RawData): string {
  return Buffer.isBuffer(raw)
    ? raw.toString("utf8")
    : Array.isArray(raw)
      ? Buffer.concat(raw).toString("utf8")
      : Buffer.from(raw).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
