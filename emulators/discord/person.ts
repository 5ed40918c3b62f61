import type { MessageView } from "../stage.ts";
import type { Ask } from "./asking.ts";
import { component, isSelect, placed } from "./layout.ts";
import { filled, type Value } from "./form.ts";
import { attached, handedIn, type OwnFile } from "./own-file.ts";
import { may, permission } from "./permissions.ts";
import { commandsFor, nameFor, ownersIn, ownersOf } from "./reach.ts";
import { channelType, messageShape, userShape } from "./shapes.ts";
import { drawMessages, drawModal, labelOf, optionsOf, viewMessage, viewModal } from "./sight.ts";
import {
  directChannel,
  isVisibleTo,
  permissionsIn,
  type Channel,
  type Command,
  type Interaction,
  type Json,
  type Message,
  type State,
  type User,
} from "./state.ts";
import { readTyped, resolvedMember, type TypingContext } from "./typed.ts";

/** Where something is done; absent = where they were last, at first the conversation with the bot. */
export interface Where {
  readonly in?: Channel;
}

/** Which message is meant; absent = the newest that fits. */
interface OnMessage extends Where {
  readonly message?: Message;
  /** The button or menu itself, where what it says is not enough. */
  readonly customId?: string;
}

/** Text it contains, text it matches, or anything else about a message. */
type Sign = string | RegExp | ((view: MessageView) => boolean);

/**
 * Somebody with a Discord client. What they do resolves when the bot has given its first answer, or has let three
 * seconds go by; the interaction says which. What no client would let them do throws.
 */
export interface Person {
  readonly user: User;
  /** Their conversation with the bot. */
  readonly dm: Channel;
  /** Types a whole command: `/browse path:/Movies`. Options with strange text can be given apart. */
  uses(
    line: string,
    options?: Where & {
      readonly options?: Readonly<Record<string, unknown>>;
      readonly files?: Readonly<Record<string, OwnFile>>;
    },
  ): Promise<Interaction>;
  /** A command from a message's menu. */
  usesOnMessage(name: string, message: Message): Promise<Interaction>;
  /** A command from a person's menu. */
  usesOnUser(name: string, target: User, where?: Where): Promise<Interaction>;
  /** Types as far as this and reads what the last option offers. */
  types(line: string, where?: Where): Promise<readonly Json[]>;
  presses(label: string | RegExp, on?: OnMessage): Promise<Interaction>;
  /** Picks from the menu that offers it; several where the menu allows. */
  selects(choice: string | RegExp | readonly string[], on?: OnMessage): Promise<Interaction>;
  /** Sends what no button says: a custom id of their own making. */
  forges(
    customId: string,
    on: { readonly message: Message; readonly values?: readonly string[] },
  ): Promise<Interaction>;
  /** Fills the open modal by label or custom id, and submits it. */
  fills(values: Readonly<Record<string, Value>>): Promise<Interaction>;
  /** Closes the modal, or puts away what only they could see; nobody is told. */
  dismisses(message?: Message): void;
  /** Deletes a message of their own, or of anybody where they manage messages. */
  deletes(message: Message): void;
  /** The modal on their screen, as the bot sent it. */
  modal(): Json | undefined;
  /** What the modal on their screen was the answer to. */
  form(): Interaction | undefined;
  sends(text: string, where?: Where & { readonly files?: readonly OwnFile[] }): Message;
  /** Changes what they wrote. */
  edits(message: Message, text: string): void;
  /** The screen in plain letters. */
  sees(where?: Where): string;
  /** The messages on their screen, oldest first. */
  messages(where?: Where): Message[];
  views(where?: Where): MessageView[];
  /** The newest message with this sign. */
  find(sign: Sign, where?: Where): Message | undefined;
  /** Until such a message is on the screen; fails after `within` real ms, telling what was seen instead. */
  waitsFor(sign: Sign, options?: Where & { readonly within?: number; readonly after?: Message }): Promise<Message>;
  /** Until no such message is on the screen any more. */
  waitsUntilGone(sign: Sign, options?: Where & { readonly within?: number }): Promise<void>;
  /** The commands offered here, by name. */
  offered(where?: Where): readonly Command[];
  /** Their client starts again: what only they could see is gone. */
  reloads(): void;
  speaks(locale: string): void;
  /** Adds the app to their account. */
  installs(): void;
  uninstalls(): void;
}

