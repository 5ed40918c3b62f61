import type { Clock } from "../clock.ts";
import { snowflakes } from "./ids.ts";
import { permission, usualPermissions } from "./permissions.ts";

/** A component, embed or command as the bot sent it, after its check. */
export type Json = Readonly<Record<string, unknown>>;

/** Somebody with an account: a person or a bot. */
export interface User {
  readonly id: string;
  name: string;
  readonly bot: boolean;
  /** What their client says: `en-US`, `zh-CN`. */
  locale: string;
  /** They have added the app to their own account. */
  installed: boolean;
  /** They let the bot write to them. */
  opensDms: boolean;
}

/** A server, and who is in it. */
export interface Guild {
  readonly id: string;
  name: string;
  locale: string;
  readonly owner: string;
  /** What each member may do, by user id. The bot is a member where it was added with the `bot` scope. */
  readonly members: Map<string, Member>;
  /** The app was added, so its commands are offered here. */
  installed: boolean;
  readonly channels: Channel[];
}

interface Member {
  permissions: bigint;
  /** The id of the role that gives them what everybody else has not. */
  readonly role: string;
  readonly joinedAt: number;
}

export interface Channel {
  readonly id: string;
  readonly kind: "guild" | "bot-dm" | "dm" | "group-dm";
  readonly guild?: Guild;
  name: string;
  /** Everybody in a direct conversation, the bot included where it is its own. */
  readonly people: readonly string[];
  /** What somebody may not do here though the guild lets them, by user id. */
  readonly denied: Map<string, bigint>;
  readonly messages: Message[];
  /** The bot shows as typing until then; ms since the epoch. */
  typingUntil?: number;
  /** Files people put into forms and commands here, so that the bot can fetch them. */
  readonly files: Map<string, Attachment>;
}

/** A file that was sent, of which the bytes are kept up to a knob. */
export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly size: number;
  readonly sha256: string;
  readonly type?: string;
  /** Absent when there were more than are kept. */
  readonly bytes?: Buffer;
}

export interface Message {
  readonly id: string;
  readonly channel: Channel;
  readonly author: User;
  content: string;
  embeds: readonly Json[];
  components: readonly Json[];
  attachments: readonly Attachment[];
  flags: number;
  readonly at: number;
  editedAt?: number;
  /** The only one who sees it; absent = everybody in the channel. */
  readonly onlyFor?: string;
  /** What it answers. */
  readonly interaction?: Interaction;
  /** Whom it really notified. */
  pinged: readonly string[];
  deleted: boolean;
  /** What its sender called it, so that it is not sent twice. */
  nonce?: string | number;
}

/** What the message flags mean. */
export const flag = {
  suppressEmbeds: 1 << 2,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  voice: 1 << 13,
  componentsV2: 1 << 15,
} as const;

export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: InteractionType;
  readonly user: User;
  readonly channel: Channel;
  readonly at: number;
  /** Through whose installation it came: `"0"` a guild (or `0` in the bot's DMs), `"1"` the person. */
  readonly owners: Readonly<Record<string, string>>;
  /** What was asked: `/browse`, `button x`. */
  readonly what: string;
  readonly data: Json;
  /** The message a component or modal stood on. */
  readonly source?: Message;
  /** A modal's: what it was shown by. */
  readonly trigger?: Interaction;
  /** It was sent to somebody: over a socket that was open, or to an address. */
  isHeard?: boolean;
  /** open = within its three seconds; failed = nobody answered in time. */
  state: "open" | "answered" | "failed";
  /** The type of the first response. */
  answer?: number;
  /** What `@original` names. */
  original?: Message;
  followUps: number;
  modal?: Json;
  choices?: readonly Json[];
}

/** 2 a command, 3 a component, 4 autocomplete, 5 a submitted modal. */
export type InteractionType = 2 | 3 | 4 | 5;

export interface Command {
  readonly id: string;
  readonly guild?: string;
  /** 1 chat input, 2 user, 3 message. */
  readonly type: number;
  readonly name: string;
  version: string;
  body: Json;
}

/** Everything there is, and the ways to hear of changes. */
export interface State {
  readonly clock: Clock;
  readonly id: () => string;
  readonly secret: (bytes: number) => string;
  /** The application, and its bot under the same id. */
  readonly bot: User;
  readonly users: Map<string, User>;
  readonly guilds: Map<string, Guild>;
  readonly channels: Map<string, Channel>;
  readonly interactions: Map<string, Interaction>;
  readonly commands: Map<string, Command>;
  /** Things a client did that a good one does not. */
  readonly complaints: string[];
  /** Addresses of attachments are signed with it: those signed with another have ended. */
  signing: string;
  /** Something anybody could see is different now. */
  changed(): void;
  onChange(listener: () => void): () => void;
}

export function createState(
  clock: Clock,
  { id, name, secret }: { id?: string; name: string; secret(bytes: number): string },
): State {
  const next = snowflakes(clock.now);
  const listeners = new Set<() => void>();
  const bot: User = { id: id ?? next(), name, bot: true, locale: "en-US", installed: false, opensDms: false };
  return {
    clock,
    id: next,
    secret,
    bot,
    users: new Map([[bot.id, bot]]),
    guilds: new Map(),
    channels: new Map(),
    interactions: new Map(),
    commands: new Map(),
    complaints: [],
    signing: secret(16),
    changed: () => {
      for (const listener of listeners) listener();
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The conversation of these people, made when they first need it. */
export function directChannel(state: State, people: readonly string[], kind: "bot-dm" | "dm" | "group-dm"): Channel {
  const key = people.toSorted().join();
  const known = [...state.channels.values()].find(
    (channel) => channel.kind === kind && channel.people.toSorted().join() === key,
  );
  if (known && kind !== "group-dm") return known;
  const name = people.map((id) => state.users.get(id)?.name ?? id).join(", ");
  return addChannel(state, { kind, name, people });
}

export function addChannel(
  state: State,
  { kind, name, people, guild }: Pick<Channel, "kind" | "name" | "people" | "guild">,
): Channel {
  const id = state.id();
  const channel: Channel = {
    id,
    kind,
    name,
    people,
    denied: new Map(),
    messages: [],
    files: new Map(),
    ...(guild && { guild }),
  };
  state.channels.set(id, channel);
  guild?.channels.push(channel);
  return channel;
}

/** What somebody may do in a channel; nothing when they are not in it. */
export function permissionsIn(channel: Channel, userId: string): bigint {
  if (!channel.guild) return channel.people.includes(userId) ? usualPermissions : 0n;
  const granted =
    channel.guild.owner === userId ? permission.administrator : (channel.guild.members.get(userId)?.permissions ?? 0n);
  return granted & permission.administrator
    ? granted | usualPermissions
    : granted & ~(channel.denied.get(userId) ?? 0n);
}

/** Whether a person sees a message on their screen. */
export function isVisibleTo(message: Message, userId: string): boolean {
  return !message.deleted && (message.onlyFor === undefined || message.onlyFor === userId);
}
