import { Agent, request, type Dispatcher } from "undici";
import { StorageError } from "../../storage/error.ts";
import { retryAfterOf } from "./failure.ts";

/** One HTTP exchange with an API host. */
export interface Exchange {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON; as a form where it is `URLSearchParams`, and bytes as they are. */
  readonly body?: unknown;
  /** Whether what has come so far is all that is wanted of a stream that stays open; absent = its end is waited for. */
  readonly isWhole?: ((text: string) => boolean) | undefined;
  /** Shown what has come so far of a good answer's text, until it has seen enough. */
  readonly peek?: Peek | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Looks at the beginning of a text; true = it need not be shown more of it. */
export type Peek = (text: string) => boolean;

export interface Received {
  readonly status: number;
  readonly text: string;
  readonly retryAfter?: number | undefined;
  /** Its headers by their names in lower case; one that came several times, the first. */
  readonly headers: Readonly<Record<string, string>>;
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
/** Who asks, where the exchange does not say it as one of the service's own clients. */
const userAgent = "ChatDrive";
/** Bytes an API answer may have: 500 entries are about 1 MB. */
const maxBytes = 16 * 1024 * 1024;

export interface TransportOptions {
  readonly timeout?: Timeouts;
  /** Bytes an answer may have; absent = 16 MB. */
  readonly maxSize?: number;
  readonly onSend?: () => void;
  /** Makes the pool of connections; absent = straight out. */
  readonly openPool?: ((options: Agent.Options) => Dispatcher) | undefined;
}

/** A transport over undici. `onSend` is told of each exchange. */
export function createTransport({
  timeout = defaultTimeouts,
  maxSize = maxBytes,
  onSend,
  openPool,
}: TransportOptions = {}): Transport {
  const options: Agent.Options = {
    connect: { timeout: 10_000 },
    headersTimeout: timeout.begin,
    bodyTimeout: timeout.begin,
    maxResponseSize: maxSize,
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
  { method, url, headers, body, isWhole, peek, signal }: Exchange,
  { now, whole }: { readonly now: number; readonly whole: number },
): Promise<Received> {
  const deadline = AbortSignal.timeout(whole);
  try {
    const answer = await request(url, {
      method,
      dispatcher: agent,
      headers: { "user-agent": userAgent, "accept-language": language, ...headers, ...contentType(body) },
      body: bodyOf(body),
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    const text = await textOf(answer, { isWhole, peek });
    const received = firstOf(answer.headers);
    const retryAfter = retryAfterOf(received["retry-after"], now);
    return { status: answer.statusCode, text, headers: received, retryAfter };
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new StorageError("unreachable", { cause: error, message: `no answer from ${new URL(url).host}` });
  }
}

function bodyOf(body: unknown): string | Uint8Array | null {
  if (body === undefined) return null;
  if (body instanceof Uint8Array) return body;
  return body instanceof URLSearchParams ? body.toString() : JSON.stringify(body);
}

function contentType(body: unknown): Readonly<Record<string, string>> {
  if (body === undefined || body instanceof Uint8Array) return {};
  const isForm = body instanceof URLSearchParams;
  return { "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json" };
}

function firstOf(headers: Dispatcher.ResponseData["headers"]): Readonly<Record<string, string>> {
  const pairs = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

function textOf(
  { body, statusCode }: Dispatcher.ResponseData,
  { isWhole, peek }: Pick<Exchange, "isWhole" | "peek">,
): Promise<string> {
  if (isWhole) return readUntil(body, isWhole);
  return peek && statusCode === 200 ? readShowing(body, peek) : body.text();
}

/** Reads all of it, and shows what has come so far until enough was seen. */
function readShowing(body: Dispatcher.ResponseData["body"], peek: Peek): Promise<string> {
  let hasSeen = false;
  return readUntil(body, (text) => {
    hasSeen ||= peek(text);
    return false;
  });
}

/** Reads no further than is wanted, and lets go of the rest. */
async function readUntil(body: Dispatcher.ResponseData["body"], isWhole: (text: string) => boolean): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (isWhole(text)) break;
  }
  return text;
}

/** An undici agent that was told to close can no longer be made to destroy what hangs; so the waiting is done here. */
async function closed(agent: Dispatcher, underway: ReadonlySet<Promise<unknown>>): Promise<void> {
  const grace = Promise.withResolvers<void>();
  const late = setTimeout(grace.resolve, closingGrace);
  await Promise.race([Promise.allSettled(underway), grace.promise]);
  clearTimeout(late);
  await agent.destroy();
}
