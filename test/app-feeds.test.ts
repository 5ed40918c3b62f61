import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { connect as connectTcp } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openFeeds } from "../src/app/feeds.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let answer: Answer;
let port: number;
const asked: IncomingMessage[] = [];
const closing: (() => void)[] = [];

beforeEach(async () => {
  asked.length = 0;
  server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
  server.closeAllConnections();
  server.close();
});

/** Feeds by the real way out. `names`: what a resolver would say; every public address is this server. */
function feeds(names: Readonly<Record<string, readonly string[]>> = {}) {
  const dialled: string[] = [];
  const opened = openFeeds({
    reach: "public",
    lookup: async (host) => names[host] ?? [],
    connect: ({ address }, onread) => {
      dialled.push(address);
      const socket = connectTcp({ host: "127.0.0.1", port, ...(onread && { onread }) });
      // The other end is looked at once more when it stands.
      Object.defineProperty(socket, "remoteAddress", { get: () => address });
      return socket;
    },
  });
  closing.push(opened.close);
  return { ...opened, dialled };
}

const get = (url: string, names: Parameters<typeof feeds>[0], more: object = {}) => {
  const { fetchFeed, dialled } = feeds(names);
  return { got: fetchFeed(url, { signal: new AbortController().signal, ...more }), dialled };
};
const site = { "site.example": ["93.184.216.34"] };

describe("a feed is fetched from the public internet alone", () => {
  test.each([
    ["http://127.0.0.1/feed"],
    ["http://10.0.0.1/feed"],
    ["http://169.254.169.254/latest"],
    ["http://[::1]/feed"],
    ["http://[::ffff:192.168.1.1]/feed"],
    ["http://inner.example/feed"],
    ["ftp://site.example/feed"],
    ["file:///etc/passwd"],
  ])("%s is refused, and nothing is connected to", async (url) => {
    const { got, dialled } = get(url, { "inner.example": ["192.168.0.10"] });
    await expect(got).rejects.toMatchObject({ code: "feed-forbidden" });
    expect(dialled).toEqual([]);
  });

  test.each(["http://127.0.0.1/x", "http://10.1.2.3/x", "http://inner.example/x", "file:///etc/passwd"])(
    "a redirect to %s is refused as well",
    async (location) => {
      answer = (_request, response) => response.writeHead(302, { location }).end();
      const { got, dialled } = get("http://site.example/feed", { ...site, "inner.example": ["172.16.0.1"] });
      await expect(got).rejects.toMatchObject({ code: "feed-forbidden" });
      expect(dialled).toEqual(["93.184.216.34"]);
    },
  );

  test("redirects without end are given up after three", async () => {
    answer = (_request, response) => response.writeHead(302, { location: "/again" }).end();
    await expect(get("http://site.example/feed", site).got).rejects.toMatchObject({ code: "feed-unreachable" });
    expect(asked).toHaveLength(4);
  });

  test("a redirect that stays in public is followed", async () => {
    answer = (request, response) =>
      request.url === "/feed" ? response.writeHead(301, { location: "/new" }).end() : response.end("<rss/>");
    expect(await get("http://site.example/feed", site).got).toMatchObject({ is: "fresh", text: "<rss/>" });
  });
});

describe("what a feed's server answers", () => {
  test("what has not changed is asked for once: its marks go back", async () => {
    answer = (request, response) =>
      request.headers["if-none-match"] === '"1"' && request.headers["if-modified-since"] === "Sat"
        ? response.writeHead(304).end()
        : response.writeHead(200, { etag: '"1"', "last-modified": "Sat" }).end("<rss/>");
    const { fetchFeed } = feeds(site);
    const { signal } = new AbortController();
    const first = await fetchFeed("http://site.example/feed", { signal });
    expect(first).toEqual({ is: "fresh", text: "<rss/>", mark: { etag: '"1"', modified: "Sat" } });
    const mark = first.is === "fresh" ? first.mark : {};
    expect(await fetchFeed("http://site.example/feed", { ...mark, signal })).toEqual({ is: "same" });
  });

  test.each([
    [404, "feed-gone"],
    [410, "feed-gone"],
    [403, "feed-refused"],
    [429, "feed-busy"],
    [500, "feed-busy"],
  ])("%i is %s", async (status, code) => {
    answer = (_request, response) => response.writeHead(status, { "retry-after": "60" }).end();
    await expect(get("http://site.example/feed", site).got).rejects.toMatchObject({ code, retryAfter: 60_000 });
  });

  test("more than 2 MB is not read to its end", async () => {
    let sent = 0;
    answer = (_request, response) => {
      const more = () => {
        while (sent < 64 * 1024 * 1024 && response.write(Buffer.alloc(65_536, 32))) sent += 65_536;
      };
      response.on("drain", more);
      more();
    };
    await expect(get("http://site.example/feed", site).got).rejects.toMatchObject({ code: "feed-too-large" });
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });

  test("another encoding is read as the document says", async () => {
    const text = Buffer.concat([
      Buffer.from('<?xml version="1.0" encoding="GB2312"?><rss>'),
      Buffer.from([0xd6, 0xd0, 0xce, 0xc4]),
      Buffer.from("</rss>"),
    ]);
    answer = (_request, response) => response.writeHead(200, { "content-type": "application/xml" }).end(text);
    expect(await get("http://site.example/feed", site).got).toMatchObject({ text: expect.stringContaining("中文") });
  });

  test("who ends the asking ends it with that reason", async () => {
    answer = () => undefined;
    const asking = new AbortController();
    const { fetchFeed } = feeds(site);
    const got = fetchFeed("http://site.example/feed", { signal: asking.signal });
    await expect.poll(() => asked.length).toBe(1);
    asking.abort(new Error("enough"));
    await expect(got).rejects.toThrow("enough");
  });
});

describe("a torrent that a feed names", () => {
  test("is fetched the same guarded way, and what cannot be had is nothing", async () => {
    answer = (request, response) =>
      request.url === "/a.torrent" ? response.end("d4:infode") : response.writeHead(404).end("gone");
    const { fetchTorrent, dialled } = feeds({ ...site, "inner.example": ["10.0.0.9"] });
    const { signal } = new AbortController();
    expect(Buffer.from((await fetchTorrent("http://site.example/a.torrent", { signal })) ?? []).toString()).toBe(
      "d4:infode",
    );
    expect(await fetchTorrent("http://site.example/b.torrent", { signal })).toBeUndefined();
    expect(await fetchTorrent("http://inner.example/a.torrent", { signal })).toBeUndefined();
    expect(dialled.every((address) => address === "93.184.216.34")).toBe(true);
  });
});
