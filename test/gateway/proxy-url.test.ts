import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkSign, encodePath, proxyPath, proxyUrl, readProxyPath, signPath } from "../../src/gateway/proxy-url.ts";
import { LinkOver } from "../../src/gateway/refusal.ts";
import type { LinkByPath } from "../../src/gateway/fs-link.ts";
import type { Link } from "../../src/storage/driver.ts";
import { StorageError } from "../../src/storage/error.ts";
import { startDownloadProxy } from "./download-proxy.ts";
import { serve } from "./file-host.ts";
import { ask, fileOf, openHost, openTestApp } from "./test-app.ts";

interface Vectors {
  readonly vectors: readonly {
    token: string;
    path: string;
    expire: number;
    sign: string;
    url_path: string;
    url: string;
  }[];
  readonly rejected: readonly { why: string; path: string; sign: string }[];
}

// Written by hand beside this file.
const { vectors, rejected } = JSON.parse(
  readFileSync(join(import.meta.dirname, "download-proxy-vectors.json"), "utf8"),
) as Vectors;
const token = "openlist-test-token";
const now = Date.UTC(2026, 10, 24);

describe("signs of download proxies", () => {
  test.each(vectors)(
    "a sign of $path until $expire is the one that download proxies check",
    ({ path, expire, sign, url_path: urlPath }) => {
      expect(signPath(path, { token, expires: expire })).toBe(sign);
      expect(checkSign(path, sign, { token, now })).toBe(true);
      expect(encodePath(path)).toBe(urlPath);
    },
  );

  test.each(rejected)("a sign that is $why is refused", ({ path, sign }) => {
    expect(checkSign(path, sign, { token, now })).toBe(false);
  });

  test.each([
    ["without its padding", (sign: string) => sign.replace("=", "")],
    ["with another spelling of its time", (sign: string) => sign.replace(/:0$/, ":00")],
    ["with a sign before its time", (sign: string) => sign.replace(/:0$/, ":+0")],
    ["without a time", (sign: string) => sign.replace(/:0$/, "")],
    ["with a later time", (sign: string) => sign.replace(/:0$/, ":4102444800")],
    ["with a time that is no number", (sign: string) => sign.replace(/:0$/, ":x")],
  ])("a genuine sign %s is refused", (_what, change) => {
    const [{ path, sign } = { path: "", sign: "" }] = vectors.filter(({ expire }) => expire === 0);
    expect(checkSign(path, change(sign), { token, now })).toBe(false);
  });

  test("a sign is good until its second, and for its path alone", () => {
    const sign = signPath("/a", { token, expires: now / 1000 });
    expect(checkSign("/a", sign, { token, now })).toBe(true);
    expect(checkSign("/a", sign, { token, now: now + 1 })).toBe(false);
    expect(checkSign("/b", sign, { token, now })).toBe(false);
  });
});

const mia = { person: "mia", takenBack: 0 };

describe("the path of a file", () => {
  const id = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });

  test("the path of a file stands for it and nothing else, whatever its name is, and survives every browser", () => {
    const name = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom(".", "..", "a/b", "a\\b", "%2F", "?#"),
    );
    fc.assert(
      fc.property(
        fc.tuple(id, id, id),
        fc.option(id, { nil: undefined }),
        name,
        fc.nat(),
        (ids, variant, called, time) => {
          const [mount, entry, person] = ids;
          const takenBack = time * 1000;
          const target = { mount, entry, person, takenBack, ...(variant !== undefined && { variant }) };
          const url = proxyUrl(target, { url: "https://dl.example.com/", token, name: called, expiresAt: now });
          const path = decodeURIComponent(new URL(url).pathname);
          expect(readProxyPath(path)).toEqual(target);
          expect(path).toBe(proxyPath(target, called));
          const sign = new URL(url).searchParams.get("sign")?.replaceAll(" ", "+") ?? "";
          expect(checkSign(path, sign, { token, now })).toBe(true);
        },
      ),
    );
  });

  test("the path of a file is another one for another file of the same name", () => {
    const [one, other] = ["VO1", "VO2"].map((entry) => proxyPath({ mount: "m", entry, ...mia }, "same.mkv"));
    expect(one).not.toBe(other);
    expect(one).toBe("/m/VO1/@mia/same.mkv");
  });

  test("the path of a file has its name without the marks that turn it around", () => {
    expect(proxyPath({ mount: "m", entry: "e", ...mia }, "photo\u202Egpj.exe")).toBe("/m/e/@mia/photogpj.exe");
  });

  test.each([
    "",
    "/",
    "/m",
    "/m/e",
    "m/e/@p/name",
    "/m/e/name",
    "/m/e/v/x/@p/name",
    "/m//@p/name",
    "/m/e\u0000/@p/name",
    "/m/e/@/name",
    "/m/e/@p.!/name",
  ])("the path %j is none of a file", (path) => {
    expect(readProxyPath(path)).toBeUndefined();
  });
});

