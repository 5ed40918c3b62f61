import { isIPv6, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { Agent, errors, type buildConnector, type Dispatcher } from "undici";
import { connectWith, firstThatStands, lookupHost, resolveHost, stand } from "./dial.ts";
import { UpstreamError } from "./error.ts";
import type { Exchange, Sink, Timeouts } from "./exchange.ts";
import { createUrlReader, follow, requestFields } from "./request.ts";
import type { Upstream, UpstreamOptions } from "./port.ts";

/** The same over undici's connections and parser: slower, and in the hands of many more people than ours. */
export function openUndici(options: UpstreamOptions): Upstream {
  const timeout: Timeouts = { stall: 15_000, pause: 60_000, ...options.timeout };
  const sockets = new Set<Socket>();
  const closed = new AbortController();
  const agent = new Agent({
    connect: guardedConnector(options, { sockets, signal: closed.signal }),
    pipelining: 1,
    headersTimeout: timeout.stall,
    bodyTimeout: timeout.stall,
    maxHeaderSize: 32 * 1024,
    keepAliveTimeout: options.idleFor ?? 10_000,
    keepAliveMaxTimeout: options.idleFor ?? 10_000,
    keepAliveTimeoutThreshold: 0,
  });
  const readUrl = createUrlReader();
  return {
    async open(address, { headers = {}, signal }) {
      const ask = (url: URL, sent: Readonly<Record<string, string>>) =>
        onceMore(() => UndiciExchange.ask(agent, { url, fields: requestFields(sent), timeout, signal }));
      return follow(readUrl(address), { headers, ask });
    },
    get connections() {
      return sockets.size;
    },
    close() {
      closed.abort(new Error("the gateway stops"));
      void agent.destroy();
    },
  };
}

/** A connection that was idle may have been closed at the other end meanwhile. Only GETs are sent: one more try harms nobody. */
async function onceMore(ask: () => Promise<Exchange>): Promise<Exchange> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.trouble !== "cut") throw error;
    return ask();
  }
}

interface ConnectorParts {
  /** Those that stand. */
  readonly sockets: Set<Socket>;
  readonly signal: AbortSignal;
}

/** What an agent of undici's connects with, to addresses within reach alone. Throws `UpstreamError`. */
export function guardedConnector(
  options: UpstreamOptions,
  { sockets, signal }: ConnectorParts,
): buildConnector.connector {
  const { reach, lookup = lookupHost, connect = connectWith(), connectWithin: within = 10_000 } = options;
  const sessions = new Map<string, Buffer>();
  const open = async ({ protocol, hostname, port }: buildConnector.Options): Promise<Socket> => {
    const url = new URL(`${protocol}//${isIPv6(hostname) ? `[${hostname}]` : hostname}${port ? `:${port}` : ""}`);
    const isTls = protocol === "https:";
    const number = Number(url.port || (isTls ? 443 : 80));
    const addresses = await resolveHost(url, { reach, lookup });
    return firstThatStands(addresses, signal, async (address) => {
      const session = sessions.get(url.host);
      const tls = { tlsName: url.hostname.replace(/^\[|\]$/g, ""), ...(session && { session }) };
      const socket = connect({ address, port: number, ...(isTls && tls) });
      if (sessions.size > 1000) sessions.clear();
      if (socket instanceof TLSSocket) socket.on("session", (fresh) => sessions.set(url.host, fresh));
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      await stand(socket, { isTls, within, signal, reach });
      return socket;
    });
  };
  const report = async (place: buildConnector.Options, callback: buildConnector.Callback): Promise<void> => {
    const opened = await open(place).catch((error: unknown) =>
      error instanceof Error ? error : new Error("a host could not be dialled", { cause: error }),
    );
    if (opened instanceof Error) callback(opened, null);
    else callback(null, opened);
  };
  return (place, callback) => void report(place, callback);
}

/** Interim answers before the real one; more of them is a host that plays for time. */
const maxInterim = 8;

/** Bytes under way to a client beyond which reading stops. */
const window = 256 * 1024;

interface AskOptions {
  readonly url: URL;
  readonly fields: Record<string, string>;
  readonly timeout: Timeouts;
  readonly signal: AbortSignal;
}

