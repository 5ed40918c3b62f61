import { Agent, request } from "undici";
import { StorageError } from "../../storage/error.ts";
import { retryAfterOf } from "./failure.ts";

/** One HTTP exchange with an API host. */
export interface Exchange {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface Received {
  readonly status: number;
  readonly text: string;
  readonly retryAfter?: number;
}

/** Sends exchanges; an own connection pool, so that closing it is ours to decide. */
export interface Transport {
  /** `unreachable` when no answer came; the reason of an aborted signal as it is. */
  send(exchange: Exchange, now: number): Promise<Received>;
  close(): Promise<void>;
}

/** ms until an answer has to begin, and between its pieces. */
const patience = 15_000;
/** Bytes an API answer may have: 500 entries are about 1 MB. */
const mostBytes = 16 * 1024 * 1024;

/** A transport over undici. `onSend` is told of each exchange. */
export function createTransport({ onSend }: { readonly onSend?: () => void } = {}): Transport {
  const agent = new Agent({
    connect: { timeout: 10_000 },
    headersTimeout: patience,
    bodyTimeout: patience,
    maxResponseSize: mostBytes,
    connections: 16,
  });
  return {
    send: (exchange, now) => {
      onSend?.();
      return sendWith(agent, exchange, now);
    },
    close: () => agent.close(),
  };
}

async function sendWith(
  agent: Agent,
  { method, url, headers, body, signal }: Exchange,
  now: number,
): Promise<Received> {
  try {
    const answer = await request(url, {
      method,
      dispatcher: agent,
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
    const text = await answer.body.text();
    const header = answer.headers["retry-after"];
    const retryAfter = retryAfterOf(Array.isArray(header) ? header[0] : header, now);
    return { status: answer.statusCode, text, ...(retryAfter !== undefined && { retryAfter }) };
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new StorageError("unreachable", { cause: error, message: `no answer from ${new URL(url).host}` });
  }
}