test("the base of a proxied address is the first line, without a trailing slash", () => {
  const url = proxyUrl(
    { mount: "m", entry: "e", ...mia },
    { url: "https://dl.example.com/\nhttps://b", token, name: "a b.mkv", expiresAt: 1500 },
  );
  expect(url).toMatch(/^https:\/\/dl\.example\.com\/m\/e\/@mia\/a%20b\.mkv\?sign=[\w-]{43}=:2$/);
});

const letters = Buffer.from("abcdefghijklmnopqrstuvwxyz");

/** A gateway whose mount downloads through a download proxy, which asks the gateway. */
async function withProxy(link: (url: string) => Link) {
  const asked: unknown[] = [];
  const host = await openHost(serve(letters));
  const linkByPath: LinkByPath = async (target) => {
    asked.push(target);
    if (target.entry === "gone") throw new StorageError("not-found");
    return link(`${host.url}/f`);
  };
  const app = await openTestApp({ linkByPath, downloadProxy: { url: "http://unused", token } });
  const proxy = await startDownloadProxy({ address: app.url, token });
  const urlOf = (entry: string, expiresAt = Date.now() + 60_000): string =>
    proxyUrl({ mount: "m1", entry, ...mia }, { url: proxy.url, token, name: "film 1.mkv", expiresAt });
  return { host, app, proxy, asked, urlOf };
}

describe("an independent download proxy", () => {
  test("a download proxy gets the link from us and streams the bytes, parts too, with the headers the link needs", async () => {
    const { urlOf, host, asked } = await withProxy((url) => ({ kind: "url", url, headers: { "X-Need": "1" } }));
    expect((await ask(urlOf("VO1"))).text).toBe(letters.toString());
    const part = await ask(urlOf("VO1"), { headers: { range: "bytes=3-5" } });
    expect([part.status, part.text]).toEqual([206, "def"]);
    expect(host.asked[0]?.headers.get("x-need")).toBe("1");
    expect(asked[0]).toEqual({ mount: "m1", entry: "VO1", ...mia });
  });

  test("a download proxy refuses a link that is over, and one that was changed", async () => {
    const { urlOf, asked } = await withProxy((url) => ({ kind: "url", url }));
    expect(JSON.parse((await ask(urlOf("VO1", Date.now() - 2000))).text)).toMatchObject({ code: 401 });
    expect(JSON.parse((await ask(urlOf("VO1").replace("VO1", "VO2"))).text)).toMatchObject({ code: 401 });
    expect(asked).toEqual([]);
  });

  test("a download proxy is told what went wrong", async () => {
    const { urlOf } = await withProxy((url) => ({ kind: "url", url }));
    expect(JSON.parse((await ask(urlOf("gone"))).text)).toMatchObject({ code: 404, data: null });
  });

  test("a download proxy is told of a link that was taken back what our own addresses say", async () => {
    const over = async (): Promise<never> => {
      throw new LinkOver();
    };
    const app = await openTestApp({ linkByPath: over, resolve: over, downloadProxy: { url: "http://unused", token } });
    const body = JSON.stringify({ path: "/m1/VO1/@mia/a.mkv" });
    const told = await app.ask("/api/fs/link", { method: "POST", headers: { authorization: token }, body });
    const own = await app.ask(app.place({ entry: fileOf("a", 1), link: () => ({ kind: "empty" }) }, "d"));
    expect(own.status).toBe(410);
    const { message } = JSON.parse(own.text) as { message: string };
    expect(JSON.parse(told.text)).toEqual({ code: 410, message, data: null });
  });

  test("a download proxy serves a file without bytes", async () => {
    const { urlOf, app } = await withProxy(() => ({ kind: "empty" }));
    app.drive.set("VO1", { entry: fileOf("empty.txt", 0), link: () => ({ kind: "empty" }) });
    expect(await ask(urlOf("VO1"))).toMatchObject({ status: 200, text: "" });
  });

  test("a download proxy is where a mount of its method leads, until the ticket's end", async () => {
    const { proxy } = await withProxy((url) => ({ kind: "url", url }));
    const app = await openTestApp({ downloadProxy: { url: proxy.url, token } });
    const entry = fileOf("film 1.mkv", 26);
    const link = (): Link => ({ kind: "url", url: "https://never.example/f" });
    const expiresAt = Date.now() + 60_000;
    const path = app.place({ entry, link, method: "proxy-url" }, "d", { expiresAt });
    const { status, headers } = await app.ask(path);
    expect(status).toBe(302);
    expect(headers.location).toContain(`${proxy.url}/m1/${entry.id}/@`);
    expect(headers.location).toContain(`/film%201.mkv?sign=`);
    expect(headers.location).toMatch(new RegExp(`:${Math.ceil(expiresAt / 1000)}$`));
  });
});

