import { TLSSocket } from "node:tls";
import { LRUCache } from "lru-cache";
import { Connection } from "./connection.ts";
import { connectWith, lookupHost, resolveHost, type Connect, type Lookup, type Reach } from "./dial.ts";
import { UpstreamError } from "./error.ts";
import type { Exchange, Timeouts } from "./exchange.ts";
import { createSlabs } from "./slabs.ts";

/** Gets bytes from file hosts, over connections that are used again. */
export interface Upstream {
  /**
   * Sends a GET and resolves with the answer's head, whatever its status; redirects are followed. Throws
   * `UpstreamError`, or the signal's reason; the signal rules the body too.
   */
  open(url: string, options: OpenOptions): Promise<Exchange>;
  /** Connections that stand, busy ones and idle ones. */
  readonly connections: number;
  /** Drops every connection. */
  close(): void;
}

interface OpenOptions {
  /** Sent besides what every request has; names in any case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface UpstreamOptions {
  readonly reach: Reach;
  readonly lookup?: Lookup;
  readonly connect?: Connect;
  readonly timeout?: Partial<Timeouts>;
  /** Milliseconds until a connection must stand. */
  readonly connectWithin?: number;
  /** Milliseconds an idle connection is kept. */
  readonly idleFor?: number;
}

const maxIdle = 32;
const maxIdleAtOneHost = 8;
const maxRedirects = 3;

/** Some nodes serve what names itself a program badly; this is what a browser says. */
const browser =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

interface Idle {
  readonly host: string;
  readonly connection: Connection;
  readonly until: NodeJS.Timeout;
}

/** The way to the file hosts. One a process: its connections and memory are shared by all streams. */
export function createUpstream(options: UpstreamOptions): Upstream {
  return new Pool(options);
}

class Pool implements Upstream {
  readonly #reach: Reach;
  readonly #lookup: Lookup;
  readonly #connect: Connect;
  readonly #timeout: Timeouts;
  readonly #connectWithin: number;
  readonly #idleFor: number;
  readonly #slabs = createSlabs();
  readonly #idle = new Map<Connection, Idle>();
  readonly #standing = new Set<Connection>();
  /** Addresses that were taken apart: a player that seeks asks at the same one again and again. */
  readonly #urls = new LRUCache<string, URL>({ max: 1000, ttl: 5 * 60_000 });
  /** The newest TLS session of a host. */
  readonly #sessions = new Map<string, Buffer>();

  constructor(options: UpstreamOptions) {
    this.#reach = options.reach;
    this.#lookup = options.lookup ?? lookupHost;
    this.#connect = options.connect ?? connectWith();
    this.#timeout = { stall: 15_000, pause: 60_000, ...options.timeout };
    this.#connectWithin = options.connectWithin ?? 10_000;
    this.#idleFor = options.idleFor ?? 10_000;
  }

  get connections(): number {
    return this.#standing.size;
  }

  async open(address: string, { headers = {}, signal }: OpenOptions): Promise<Exchange> {
    let url = this.#urls.get(address) ?? this.#remember(address);
    let sent = headers;
    for (let hops = 0; ; hops += 1) {
      const exchange = await this.#ask(url, sent, signal);
      const target = redirectTarget(exchange, url);
      if (!target) return exchange;
      exchange.drop();
      if (hops === maxRedirects) throw new UpstreamError("odd", "the file host redirects without end");
      if (target.origin !== url.origin) sent = withoutSecrets(sent);
      url = target;
    }
  }

  close(): void {
    for (const connection of this.#standing) connection.close();
  }

  /** One request. A connection that was idle may have been closed at the other end meanwhile; that is tried once more. */
  async #ask(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Exchange> {
    const text = requestText(url, headers);
    const used = this.#takeIdle(url.host + url.protocol);
    if (used) {
      try {
        return await used.ask(text, signal);
      } catch (error) {
        if (!(error instanceof UpstreamError) || error.trouble !== "cut") throw error;
      }
    }
    const fresh = await this.#connectTo(url, signal);
    return fresh.ask(text, signal);
  }

