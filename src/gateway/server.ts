import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIPv6, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Registry } from "prom-client";
import { type Asked, type Reply } from "./asked.ts";
import { createHostCheck, type HostCheck } from "./host-check.ts";
import { createHandler, routeOf, type Handler, type HandlerParts } from "./handler.ts";
import { createLimits, type LimitOptions } from "./limits.ts";
import { createMeters, type Meters } from "./meters.ts";
import { createProxy, type Proxy } from "./proxy.ts";
import { refusalOf, refuse } from "./refusal.ts";
import { readBody } from "./body.ts";
import { takeWebhook, type WebhookRoute } from "./webhook.ts";
import { createVisitors, type VisitorOptions, type Visitors } from "./visitors.ts";
import { createUpstream } from "./upstream/upstream.ts";
import { type UpstreamOptions } from "./upstream/port.ts";

/** The few levels of a logger the gateway needs; pino fits. */
export interface GatewayLog {
  debug(fields: object, event: string): void;
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
}

export interface GatewayOptions extends Omit<HandlerParts, "proxy" | "hosts" | "address" | "metrics" | "now"> {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** How people reach the gateway, without a trailing slash; absent = by its local address. May have a path of its own. */
  readonly publicUrl?: string | undefined;
  readonly log: GatewayLog;
  /** The way to the file hosts; `reach` says whether they may stand in one's own network. */
  readonly upstream: UpstreamOptions;
  readonly limits?: LimitOptions;
  /** How often one address may ask. */
  readonly visitors?: VisitorOptions | undefined;
  /** A route of somebody else's, answered by them alone: Telegram's webhook. */
  readonly webhook?: WebhookRoute | undefined;
  /** Milliseconds a client may take; absent = what suits the internet. */
  readonly timeouts?: Timeouts;
  /** Milliseconds since the epoch; absent = the clock. */
  readonly now?: () => number;
}

interface Timeouts {
  /** To send the head of a request. */
  readonly headersTimeout?: number;
  /** To send a whole request. */
  readonly requestTimeout?: number;
  /** Between looks at who is late. */
  readonly connectionsCheckingInterval?: number;
}

/** The HTTP side of the app. */
export interface Gateway {
  /** Listens. Throws `GatewayError` when it cannot. */
  start(): Promise<{ readonly url: string }>;
  /** Takes no more requests, lets those under way end for `grace` milliseconds (5000), then cuts them. */
  stop(options?: { readonly grace?: number }): Promise<void>;
  /** How people reach the gateway: the public address, else the local one, which is known once it listens. */
  address(): string;
  /** Files for other parts of the process, found and counted like those that are served. */
  readonly files: Pick<Proxy, "open" | "read">;
  /** What is known of the file hosts, and found out. */
  readonly hosts: HostCheck;
  /** Numbers shown at /metrics; other parts may add theirs. */
  readonly registry: Registry;
}

/** The gateway cannot listen; the message says why, and what would be right. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: "port-in-use" | "not-permitted" | "no-such-address";

  constructor(code: GatewayError["code"], message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** A gateway that does not listen yet. */
export function createGateway(options: GatewayOptions): Gateway {
  return new HttpGateway(options);
}