/** One request, told by undici of what comes. */
class UndiciExchange implements Dispatcher.DispatchHandler {
  readonly #options: AskOptions;
  readonly #answer = Promise.withResolvers<Exchange>();
  readonly #poured = Promise.withResolvers<void>();
  readonly #onAbort = (): void => this.#fail(this.#options.signal.reason);
  #controller: Dispatcher.DispatchController | undefined;
  #sink: Sink | undefined;
  #state: "running" | "complete" | "over" = "running";
  /** Heads that came before the real one. */
  #interim = 0;
  #owed = 0;
  #paused: NodeJS.Timeout | undefined;

  static ask(agent: Agent, options: AskOptions): Promise<Exchange> {
    const { url, fields, signal } = options;
    signal.throwIfAborted();
    const exchange = new UndiciExchange(options);
    const path = `${url.pathname}${url.search}`;
    agent.dispatch({ origin: url.origin, path, method: "GET", headers: fields }, exchange);
    return exchange.#answer.promise;
  }

  constructor(options: AskOptions) {
    this.#options = options;
    // Who never pours is not told that the body failed.
    this.#poured.promise.catch(() => {});
    options.signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#state === "over") controller.abort(new Error("no longer wanted"));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Dispatcher.ResponseData["headers"],
  ) {
    if (status < 200) return this.#meetInterim(status);
    // Nothing is read before somebody takes it.
    controller.pause();
    const fields = new Map(
      Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, [value].flat().join(", ")]],
      ),
    );
    this.#answer.resolve({
      head: { minor: 1, status, fields },
      pour: (sink) => this.#pour(sink),
      drop: () => this.#fail(new UpstreamError("cut", "no longer wanted")),
    });
  }

  #meetInterim(status: number): void {
    this.#interim += 1;
    if (status === 101) this.#fail(new UpstreamError("odd", "the file host sent a switch of protocols"));
    if (this.#interim > maxInterim)
      this.#fail(new UpstreamError("odd", "the file host sent interim answers without end"));
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    this.#owed += bytes.length;
    if (this.#owed >= window) this.#pause(controller);
    const isEnough = this.#sink?.take(bytes, () => this.#taken(controller, bytes.length)) === false;
    if (!isEnough) return;
    this.#poured.resolve();
    this.#fail(new UpstreamError("cut", "enough was had"));
  }

  onResponseEnd(): void {
    if (this.#state !== "running") return;
    this.#state = "complete";
    this.#rest();
    this.#poured.resolve();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(troubleOf(error));
  }

  #pour(sink: Sink): Promise<void> {
    this.#sink = sink;
    if (this.#state === "running") this.#controller?.resume();
    return this.#poured.promise;
  }

  #pause(controller: Dispatcher.DispatchController): void {
    controller.pause();
    const late = () => this.#fail(new UpstreamError("cut", "let go while the client paused"));
    this.#paused ??= setTimeout(late, this.#options.timeout.pause).unref();
  }

  #taken(controller: Dispatcher.DispatchController, length: number): void {
    this.#owed -= length;
    if (this.#owed >= window || this.#state !== "running" || !this.#paused) return;
    clearTimeout(this.#paused);
    this.#paused = undefined;
    controller.resume();
  }

  #fail(error: unknown): void {
    if (this.#state !== "running") return;
    this.#state = "over";
    this.#rest();
    this.#answer.reject(error);
    this.#poured.reject(error);
    this.#controller?.abort(error instanceof Error ? error : new Error("no longer wanted"));
  }

  #rest(): void {
    clearTimeout(this.#paused);
    this.#options.signal.removeEventListener("abort", this.#onAbort);
  }
}

function troubleOf(error: Error): unknown {
  if (error instanceof UpstreamError) return error;
  const { HeadersTimeoutError, BodyTimeoutError, SocketError, HTTPParserError, HeadersOverflowError } = errors;
  const isStalled = error instanceof HeadersTimeoutError || error instanceof BodyTimeoutError;
  if (isStalled) return new UpstreamError("stalled", "the file host stopped sending", { cause: error });
  // It knows no kind of error for answers it refuses, only messages.
  const isRefused = error instanceof SocketError && /^bad (upgrade|response)$/.test(error.message);
  const isOdd = isRefused || error instanceof HTTPParserError || error instanceof HeadersOverflowError;
  if (isOdd) return new UpstreamError("odd", "the file host sent what is no HTTP", { cause: error });
  const isCut = error instanceof errors.UndiciError || "syscall" in error;
  return isCut ? new UpstreamError("cut", "the connection to the file host broke", { cause: error }) : error;
}
