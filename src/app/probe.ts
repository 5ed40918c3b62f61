import { createUpstream } from "../gateway/upstream/upstream.ts";
import type { Reach } from "../gateway/upstream/dial.ts";
import type { Probe } from "../storage/driver.ts";

/** The way drivers try out addresses of file hosts: the guarded one the bytes take, over connections of its own. */
export function openProbe(reach: Reach): { readonly probe: Probe; close(): void } {
  const upstream = createUpstream({ reach, connectWithin: 5000, idleFor: 1000 });
  return {
    async probe(url, { headers, at, signal }) {
      const exchange = await upstream.open(url, { headers: { ...headers, range: `bytes=${at}-${at}` }, signal });
      exchange.drop();
      return exchange.head.status;
    },
    close: () => upstream.close(),
  };
}
