import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What is published. */
export interface Published {
  readonly title: string;
  /** 40 hexadecimal digits; absent = one that follows from the title. */
  readonly infoHash?: string;
  /** ms since the epoch; absent = now. */
  readonly at?: number;
}

/** A site that publishes films as a feed, the newest first, and lists each as a magnet. */
export interface FeedSite {
  /** Address of its feed. */
  readonly url: string;
  publish(entry: Published): void;
  /** The status of every answer instead; undefined = it works. */
  status: number | undefined;
  /** What it was asked, and what it answered. */
  readonly asked: readonly { readonly path: string; readonly status: number }[];
  close(): Promise<void>;
}

interface SiteOptions {
  readonly title: string;
  /** What there is at the start, the oldest first. */
  readonly entries?: readonly Published[];
  /** What comes by itself, one after so many ms; absent = nothing does. */
  readonly series?: { readonly every: number; titleOf(n: number): string };
}

/** Serves RSS 2.0 on loopback, with validators (RFC 9110 §8.8): what has not changed is 304. */
export async function startFeedSite({ title, entries = [], series }: SiteOptions): Promise<FeedSite> {
  const published: Published[] = [...entries].map((entry) => ({ at: Date.now(), ...entry })).toReversed();
  const asked: { path: string; status: number }[] = [];
  const begun = Date.now();
  let made = 0;
  const publish = (entry: Published) => void published.unshift({ at: Date.now(), ...entry });
  const catchUp = () => {
    const due = series ? Math.floor((Date.now() - begun) / series.every) : 0;
    for (; made < due; made += 1) publish({ title: series?.titleOf(made + 1) ?? "" });
  };
  const self = { status: undefined as number | undefined };
  const answer = (request: IncomingMessage, response: ServerResponse): number => {
    if (self.status !== undefined) return self.status;
    if (request.url !== "/rss") return 404;
    if (request.method !== "GET" && request.method !== "HEAD") return 405;
    catchUp();
    const text = feedOf(title, published);
    const etag = `"${createHash("sha256").update(text).digest("hex").slice(0, 16)}"`;
    response.setHeader("etag", etag);
    if (request.headers["if-none-match"] === etag) return 304;
    response.setHeader("content-type", "application/rss+xml; charset=utf-8");
    response.end(request.method === "HEAD" ? undefined : text);
    return 200;
  };
  const server = createServer((request, response) => {
    const status = answer(request, response);
    asked.push({ path: request.url ?? "", status });
    if (!response.writableEnded) response.writeHead(status).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return Object.assign(self, {
    url: `http://127.0.0.1:${port}/rss`,
    publish,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
}

function feedOf(title: string, entries: readonly Published[]): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:torrent="http://xmlns.ezrss.it/0.1/">
<channel><title>${escaped(title)}</title><link>https://films.example/</link>
${entries.map(itemOf).join("\n")}
</channel></rss>
`;
}

function itemOf({ title, infoHash = hashOf(title), at = 0 }: Published): string {
  const magnet = `magnet:?xt=urn:btih:${infoHash}&dn=${encodeURIComponent(title)}`;
  return [
    `<item><title>${escaped(title)}</title><guid isPermaLink="false">${infoHash}</guid>`,
    `<pubDate>${new Date(at).toUTCString()}</pubDate><torrent:infoHash>${infoHash}</torrent:infoHash>`,
    `<enclosure url="${escaped(magnet)}" type="application/x-bittorrent" length="0"/></item>`,
  ].join("");
}

function hashOf(title: string): string {
  return createHash("sha1").update(title).digest("hex");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
