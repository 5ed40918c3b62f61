import type { User } from "@grammyjs/types";
import type { Bot } from "./bots.ts";
import { commandsFor } from "./commands.ts";
import type { Dependencies } from "./dependencies.ts";
import { findEntities } from "./entities.ts";
import { fileOf } from "./files.ts";
import type { Group } from "./groups.ts";
import { deliver } from "./hearing.ts";
import { askInline, type InlineResults } from "./inline.ts";
import { contentOf, type MediaKind } from "./media.ts";
import { changeBlock, changeMember } from "./members.ts";
import { toInaccessible, toMessage } from "./messages.ts";
import { isPayload } from "./methods/answer.ts";
import { shownOf, type Shown } from "./shown.ts";
import {
  isIn,
  mayPost,
  messagesSeenBy,
  type Chat,
  type Content,
  type Person,
  type Press,
  type Toast,
  type EphemeralTarget,
} from "./world.ts";

/** What is said along with words or a file. */
export interface SendOptions {
  readonly replyTo?: Shown;
}

/** A button that was pressed. */
export interface Tap {
  readonly id: string;
  /** What the bot answered; undefined as yet. */
  readonly toast: Toast | undefined;
  /** Waits for the answer. */
  answer(options?: { readonly timeout?: number }): Promise<Toast>;
}

/** What a message must be like: its text holds these words, fits this pattern, or the function says yes. */
export type Wanted = string | RegExp | ((message: Shown) => boolean);

/** A file somebody sends. */
export interface SentFile {
  readonly kind: MediaKind;
  readonly name?: string;
  readonly type?: string;
  readonly bytes?: Uint8Array;
  readonly caption?: string;
  /** The album it is part of. */
  readonly album?: string;
}

/** A person at their screen, with one chat open. */
export class Participant {
  readonly dependencies: Dependencies;
  readonly person: Person;
  /** The bot they have to do with here. */
  readonly bot: Bot;
  readonly chat: Chat;
  readonly thread: number | undefined;

  constructor(
    dependencies: Dependencies,
    { person, bot, chat, thread }: { person: Person; bot: Bot; chat: Chat; thread?: number },
  ) {
    this.dependencies = dependencies;
    this.person = person;
    this.bot = bot;
    this.chat = chat;
    this.thread = thread;
  }

  /** All that is on the screen, oldest first. */
  get messages(): readonly Shown[] {
    return messagesSeenBy(this.chat, this.person.user.id)
      .filter(({ thread }) => this.thread === undefined || thread === this.thread)
      .map(shownOf);
  }

  /** The screen as text. */
  sees(): string {
    return this.messages.map(String).join("\n");
  }

  /** Whether the bot shows that it works. */
  get seesTyping(): boolean {
    return this.chat.typingUntil > this.dependencies.clock.now();
  }

  /** The commands offered here. */
  get commands(): ReturnType<typeof commandsFor> {
    return commandsFor(this.bot, this.person, this.chat);
  }

  /** Types something and sends it. */
  sends(text: string, options: SendOptions = {}): Shown {
    const kept = text.trim();
    if (kept === "" || kept.length > 4096) throw new Error("a client sends 1 to 4096 characters");
    const entities = findEntities(kept);
    return this.#send({ text: kept, ...(entities.length > 0 && { entities }) }, options);
  }

  /** Replies to a message. */
  replies(replyTo: Shown, text: string): Shown {
    return this.sends(text, { replyTo });
  }

  /** Sends a file of some kind. */
  sendsFile(file: SentFile, options: SendOptions = {}): Shown {
    const { kind, name = "", type = "application/octet-stream", bytes = Buffer.from("x"), caption, album } = file;
    const stored = this.dependencies.files.add(fileOf(bytes, { name, type }), `${kind}s`);
    const marks = album === undefined ? {} : { media_group_id: album };
    const content = { ...contentOf(kind, { stored, more: {} }), ...(caption !== undefined && { caption }) };
    return this.#send(content, options, marks);
  }

  /** Shares a contact. */
  sendsContact(phone: string): Shown {
    const { id, first_name } = this.person.user;
    return this.#send({ contact: { phone_number: phone, first_name, user_id: id } }, {});
  }

  /** Changes a message of their own. */
  edits(message: Shown, text: string): void {
    const entities = findEntities(text);
    message.stored.content = { text, ...(entities.length > 0 && { entities }) };
    message.stored.editedAt = this.dependencies.clock.now();
    deliver(this.dependencies.world, message.stored, "edited_message");
    this.dependencies.world.changed();
  }

  /** Deletes a message. Bots are not told. */
  deletes(message: Shown): void {
    message.stored.deleted = true;
    this.dependencies.world.changed();
  }