  async #connectTo(url: URL, signal: AbortSignal): Promise<Connection> {
    const addresses = await resolveHost(url, { reach: this.#reach, lookup: this.#lookup });
    let failure: unknown;
    for (const address of addresses) {
      signal.throwIfAborted();
      const connection = this.#dial(url, address);
      try {
        await connection.stand({
          event: url.protocol === "https:" ? "secureConnect" : "connect",
          within: this.#connectWithin,
          signal,
        });
        return connection;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  #dial(url: URL, address: string): Connection {
    const host = url.host + url.protocol;
    const isTls = url.protocol === "https:";
    const session = this.#sessions.get(host);
    const connection = new Connection({
      slabs: this.#slabs,
      timeout: this.#timeout,
      onChange: (changed) => this.#changed(host, changed),
      dial: (onread) => {
        const socket = this.#connect(
          {
            address,
            port: Number(url.port || (isTls ? 443 : 80)),
            ...(isTls ? { tlsName: url.hostname.replace(/^\[|\]$/g, "") } : {}),
            ...(session ? { session } : {}),
          },
          onread,
        );
        if (socket instanceof TLSSocket) socket.on("session", (fresh) => this.#sessions.set(host, fresh));
        return socket;
      },
    });
    this.#standing.add(connection);
    return connection;
  }

  #changed(host: string, connection: Connection): void {
    if (connection.closed) {
      this.#forget(connection);
      this.#standing.delete(connection);
      if (this.#sessions.size > 1000) this.#sessions.clear();
    } else if (connection.free) this.#keep(host, connection);
  }

  #keep(host: string, connection: Connection): void {
    const here = [...this.#idle.values()].filter((idle) => idle.host === host);
    const [oldest] = this.#idle.values();
    if (here.length >= maxIdleAtOneHost) here[0]?.connection.close();
    else if (this.#idle.size >= maxIdle) oldest?.connection.close();
    const until = setTimeout(() => connection.close(), this.#idleFor).unref();
    this.#idle.set(connection, { host, connection, until });
  }

  #remember(address: string): URL {
    const url = readUrl(address);
    this.#urls.set(address, url);
    return url;
  }

  /** The one that was used last: it is the least likely to have been closed at the other end. */
  #takeIdle(host: string): Connection | undefined {
    let found: Connection | undefined;
    for (const idle of this.#idle.values()) {
      if (idle.host === host && idle.connection.free) found = idle.connection;
    }
    if (found) this.#forget(found);
    return found;
  }

  #forget(connection: Connection): void {
    clearTimeout(this.#idle.get(connection)?.until);
    this.#idle.delete(connection);
  }
}

function readUrl(address: string): URL {
  const url = URL.parse(address);
  if (!url || !/^https?:$/.test(url.protocol)) throw new UpstreamError("forbidden", "a link that is not http or https");
  return url;
}

function redirectTarget({ head }: Exchange, from: URL): URL | undefined {
  const location = head.fields.get("location");
  if (![301, 302, 303, 307, 308].includes(head.status) || location === undefined) return undefined;
  return readUrl(URL.parse(location, from.href)?.href ?? "");
}

/** What is ours to say, or about the connection and not the request (RFC 9110 §7.6.1). */
const ours = new Set([
  "host",
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
  "accept-encoding",
  "expect",
]);

function requestText(url: URL, headers: Readonly<Record<string, string>>): string {
  const fields = new Map([
    ["user-agent", browser],
    ["accept", "*/*"],
  ]);
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new UpstreamError("forbidden", `a link with an impossible header ${JSON.stringify(name)}`);
    }
    if (!ours.has(name.toLowerCase())) fields.set(name.toLowerCase(), value);
  }
  const lines = [...fields].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n${lines}accept-encoding: identity\r\nconnection: keep-alive\r\n\r\n`;
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(authorization|cookie)$/i.test(name)));
}
