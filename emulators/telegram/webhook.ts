import type { Clock } from "../clock.ts";
import type { Inbox, Update } from "./updates.ts";

/** Where updates go, instead of being fetched. */
export interface Webhook {
  readonly url: string;
  readonly secret?: string;
  readonly maxConnections: number;
  readonly certificate: boolean;
  readonly ip?: string;
  /** The last failure, for `getWebhookInfo`. */
  failure?: { readonly at: number; readonly message: string };
  stop(): void;
}

/** What a webhook is made of. */
export interface WebhookParts {
  readonly url: string;
  readonly secret?: string;
  readonly ip?: string;
  readonly certificate: boolean;
  readonly maxConnections: number;
  readonly inbox: Inbox;
  readonly clock: Clock;
  /** Where the address really is; undefined = nobody answers there. */
  route(url: URL): URL | undefined;
  /** A method that came in the answer to an update. */
  perform(method: string, parameters: Record<string, unknown>): Promise<void>;
  /** Told of every failure. */
  onFailure(): void;
}

/** ms one delivery may take. */
const timeout = 60_000;
/** ms before a failed update is sent again, doubled each time. */
const firstPause = 1000;
const longestPause = 60_000;

/** Starts to deliver: updates of one chat in their order, of several chats at once. */
export function startWebhook(parts: WebhookParts): Webhook {
  const { inbox, url, secret, ip, certificate, maxConnections } = parts;
  const busy = new Set<string>();
  const stopped = new AbortController();
  const webhook: Webhook = {
    url,
    ...(secret !== undefined && { secret }),
    ...(ip !== undefined && { ip }),
    certificate,
    maxConnections,
    stop() {
      stopped.abort();
      stopListening();
    },
  };
  const work = () => {
    for (const update of inbox.pending) {
      const lane = laneOf(update);
      if (stopped.signal.aborted || busy.size >= maxConnections) return;
      if (busy.has(lane)) continue;
      busy.add(lane);
      void deliver(parts, { update, webhook, signal: stopped.signal }).finally(() => {
        busy.delete(lane);
        work();
      });
    }
  };
  const stopListening = inbox.onChange(work);
  work();
  return webhook;
}

/** Updates of one lane come one after the other. */
function laneOf(update: Update): string {
  const body = Object.values(update).find((value) => typeof value === "object") as
    | { chat?: { id: number }; message?: { chat?: { id: number } }; from?: { id: number } }
    | undefined;
  return String(body?.chat?.id ?? body?.message?.chat?.id ?? body?.from?.id ?? "");
}

interface Delivery {
  readonly update: Update;
  readonly webhook: Webhook;
  readonly signal: AbortSignal;
}

/** Sends one update until it is taken. */
async function deliver(parts: WebhookParts, { update, webhook, signal }: Delivery): Promise<void> {
  for (let pause = firstPause; !signal.aborted; pause = Math.min(pause * 2, longestPause)) {
    if (!parts.inbox.pending.includes(update)) return;
    const result = await post(parts, update, signal);
    if (result.taken) {
      parts.inbox.drop(update);
      if (result.reply) await parts.perform(String(result.reply["method"]), withoutMethod(result.reply));
      return;
    }
    if (signal.aborted) return;
    webhook.failure = { at: parts.clock.now(), message: result.why };
    const pausing = waited(parts.clock, { ms: result.retryAfter ?? pause, signal });
    parts.onFailure();
    await pausing;
  }
}

type Result =
  | { readonly taken: true; readonly reply?: Record<string, unknown> }
  | { readonly taken: false; readonly why: string; readonly retryAfter?: number };

async function post({ url, secret, route }: WebhookParts, update: Update, signal: AbortSignal): Promise<Result> {
  const address = route(new URL(url));
  if (!address) return { taken: false, why: "Failed to resolve host: Name or service not known" };
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(secret !== undefined && { "x-telegram-bot-api-secret-token": secret }),
      },
      body: JSON.stringify(update),
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    });
    const text = await response.text();
    if (response.ok) return { taken: true, ...replyIn(text) };
    const retryAfter = Number(response.headers.get("retry-after"));
    return {
      taken: false,
      why: `Wrong response from the webhook: ${response.status} ${response.statusText}`.trim(),
      ...(retryAfter > 0 && { retryAfter: retryAfter * 1000 }),
    };
  } catch {
    return { taken: false, why: "Connection refused" };
  }
}

/** A bot may answer an update with one call. */
function replyIn(text: string): { reply?: Record<string, unknown> } {
  try {
    const reply = JSON.parse(text) as unknown;
    return typeof reply === "object" && reply !== null && "method" in reply ? { reply: { ...reply } } : {};
  } catch {
    return {};
  }
}

function withoutMethod({ method: _method, ...parameters }: Record<string, unknown>): Record<string, unknown> {
  return parameters;
}

function waited(clock: Clock, { ms, signal }: { ms: number; signal: AbortSignal }): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.after(ms, resolve);
    signal.addEventListener(
      "abort",
      () => {
        stop();
        resolve();
      },
      { once: true },
    );
  });
}
