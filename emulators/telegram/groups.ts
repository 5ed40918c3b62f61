import type { Bot } from "./bots.ts";
import { deliver } from "./hearing.ts";
import { changeMember } from "./members.ts";
import { newChat, type Chat, type Person, type World } from "./world.ts";

/** Somebody who can be in a group. */
export type Guest = { readonly person: Person } | Bot;

/** A group or a channel, and what its owner does with it. */
export class Group {
  readonly #world: World;
  #chat: Chat;

  constructor(world: World, chat: Chat) {
    this.#world = world;
    this.#chat = chat;
  }

  get id(): number {
    return this.#chat.id;
  }

  /** The chat as it is now; after a migration the supergroup. */
  get chat(): Chat {
    return this.#chat;
  }

  adds(guest: Guest): void {
    this.#make(guest, "member");
  }

  kicks(guest: Guest): void {
    this.#make(guest, "kicked");
  }

  /** Makes somebody an administrator, who may write as the group; of a channel one that posts, unless it is silent. */
  promotes(guest: Guest, options: { readonly anonymous?: boolean; readonly silent?: boolean } = {}): void {
    this.#make(guest, "administrator", options);
  }

  demotes(guest: Guest): void {
    this.#make(guest, "member");
  }

  /** Who is no administrator may send words alone, or files again. */
  allowsWordsOnly(isSo: boolean): void {
    this.#chat.wordsOnly = isSo;
    this.#world.changed();
  }

  /** It is no more. */
  isDeleted(): void {
    this.#world.groups.delete(this.#chat.id);
    this.#world.changed();
  }

  /** Opens a topic; its id. */
  opensTopic(name: string): number {
    const message = this.#world.put(this.#chat, {
      from: this.#owner(),
      asChat: false,
      marks: {},
      content: { forum_topic_created: { name, icon_color: 0x6fb9f0 } },
    });
    this.#chat.topics.set(message.id, { id: message.id, name });
    deliver(this.#world, message);
    return message.id;
  }

  /** Becomes a supergroup, which has another id. */
  migrates(): number {
    const old = this.#chat;
    if (old.type !== "group") throw new Error("only a basic group can become a supergroup");
    const id = -1_000_000_000_000 - this.#world.newId() - 1000;
    const chat: Chat = newChat({ id, type: "supergroup", title: old.title });
    for (const [user, member] of old.members) chat.members.set(user, member);
    this.#world.groups.set(id, chat);
    const from = this.#owner();
    const draft = { from, asChat: false, marks: {} };
    deliver(this.#world, this.#world.put(old, { ...draft, content: { migrate_to_chat_id: id } }));
    old.movedTo = id;
    this.#chat = chat;
    deliver(this.#world, this.#world.put(chat, { ...draft, content: { migrate_from_chat_id: old.id } }));
    return id;
  }

  #make(
    guest: Guest,
    status: "member" | "kicked" | "administrator",
    options: { readonly anonymous?: boolean; readonly silent?: boolean } = {},
  ): void {
    const user = "person" in guest ? guest.person.user : guest.user;
    changeMember(this.#world, this.#chat, { user, status, ...options, by: this.#owner() });
  }

  #owner(): Person["user"] {
    const owner = [...this.#chat.members.values()].find(({ status }) => status === "creator");
    if (!owner) throw new Error("a group has an owner");
    return owner.user;
  }
}
