import { LRUCache } from "lru-cache";
import type { Link } from "../storage/driver.ts";
import { UpstreamError } from "./upstream/error.ts";
import type { Upstream } from "./upstream/port.ts";
import { staleStatuses } from "./stale.ts";

/** Asks file hosts for one byte, to learn what a redirect would lead to. */
export interface HostCheck {
  /**
   * The link, where its host did not refuse it lately; else what `relink` gives in its place. A host that cannot be
   * reached says nothing about the link.
   */
  verified(link: Link, options: VerifyOptions): Promise<Link>;
  /** The host gave bytes at this address. */
  met(url: string): void;
  /** Whether the host of a mount's files says how they are called, as far as it was asked within a day. */
  names(mount: string): boolean | undefined;
}

interface VerifyOptions {
  readonly mount: string;
  /** The host is asked now where it is not known whether it names its files. */
  readonly wantsName?: boolean;
  readonly relink: (refused: string) => Promise<Link>;
  readonly signal: AbortSignal;
}

interface HostCheckOptions {
  readonly upstream: Pick<Upstream, "open">;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How long an address is believed to work since it was first met, or last asked. */
const believedFor = 5 * 60_000;
const namesFor = 24 * 3_600_000;
/** A person waits for it. */
const askedFor = 3000;

/** What one process has learnt of the file hosts. */
export function createHostCheck({ upstream, now }: HostCheckOptions): HostCheck {
  const believed = new LRUCache<string, number>({ max: 20_000 });
  const naming = new LRUCache<string, { readonly names: boolean; readonly at: number }>({ max: 10_000 });

  const names = (mount: string): boolean | undefined => {
    const found = naming.get(mount);
    return found && now() - found.at < namesFor ? found.names : undefined;
  };

  const ask = async (link: Address, { mount, signal }: VerifyOptions): Promise<"good" | "refused" | "unknown"> => {
    try {
      const { head, drop } = await upstream.open(link.url, {
        headers: { ...link.headers, range: "bytes=0-0" },
        signal: AbortSignal.any([signal, AbortSignal.timeout(askedFor)]),
      });
      drop();
      if (staleStatuses.has(head.status)) return "refused";
      if (head.status >= 400 && head.status !== 416) return "unknown";
      naming.set(mount, { names: /filename/i.test(head.fields.get("content-disposition") ?? ""), at: now() });
      believed.set(link.url, now());
      return "good";
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UpstreamError || isTimeout(error)) return "unknown";
      throw error;
    }
  };

  const isDoubtful = ({ url }: Address): boolean => {
    const since = believed.get(url);
    if (since === undefined) believed.set(url, now());
    return since !== undefined && now() - since >= believedFor;
  };

  return {
    names,
    met: (url) => void believed.set(url, now()),
    async verified(link, options) {
      if (link.kind === "empty") return link;
      const asksName = options.wantsName === true && names(options.mount) === undefined;
      if (!isDoubtful(link) && !asksName) return link;
      if ((await ask(link, options)) !== "refused") return link;
      believed.delete(link.url);
      const fresh = await options.relink(link.url);
      if (asksName && fresh.kind === "url") await ask(fresh, options);
      return fresh;
    },
  };
}

type Address = Extract<Link, { kind: "url" }>;

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}
