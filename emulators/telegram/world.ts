import type { InlineKeyboardMarkup, LinkPreviewOptions, User } from "@grammyjs/types";
import type { Clock } from "../clock.ts";
import type { Bot } from "./bots.ts";
import type { Entity } from "./marked.ts";

/** Somebody with a client in their hand. */
export interface Person {
  /** Their name on the demo page, the same on every platform. */
  readonly key: string;
  readonly user: User;
}

/** What somebody is in a group. */
export interface Member {
  readonly user: User;
  status: "creator" | "administrator" | "member" | "left" | "kicked";
  /** Posts as the group. */
  anonymous: boolean;
  /** An administrator of a channel that may not post there. */
  silent?: boolean;
}

/** A part of a forum. */
export interface Topic {
  /** The id of the message that opened it. */
  readonly id: number;
  readonly name: string;
}

/** A place where messages are. */
export interface Chat {
  readonly id: number;
  readonly type: "private" | "group" | "supergroup" | "channel";
  readonly title: string;
  readonly username?: string;
  /** Supergroups with topics. */
  readonly forum: boolean;
  /** Groups and channels: who is or was there. */
  readonly members: Map<number, Member>;
  readonly messages: StoredMessage[];
  readonly topics: Map<number, Topic>;
  readonly pinned: Set<number>;
  /** Private chats: the two in it. */
  readonly person?: Person;
  readonly bot?: Bot;
  /** Groups: who is no administrator may send words alone. */
  wordsOnly: boolean;
  /** Private chats: the person wrote first, as a bot cannot; and has not blocked it. */
  started: boolean;
  blocked: boolean;
  /** Where a group went when it became a supergroup. */
  movedTo?: number;
  /** Of the newest message, where messages are counted for each chat. */
  lastId: number;
  /** Until when a bot shows that it works, in ms. */
  typingUntil: number;
  /** The bot that wrote last: commands without a name are for it. */
  lastBot?: number;
}

/** What a message holds, in the Bot API's own fields. */
export type Content = Readonly<Record<string, unknown>> & {
  readonly text?: string;
  readonly entities?: readonly Entity[];
  readonly caption?: string;
  readonly caption_entities?: readonly Entity[];
};

/** A message that one person sees alone. */
export interface EphemeralTarget {
  readonly id: number;
  /** The person and the bot between whom it is. */
  readonly person: number;
  readonly bot: number;
  /** The public message it stands in place of. */
  readonly replaces?: StoredMessage;
}

/** A message as it stands now. */
export interface StoredMessage {
  /** 0 for ephemeral messages. */
  readonly id: number;
  /** Larger than that of every message before, in whatever chat. */
  readonly order: number;
  readonly chat: Chat;
  /** ms */
  readonly at: number;
  readonly from: User;
  /** Written as the group by an anonymous administrator. */
  readonly asChat: boolean;
  readonly ephemeral?: EphemeralTarget;
  readonly thread?: number;
  readonly replyTo?: StoredMessage;
  /** What does not change: where it was forwarded from, its album, whether it is protected. */
  readonly marks: Readonly<Record<string, unknown>>;
  /** Set for messages sent through inline mode. */
  readonly inlineId?: string;
  content: Content;
  keyboard?: InlineKeyboardMarkup;
  /** A reply keyboard, its removal, or a demand to reply. */
  reply?: Readonly<Record<string, unknown>>;
  preview?: LinkPreviewOptions;
  editedAt?: number;
  deleted: boolean;
  reactions: Map<number, readonly unknown[]>;
}

/** What a press was answered with. */
export interface Toast {
  readonly text?: string;
  readonly alert: boolean;
  readonly url?: string;
}

/** A button somebody pressed. */
export interface Press {
  readonly id: string;
  readonly bot: Bot;
  readonly person: Person;
  readonly message: StoredMessage;
  readonly at: number;
  toast?: Toast;
  /** Told once it is answered. */
  onAnswer(toast: Toast): void;
}

