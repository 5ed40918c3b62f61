import { TLSSocket } from "node:tls";
import { Connection } from "./connection.ts";
import {
  connectWith,
  firstThatStands,
  lookupHost,
  resolveHost,
  type Connect,
  type Lookup,
  type Reach,
} from "./dial.ts";
import { UpstreamError } from "./error.ts";
import type { Exchange, Timeouts } from "./exchange.ts";
import { createUrlReader, follow, requestFields } from "./request.ts";
import { createSlabs } from "./slabs.ts";
import type { OpenOptions, Upstream, UpstreamOptions } from "./port.ts";

const maxIdle = 32;
const maxIdleAtOneHost = 8;
/** Without TLS, whose records are of 16 KiB, a read fills what it is given: larger ones are fewer. */
const large = { size: 1024 * 1024, most: 24 };

interface Idle {
  readonly host: string;
  readonly connection: Connection;
  readonly until: NodeJS.Timeout;
}

/** Connections of ours, which read into memory that is used again (see docs/streaming.md). */
export function openPool(options: UpstreamOptions): Upstream {
  return new Pool(options);
}

class Pool implements Upstream {
  readonly #reach: Reach;
  readonly #lookup: Lookup;
  readonly #connect: Connect;
  readonly #timeout: Timeouts;
  readonly #connectWithin: number;
  readonly #idleFor: number;
  readonly #slabs = { tls: createSlabs(), plain: createSlabs({ large }) };
  readonly #idle = new Map<Connection, Idle>();
  readonly #standing = new Set<Connection>();
  readonly #readUrl = createUrlReader();
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
    return follow(this.#readUrl(address), { headers, ask: (url, sent) => this.#ask(url, sent, signal) });
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
    return firstThatStands(addresses, signal, async (address) => {
      const connection = this.#dial(url, address);
      await connection.stand({
        isTls: url.protocol === "https:",
        within: this.#connectWithin,
        signal,
        reach: this.#reach,
      });
      return connection;
    });
  }

  #dial(url: URL, address: string): Connection {
    const host = url.host + url.protocol;
    const isTls = url.protocol === "https:";
    const session = this.#sessions.get(host);
    const connection = new Connection({
      slabs: isTls ? this.#slabs.tls : this.#slabs.plain,
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

function requestText(url: URL, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(requestFields(headers))
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n${lines}connection: keep-alive\r\n\r\n`;
}
