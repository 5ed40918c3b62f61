import type { Readable } from "node:stream";
import type { ApiClientOptions } from "grammy";
import type { Agent, Dispatcher } from "undici";
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
  const call = (url: string, { method, headers, body, signal }: CallOptions) => {
    const timeout = url.endsWith("/getUpdates") ? timeouts.poll : timeouts.call;
    const { origin, pathname, search } = new URL(url);
    const path = `${pathname}${search}`;
    const answer = new Answer(timeout, signal);
    // The clock of the call is the only one: it covers the whole of it.
    const limits = { headersTimeout: 0, bodyTimeout: 0 };
    agent.dispatch({ origin, path, method, headers: { ...headers, "user-agent": userAgent }, body, ...limits }, answer);
    return answer.whole;
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

/** What grammY looks at of an answer. */
interface Told {
  readonly ok: boolean;
  readonly status: number;
  json(): Promise<unknown>;
}

/** One answer as it arrives: a few hundred bytes, for which a stream and another signal would cost as much as the call. */
class Answer implements Dispatcher.DispatchHandler {
  readonly #whole = Promise.withResolvers<Told>();
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #controller: Dispatcher.DispatchController | undefined;
  #over: Error | undefined;

  constructor(timeout: number, signal: AbortSignal) {
    this.#signal = signal;
    this.#timer = setTimeout(() => this.#end(new Error(`no answer within ${timeout} ms`)), timeout);
    signal.addEventListener("abort", this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  /** Rejects where there is no answer, or none of Telegram. */
  get whole(): Promise<Told> {
    return this.#whole.promise;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) controller.abort(this.#over);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#settle();
    const status = this.#status;
    try {
      const said = envelopeIn(Buffer.concat(this.#chunks).toString(), status);
      this.#whole.resolve({ ok: status < 400, status, json: async () => said });
    } catch (error) {
      this.#whole.reject(error);
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#settle();
    this.#whole.reject(error);
  }

  readonly #onAbort = (): void => this.#end(new DOMException("the call was given up", "AbortError"));

  #end(why: Error): void {
    this.#over = why;
    this.#controller?.abort(why);
    // One that is still waiting for a connection is not known to the dispatcher yet.
    this.#settle();
    this.#whole.reject(why);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}

/** What Telegram answers is JSON; a page of a proxy in between is no answer of it, and fails like a broken connection. */
function envelopeIn(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`status ${status} without an answer of Telegram`);
  }
}