  /** Presses a button and waits for the bot's answer to it. */
  presses(label: string | RegExp, options: { readonly on?: Shown; readonly timeout?: number } = {}): Promise<Toast> {
    return this.taps(label, options).answer(options);
  }

  /** Presses a button without waiting. The newest message that has it counts. */
  taps(label: string | RegExp, { on }: { readonly on?: Shown } = {}): Tap {
    const message = on ?? this.messages.findLast(({ buttons }) => buttons.some((button) => fits(button.text, label)));
    const fitting = message?.buttons.filter(({ text }) => fits(text, label)) ?? [];
    const button = fitting.find(({ text }) => text === label) ?? fitting[0];
    if (!message || !button)
      throw new Error(`${this.person.user.first_name} sees no button ${String(label)} in:\n${this.sees()}`);
    if (!("callback_data" in button)) throw new Error(`the button ${button.text} sends nothing to the bot`);
    return this.#tap(message, button.callback_data);
  }

  /** What a client of their own making can do: sends any data as if a button of the newest message, or of another, had it. */
  forges(data: string, { on }: { readonly on?: Shown } = {}): Tap {
    const message = on ?? this.messages.findLast(({ byBot }) => byBot);
    if (!message) throw new Error("there is no message of a bot to press on");
    return this.#tap(message, data);
  }

  /** Follows a link of `t.me`: `?start=` into the private chat, `?startgroup=` into a group. */
  opens(link: string, { into }: { readonly into?: Group } = {}): Shown {
    const url = new URL(link);
    const bot = this.dependencies.world.bots.find(
      ({ user }) => `/${user.username}`.toLowerCase() === url.pathname.toLowerCase(),
    );
    if (url.host !== "t.me" || !bot) throw new Error(`no bot is at ${link}`);
    const forGroup = url.searchParams.get("startgroup");
    const payload = forGroup ?? url.searchParams.get("start");
    if (payload !== null && payload !== "" && !isPayload(payload))
      throw new Error(`a client does not open ${link}: a payload is 1-64 of A-Z a-z 0-9 _ -`);
    const words = payload === null || payload === "" ? "" : ` ${payload}`;
    if (forGroup === null) {
      // The button that starts a bot again unblocks it.
      changeBlock(this.dependencies.world, this.dependencies.world.privateChat(bot, this.person), {
        person: this.person,
        blocked: false,
      });
      return this.#with(bot).sends(`/start${words}`);
    }
    if (!into) throw new Error("say which group the bot is to be added to");
    changeMember(this.dependencies.world, into.chat, { user: bot.user, status: "member", by: this.person.user });
    return new Participant(this.dependencies, { person: this.person, bot, chat: into.chat }).sends(
      `/start@${bot.user.username}${words}`,
    );
  }

  /** Types `@bot words` and waits for what the bot offers. */
  asks(query: string, options: { readonly timeout?: number } = {}): Promise<InlineResults> {
    return askInline(this, query, options);
  }

  joins(): void {
    this.#becomes("member");
  }

  leaves(): void {
    this.#becomes("left");
  }

  /** Stops the bot. */
  blocks(): void {
    changeBlock(this.dependencies.world, this.#private(), { person: this.person, blocked: true });
  }

  unblocks(): void {
    changeBlock(this.dependencies.world, this.#private(), { person: this.person, blocked: false });
  }

  /** The newest message of a bot that is as wanted, now or as soon as there is one. */
  waitsFor(wanted: Wanted, { timeout }: { readonly timeout?: number } = {}): Promise<Shown> {
    return this.dependencies.until(
      () => this.messages.findLast((message) => message.byBot && isWanted(message, wanted)),
      {
        what: () => `${this.person.user.first_name} waited for ${String(wanted)} and saw:\n${this.sees()}`,
        ...(timeout !== undefined && { timeout }),
      },
    );
  }

  #private(): Chat {
    return this.dependencies.world.privateChat(this.bot, this.person);
  }

  #with(bot: Bot): Participant {
    return new Participant(this.dependencies, {
      person: this.person,
      bot,
      chat: this.dependencies.world.privateChat(bot, this.person),
    });
  }

