import { LRUCache } from "lru-cache";
import type { CallOptions, Driver, Link } from "./driver.ts";
import { joined } from "./joined.ts";

/** Links by mount, entry and variant, kept until shortly before they expire; one call for many askers. */
export interface Links {
  find(wanted: WantedLink): Promise<Link>;
  /** Forgets every link of a mount. */
  forget(mount: string): void;
  /** Forgets those to some entries. */
  drop(mount: string, entries: ReadonlySet<string>): void;
}

/** Which of the links that are known may be handed out. */
export interface LinkChoice {
  /** Names a variant; absent = the original. */
  readonly prefer?: string | undefined;
  /** An address that was turned away: forgotten if it is the cached one, so that many who met it cost one call. */
  readonly refused?: string | undefined;
  /** Milliseconds since the drive gave it, at the most; absent = as long as it is good. A link may die before its stated end. */
  readonly maxAge?: number | undefined;
}

interface WantedLink extends LinkChoice, Pick<CallOptions, "signal" | "asker"> {
  readonly mount: string;
  readonly entry: string;
  readonly driver: Driver;
}

interface Known {
  readonly link: Link;
  /** By the monotonic clock. */
  readonly askedAt: number;
  /** Milliseconds since the epoch. */
  readonly goodUntil: number;
}

interface Clocks {
  now(): number;
  monotonic(): number;
}

/** Links kept: about 20 MB. */
const maxLinks = 20_000;
/** A link this near to its end is not handed out any more. */
const margin = 60_000;
/** How long a link without a stated expiry is trusted. */
const unstated = 60_000;
/** How long an address is kept that the drive gives again after it was refused. */
const doubtful = 10_000;

/** A cache over drivers' links. */
export function createLinks({ now, monotonic }: Clocks): Links {
  const known = new LRUCache<string, Known>({ max: maxLinks });
  const asking = new Map<string, Promise<Link>>();
  const ask = (key: string, { driver, entry, prefer, refused, asker }: WantedLink): Promise<Link> => {
    const asked = driver.link(entry, { prefer, asker }).then((link) => {
      const goodUntil = leadsTo(link, refused) ? now() + doubtful : endOf(link, now());
      known.set(key, { link, askedAt: monotonic(), goodUntil });
      return link;
    });
    asking.set(key, asked);
    void asked.catch(() => undefined).finally(() => asking.delete(key));
    return asked;
  };
  const dropAll = (mount: string, fits: (entry: string) => boolean) => {
    const start = `${mount}/`;
    for (const key of known.keys())
      if (key.startsWith(start) && fits(key.slice(start.length, key.indexOf("/", start.length)))) known.delete(key);
  };
  const isGood = ({ link, askedAt, goodUntil }: Known, { refused, maxAge = Infinity }: WantedLink) =>
    goodUntil > now() && monotonic() - askedAt <= maxAge && !leadsTo(link, refused);
  return {
    async find(wanted) {
      const key = `${wanted.mount}/${wanted.entry}/${wanted.prefer ?? ""}`;
      const cached = known.get(key);
      if (cached && isGood(cached, wanted)) return cached.link;
      // Gone for everybody, also where the drive has no other one to give just now.
      if (cached && leadsTo(cached.link, wanted.refused)) known.delete(key);
      return joined(asking.get(key) ?? ask(key, wanted), wanted.signal);
    },
    forget: (mount) => dropAll(mount, () => true),
    drop: (mount, entries) => dropAll(mount, (entry) => entries.has(entry)),
  };
}

function leadsTo(link: Link, address: string | undefined): boolean {
  return link.kind === "url" && link.url === address;
}

function endOf(link: Link, now: number): number {
  if (link.kind === "empty") return now + unstated;
  return link.expiresAt === undefined ? now + unstated : link.expiresAt - margin;
}
