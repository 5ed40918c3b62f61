import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";
import { LRUCache } from "lru-cache";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { LimitError } from "./limits.ts";

/** How often one address may ask, a minute. */
export interface VisitorOptions {
  /** Requests; 1200 when absent: a player that seeks makes many. */
  readonly requests?: number;
  /** Requests without a ticket that is any good; 60 when absent. */
  readonly guesses?: number;
}

/** Counts requests by the address they come from. */
export interface Visitors {
  /**
   * The address a request came from. What a balancer in one's own network says (the last of X-Forwarded-For, which it
   * wrote itself) is believed; from the internet that header is anybody's word. Of IPv6 the network counts, of which
   * one app has all addresses.
   */
  of(request: Pick<IncomingMessage, "socket" | "headers">): string;
  /**
   * Throws `LimitError` (429) when the address asks too often, or guesses. One that asks for many others, as a download
   * proxy does, may ask as often as it likes.
   */
  admit(visitor: string, options?: { readonly asksForOthers?: boolean }): Promise<void>;
  /** A request of this address was refused: it may be guessing. */
  suspect(visitor: string): Promise<void>;
}

const aMinute = 60;

/** The counts of one process. */
export function createVisitors({ requests = 1200, guesses = 60 }: VisitorOptions): Visitors {
  const asking = new RateLimiterMemory({ keyPrefix: "asking", points: requests, duration: aMinute });
  const guessing = new RateLimiterMemory({ keyPrefix: "guessing", points: guesses, duration: aMinute });
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
  return {
    of({ socket, headers }) {
      const peer = addressIn(socket.remoteAddress);
      if (!peer) return "unknown";
      const named = headers["x-forwarded-for"];
      if (peer.isPublic || named === undefined) return peer.visitor;
      const said = (Array.isArray(named) ? named.join(",") : named).split(",").at(-1)?.trim();
      return (addressIn(said) ?? peer).visitor;
    },
    async admit(visitor, { asksForOthers = false } = {}) {
      const suspected = await guessing.get(visitor);
      if (suspected && suspected.consumedPoints >= guesses) throw new LimitError(429, suspected.msBeforeNext);
      if (asksForOthers) return;
      await asking.consume(visitor).catch((reason: unknown) => {
        throw reason instanceof RateLimiterRes ? new LimitError(429, reason.msBeforeNext) : reason;
      });
    },
    async suspect(visitor) {
      await guessing.penalty(visitor);
    },
  };
}

interface Address {
  /** What requests are counted by. */
  readonly visitor: string;
  readonly isPublic: boolean;
}

/** A part of a text keeps the whole of it in memory, here a header of any length. */
function ownCopy(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/** No address is longer. */
const longestAddress = 64;

function readAddress(text: string): Address | undefined {
  if (text.length > longestAddress || !ipaddr.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  return {
    visitor: address.kind() === "ipv6" ? address.toByteArray().slice(0, 8).join(".") : address.toString(),
    isPublic: address.range() === "unicast",
  };
}
