import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { InlineKeyboardButton, Message, Update, User } from "grammy/types";

// A Bot API just large enough to talk to the real bot over the wire, with the refusals of the real one that matter here.

/** A call the bot made. */
interface Call {
  readonly method: string;
  readonly payload: Record<string, unknown>;
}

/** A message as it stands now. */
interface Shown {
  readonly chat: number;
  readonly id: number;
  text: string;
  entities: { type: string; offset: number; length: number; url?: string }[];
  buttons: InlineKeyboardButton[];
  /** Only this person sees it. */
  readonly receiver?: number;
  readonly preview: unknown;
}

export interface Double {
  readonly apiRoot: string;
  readonly calls: Call[];
  readonly shown: Shown[];
  /** Answers the next call of a method with a refusal. */
  refuse(method: string, refusal: { code: number; description: string; parameters?: object }): void;
  /** Updates wait until they are polled. */
  push(update: Omit<Update, "update_id">): number;
  says(from: User, chat: number, text: string, more?: Partial<Message>): number;
  sends(from: User, chat: number, more: object): number;
  /** Taps the button whose label contains a text, on the newest message that has one. */
  taps(from: User, label: string): void;
  /** Taps a code, real or forged, on a message. */
  tapsCode(from: User, message: Shown, code: string): void;
  /** The newest message, once `when` holds for it. */
  sees(when: (message: Shown) => boolean): Promise<Shown>;
  /** The next call that `when` holds for, from the beginning. */
  called(when: (call: Call) => boolean): Promise<Call>;
  /** Resolves when every update has been taken and every press answered. */
  answers: Call[];
  close(): Promise<void>;
}

export const token = "1:TESTTOKEN";
export const mia: User = { id: 1001, is_bot: false, first_name: "Mia", language_code: "en" };
export const jun: User = { id: 2002, is_bot: false, first_name: "Jun", language_code: "zh-hans" };
export const group = -100500;

const bot = { id: 1, is_bot: true, first_name: "Drive", username: "drive_bot" };

class Refusal extends Error {
  readonly code: number;
  readonly parameters: object | undefined;
  constructor(code: number, description: string, parameters?: object) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }
}

