import { describe, expect, test } from "vitest";
import { createTickets } from "../../src/gateway/ticket.ts";
import type { Link } from "../../src/storage/driver.ts";
import { createLinks } from "../../src/storage/links.ts";
import { serve } from "./file-host.ts";
import { browser, fileOf, mia, openHost, openTestApp, secretKey } from "./test-app.ts";

const address = "https://dl-a10b-1.example.com/download/?fid=1&expire=1790596879&sign=abc";
const direct = (): Link => ({ kind: "url", url: address });
const chromium =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

describe("/d/", () => {
  test.each(["GET", "HEAD"])(
    "%s leads to the direct link, is not kept, and tells no one where from",
    async (method) => {
      const app = await openTestApp();
      const found = await app.ask(app.place({ entry: fileOf("film.mkv", 5), link: direct }, "d"), { method });
      expect(found.status).toBe(302);
      expect(found.headers).toMatchObject({
        location: address,
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
      });
      expect(found.body).toHaveLength(0);
    },
  );

  test("one call for many askers, none until a minute before the link's end, then one", async () => {
    let now = Date.UTC(2026, 10, 24);
    let calls = 0;
    const links = createLinks({ now: () => now, monotonic: () => now });
    const driver = {
      link: async (): Promise<Link> => {
        calls += 1;
        return { kind: "url", url: `${address}&call=${calls}`, expiresAt: now + 600_000 };
      },
      list: () => Promise.reject(new Error("not asked")),
      stat: () => Promise.reject(new Error("not asked")),
    };
    const app = await openTestApp({ now: () => now });
    const entry = fileOf("film.mkv", 5);
    const path = app.place({ entry, link: () => links.find({ mount: "m1", entry: entry.id, driver }) }, "d");
    const many = await Promise.all(Array.from({ length: 20 }, () => app.ask(path)));
    expect(new Set(many.map(({ headers }) => headers.location))).toEqual(new Set([`${address}&call=1`]));
    now += 539_000;
    await app.ask(path);
    expect(calls).toBe(1);
    now += 2000;
    expect((await app.ask(path)).headers.location).toBe(`${address}&call=2`);
  });

  test.each([
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "facebookexternalhit/1.1",
    "Slackbot-LinkExpanding 1.0",
    "WhatsApp/2.23",
  ])("%s gets a stub that tells nothing, and the drive is not asked", async (agent) => {
    const app = await openTestApp();
    for (const way of ["d", "p", "w"] as const) {
      const path = app.place({ entry: fileOf("secret name.mkv", 5), link: direct }, way);
      const stub = await app.ask(path, { headers: { "user-agent": agent, ...browser } });
      expect(stub.status).toBe(way === "w" ? 404 : 200);
      expect(stub.text).not.toContain("secret");
    }
    expect(app.asked).toEqual([]);
  });

  test("people's own programs are no crawlers", async () => {
    const app = await openTestApp();
    const path = app.place({ entry: fileOf("film.mkv", 5), link: direct }, "d");
    for (const agent of [chromium, "VLC/3.0.20 LibVLC/3.0.20", "curl/8.5.0", "Lavf/60.3.100", "aria2/1.37.0", ""]) {
      expect((await app.ask(path, { headers: { "user-agent": agent } })).status).toBe(302);
    }
  });
});

describe("where a redirect cannot work", () => {
  test("because the link needs headers, the bytes come through us, and the owner is told once", async () => {
    const told: unknown[] = [];
    const host = await openHost(serve(Buffer.from("hello")));
    const app = await openTestApp({ onFallback: ({ mount }, why) => told.push([mount.owner, why]) });
    const link = (): Link => ({ kind: "url", url: `${host.url}/f`, headers: { "x-need": "1" } });
    const path = app.place({ entry: fileOf("a.bin", 5), link }, "d");
    for (let turn = 0; turn < 3; turn += 1) expect(await app.ask(path)).toMatchObject({ status: 200, text: "hello" });
    expect(told).toEqual([[mia, "headers"]]);
  });

  test("because the host turned a reader away, that mount's bytes come through us for a while, and the owner is told once", async () => {
    let now = Date.UTC(2026, 10, 24);
    const told: unknown[] = [];
    const host = await openHost(serve(Buffer.from("hello")));
    const app = await openTestApp({ now: () => now, onFallback: (_resolved, why) => told.push(why) });
    const link = (): Link => ({ kind: "url", url: `${host.url}/f` });
    const draft = { expiresAt: now + 30 * 86_400_000 };
    const entry = fileOf("a.bin", 5);
    const [redirecting, through] = [app.place({ entry, link }, "d", draft), app.place({ entry, link }, "p", draft)];
    expect((await app.ask(redirecting)).status).toBe(302);
    await app.ask(through);
    expect(told).toEqual([]);
    expect((await app.ask(`${through}?why=refused`)).text).toBe("hello");
    await app.ask(`${through}?why=refused`);
    expect(told).toEqual(["refused"]);
    expect((await app.ask(redirecting)).text).toBe("hello");
    now += 7 * 3_600_000;
    expect((await app.ask(redirecting)).status).toBe(302);
  });

  test("what one person's player was refused changes nothing for others, unless it is the owner's", async () => {
    const host = await openHost(serve(Buffer.from("hello")));
    const app = await openTestApp();
    const file = { entry: fileOf("a.bin", 5), link: (): Link => ({ kind: "url", url: `${host.url}/f` }) };
    const jun = { person: "telegram:77" };
    await app.ask(`${app.place(file, "p", jun)}?why=refused`);
    expect((await app.ask(app.place(file, "d", jun))).text).toBe("hello");
    expect((await app.ask(app.place(file, "d"))).status).toBe(302);
    await app.ask(`${app.place(file, "p")}?why=refused`);
    expect((await app.ask(app.place(file, "d", { person: "telegram:78" }))).text).toBe("hello");
  });

  test("an address that no header takes is written as one that it takes, and any other to the letter", async () => {
    const app = await openTestApp();
    const locationOf = async (url: string) => {
      const path = app.place({ entry: fileOf("a", 5), link: () => ({ kind: "url", url }), method: "redirect" }, "d");
      return (await app.ask(path)).headers.location;
    };
    expect(await locationOf("https://h.example/电影.mkv?s=a|b")).toBe("https://h.example/%E7%94%B5%E5%BD%B1.mkv?s=a|b");
    expect(await locationOf("https://h.example/a'b|c?sign=%2f~")).toBe("https://h.example/a'b|c?sign=%2f~");
  });

  test("a mount of the method proxy is never redirected, and nobody is told of it", async () => {
    const told: unknown[] = [];
    const host = await openHost(serve(Buffer.from("hello")));
    const app = await openTestApp({ onFallback: (_resolved, why) => told.push(why) });
    const link = (): Link => ({ kind: "url", url: `${host.url}/f` });
    expect((await app.ask(app.place({ entry: fileOf("a", 5), link, method: "proxy" }, "d"))).text).toBe("hello");
    expect(told).toEqual([]);
  });
});

