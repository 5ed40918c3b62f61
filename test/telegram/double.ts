import type { Update, User } from "grammy/types";
import type { Group } from "../../emulators/telegram/groups.ts";
import type { Actor, Participant } from "../../emulators/telegram/people.ts";
import type { Shown } from "../../emulators/telegram/shown.ts";
import { startTelegram, type TelegramEmulator } from "../../emulators/telegram/telegram.ts";

// The emulated Telegram with a small cast: two people, who both know the bot, and a group they are in with it.

/** A call the bot made. */
interface Call {
  readonly method: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface Double {
  readonly telegram: TelegramEmulator;
  readonly apiRoot: string;
  /** The group of everybody. The bot is no administrator of it. */
  readonly group: Group;
  /** Without polls. */
  readonly calls: readonly Call[];
  /** What bots wrote, as it stands now. */
  readonly shown: readonly Shown[];
  /** Answers to presses that were accepted. */
  readonly answers: readonly Call[];
  /** Answers the next call of a method with a refusal. */
  refuse(method: string, refusal: { code: number; description: string; parameters?: object }): void;
  /** Whether a message that somebody sent is gone from the chat. */
  isDeleted(message: number): boolean;
  /** Updates wait until they are polled. */
  push(update: Omit<Update, "update_id">): void;
  /** The id of what was said. */
  sends(from: User, chat: number, text: string): number;
  sendsMessage(
    from: User,
    chat: number,
    what: {
      readonly text?: string;
      readonly sticker?: object;
      readonly reply_to_message?: { readonly message_id: number };
    },
  ): number;
  /** Taps the button whose label contains a text, on the newest message that has one. */
  taps(from: User, label: string): void;
  /** Taps a code, real or forged, on a message. */
  tapsCode(from: User, message: Shown, code: string): void;
  /** The newest message, once `when` holds for it. */
  sees(when: (message: Shown) => boolean): Promise<Shown>;
  /** The first call that `when` holds for, from the beginning. */
  called(when: (call: Call) => boolean): Promise<Call>;
  close(): Promise<void>;
}

export const token = "1:TESTTOKEN";
export const mia: User = { id: 1001, is_bot: false, first_name: "Mia", language_code: "en" };
export const jun: User = { id: 2002, is_bot: false, first_name: "Jun", language_code: "zh-hans" };
export const group = -100500;
/** Where the group goes when it becomes a supergroup. */
const movedGroup = -100999;

export async function startDouble(): Promise<Double> {
  const telegram = await startTelegram({ bots: [{ token, name: "Drive", username: "drive_bot" }] });
  const people = [mia, jun].map(({ id, first_name, language_code = "en" }) =>
    telegram.person({ id, name: first_name, language: language_code, started: true }),
  ) as [Actor, Actor];
  const [current, moved] = [group, movedGroup].map((id) => telegram.group({ id, title: "Group", members: people }));
  if (!current || !moved) throw new Error("two groups make two");
  const groups = [current, moved];
  const participant = (from: User, chat: number) => participantOf({ people, groups }, from, chat);
  const sent: Shown[] = [];
  const noted = (message: Shown) => {
    sent.push(message);
    return message.id;
  };
  return {
    telegram,
    apiRoot: telegram.apiRoot,
    group: current,
    get calls() {
      return telegram.calls.flatMap((call) => (call.method === "getUpdates" ? [] : [callOf(call)]));
    },
    get shown() {
      return telegram.shown;
    },
    get answers() {
      return telegram.calls.flatMap((call) => (call.method === "answerCallbackQuery" && call.ok ? [callOf(call)] : []));
    },
    refuse: (method, { code, description, parameters }) =>
      telegram.fail({ method, status: code, description, ...(parameters && { parameters }) }),
    isDeleted: (message) => sent.find(({ id }) => id === message)?.deleted ?? false,
    push(update) {
      for (const [kind, body] of Object.entries(update)) telegram.push(kind, body);
    },
    sends: (from, chat, text) => noted(participant(from, chat).sends(text)),
    sendsMessage(from, chat, { text, reply_to_message: replied }) {
      const replyTo = replied && telegram.shown.find(({ id }) => id === replied.message_id);
      const options = replyTo ? { replyTo } : {};
      if (text === undefined) return noted(participant(from, chat).sendsFile({ kind: "sticker" }, options));
      return noted(participant(from, chat).sends(text, options));
    },
    taps(from, label) {
      const message = telegram.shown.findLast(({ labels }) => labels.some((text) => text.includes(label)));
      if (!message) throw new Error(`no button "${label}"`);
      participant(from, message.chat).taps(label, { on: message });
    },
    tapsCode: (from, message, code) => void participant(from, message.chat).forges(code, { on: message }),
    sees: (when) =>
      telegram.until(() => telegram.shown.findLast(when), {
        what: () => `waited in vain; shown:\n${telegram.shown.slice(-4).join("\n")}`,
      }),
    called: (when) => telegram.called((call) => when(callOf(call))).then(callOf),
    close: () => telegram.close(),
  };
}

function callOf({ method, parameters }: { method: string; parameters: Call["payload"] }): Call {
  return { method, payload: parameters };
}

function participantOf(
  { people, groups }: { people: readonly Actor[]; groups: readonly Group[] },
  { id }: User,
  chat: number,
): Participant {
  const actor = people.find(({ person }) => person.user.id === id);
  const place = groups.find((candidate) => candidate.id === chat);
  if (!actor) throw new Error(`nobody has the id ${id}`);
  return place ? actor.in(place) : actor;
}
