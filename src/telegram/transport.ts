import type { Readable } from "node:stream";
import type { ApiClientOptions } from "grammy";
import { request, type Agent, type Dispatcher } from "undici";
import { version } from "../version.ts";

type Fetch = NonNullable<ApiClientOptions["fetch"]>;

/** What grammY gives a call along, of all that `fetch` could be given. */
interface CallOptions {
  readonly method: Dispatcher.HttpMethod;
  readonly headers: Record<string, string>;
  /** A stream where files go along. */
  readonly body: string | Readable;
  readonly signal: AbortSignal;
}

/** Milliseconds a call may take from its first byte to its answer's last. */
export interface Timeouts {
  /** Of `getUpdates`, which Telegram answers late on purpose. */
  readonly poll: number;
  /** Of every other call. */
  readonly call: number;
}

/** The way to a Bot API server. */
export interface Transport {
  readonly fetch: Fetch;
  /** For what is no call: the bytes of files. */
  readonly dispatcher: Dispatcher;
  /** Lets go of its connections. */
  close(): Promise<void>;
}

interface TransportParts {
  readonly timeouts?: Timeouts | undefined;
  /** Connections to Telegram: straight, or through the operator's proxy. */
  dispatcher(options: Agent.Options): Dispatcher;
}

/** Who asks. */
export const userAgent = `ChatDrive/${version}`;

/** Seconds Telegram keeps a poll open while there is nothing to tell. */
export const pollFor = 25;

const usualTimeouts: Timeouts = { poll: (pollFor + 10) * 1000, call: 10_000 };

/**
 * grammY's calls over undici's own interface: `npm run bench` counts half as many updates again in the same processor
 * time as over the `fetch` that grammY brings. For calls without files; those have an uploader of their own.
 */
export function createTransport({ timeouts = usualTimeouts, dispatcher }: TransportParts): Transport {
  const agent = dispatcher({ keepAliveTimeout: 30_000, connect: { timeout: Math.min(timeouts.call, 5000) } });
  let isOpen = true;
  const call = async (url: string, { method, headers, body, signal }: CallOptions) => {
    const timeout = url.endsWith("/getUpdates") ? timeouts.poll : timeouts.call;
    // grammY's signal is of a package older than Node's own, which `AbortSignal.any` does not take.
    const over = new AbortController();
    const end = () => over.abort();
    signal.addEventListener("abort", end, { once: true });
    const timer = setTimeout(() => over.abort(new Error(`no answer within ${timeout} ms`)), timeout);
    try {
      const options = {
        dispatcher: agent,
        method,
        headers: { ...headers, "user-agent": userAgent },
        body,
        signal: over.signal,
      };
      const { statusCode: status, body: answer } = await request(url, options);
      const said = envelopeIn(await answer.text(), status);
      return { ok: status < 400, status, json: async () => said };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
    }
  };
  return {
    // grammY asks with these options, and looks at nothing else of the answer.
    fetch: call,
    dispatcher: agent,
    async close() {
      if (isOpen) await agent.destroy();
      isOpen = false;
    },
  };
}

/** What Telegram answers is JSON; a page of a proxy in between is no answer of it, and fails like a broken connection. */
function envelopeIn(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`status ${status} without an answer of Telegram`);
  }
}