  #becomes(status: "member" | "left"): void {
    if (this.chat.type === "private") throw new Error("one joins and leaves groups");
    changeMember(this.dependencies.world, this.chat, { user: this.person.user, status, by: this.person.user });
  }

  #send(content: Content, { replyTo }: SendOptions, marks: Readonly<Record<string, unknown>> = {}): Shown {
    const { chat, person, dependencies } = this;
    this.#checkPresence();
    chat.started = true;
    const ephemeral = this.#ephemeral(content, replyTo);
    const message = dependencies.world.put(chat, {
      from: person.user,
      asChat: chat.members.get(person.user.id)?.anonymous ?? false,
      marks,
      ...(ephemeral && { ephemeral }),
      ...(this.thread !== undefined && { thread: this.thread }),
      ...(replyTo && { replyTo: replyTo.stored }),
      content,
    });
    deliver(dependencies.world, message);
    return shownOf(message);
  }

  #checkPresence(): void {
    const { chat, person } = this;
    if (chat.movedTo !== undefined) throw new Error("this group became a supergroup; write there");
    if (chat.blocked) throw new Error(`${person.user.first_name} blocked the bot and must unblock it first`);
    if (chat.type !== "private" && !isIn(chat, person.user.id)) {
      throw new Error(`${person.user.first_name} is not in ${chat.title}`);
    }
    if (chat.type === "channel" && !mayPost(chat, person.user.id))
      throw new Error(`${person.user.first_name} may not post in ${chat.title}`);
  }

  /** In a group, a command that its bot announced as ephemeral goes to the bot alone, and so does a reply to an ephemeral message. */
  #ephemeral({ text = "" }: Content, replyTo: Shown | undefined): EphemeralTarget | undefined {
    if (this.chat.type === "private") return undefined;
    const answered = replyTo?.stored.ephemeral;
    if (answered) return { id: this.dependencies.world.newId(), person: answered.person, bot: answered.bot };
    const [, name, to] = /^\/([A-Za-z0-9_]+)(?:@([A-Za-z0-9_]+))?(?:\s|$)/.exec(text) ?? [];
    const bot = this.dependencies.world.bots.find(
      (candidate) =>
        isIn(this.chat, candidate.user.id) &&
        (to === undefined || candidate.user.username.toLowerCase() === to.toLowerCase()) &&
        commandsFor(candidate, this.person, this.chat).some((entry) => entry.command === name && entry.is_ephemeral),
    );
    return bot && { id: this.dependencies.world.newId(), person: this.person.user.id, bot: bot.user.id };
  }

  #tap({ stored }: Shown, data: string): Tap {
    const { dependencies, person } = this;
    const via = stored.marks["via_bot"] as User | undefined;
    const author = via?.id ?? stored.from.id;
    const bot = dependencies.world.bots.find(({ user }) => user.id === author);
    if (!bot) throw new Error("only a bot's message can be pressed on");
    const press = newPress(dependencies, { bot, person, message: stored });
    bot.met.add(person.user.id);
    bot.inbox.put("callback_query", {
      id: press.id,
      from: person.user,
      chat_instance: String(stored.chat.id * -7919),
      data,
      ...(stored.inlineId === undefined
        ? { message: stored.deleted ? toInaccessible(stored) : toMessage(stored) }
        : { inline_message_id: stored.inlineId }),
    });
    return {
      id: press.id,
      get toast() {
        return press.toast;
      },
      answer: ({ timeout } = {}) =>
        dependencies.until(() => press.toast, {
          what: `the press with ${JSON.stringify(data)} was not answered`,
          ...(timeout !== undefined && { timeout }),
        }),
    };
  }
}

function newPress(dependencies: Dependencies, parts: Pick<Press, "bot" | "person" | "message">): Press {
  const { world, clock, rules, complain } = dependencies;
  const press: Press = { ...parts, id: `${clock.now()}${world.newId()}`, at: clock.now(), onAnswer: () => undefined };
  world.presses.set(press.id, press);
  clock.after(rules.answerWindow + 1, () => {
    if (!press.toast) complain(`press ${press.id} was never answered`);
  });
  return press;
}

function fits(text: string, label: string | RegExp): boolean {
  return typeof label === "string" ? text.includes(label) : label.test(text);
}

function isWanted(message: Shown, wanted: Wanted): boolean {
  if (typeof wanted === "function") return wanted(message);
  return fits(message.text, wanted);
}

/** A person, sitting in the private chat with the first bot until told otherwise. */
export class Actor extends Participant {
  /** Goes to a group, or to a topic of it. */
  in(group: Group, topic?: number): Participant {
    return new Participant(this.dependencies, {
      person: this.person,
      bot: this.bot,
      chat: group.chat,
      ...(topic !== undefined && { thread: topic }),
    });
  }

  /** Opens the private chat with another bot. */
  with(bot: Bot): Participant {
    return new Participant(this.dependencies, {
      person: this.person,
      bot,
      chat: this.dependencies.world.privateChat(bot, this.person),
    });
  }

  /** Sets the language of their client. */
  speaks(language: string): void {
    this.person.user.language_code = language;
    this.dependencies.world.changed();
  }
}