export interface PersonParts {
  readonly state: State;
  readonly ask: Ask;
  cdn(): string;
  /** A message appeared, changed or went by their hand. */
  tell(event: "MESSAGE_CREATE" | "MESSAGE_UPDATE" | "MESSAGE_DELETE", message: Message): void;
}

/** Gives somebody a client. */
export function createPerson(parts: PersonParts, user: User): Person {
  const { state } = parts;
  const dm = directChannel(state, [user.id, state.bot.id], "bot-dm");
  const hidden = new Set<Message>();
  let last = dm;
  let open: Interaction | undefined;
  const go = ({ in: channel }: Where = {}): Channel => {
    last = channel ?? last;
    if (!may(permissionsIn(last, user.id), permission.viewChannel))
      throw new Error(`${user.name} cannot see #${last.name}`);
    return last;
  };
  const messages = (where?: Where) =>
    go(where).messages.filter((message) => isVisibleTo(message, user.id) && !hidden.has(message));
  const view = (message: Message) => viewMessage(message, { state, viewer: user, cdn: parts.cdn() });
  const views = (where?: Where) => messages(where).map(view);
  const sees = (where?: Where) => {
    const screen = drawMessages(views(where));
    return open?.modal && open.channel === last ? `${screen}\n\n${drawModal(viewModal(open.id, open.modal))}` : screen;
  };
  const find = (sign: Sign, where?: Where) => messages(where).findLast((message) => fits(view(message), sign));
  const ask = async (request: Parameters<Ask>[0]) => {
    const asked = await parts.ask(request);
    if (asked.answer === 9) {
      open = asked;
      state.changed();
    }
    return asked;
  };
  const command = (name: string, type: number, channel: Channel) => {
    const offered = commandsFor(state, user, channel).filter((candidate) => candidate.type === type);
    const found = offered.find((candidate) => nameFor(candidate, user) === name || candidate.name === name);
    if (!found)
      throw new Error(
        `${user.name} is offered no "${name}" in #${channel.name}, only: ${offered.map((one) => one.name).join(", ")}`,
      );
    return found;
  };
  const touchable = (on: OnMessage | undefined, wanted: (own: Json, message: Message) => boolean, what: string) => {
    const candidates = on?.message ? [on.message] : messages(on).toReversed();
    if (on?.message) go({ in: on.message.channel });
    for (const message of candidates) {
      if (!isVisibleTo(message, user.id) || hidden.has(message)) continue;
      const found = placed(message.components).find(
        ({ component: own }) =>
          (on?.customId === undefined || own["custom_id"] === on.customId) && wanted(own, message),
      );
      if (found) return { message, own: found.component };
    }
    throw new Error(`${user.name} sees no ${what} in #${last.name}:\n${sees()}`);
  };
  const touch = (message: Message, own: Json, data: Json) =>
    ask({
      type: 3,
      user,
      channel: message.channel,
      owners: message.interaction?.owners ?? ownersIn(state, user, message.channel),
      what: `${isSelect(own) ? "menu" : "button"} ${String(own["custom_id"])}`,
      data: { component_type: own["type"], custom_id: own["custom_id"], ...data },
      source: message,
    });
  /** What is typed in the box, and whom the command of it serves there. */
  const read = (line: string, channel: Channel, more: Pick<TypingContext, "given" | "files" | "unfinished">) => {
    const offered = commandsFor(state, user, channel);
    const typed = readTyped(offered, line, { state, channel, cdn: parts.cdn(), locale: user.locale, ...more });
    const used = offered.find(({ id }) => id === typed.data["id"]);
    return { typed, owners: used ? ownersOf(state, used, { user, channel }) : {} };
  };
  const until = (where: Where & { readonly within?: number }, done: () => Message | true | undefined, what: string) => {
    const channel = go(where);
    return eventually(
      state,
      done,
      where.within ?? 5000,
      () => `${user.name} waited in vain for ${what} in #${channel.name}, and sees:\n${sees({ in: channel })}`,
    );
  };
  return {
    user,
    dm,
    messages,
    views,
    sees,
    find,
    async uses(line, { options, files, ...where } = {}) {
      const channel = go(where);
      const { typed, owners } = read(line, channel, {
        ...(options && { given: options }),
        ...(files && { files: mapped(files, (file) => handedIn(state, channel, file)) }),
      });
      return ask({ type: 2, user, channel, owners, ...typed });
    },
    async usesOnMessage(name, message) {
      const channel = go({ in: message.channel });
      const used = command(name, 3, channel);
      const resolved = { messages: { [message.id]: messageShape(state, message, parts.cdn()) } };
      return ask({
        type: 2,
        user,
        channel,
        owners: ownersOf(state, used, { user, channel }),
        what: `"${name}" on a message`,
        data: { ...identity(used), target_id: message.id, resolved },
      });
    },
    async usesOnUser(name, target, where) {
      const channel = go(where);
      const used = command(name, 2, channel);
      const members = channel.guild?.members.has(target.id)
        ? { members: { [target.id]: resolvedMember(state, channel, target.id) } }
        : {};
      return ask({
        type: 2,
        user,
        channel,
        owners: ownersOf(state, used, { user, channel }),
        what: `"${name}" on a person`,
        data: {
          ...identity(used),
          target_id: target.id,
          resolved: { users: { [target.id]: userShape(target) }, ...members },
        },
      });
    },
    async types(line, where) {
      const channel = go(where);
      const { typed, owners } = read(line, channel, { unfinished: true });
      const asked = await parts.ask({
        type: 4,
        user,
        channel,
        owners,
        data: typed.data,
        what: `choices for ${typed.what}`,
      });
      return asked.choices ?? [];
    },
    async presses(label, on) {
      const { message, own } = touchable(
        on,
        (candidate) =>
          candidate["type"] === component.button &&
          candidate["custom_id"] !== undefined &&
          candidate["disabled"] !== true &&
          isLabelled(labelOf(candidate), label),
        `button ${String(label)}`,
      );
      return touch(message, own, {});
    },
    async selects(choice, on) {
      const wanted = Array.isArray(choice) ? (choice as readonly string[]) : [choice as string | RegExp];
      const { message, own } = touchable(
        on,
        (candidate, place) =>
          isSelect(candidate) &&
          candidate["disabled"] !== true &&
          wanted.every((one) => optionsOf(candidate, place, state).some((option) => isOption(option, one))),
        `menu with ${wanted.join(" and ")}`,
      );
      const options = optionsOf(own, message, state);
      const values = wanted.flatMap((one) => options.find((option) => isOption(option, one))?.value ?? []);
      checkCount(own, values.length);
      return touch(message, own, { values, ...resolvedFor(state, own, { values, channel: message.channel }) });
    },
    async forges(customId, { message, values }) {
      const type = values ? component.stringSelect : component.button;
      return touch(message, { type, custom_id: customId }, values ? { values } : {});
    },
    async fills(values) {
      const shown = open;
      if (!shown?.modal) throw new Error(`${user.name} has no form open`);
      const { data, resolved } = filled(state, { shown, values, cdn: parts.cdn() });
      open = undefined;
      state.changed();
      return ask({
        type: 5,
        user,
        channel: shown.channel,
        owners: shown.owners,
        what: `modal ${String(shown.modal["custom_id"])}`,
        trigger: shown,
        data: { custom_id: shown.modal["custom_id"], components: data, ...(resolved && { resolved }) },
        ...(shown.source && { source: shown.source }),
      });
    },
    dismisses(message) {
      if (!message) open = undefined;
      else if (message.onlyFor !== user.id) throw new Error("only what nobody else sees can be dismissed");
      else message.deleted = true;
      state.changed();
    },
    deletes(message) {
      const manages = message.channel.guild && may(permissionsIn(message.channel, user.id), permission.manageMessages);
      if (message.author !== user && !manages) throw new Error(`${user.name} may not delete that`);
      message.deleted = true;
      state.changed();
      parts.tell("MESSAGE_DELETE", message);
    },
    modal: () => open?.modal,
    form: () => open,
    sends(text, { files = [], ...where } = {}) {
      const channel = go(where);
      if (!may(permissionsIn(channel, user.id), permission.sendMessages))
        throw new Error(`${user.name} may not write in #${channel.name}`);
      const message = ownMessage(state, { channel, author: user, content: text, files });
      channel.messages.push(message);
      state.changed();
      parts.tell("MESSAGE_CREATE", message);
      return message;
    },
    edits(message, text) {
      if (message.author !== user) throw new Error(`${user.name} may not change what others wrote`);
      Object.assign(message, { content: text, editedAt: state.clock.now() });
      state.changed();
      parts.tell("MESSAGE_UPDATE", message);
    },
    waitsFor: async (sign, { after, ...options } = {}) => {
      const isNew = (message: Message) => after === undefined || BigInt(message.id) > BigInt(after.id);
      const found = await until(
        options,
        () => messages(options).findLast((message) => isNew(message) && fits(view(message), sign)),
        typeof sign === "function" ? "what it looks for" : String(sign),
      );
      if (found === true) throw new Error("a message was looked for");
      return found;
    },
    waitsUntilGone: async (sign, options = {}) => {
      await until(options, () => (find(sign, options) ? undefined : true), `${String(sign)} to go`);
    },
    offered: (where) => commandsFor(state, user, go(where)),
    reloads() {
      for (const channel of state.channels.values())
        for (const message of channel.messages) if (message.onlyFor === user.id) hidden.add(message);
      open = undefined;
      state.changed();
    },
    speaks(locale) {
      user.locale = locale;
      state.changed();
    },
    installs() {
      user.installed = true;
      state.changed();
    },
    uninstalls() {
      user.installed = false;
      state.changed();
    },
  };
}