describe("who has no good ticket", () => {
  test("a forged one is 403, one that is over 410, a withdrawn one 410, a vanished file 404", async () => {
    let withdrawn = false;
    const app = await openTestApp({ revoked: async () => withdrawn });
    const entry = fileOf("a.bin", 5);
    const path = app.place({ entry, link: direct }, "d");
    expect((await app.ask(path.replace(/.(?=\/a\.bin$)/, "!"))).status).toBe(403);
    expect((await app.ask("/d/nonsense")).status).toBe(403);
    expect((await app.ask("/d/")).status).toBe(403);
    const over = app.place({ entry, link: direct }, "d", { expiresAt: Date.now() - 1 });
    expect((await app.ask(over)).status).toBe(410);
    app.shelf.delete(entry.id);
    expect((await app.ask(path)).status).toBe(404);
    withdrawn = true;
    expect((await app.ask(path)).status).toBe(410);
  });

  test("a ticket of another secret key opens nothing", async () => {
    const app = await openTestApp();
    const foreign = createTickets({ keys: [new Uint8Array(32).fill(9)], now: Date.now });
    const draft = { mount: "m1", entry: "x", person: mia, expiresAt: Date.now() + 1000 };
    expect((await app.ask(`/d/${foreign.issue(draft)}`)).status).toBe(403);
    expect(secretKey).toHaveLength(32);
  });

  test("sees a page in their language in a browser, JSON in a program", async () => {
    const app = await openTestApp();
    const page = await app.ask("/d/nonsense", { headers: { ...browser, "accept-language": "zh-CN" } });
    expect(page.headers["content-type"]).toContain("text/html");
    expect(page.headers["content-security-policy"]).toMatch(
      /^default-src 'none'; style-src 'nonce-[\w+/=]+'; base-uri/,
    );
    expect(page.text).toContain(app.words.in("zh")("gateway-bad-ticket-title"));
    const program = await app.ask("/d/nonsense");
    expect(JSON.parse(program.text)).toEqual({
      error: "bad-ticket",
      message: app.words.in("en")("gateway-bad-ticket-text"),
    });
    expect(program.headers["cache-control"]).toBe("no-store");
  });
});

test.each([
  ["POST", "/d/x", "GET, HEAD"],
  ["PUT", "/p/x", "GET, HEAD"],
  ["DELETE", "/w/x", "GET, HEAD"],
  ["PATCH", "/s/x", "GET, HEAD, POST"],
  ["GET", "/api/fs/link", "POST"],
  ["POST", "/healthz", "GET, HEAD"],
  ["OPTIONS", "/metrics", "GET, HEAD"],
])("%s %s is 405 and says what is allowed", async (method, path, allow) => {
  const app = await openTestApp();
  const refused = await app.ask(path, { method });
  expect([refused.status, refused.headers.allow]).toEqual([405, allow]);
});

test.each(["/", "/x", "/api", "/api/fs/list", "/w/x/y", "/favicon.ico", "//d/x"])("%s leads nowhere", async (path) => {
  const app = await openTestApp();
  expect((await app.ask(path, path.startsWith("/api") ? { method: "POST" } : {})).status).toBe(404);
});

test("no page of the gateway is for search engines", async () => {
  const app = await openTestApp();
  expect((await app.ask("/robots.txt")).text).toContain("Disallow: /");
  expect((await app.ask("/d/x", { headers: browser })).headers["x-robots-tag"]).toContain("noindex");
});
