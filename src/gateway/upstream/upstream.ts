import { openPool } from "./pool.ts";
import type { Upstream, UpstreamOptions } from "./port.ts";
import { openUndici } from "./undici.ts";

/** The way to the file hosts. One a process: its connections and memory are shared by all streams. */
export function createUpstream(options: UpstreamOptions): Upstream {
  switch (options.client ?? "own") {
    case "own":
      return openPool(options);
    case "undici":
      return openUndici(options);
  }
}
