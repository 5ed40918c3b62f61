import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";
import { LRUCache } from "lru-cache";
import { consume, inMemory, type OpenLimiter } from "./limiter.ts";
import { LimitError } from "./limits.ts";

/** How often one address may ask, a minute, and whose word on addresses is believed. */
export interface VisitorOptions {
  /** Requests; 1200 when absent: a player that seeks makes many. */
  readonly requests?: number;
  /** Forged tickets, and apart from them wrong tokens; 60 when absent. */
  readonly guesses?: number;
  /** Counts forged tickets and wrong tokens; absent = in this process. */
  readonly limiter?: OpenLimiter | undefined;
  /** Addresses, networks, `loopback` and `private`: proxies whose forwarded headers are believed; loopback when absent. */
  readonly trusted?: readonly string[] | undefined;
}

/** Who asks. */
export interface Visitor {
  /** What requests are counted by: an address, or of IPv6 the network, of which one app has all addresses. */
  readonly key: string;
  /** On this machine, and nothing says that it asks for somebody else. */
  readonly isLocal: boolean;
}

/** Counts requests by the address they come from. */
export interface Visitors {
  /** The last address of X-Forwarded-For that is no trusted proxy's own, as far as trusted proxies wrote it. */
  of(request: Pick<IncomingMessage, "socket" | "headers">): Visitor;
  /**
   * Throws `LimitError` (429) when the address asks too often. One that asks for many others, as a download proxy does,
   * may ask as often as it likes, but not after too many wrong tokens.
   */
  admit(visitor: Visitor, options?: { readonly showsToken?: boolean; readonly asksForOthers?: boolean }): Promise<void>;
  /**
   * A forged ticket, or a wrong token, came from this address. Throws `LimitError` when there were too many of its kind:
   * who forges tickets behind a proxy locks nobody's token out. Genuine tickets go on working.
   */
  suspect(visitor: Visitor, what: "ticket" | "token"): Promise<void>;
}

const aMinute = 60;

/** Requests are counted by each process for itself: no answer waits for another one's word. */
export function createVisitors(options: VisitorOptions): Visitors {
  const { requests = 1200, guesses = 60, trusted = ["loopback"], limiter = inMemory } = options;
  const asking = inMemory({ keyPrefix: "asking", points: requests, duration: aMinute });
  const guessing = {
    ticket: limiter({ keyPrefix: "guessing-tickets", points: guesses, duration: aMinute }),
    token: limiter({ keyPrefix: "guessing-tokens", points: guesses, duration: aMinute }),
  };
  // The same few addresses ask again and again.
  const known = new LRUCache<string, Address>({ max: 1000 });
  const addressIn = (text: string | undefined): Address | undefined => {
    if (text === undefined) return undefined;
    const seen = known.get(text);
    if (seen) return seen;
    const address = readAddress(text);
    if (address) known.set(ownCopy(text), address);
    return address;
  };
  const isTrusted = trustedBy(trusted);
  return {
    of({ socket, headers }) {
      const peer = addressIn(socket.remoteAddress);
      if (!peer) return { key: "unknown", isLocal: false };
      const isForwarded = forwarding.some((name) => headers[name] !== undefined);
      let nearest = peer;
      for (const hop of hopsIn(headers["x-forwarded-for"])) {
        if (!isTrusted(nearest)) break;
        const next = addressIn(hop);
        if (!next) break;
        nearest = next;
      }
      return { key: nearest.key, isLocal: peer.isLoopback && !isForwarded };
    },
    async admit({ key }, { showsToken = false, asksForOthers = false } = {}) {
      const suspected = showsToken ? await guessing.token.get(key) : null;
      if (suspected && suspected.consumedPoints >= guesses) throw new LimitError(429, suspected.msBeforeNext);
      if (!asksForOthers) await consume(asking, key);
    },
    suspect: ({ key }, what) => consume(guessing[what], key),
  };
}

/** What proxies write of whom they ask for. */
const forwarding = ["x-forwarded-for", "forwarded", "x-real-ip", "via"] as const;

/** From the nearest to the farthest. */
function hopsIn(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(",") : (header ?? "");
  return text
    .split(",")
    .map((hop) => hop.trim())
    .filter((hop) => hop !== "")
    .toReversed();
}

function trustedBy(trusted: readonly string[]): (address: Address) => boolean {
  const ranges = trusted.flatMap((name) => named[name] ?? []);
  const networks = trusted.filter((name) => named[name] === undefined).map(networkOf);
  return ({ ip }) =>
    ranges.includes(ip.range()) ||
    networks.some(([network, bits]) => network.kind() === ip.kind() && ip.match(network, bits));
}

const named: Readonly<Record<string, readonly string[] | undefined>> = {
  loopback: ["loopback"],
  private: ["private", "uniqueLocal", "linkLocal"],
};

function networkOf(text: string): [IPv4 | IPv6, number] {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

type IPv4 = ipaddr.IPv4;
type IPv6 = ipaddr.IPv6;

interface Address {
  readonly ip: IPv4 | IPv6;
  readonly key: string;
  readonly isLoopback: boolean;
}

/** A part of a text keeps the whole of it in memory, here a header of any length. */
function ownCopy(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/** No address is longer. */
const longestAddress = 64;

function readAddress(text: string): Address | undefined {
  if (text.length > longestAddress || !ipaddr.isValid(text)) return undefined;
  const ip = ipaddr.process(text);
  return {
    ip,
    key: ip.kind() === "ipv6" ? ip.toByteArray().slice(0, 8).join(".") : ip.toString(),
    isLoopback: ip.range() === "loopback",
  };
}
