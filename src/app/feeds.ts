import {
  FeedError,
  type FeedTrouble,
  type FetchedFeed,
  type FetchFeed,
  type FetchTorrent,
} from "../actions/model/follow.ts";
import type { Reach } from "../gateway/upstream/dial.ts";
import { UpstreamError } from "../gateway/upstream/error.ts";
import type { Exchange } from "../gateway/upstream/exchange.ts";
import type { UpstreamOptions } from "../gateway/upstream/port.ts";
import { maxTorrent } from "../storage/torrent.ts";
import { createUpstream } from "../gateway/upstream/upstream.ts";

/** Most bytes of a feed, and ms that getting one or what it names may take. */
const [maxBytes, within] = [2 * 1024 * 1024, 20_000];

interface FeedOptions extends Pick<UpstreamOptions, "lookup" | "connect"> {
  readonly reach: Reach;
}

interface Feeds {
  readonly fetchFeed: FetchFeed;
  readonly fetchTorrent: FetchTorrent;
  close(): void;
}

/**
 * The way to feeds: the guarded one the bytes of files take, so that an address leads to nothing private, by none of at most
 * three redirects either.
 */
export function openFeeds({ reach, ...options }: FeedOptions): Feeds {
  const upstream = createUpstream({ ...options, reach, connectWithin: 8000, idleFor: 1000 });
  return {
    async fetchFeed(url, { etag, modified, signal }) {
      const timed = AbortSignal.any([signal, AbortSignal.timeout(within)]);
      const headers = {
        accept: "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8",
        ...(etag !== undefined && { "if-none-match": etag }),
        ...(modified !== undefined && { "if-modified-since": modified }),
      };
      try {
        return await read(await upstream.open(url, { headers, signal: timed }));
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof FeedError ? error : failureOf(error);
      }
    },
    async fetchTorrent(url, { signal }) {
      const timed = AbortSignal.any([signal, AbortSignal.timeout(within)]);
      try {
        const exchange = await upstream.open(url, { headers: { accept: "application/x-bittorrent" }, signal: timed });
        if (exchange.head.status === 200) return await bytesOf(exchange, maxTorrent);
        exchange.drop();
        return undefined;
      } catch {
        signal.throwIfAborted();
        return undefined;
      }
    },
    close: () => upstream.close(),
  };
}

async function read(exchange: Exchange): Promise<FetchedFeed> {
  const { status, fields } = exchange.head;
  if (status !== 200) {
    exchange.drop();
    if (status === 304) return { is: "same" };
    throw new FeedError(troubleOf(status), { retryAfter: secondsIn(fields.get("retry-after")) });
  }
  const text = decoded(await bytesOf(exchange, maxBytes), fields.get("content-type") ?? "");
  return { is: "fresh", text, mark: { etag: short(fields.get("etag")), modified: short(fields.get("last-modified")) } };
}

async function bytesOf(exchange: Exchange, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  await exchange.pour({
    take(bytes, taken) {
      length += bytes.length;
      // The buffer is used again as soon as it is given back.
      if (length <= most) pieces.push(Uint8Array.from(bytes));
      taken();
      return length <= most;
    },
  });
  if (length > most) {
    exchange.drop();
    throw new FeedError("feed-too-large");
  }
  return Buffer.concat(pieces);
}

/** As its server says, else as the document does; XML is UTF-8 where nobody says anything. */
function decoded(bytes: Uint8Array, type: string): string {
  const start = Buffer.from(bytes.subarray(0, 200)).toString("latin1");
  const charset =
    /charset=["']?([\w-]{1,40})/i.exec(type)?.[1] ??
    /^[^<]{0,3}<\?xml[^>]*encoding=["']([\w-]{1,40})/i.exec(start)?.[1];
  try {
    return new TextDecoder(charset ?? "utf-8").decode(bytes);
  } catch {
    return new TextDecoder("utf-8").decode(bytes);
  }
}

/** Values that are given back have a bound. */
function short(value: string | undefined): string | undefined {
  return value !== undefined && value.length <= 300 ? value : undefined;
}

function secondsIn(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,5}$/.test(value) ? Number(value) * 1000 : undefined;
}

function troubleOf(status: number): FeedTrouble {
  if (status === 404 || status === 410) return "feed-gone";
  return status === 429 || status >= 500 ? "feed-busy" : "feed-refused";
}

function failureOf(cause: unknown): FeedError {
  const isForbidden = cause instanceof UpstreamError && cause.trouble === "forbidden";
  return new FeedError(isForbidden ? "feed-forbidden" : "feed-unreachable", { cause });
}