class HttpGateway implements Gateway {
  readonly #options: GatewayOptions;
  readonly #server: Server;
  readonly #handler: Handler;
  readonly #meters: Meters;
  readonly files: Gateway["files"];
  readonly hosts: HostCheck;
  readonly #closeUpstream: () => void;
  readonly #prefix: string;
  readonly #visitors: Visitors;
  /** Requests under way. */
  readonly #running = new Set<Promise<void>>();
  #stopping = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#prefix = options.publicUrl === undefined ? "" : new URL(options.publicUrl).pathname.replace(/\/+$/, "");
    const upstream = createUpstream(options.upstream);
    const limits = createLimits(options.limits ?? {});
    this.#visitors = createVisitors(options.visitors ?? {});
    this.#closeUpstream = () => upstream.close();
    this.#meters = createMeters({
      streams: () => limits.streams,
      upstreamConnections: () => upstream.connections,
      onCut: (why) => options.log.warn({ err: why }, "stream cut"),
    });
    const now = options.now ?? Date.now;
    const hosts = createHostCheck({ upstream, now });
    const proxy = createProxy({ upstream, limits, meters: this.#meters, wait, onMet: hosts.met });
    this.files = proxy;
    this.hosts = hosts;
    this.#handler = createHandler({
      ...options,
      now,
      proxy,
      hosts,
      address: () => this.address(),
      metrics: () => this.registry.metrics(),
      ready: async () => {
        const readiness = await options.ready();
        if (!this.#stopping) return readiness;
        return { ok: false, reasons: [...(readiness.ok ? [] : readiness.reasons), "the gateway is stopping"] };
      },
    });
    this.#server = createServer({ ...serverSettings, ...options.timeouts }, (request, response) =>
      this.#run(this.#take(request, response)),
    );
    this.#server.setTimeout(silence);
  }

  get registry(): Registry {
    return this.#meters.registry;
  }

  address(): string {
    return this.#options.publicUrl ?? this.#localAddress();
  }

  async start(): Promise<{ readonly url: string }> {
    const { host, port } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject);
    this.#server.listen({ host, port }, resolve);
    await promise.catch((cause: NodeJS.ErrnoException) => {
      throw listenError(cause, this.#options);
    });
    this.#server.off("error", reject);
    return { url: this.#localAddress() };
  }

  async stop({ grace = 5000 } = {}): Promise<void> {
    this.#stopping = true;
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    // An error here says that it was not listening.
    this.#server.close(() => resolve());
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#server.closeAllConnections(), grace);
    await closed;
    clearTimeout(cut);
    this.#closeUpstream();
    // What they sent last is counted before they are done.
    await Promise.race([Promise.allSettled(this.#running), sleep(afterwards, undefined, { ref: false })]);
  }

  #run(request: Promise<void>): void {
    const running = request.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  #localAddress(): string {
    // `server.address()` is a text for pipes only, and null before it listens.
    const bound = this.#server.address() as AddressInfo | null;
    const host = bound?.address ?? this.#options.host;
    const named = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
    return `http://${isIPv6(named) ? `[${named}]` : named}:${bound?.port ?? this.#options.port}`;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, query } = readTarget(request.url ?? "/", this.#prefix);
    const { webhook, log } = this.#options;
    const started = performance.now();
    const route = path === webhook?.path ? "webhook" : routeOf(path);
    const gone = new AbortController();
    response.on("close", () => {
      // After a whole answer there is nothing left to end.
      if (!response.writableFinished) gone.abort(new Error("the client is gone"));
      const seconds = (performance.now() - started) / 1000;
      this.#meters.answered({ route, status: response.statusCode, seconds });
      const level = quietRoutes.has(route) ? "debug" : "info";
      log[level](
        { route, method: request.method, status: response.statusCode, ms: Math.round(seconds * 1000) },
        "answered",
      );
    });
    response.on("error", () => {});
    if (this.#stopping) response.setHeader("connection", "close");
    const visitor = this.#visitors.of(request);
    const asked: Asked = {
      method: request.method ?? "GET",
      path,
      query,
      headers: request.headers,
      body: (limit) => readBody(request, response, limit),
      from: visitor.key,
      isLocal: visitor.isLocal,
      signal: gone.signal,
    };
    try {
      if (webhook && path === webhook.path) return await takeWebhook(webhook, request, response);
      if (!unlimited.has(route)) {
        await this.#visitors.admit(visitor, { asksForOthers: route === "api", showsToken: tokenRoutes.has(route) });
      }
      const reply = await this.#handler(asked);
      const guessed = tokenRoutes.has(route) ? "token" : "ticket";
      if (reply.kind === "whole" && reply.isToGuess) await this.#visitors.suspect(visitor, guessed);
      await send(asked, response, reply);
    } catch (error) {
      await this.#refuse(asked, response, error);
    }
  }

  async #refuse(asked: Asked, response: ServerResponse, error: unknown): Promise<void> {
    if (asked.signal.aborted || response.destroyed) return;
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { log, words } = this.#options;
    const refusal = refusalOf(error);
    const reference = randomBytes(4).toString("hex");
    const route = routeOf(asked.path);
    if (!refusal) log.error({ err: error, reference, route }, "request failed");
    else if (refusal.status >= 500) log.warn({ err: error, route }, "file not served");
    await send(asked, response, refuse(asked, refusal ?? { code: "unexpected", status: 500, reference }, words));
  }
}

const serverSettings = {
  // Longer than a balancer in front keeps its connections, so that it is never us who close first.
  keepAliveTimeout: 65_000,
  headersTimeout: 20_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5000,
} as const;

/** Milliseconds that requests whose connections are gone may take to end. */
const afterwards = 1000;

/** Milliseconds without a byte either way; a player that was paused for longer asks again for the rest. */
const silence = 15 * 60_000;

/** Asked by balancers and supervisors however often, and by Discord for everybody, from few addresses and signed. */
const unlimited = new Set(["healthz", "readyz", "discord"]);
/** Where an operator's own token is shown: one that is guessed at is not looked at. */
const tokenRoutes = new Set(["api", "metrics"]);

const quietRoutes = new Set(["healthz", "readyz", "metrics", "webhook", "discord"]);

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {
    throw signal.reason;
  });
}

/** Path below our address, and query, of a request line's target in any of its forms. */
function readTarget(target: string, prefix: string): { path: string; query: URLSearchParams } {
  const [whole = "", ...query] = target.replace(/^[a-z]+:\/\/[^/?]*/i, "").split("?");
  const path = prefix !== "" && whole.startsWith(`${prefix}/`) ? whole.slice(prefix.length) : whole;
  return { path: path === "" ? "/" : path, query: new URLSearchParams(query.join("?")) };
}

async function send(asked: Asked, response: ServerResponse, reply: Reply): Promise<void> {
  if (reply.kind === "bytes") {
    response.setHeaders(new Map(Object.entries(reply.headers ?? {})));
    return reply.send(response);
  }
  if (reply.status === 204) {
    response.writeHead(204, reply.headers).end();
    return;
  }
  const body = Buffer.from(reply.body, "utf8");
  response.writeHead(reply.status, { ...reply.headers, "content-length": body.length });
  response.end(asked.method === "HEAD" ? undefined : body);
}

function listenError(cause: NodeJS.ErrnoException, { host, port }: GatewayOptions): unknown {
  switch (cause.code) {
    case "EADDRINUSE":
      return new GatewayError(
        "port-in-use",
        `port ${port} on ${host} is in use: stop what uses it, or set GATEWAY_PORT to another`,
        cause,
      );
    case "EACCES":
      return new GatewayError(
        "not-permitted",
        `listening on port ${port} is not permitted: set GATEWAY_PORT to one above 1023`,
        cause,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new GatewayError(
        "no-such-address",
        `${host} is no address of this machine: set GATEWAY_HOST to one, or to 0.0.0.0`,
        cause,
      );
    default:
      return cause;
  }
}
