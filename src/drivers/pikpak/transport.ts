import { Agent, request, type Dispatcher } from "undici";
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

/** How long an answer is waited for, in ms. */
interface Timeouts {
  /** Until it has to begin, and between its pieces. */
  readonly begin: number;
  /** Until it has to be complete, however steadily it drips. */
  readonly whole: number;
}

const defaultTimeouts: Timeouts = { begin: 15_000, whole: 60_000 };
/** ms that exchanges under way may still take when the transport is closed: a refreshed token wants to arrive. */
const closingGrace = 4000;
/** Selects the language of descriptions; some of them are told apart by their words. */
const language = "en";
/** Bytes an API answer may have: 500 entries are about 1 MB. */
const maxBytes = 16 * 1024 * 1024;

export interface TransportOptions {
  readonly timeout?: Timeouts;
  readonly onSend?: () => void;
  /** Makes the pool of connections; absent = straight out. */
  readonly openPool?: ((options: Agent.Options) => Dispatcher) | undefined;
}

/** A transport over undici. `onSend` is told of each exchange. */
export function createTransport({ timeout = defaultTimeouts, onSend, openPool }: TransportOptions = {}): Transport {
  const options: Agent.Options = {
    connect: { timeout: 10_000 },
    headersTimeout: timeout.begin,
    bodyTimeout: timeout.begin,
    maxResponseSize: maxBytes,
    connections: 16,
  };
  const agent = openPool?.(options) ?? new Agent(options);
  const underway = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  return {
    async send(exchange, now) {
      if (closing) throw new StorageError("unreachable", { message: "the drive is being closed" });
      onSend?.();
      const sent = sendWith(agent, exchange, { now, whole: timeout.whole }).finally(() => underway.delete(sent));
      underway.add(sent);
      return sent;
    },
    close: () => (closing ??= closed(agent, underway)),
  };
}

async function sendWith(
  agent: Dispatcher,
  { method, url, headers, body, signal }: Exchange,
  { now, whole }: { readonly now: number; readonly whole: number },
): Promise<Received> {
  const deadline = AbortSignal.timeout(whole);
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

/** An undici agent that was told to close can no longer be made to destroy what hangs; so the waiting is done here. */
async function closed(agent: Dispatcher, underway: ReadonlySet<Promise<unknown>>): Promise<void> {
  const grace = Promise.withResolvers<void>();
  const late = setTimeout(grace.resolve, closingGrace);
  await Promise.race([Promise.allSettled(underway), grace.promise]);
  clearTimeout(late);
  await agent.destroy();
}
