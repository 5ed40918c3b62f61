import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A call of the bot that is meant for a chat. */
export interface ChatCall {
  readonly method: string;
  readonly chat: number;
  /** Of the message that is made or changed; 0 where there is none. */
  readonly message: number;
  readonly text: string;
  /** Payloads by the labels of buttons. */
  readonly buttons: ReadonlyMap<string, string>;
  /** The press that is answered; "" where none is. */
  readonly press: string;
}

/** Telegram for a thousand chats: it says yes to everything, checks nothing, and tells what it was asked. */
export interface LoadBotApi {
  readonly root: string;
  close(): Promise<void>;
}

/** Starts it on loopback. `test/telegram` holds the bot to the strict one. */
export async function startBotApi(onCall: (call: ChatCall) => void): Promise<LoadBotApi> {
  let messages = 0;
  const server = createServer((request, response) => {
    const answer = (body: Buffer): void => {
      const method = request.url?.split("/").at(-1) ?? "";
      const { chat, message: changed, ...call } = callIn(request.headers["content-type"] ?? "", body);
      const makes = method.startsWith("send") && method !== "sendChatAction";
      const message = makes ? (messages += 1) : changed;
      onCall({ method, chat, message, ...call });
      reply(response, resultOf(method, { chat, message }));
    };
    // Whoever was killed while it asked has asked nothing.
    read(request).then(answer, () => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.listen(0, "127.0.0.1", () => resolve(undefined));
  await promise;
  return { root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => closed(server) };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function callIn(type: string, body: Buffer): Omit<ChatCall, "method"> {
  if (!type.includes("json")) {
    const chat = /name="chat_id"\r\n\r\n(-?\d+)/.exec(body.toString("latin1"))?.[1];
    return { chat: Number(chat ?? 0), message: 0, text: "", buttons: new Map(), press: "" };
  }
  const given = JSON.parse(body.toString() || "{}") as {
    readonly chat_id?: number | string;
    readonly message_id?: number;
    readonly text?: string;
    readonly callback_query_id?: string;
    readonly reply_markup?: { readonly inline_keyboard?: readonly (readonly Button[])[] };
  };
  const buttons = given.reply_markup?.inline_keyboard?.flat() ?? [];
  return {
    chat: Number(given.chat_id ?? 0),
    message: given.message_id ?? 0,
    text: given.text ?? "",
    buttons: new Map(buttons.map(({ text, callback_data = "" }) => [text, callback_data])),
    press: given.callback_query_id ?? "",
  };
}

interface Button {
  readonly text: string;
  readonly callback_data?: string;
}

function resultOf(method: string, { chat, message }: Pick<ChatCall, "chat" | "message">): unknown {
  if (method === "getMe") return me;
  if (message === 0 || method === "deleteMessage") return true;
  return { message_id: message, date: 1, chat: { id: chat, type: "private", first_name: "Somebody" }, text: "…" };
}

function reply(response: ServerResponse, result: unknown): void {
  const body = JSON.stringify({ ok: true, result });
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body);
}

async function closed(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.close(() => resolve(undefined));
  server.closeAllConnections();
  await promise;
}

const me = {
  id: 1,
  is_bot: true,
  first_name: "ChatDrive",
  username: "chatdrive_bot",
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_inline_queries: true,
  can_connect_to_business: false,
  has_main_web_app: false,
};
