import { setTimeout as sleep } from "node:timers/promises";
import type { ChatCall } from "./bot-api.ts";

/** One chat with one person in it, whose updates come one after the other, as Telegram brings those of a chat. */
export interface Somebody {
  readonly id: number;
  /** Everything the bot did here, oldest first. */
  readonly calls: readonly ChatCall[];
  /** Types it; resolves when the update was taken, before which none of the next is brought. */
  says(text: string): Promise<void>;
  /** Presses what has this on it on the newest message that has it, and waits until a message shows what is wanted and the press is answered. */
  presses(label: string, wanted: Wanted): Promise<void>;
  /** Waits until something the bot did from now on, or since the last wait, is as wanted. */
  sees(wanted: Wanted): Promise<ChatCall>;
}

type Wanted = (call: ChatCall) => boolean;

/** All the chats there are. */
export interface Crowd {
  of(id: number): Somebody;
  /** To be told of every call of the bot. */
  onCall(call: ChatCall): void;
  readonly counts: Counts;
}

/** What was done and brought. */
export interface Counts {
  updates: number;
  /** Updates that had to be brought more than once, because a process died over them. */
  broughtAgain: number;
  /** Milliseconds from an update's first delivery to what it asked for, in the order they came. */
  readonly times: number[];
}

interface CrowdOptions {
  /** Brings an update; how often it took. */
  bring(update: object): Promise<number>;
  /** Milliseconds somebody waits for what they asked for before it counts as lost. */
  readonly answerTimeout: number;
}

/** A crowd nobody is in yet. */
export function createCrowd({ bring, answerTimeout }: CrowdOptions): Crowd {
  const people = new Map<number, Chat>();
  const counts: Counts = { updates: 0, broughtAgain: 0, times: [] };
  let lastUpdate = 0;
  const send = async (body: object): Promise<void> => {
    counts.updates += 1;
    const times = await bring({ update_id: (lastUpdate += 1), ...body });
    if (times > 1) counts.broughtAgain += 1;
  };
  const of = (id: number): Chat => {
    const known = people.get(id) ?? new Chat(id, { send, counts, answerTimeout });
    people.set(id, known);
    return known;
  };
  return {
    of,
    counts,
    onCall(call) {
      if (call.press !== "") people.get(Number(call.press.split("-")[0]))?.heard(call);
      else if (call.chat !== 0) people.get(call.chat)?.heard(call);
    },
  };
}

interface ChatParts extends Pick<CrowdOptions, "answerTimeout"> {
  readonly counts: Counts;
  send(body: object): Promise<void>;
}

class Chat implements Somebody {
  readonly calls: ChatCall[] = [];
  readonly id: number;
  readonly #parts: ChatParts;
  /** Calls before this one were waited for. */
  #from = 0;
  #presses = 0;
  #typed = 0;
  readonly #waiting = new Set<() => void>();
  /** Ends when the last update was taken. */
  #lane: Promise<unknown> = Promise.resolve();

  constructor(id: number, parts: ChatParts) {
    this.id = id;
    this.#parts = parts;
  }

  heard(call: ChatCall): void {
    this.calls.push(call);
    for (const look of this.#waiting) look();
  }

  async says(text: string): Promise<void> {
    this.#from = this.calls.length;
    const length = /^\/\w+/.exec(text)?.[0].length ?? 0;
    const entities = length > 0 ? [{ type: "bot_command", offset: 0, length }] : [];
    const message = { message_id: -(this.#typed += 1), date: 1, chat: this.#chat, from: this.#user, text, entities };
    await this.#send({ message });
  }

  async presses(label: string, wanted: Wanted): Promise<void> {
    const shown = this.calls.findLast(({ buttons }) => [...buttons.keys()].some((one) => one.includes(label)));
    const [, data] = [...(shown?.buttons ?? [])].find(([one]) => one.includes(label)) ?? [];
    if (!shown || data === undefined) throw new Error(`${this.id} sees no ${label}:\n${this.#screen()}`);
    const press = `${this.id}-${(this.#presses += 1)}`;
    this.#from = this.calls.length;
    const started = performance.now();
    const message = { message_id: shown.message, date: 1, chat: this.#chat, text: "…" };
    const isAnswer = (call: ChatCall) => call.press === press;
    const sent = this.#send({
      callback_query: { id: press, from: this.#user, chat_instance: "1", data, message },
    });
    await this.#until(wanted);
    this.#parts.counts.times.push(performance.now() - started);
    await this.#until(isAnswer);
    await sent;
  }

  async sees(wanted: Wanted): Promise<ChatCall> {
    return this.#until(wanted);
  }

  #send(body: object): Promise<void> {
    const sent = this.#lane.then(() => this.#parts.send(body));
    this.#lane = sent;
    return sent;
  }

  async #until(wanted: Wanted): Promise<ChatCall> {
    const { promise, resolve } = Promise.withResolvers<ChatCall>();
    const look = () => {
      const found = this.calls.slice(this.#from).findLast(wanted);
      if (found) resolve(found);
    };
    this.#waiting.add(look);
    look();
    const given = new AbortController();
    const late = sleep(this.#parts.answerTimeout, "late" as const, { signal: given.signal, ref: false });
    const found = await Promise.race([promise, late.catch(() => "late" as const)]);
    this.#waiting.delete(look);
    given.abort();
    if (found === "late") throw new Error(`${this.id} waited in vain for ${String(wanted)}:\n${this.#screen()}`);
    return found;
  }

  get #chat(): object {
    return { id: this.id, type: "private", first_name: "Somebody" };
  }

  get #user(): object {
    return { id: this.id, is_bot: false, first_name: "Somebody", language_code: "en" };
  }

  #screen(): string {
    return this.calls
      .slice(-4)
      .map(({ method, text, buttons }) => `${method}: ${text.slice(0, 300)} [${[...buttons.keys()].join(" | ")}]`)
      .join("\n");
  }
}
