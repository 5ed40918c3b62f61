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
  /** Lets exchanges under way end for a moment, then drops every connection. */
  close(): Promise<void>;
}

/** ms until an answer has to begin, and between its pieces. */
const patience = 15_000;
/** ms until an answer has to be complete, however steadily it drips. */
const wholePatience = 60_000;
/** ms that exchanges under way may still take when the transport is closed: a refreshed token wants to arrive. */
const closingGrace = 4000;
/** Selects the language of descriptions; some of them are told apart by their words. */
const language = "en";
/** Bytes an API answer may have: 500 entries are about 1 MB. */
const mostBytes = 16 * 1024 * 1024;

/** A transport over undici. */
export function createTransport(): Transport {
  const agent = new Agent({
    connect: { timeout: 10_000 },
    headersTimeout: patience,
    bodyTimeout: patience,
    maxResponseSize: mostBytes,
    connections: 16,
  });
  let closing: Promise<void> | undefined;
  return {
    send: (exchange, now) => sendWith(agent, exchange, now),
    close: () => (closing ??= closed(agent)),
  };
}

async function sendWith(
  agent: Agent,
  { method, url, headers, body, signal }: Exchange,
  now: number,
): Promise<Received> {
  const deadline = AbortSignal.timeout(wholePatience);
  try {
    const answer = await request(url, {
      method,
      dispatcher: agent,
      headers: {
        "accept-language": language,
        ...headers,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
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

async function closed(agent: Agent): Promise<void> {
  const gone = agent.close();
  const late = setTimeout(() => void agent.destroy(), closingGrace);
  await gone.finally(() => clearTimeout(late));
}
