import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

// Telegram for a benchmark, in a thread of its own: it says yes to everything and costs the bot's core nothing. It
// hands out the updates it was given, a hundred at a time, and tells when the last press was answered.

const { updates } = workerData as { readonly updates: readonly { readonly update_id: number }[] };
let handedOut = 0;
let answered = 0;
let waiting: ServerResponse | undefined;
let isOpen = false;

const server = createServer((request, response) => {
  const method = request.url?.split("/").at(-1) ?? "";
  if (method !== "getUpdates") return void request.resume().on("end", () => answer(method, response));
  // Few enough to be read whole. One that waits for nothing is answered at once, as Telegram does.
  const chunks: Buffer[] = [];
  request
    .on("data", (chunk: Buffer) => chunks.push(chunk))
    .on("end", () => {
      const { timeout = 0 } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly timeout?: number };
      poll(response, timeout > 0);
    });
  return undefined;
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => parentPort?.postMessage({ port: (server.address() as AddressInfo).port }));
parentPort?.on("message", () => {
  isOpen = true;
  if (waiting) poll(waiting, true);
});

function answer(method: string, response: ServerResponse): void {
  if (method === "answerCallbackQuery") {
    answered += 1;
    if (answered === updates.length) parentPort?.postMessage({ done: true });
  }
  reply(response, method === "getMe" ? me : method.startsWith("edit") || method === "sendMessage" ? message : true);
}

function poll(response: ServerResponse, mayWait: boolean): void {
  waiting = undefined;
  const batch = isOpen ? updates.slice(handedOut, handedOut + 100) : [];
  handedOut += batch.length;
  if (batch.length > 0 || !mayWait) return reply(response, batch);
  waiting = response;
  return undefined;
}

function reply(response: ServerResponse, result: unknown): void {
  const body = JSON.stringify({ ok: true, result });
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body);
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
const message = { message_id: 1, date: 0, chat: { id: 1, type: "private", first_name: "Mia" }, text: "…" };
