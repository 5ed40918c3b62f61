import { LRUCache } from "lru-cache";
import type { Driver, Link } from "./driver.ts";
import { joined } from "./joined.ts";

/** Links by mount, entry and variant, kept until shortly before they expire; one call for many askers. */
export interface Links {
  find(wanted: WantedLink): Promise<Link>;
  /** Forgets every link of a mount. */
  forget(mount: string): void;
}

interface WantedLink {
  readonly mount: string;
  readonly entry: string;
  readonly driver: Driver;
  readonly prefer?: string;
  /** An address that was turned away: forgotten if it is the cached one, so that many who met it cost one call. */
  readonly refused?: string;
  readonly signal?: AbortSignal;
}

interface Known {
  readonly link: Link;
  /** Milliseconds since the epoch. */
  readonly goodUntil: number;
}

/** A link this near to its end is not handed out any more. */
const margin = 60_000;
/** How long a link without a stated expiry is trusted. */
const unstated = 60_000;

/** A cache over drivers' links. */
export function createLinks({ now }: { now(): number }): Links {
  const known = new LRUCache<string, Known>({ max: 20_000 });
  const asking = new Map<string, Promise<Link>>();
  const ask = (key: string, { driver, entry, prefer }: WantedLink): Promise<Link> => {
    const asked = driver.link(entry, prefer === undefined ? {} : { prefer }).then((link) => {
      known.set(key, { link, goodUntil: endOf(link, now()) });
      return link;
    });
    asking.set(key, asked);
    void asked.catch(() => undefined).finally(() => asking.delete(key));
    return asked;
  };
  return {
    async find(wanted) {
      const key = `${wanted.mount}/${wanted.entry}/${wanted.prefer ?? ""}`;
      const cached = known.get(key);
      if (cached && cached.goodUntil > now() && !leadsTo(cached.link, wanted.refused)) return cached.link;
      return joined(asking.get(key) ?? ask(key, wanted), wanted.signal);
    },
    forget(mount) {
      for (const key of [...known.keys()].filter((candidate) => candidate.startsWith(`${mount}/`))) known.delete(key);
    },
  };
}

function leadsTo(link: Link, address: string | undefined): boolean {
  return link.kind === "url" && link.url === address;
}

function endOf(link: Link, now: number): number {
  if (link.kind === "empty") return now + unstated;
  return link.expiresAt === undefined ? now + unstated : link.expiresAt - margin;
}