describe("POST /api/fs/link", () => {
  const call = async (headers: Record<string, string>, body: string) => {
    const { app } = await withProxy((url) => ({ kind: "url", url }));
    return app.ask("/api/fs/link", { method: "POST", headers, body });
  };

  test("the link call answers 200 always, and says the outcome as its code", async () => {
    const good = await call({ authorization: token }, JSON.stringify({ path: "/m1/VO1/@mia/a.mkv" }));
    expect(good.status).toBe(200);
    expect(JSON.parse(good.text)).toMatchObject({ code: 200, message: "success", data: { header: {} } });
  });

  test.each([
    ["no token", {}, 401],
    ["another token", { authorization: `${token}x` }, 401],
    ["the token with a scheme", { authorization: `Bearer ${token}` }, 401],
  ])("the link call with %s is told nothing", async (_what, headers, code) => {
    const refused = await call(headers, JSON.stringify({ path: "/m1/VO1/@mia/a.mkv" }));
    expect(JSON.parse(refused.text)).toMatchObject({ code, data: null });
  });

  test.each([
    ["no JSON", "path=/m1", 400],
    ["no path", "{}", 400],
    ["a path that is a number", '{"path":1}', 400],
    ["null", "null", 400],
    ["a path of nobody's", '{"path":"/../../etc/passwd"}', 404],
  ])("the link call with %s is answered with its code", async (_what, body, code) => {
    expect(JSON.parse((await call({ authorization: token }, body)).text)).toMatchObject({ code });
  });

  test("a program that guesses tokens is made to wait, and the proxy of many people is not", async () => {
    const linkByPath: LinkByPath = async () => ({ kind: "url", url: "https://never.example/f" });
    const app = await openTestApp({
      linkByPath,
      downloadProxy: { url: "http://unused", token },
      visitors: { requests: 3, guesses: 3 },
    });
    const call = (authorization: string, from: string) =>
      app.ask("/api/fs/link", {
        method: "POST",
        headers: { authorization, "x-forwarded-for": from },
        body: JSON.stringify({ path: "/m1/VO1/@mia/a.mkv" }),
      });
    for (let turn = 0; turn < 10; turn += 1) {
      expect(JSON.parse((await call(token, "8.8.8.8")).text)).toMatchObject({ code: 200 });
    }
    for (let turn = 0; turn < 3; turn += 1) {
      expect(JSON.parse((await call("guess", "8.8.4.4")).text)).toMatchObject({ code: 401 });
    }
    expect((await call(token, "8.8.4.4")).status).toBe(429);
  });

  test("the link call reads no body without end", async () => {
    const refused = await call({ authorization: token }, JSON.stringify({ path: "a".repeat(200_000) }));
    expect(refused.status).toBe(413);
  });

  test("the link call is not there where no download proxy is set up", async () => {
    const app = await openTestApp();
    const body = JSON.stringify({ path: "/m1/VO1/a" });
    expect((await app.ask("/api/fs/link", { method: "POST", headers: { authorization: "" }, body })).status).toBe(404);
  });
});
