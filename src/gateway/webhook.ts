import { IncomingMessage, type ServerResponse } from "node:http";
import { Socket } from "node:net";
import { BodyTooLarge } from "./asked.ts";
import { readBody } from "./body.ts";
import { equalTexts } from "./equal-texts.ts";

/** Where updates are taken, and from whom. */
export interface WebhookRoute {
  readonly path: string;
  /** What a call says in `X-Telegram-Bot-Api-Secret-Token`; no other is read. */
  readonly secret: string;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
}

/** Telegram's longest update is far below. */
const longestBody = 1024 * 1024;

/** A call to somebody else's route: its secret is looked at before a byte of its body, and the body is not read without end. */
export async function takeWebhook(
  { secret, handle }: WebhookRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const given = request.headers["x-telegram-bot-api-secret-token"];
  if (!equalTexts(String(given ?? ""), secret)) return leave(response, 401);
  if (request.method !== "POST") return leave(response, 405);
  try {
    const body = await readBody(request, response, longestBody);
    await handle(withBody(request, body), response);
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    leave(response, 413);
  }
}

/** What was not read is not waited for: the connection ends with the answer. */
function leave(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: "close", "content-length": 0 }).end();
}

/** The same request, whose body comes out of memory. Its socket is one of its own, which it closes at its end. */
function withBody({ method, url, headers }: IncomingMessage, body: Buffer): IncomingMessage {
  const call = new IncomingMessage(new Socket());
  Object.assign(call, { method, url, headers });
  call.push(body);
  call.push(null);
  return call;
}