/** Something typed after a bot's name. */
export interface InlineQuery {
  readonly id: string;
  readonly bot: Bot;
  readonly person: Person;
  readonly chat: Chat;
  readonly query: string;
  readonly at: number;
  answered: boolean;
  onAnswer(results: readonly Readonly<Record<string, unknown>>[]): void;
}

/** Everything there is, and word of every change to it. */
export class World {
  readonly clock: Clock;
  readonly people: Person[] = [];
  readonly bots: Bot[] = [];
  readonly groups = new Map<number, Chat>();
  readonly privates = new Map<string, Chat>();
  readonly presses = new Map<string, Press>();
  readonly queries = new Map<string, InlineQuery>();
  readonly inline = new Map<string, StoredMessage>();
  readonly #listeners = new Set<() => void>();
  /** Private chats and basic groups count their messages together, supergroups and channels each for themselves. */
  #shared = 1000;
  #ids = 0;
  #order = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Called after every change. The answer ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** A number nobody had before. */
  newId(): number {
    return ++this.#ids;
  }

  /** The chat of two; it begins to exist when somebody looks. */
  privateChat(bot: Bot, person: Person): Chat {
    const key = `${bot.user.id}:${person.user.id}`;
    const known = this.privates.get(key);
    if (known) return known;
    const chat = newChat({ id: person.user.id, type: "private", title: bot.user.first_name, person, bot });
    this.privates.set(key, chat);
    return chat;
  }

  /** Keeps a message, and shows it. */
  put(chat: Chat, draft: Omit<StoredMessage, "id" | "order" | "chat" | "at" | "deleted" | "reactions">): StoredMessage {
    const message: StoredMessage = {
      ...draft,
      id: draft.ephemeral ? 0 : this.#nextMessageId(chat),
      order: ++this.#order,
      chat,
      at: this.clock.now(),
      deleted: false,
      reactions: new Map(),
    };
    chat.messages.push(message);
    if (message.inlineId !== undefined) this.inline.set(message.inlineId, message);
    if (message.from.is_bot) {
      chat.typingUntil = 0;
      chat.lastBot = message.from.id;
    }
    this.changed();
    return message;
  }

  #nextMessageId(chat: Chat): number {
    return chat.type === "supergroup" || chat.type === "channel" ? ++chat.lastId : ++this.#shared;
  }
}

interface ChatDraft {
  readonly id: number;
  readonly type: Chat["type"];
  readonly title: string;
  readonly forum?: boolean;
  readonly username?: string;
  readonly person?: Person;
  readonly bot?: Bot;
}

/** A chat nothing has happened in yet. */
export function newChat({ forum = false, ...draft }: ChatDraft): Chat {
  return {
    ...draft,
    forum,
    members: new Map(),
    messages: [],
    topics: new Map(),
    pinned: new Set(),
    started: draft.type !== "private",
    blocked: false,
    wordsOnly: false,
    lastId: 0,
    typingUntil: 0,
  };
}

/** Whether somebody is in a group now. */
export function isIn(chat: Chat, id: number): boolean {
  const status = chat.members.get(id)?.status;
  return status !== undefined && status !== "left" && status !== "kicked";
}

/** Whether somebody runs a group. */
export function isAdmin(chat: Chat, id: number): boolean {
  const status = chat.members.get(id)?.status;
  return status === "creator" || status === "administrator";
}

/** Whether somebody may write in a channel. */
export function mayPost(chat: Chat, id: number): boolean {
  return isAdmin(chat, id) && chat.members.get(id)?.silent !== true;
}

/** The messages on somebody's screen: no ephemeral messages of others, and none that an ephemeral message of their own stands in place of. */
export function messagesSeenBy({ messages }: Chat, id: number): StoredMessage[] {
  const own = messages.filter(({ ephemeral, deleted }) => !deleted && ephemeral?.person === id);
  const replaced = new Set(own.flatMap(({ ephemeral }) => ephemeral?.replaces ?? []));
  return messages.filter(
    (message) => !message.deleted && !replaced.has(message) && (!message.ephemeral || message.ephemeral.person === id),
  );
}