function identity({ id, name, type, guild }: Command): Json {
  return { id, name, type, ...(guild !== undefined && { guild_id: guild }) };
}

function isLabelled(label: string, wanted: string | RegExp): boolean {
  if (typeof wanted !== "string") return wanted.test(label);
  return label === wanted || label.replace(/^\S+ /, "") === wanted;
}

function isOption({ label, value }: { label: string; value: string }, wanted: string | RegExp): boolean {
  return value === wanted || isLabelled(label, wanted);
}

function fits(view: MessageView, sign: Sign): boolean {
  if (typeof sign === "function") return sign(view);
  const drawn = drawMessages([view]);
  return typeof sign === "string" ? drawn.includes(sign) : sign.test(drawn);
}

function mapped<A, B>(from: Readonly<Record<string, A>>, make: (one: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(from).map(([key, one]) => [key, make(one)]));
}

function ownMessage(
  state: State,
  { channel, author, content, files }: { channel: Channel; author: User; content: string; files: readonly OwnFile[] },
): Message {
  return {
    id: state.id(),
    channel,
    author,
    content,
    embeds: [],
    components: [],
    attachments: files.map((file) => attached(state, file)),
    flags: 0,
    at: state.clock.now(),
    pinged: [],
    deleted: false,
  };
}

function checkCount(own: Json, count: number): void {
  const min = typeof own["min_values"] === "number" ? own["min_values"] : 1;
  const max = typeof own["max_values"] === "number" ? own["max_values"] : 1;
  if (count < min || count > max) throw new Error(`the menu takes ${min} to ${max} choices, not ${count}`);
}

