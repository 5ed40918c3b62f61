import { HttpError, type Transformer } from "grammy";
import type { Agent, Dispatcher } from "undici";
import { version } from "../version.ts";

/** Milliseconds a call may take from its first byte to its answer's last. */
export interface Timeouts {
  /** Of `getUpdates`, which Telegram answers late on purpose. */
  readonly poll: number;
  /** Of every other call. */
  readonly call: number;
}

/** The way to a Bot API server. */
export interface Transport {
  /**
   * Makes the calls of one bot, as the innermost transformer: grammY's own way looks through each call for files, copies what
   * it sends value by value, and brings a `fetch` of its own. For calls without files; those have an uploader of their own.
   */
  calls(bot: { readonly token: string; readonly apiRoot: string }): Transformer;
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

/** Calls by undici's own interface. */
export function createTransport({ timeouts = usualTimeouts, dispatcher }: TransportParts): Transport {
  const agent = dispatcher({ keepAliveTimeout: 30_000, connect: { timeout: Math.min(timeouts.call, 5000) } });
  let isOpen = true;
  // The clock of the call is the only one: it covers the whole of it.
  const usual = { method: "POST", headers, headersTimeout: 0, bodyTimeout: 0 } as const;
  return {
    calls({ token, apiRoot }) {
      const { origin, pathname } = new URL(apiRoot);
      const bot = `${pathname.replace(/\/$/, "")}/bot${token}`;
      return async (_prev, method, payload, signal) => {
        const answer = new Answer(method === "getUpdates" ? timeouts.poll : timeouts.call, signal);
        agent.dispatch({ ...usual, origin, path: `${bot}/${method}`, body: JSON.stringify(payload) }, answer);
        try {
          // What Telegram answers to a method is of that method's type: grammY takes its word for it, too.
          return (await answer.whole) as never;
        } catch (error) {
          throw new HttpError(`Network request for '${method}' failed!`, error);
        }
      };
    },
    dispatcher: agent,
    async close() {
      if (isOpen) await agent.destroy();
      isOpen = false;
    },
  };
}

/** The signal grammY's types name, of a package older than Node's own; the two are alike. */
type AbortSignalOfGrammy = NonNullable<Parameters<Transformer>[3]>;

const headers = { "content-type": "application/json", "user-agent": userAgent };

/** One answer as it arrives: a few hundred bytes, for which a stream and another signal would cost as much as the call. */
class Answer implements Dispatcher.DispatchHandler {
  readonly #whole = Promise.withResolvers<unknown>();
  readonly #signal: AbortSignalOfGrammy | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #controller: Dispatcher.DispatchController | undefined;
  #over: Error | undefined;

  constructor(timeout: number, signal: AbortSignalOfGrammy | undefined) {
    this.#signal = signal;
    this.#timer = setTimeout(() => this.#end(new Error(`no answer within ${timeout} ms`)), timeout);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (signal?.aborted) this.#onAbort();
  }

  /** Rejects where there is no answer, or none of Telegram. */
  get whole(): Promise<unknown> {
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
    try {
      this.#whole.resolve(envelopeIn(Buffer.concat(this.#chunks).toString(), this.#status));
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
    this.#signal?.removeEventListener("abort", this.#onAbort);
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