export async function startDouble(): Promise<Double> {
  const calls: Call[] = [];
  const shown: Shown[] = [];
  const answers: Call[] = [];
  const refusals: { method: string; refusal: Refusal }[] = [];
  const waiting: Update[] = [];
  const wakers = new Set<() => void>();
  const openPresses = new Set<string>();
  const wake = () => {
    for (const waker of wakers) waker();
  };
  let lastId = 100;

  const respond = async (method: string, payload: Record<string, unknown>): Promise<unknown> => {
    const at = refusals.findIndex((entry) => entry.method === method);
    const refused = at < 0 ? undefined : refusals.splice(at, 1)[0];
    if (refused) throw refused.refusal;
    switch (method) {
      case "getMe":
        return bot;
      case "getUpdates":
        return poll(Number(payload["offset"] ?? 0));
      case "sendMessage":
        return show(payload);
      case "editMessageText":
        return edit(payload);
      case "editEphemeralMessageText":
        return edit({ ...payload, message_id: payload["ephemeral_message_id"] }) && true;
      case "editMessageReplyMarkup":
        return dropButtons(payload);
      case "deleteMessage":
      case "sendChatAction":
      case "deleteWebhook":
      case "setWebhook":
      case "setMyCommands":
        return true;
      case "answerCallbackQuery":
        return answerPress(payload);
      default:
        throw new Refusal(404, `Not Found: method ${method}`);
    }
  };

  const poll = async (offset: number): Promise<Update[]> => {
    while (waiting[0] && waiting[0].update_id < offset) waiting.shift();
    if (waiting.length > 0) return [...waiting];
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1000);
      const done = () => {
        clearTimeout(timer);
        wakers.delete(done);
        resolve();
      };
      wakers.add(done);
    });
    return waiting.filter((update) => update.update_id >= offset);
  };

  const show = (payload: Record<string, unknown>): Message => {
    const looks = check(payload);
    const ephemeral = payload["ephemeral_message_parameters"] as { receiver_user_id: number } | undefined;
    const message: Shown = {
      chat: Number(payload["chat_id"]),
      id: ++lastId,
      ...looks,
      ...(ephemeral && { receiver: ephemeral.receiver_user_id }),
      preview: payload["link_preview_options"],
    };
    shown.push(message);
    return {
      ...messageOf(message),
      ...(ephemeral && { message_id: 0, ephemeral_message_id: message.id }),
    };
  };

  const edit = (payload: Record<string, unknown>): unknown => {
    const looks = check(payload);
    const message = shown.find(({ id, chat }) => id === payload["message_id"] && chat === payload["chat_id"]);
    if (!message) throw new Refusal(400, "Bad Request: message to edit not found");
    const before = JSON.stringify([message.text, message.entities, message.buttons]);
    if (before === JSON.stringify([looks.text, looks.entities, looks.buttons])) {
      throw new Refusal(
        400,
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
      );
    }
    Object.assign(message, looks);
    return messageOf(message);
  };

  const dropButtons = (payload: Record<string, unknown>): unknown => {
    const message = shown.find(({ id }) => id === payload["message_id"]);
    if (!message) throw new Refusal(400, "Bad Request: message to edit not found");
    message.buttons = [];
    return messageOf(message);
  };

  const answerPress = (payload: Record<string, unknown>): true => {
    if (textOf(payload).length > 200) throw new Refusal(400, "Bad Request: MESSAGE_TOO_LONG");
    if (!openPresses.delete(String(payload["callback_query_id"]))) {
      throw new Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid");
    }
    answers.push({ method: "answerCallbackQuery", payload });
    return true;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const method = request.url?.split("/").at(-1) ?? "";
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const payload = (body === "" ? {} : JSON.parse(body)) as Record<string, unknown>;
    if (method !== "getUpdates") calls.push({ method, payload });
    const reply = await respond(method, payload).then(
      (result) => ({ ok: true, result }),
      (error: unknown) =>
        error instanceof Refusal
          ? { ok: false, error_code: error.code, description: error.message, parameters: error.parameters }
          : { ok: false, error_code: 400, description: `Bad Request: ${String(error)}` },
    );
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(reply));
    wake();
  };

  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  const until = async <T>(find: () => T | undefined): Promise<T> => {
    const end = Date.now() + 5000;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (Date.now() > end) throw new Error(`waited in vain; shown: ${JSON.stringify(shown.slice(-4), undefined, 1)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        const done = () => {
          clearTimeout(timer);
          wakers.delete(done);
          resolve();
        };
        wakers.add(done);
      });
    }
  };

  const double: Double = {
    apiRoot: `http://127.0.0.1:${port}`,
    calls,
    shown,
    answers,
    refuse: (method, { code, description, parameters }) =>
      refusals.push({ method, refusal: new Refusal(code, description, parameters) }),
    push(update) {
      const update_id = ++lastId;
      waiting.push({ update_id, ...update });
      wake();
      return update_id;
    },
    says: (from, chat, text, more = {}) => double.sends(from, chat, { text, ...more }),
    sends(from, chat, more) {
      const message_id = ++lastId;
      double.push({
        message: { message_id, date: 1, chat: chatOf(chat), from, ...more } as Update["message"] & object,
      });
      return message_id;
    },
    taps(from, label) {
      const message = shown.findLast(({ buttons }) => buttons.some(({ text }) => text.includes(label)));
      const button = message?.buttons.find(({ text }) => text.includes(label));
      if (!message || !button || !("callback_data" in button)) throw new Error(`no button "${label}"`);
      double.tapsCode(from, message, button.callback_data);
    },
    tapsCode(from, message, code) {
      const id = String(++lastId);
      openPresses.add(id);
      double.push({ callback_query: { id, from, chat_instance: "1", data: code, message: messageOf(message) } });
    },
    sees: (when) => until(() => shown.findLast(when)),
    called: (when) => until(() => calls.find(when)),
    async close() {
      wake();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return double;
}

function chatOf(id: number): Message["chat"] {
  return id < 0 ? { id, type: "supergroup", title: "Group" } : { id, type: "private", first_name: "x" };
}

function messageOf({ chat, id, text }: Shown): Message {
  return { message_id: id, date: 1, chat: chatOf(chat), from: bot, text };
}

/** What the real one refuses of a text and its buttons. */
function check(payload: Record<string, unknown>): Pick<Shown, "text" | "entities" | "buttons"> {
  const text = textOf(payload);
  if (text.trim() === "") throw new Refusal(400, "Bad Request: message text is empty");
  if (text.length > 4096) throw new Refusal(400, "Bad Request: message is too long");
  const markup = payload["reply_markup"] as { inline_keyboard?: InlineKeyboardButton[][] } | undefined;
  const buttons = (markup?.inline_keyboard ?? []).flat();
  if (buttons.length > 100) throw new Refusal(400, "Bad Request: reply markup is too long");
  for (const button of buttons) checkButton(button);
  return { text, entities: (payload["entities"] ?? []) as Shown["entities"], buttons };
}

function checkButton(button: InlineKeyboardButton): void {
  if (button.text.trim() === "") throw new Refusal(400, "Bad Request: text buttons are not allowed to be empty");
  if ("callback_data" in button && !between(Buffer.byteLength(button.callback_data), 1, 64)) {
    throw new Refusal(400, "Bad Request: BUTTON_DATA_INVALID");
  }
  if ("url" in button && !/^https?:\/\/[^/]+\.[a-z]{2,}/.test(button.url)) {
    throw new Refusal(400, "Bad Request: BUTTON_URL_INVALID");
  }
  if ("copy_text" in button && !between(button.copy_text.text.length, 1, 256)) {
    throw new Refusal(400, "Bad Request: BUTTON_COPY_TEXT_INVALID");
  }
}

function textOf({ text }: Record<string, unknown>): string {
  return typeof text === "string" ? text : "";
}

function between(count: number, least: number, most: number): boolean {
  return count >= least && count <= most;
}