/** What the chosen ids stand for, for menus of people, roles and channels. */
function resolvedFor(
  state: State,
  own: Json,
  { values, channel }: { values: readonly string[]; channel: Channel },
): { resolved?: Json } {
  if (own["type"] === component.stringSelect) return {};
  const users = values.flatMap((id) => state.users.get(id) ?? []);
  const channels = values.flatMap((id) => state.channels.get(id) ?? []);
  const members = users.filter(({ id }) => channel.guild?.members.has(id));
  return {
    resolved: {
      ...(users.length > 0 && { users: Object.fromEntries(users.map((user) => [user.id, userShape(user)])) }),
      ...(members.length > 0 && {
        members: Object.fromEntries(members.map(({ id }) => [id, resolvedMember(state, channel, id)])),
      }),
      ...(channels.length > 0 && {
        channels: Object.fromEntries(
          channels.map((one) => [one.id, { id: one.id, name: one.name, type: channelType(one), permissions: "0" }]),
        ),
      }),
    },
  };
}

/** Looks again whenever anything changed; real time bounds it, so that a test fails and does not hang. */
function eventually<T>(state: State, look: () => T | undefined, within: number, why: () => string): Promise<T> {
  const found = look();
  if (found !== undefined) return Promise.resolve(found);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(new Error(why()));
    }, within);
    const stop = state.onChange(() => {
      const later = look();
      if (later === undefined) return;
      clearTimeout(timer);
      stop();
      resolve(later);
    });
  });
}
