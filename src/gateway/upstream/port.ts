import type { Connect, Lookup, Reach } from "./dial.ts";
import type { Exchange, Timeouts } from "./exchange.ts";

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

export interface OpenOptions {
  /** Sent besides what every request has; names in any case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Which client speaks to the file hosts: ours, which moves bytes without copying them, or undici's. */
export const upstreamClients = ["own", "undici"] as const;
export type UpstreamClient = (typeof upstreamClients)[number];

export interface UpstreamOptions {
  /** Absent = ours. */
  readonly client?: UpstreamClient | undefined;
  readonly reach: Reach;
  readonly lookup?: Lookup;
  readonly connect?: Connect;
  readonly timeout?: Partial<Timeouts>;
  /** Milliseconds until a connection must stand. */
  readonly connectWithin?: number;
  /** Milliseconds an idle connection is kept. */
  readonly idleFor?: number;
}
