import { LRUCache } from "lru-cache";
import type { Link, Probe } from "../../storage/driver.ts";

type Address = Extract<Link, { kind: "url" }>;

/** What trying an address out has shown; empty = nothing that is sure. */
type Finding = Pick<Address, "extent" | "headers">;

/** What addresses of a share really give, found out once a rendition of a file (protocol notes, §9.7). */
interface Trials {
  /** `of`: names the rendition. */
  find(of: string, link: Address, signal: AbortSignal | undefined): Promise<Finding>;
}

/** ms a person may wait for it. */
const timeout = 5000;
/** Renditions remembered: what their addresses give is the host's rule and not the address's. */
const maxFiles = 200;
/** Some nodes refuse whoever does not come from PikPak's own pages. */
const referer = { referer: "https://mypikpak.com/" };

/**
 * Asks for the last byte, or where the length is not known the first, which only shows who is let in: as a browser would
 * that follows a link, and if that is turned away as PikPak's page does.
 */
export function createTrials(probe: Probe | undefined): Trials {
  const found = new LRUCache<string, Finding>({ max: maxFiles });
  return {
    async find(of, { url, size }, signal) {
      const known = found.get(of);
      if (known || !probe) return known ?? {};
      const finding = await tryOut(probe, { url, at: Math.max(0, (size ?? 0) - 1), signal });
      if (!finding) return {};
      const { extent: _unknown, ...rest } = finding;
      const sure = size === undefined ? rest : finding;
      found.set(of, sure);
      return sure;
    },
  };
}

interface Attempt {
  readonly url: string;
  readonly at: number;
  readonly signal: AbortSignal | undefined;
}

/** Undefined = the host did not say; it is asked again with the next link. */
async function tryOut(probe: Probe, { url, at, signal }: Attempt): Promise<Finding | undefined> {
  const deadline = AbortSignal.timeout(timeout);
  const until = signal ? AbortSignal.any([signal, deadline]) : deadline;
  try {
    const plain = extentBy(await probe(url, { headers: {}, at, signal: until }));
    if (plain !== "refused") return plain && { extent: plain };
    const referred = extentBy(await probe(url, { headers: referer, at, signal: until }));
    if (referred === "whole" || referred === "first-part") return { extent: referred, headers: referer };
  } catch (error) {
    // That it cannot be tried out is no reason to give no link.
    if (signal?.aborted) throw error;
  }
  return undefined;
}

function extentBy(status: number): Address["extent"] | "refused" {
  if (status === 200 || status === 206) return "whole";
  if (status === 416) return "first-part";
  return status === 401 || status === 403 ? "refused" : undefined;
}
