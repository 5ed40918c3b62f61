import { describe, expect, test } from "vitest";
import { createTickets } from "../../src/gateway/ticket.ts";
import type { Link } from "../../src/storage/driver.ts";
import { createLinks } from "../../src/storage/links.ts";
import { answer, serve } from "./file-host.ts";
import { browser, fileOf, mia, openHost, openTestApp, secretKey } from "./test-app.ts";

const address = "https://dl-a10b-1.example.com/download/?fid=1&expire=1790596879&sign=abc";
const direct = (): Link => ({ kind: "url", url: address });
const chromium =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

describe("/d/", () => {
  test.each(["GET", "HEAD"])(
    "a link asked for by %s leads to the direct link, is not kept, and tells no one where from",
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

  test("a direct link costs one call for many askers, none until a minute before its end, then one", async () => {
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
  ])("a preview by %s gets a stub that tells nothing, and the drive is not asked", async (agent) => {
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
  test("a link that needs headers has its bytes come through the gateway, and the owner is told once", async () => {
    const told: unknown[] = [];
    const host = await openHost(serve(Buffer.from("hello")));
    const app = await openTestApp({ onFallback: ({ mount }) => told.push(mount.owner) });
    const link = (): Link => ({ kind: "url", url: `${host.url}/f`, headers: { "x-need": "1" } });
    const path = app.place({ entry: fileOf("a.bin", 5), link }, "d");
    for (let turn = 0; turn < 3; turn += 1) expect(await app.ask(path)).toMatchObject({ status: 200, text: "hello" });
    expect(told).toEqual([mia]);
  });

  test("a reader who says that the file host refused them gets that one link's bytes through us, and nobody else's changes", async () => {
    let now = Date.UTC(2026, 10, 24);
    const told: unknown[] = [];
    const host = await openHost(serve(Buffer.from("hello")));
    const app = await openTestApp({ now: () => now, onFallback: () => told.push("owner") });
    const link = (): Link => ({ kind: "url", url: `${host.url}/f` });
    const draft = { expiresAt: now + 30 * 86_400_000 };
    const entry = fileOf("a.bin", 5);
    const redirecting = app.place({ entry, link }, "d", draft);
    const through = redirecting.replace("/d/", "/p/");
    now += 1;
    const others = app.place({ entry, link }, "d", draft);
    expect((await app.ask(redirecting)).status).toBe(302);
    expect((await app.ask(`${through}?why=refused`)).text).toBe("hello");
    expect((await app.ask(redirecting)).text).toBe("hello");
    expect((await app.ask(others)).status).toBe(302);
    expect(told).toEqual([]);
    now += 7 * 3_600_000;
    expect((await app.ask(redirecting)).status).toBe(302);
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
    const app = await openTestApp({ onFallback: () => told.push("owner") });
    const link = (): Link => ({ kind: "url", url: `${host.url}/f` });
    expect((await app.ask(app.place({ entry: fileOf("a", 5), link, method: "proxy" }, "d"))).text).toBe("hello");
    expect(told).toEqual([]);
  });
});

describe("an address that its host may have refused meanwhile", () => {
  /** A drive whose first link is refused by the host from some moment on. */
  async function withDyingLink(more: Partial<Parameters<typeof openTestApp>[0]> = {}) {
    const clock = { now: Date.UTC(2026, 10, 24) };
    const state = { isDead: false, disposition: undefined as string | undefined };
    const host = await openHost((asked, socket) => {
      if (state.isDead && asked.target === "/old") return answer(socket, { status: 403 });
      const named = state.disposition === undefined ? {} : { "content-disposition": state.disposition };
      return answer(socket, { status: 206, headers: { "content-range": "bytes 0-0/5", ...named }, body: "h" });
    });
    const given: (string | undefined)[] = [];
    const entry = fileOf("a.bin", 5);
    const app = await openTestApp({
      now: () => clock.now,
      resolve: async (_ticket, { refused }) => {
        given.push(refused);
        const url = `${host.url}/${given.some((address) => address !== undefined) ? "new" : "old"}`;
        return {
          entry,
          link: { kind: "url", url },
          mount: { id: "m1", title: "Films", owner: mia },
          method: "redirect",
        };
      },
      ...more,
    });
    const path = app.place({ entry, link: direct }, "d", { expiresAt: clock.now + 86_400_000 });
    return { app, host, clock, state, given, path };
  }

  test("an address that its host may have refused is looked at when it was not for minutes, and replaced when it was refused", async () => {
    const { app, host, clock, state, given, path } = await withDyingLink();
    expect((await app.ask(path)).headers.location).toBe(`${host.url}/old`);
    state.isDead = true;
    clock.now += 60_000;
    expect((await app.ask(path)).headers.location).toBe(`${host.url}/old`);
    expect(host.asked).toEqual([]);
    clock.now += 5 * 60_000;
    expect((await app.ask(path)).headers.location).toBe(`${host.url}/new`);
    expect(given).toEqual([undefined, undefined, undefined, `${host.url}/old`]);
    expect(host.asked.map(({ headers }) => headers.get("range"))).toEqual(["bytes=0-0"]);
  });

  test("an address is redirected to all the same when its host cannot be asked", async () => {
    const { app, host, clock, path } = await withDyingLink();
    await app.ask(path);
    clock.now += 10 * 60_000;
    await host.close();
    expect((await app.ask(path)).headers.location).toBe(`${host.url}/old`);
  });

  test("a host that does not say names is not led to where names are always wanted, and one that does is", async () => {
    const { app, host, path, state, clock } = await withDyingLink({ namedDownloads: "always" });
    expect((await app.ask(path, { headers: { range: "bytes=0-0" } })).status).toBe(206);
    state.disposition = "attachment; filename=a.bin";
    clock.now += 25 * 3_600_000;
    const later = app.place({ entry: fileOf("a.bin", 5), link: direct }, "d", { expiresAt: clock.now + 1000 });
    expect((await app.ask(later)).headers.location).toBe(`${host.url}/old`);
  });
});

describe("bytes for pages and players elsewhere", () => {
  test("OPTIONS says what may be asked, without a ticket being looked at", async () => {
    const app = await openTestApp();
    for (const path of ["/d/x/film.mkv", "/p/x/film.mkv"]) {
      const allowed = await app.ask(path, {
        method: "OPTIONS",
        headers: { origin: "https://player.example", "access-control-request-headers": "range" },
      });
      expect(allowed.status).toBe(204);
      expect(allowed.headers).toMatchObject({
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET, HEAD",
        "access-control-allow-headers": expect.stringContaining("Range"),
      });
    }
  });

  test("every answer about a file may be read by pages elsewhere: bytes, redirects and refusals", async () => {
    const host = await openHost(serve(Buffer.from("hello")));
    const app = await openTestApp();
    const through = app.place({ entry: fileOf("a.bin", 5), link: () => ({ kind: "url", url: `${host.url}/f` }) });
    const asked = [
      await app.ask(through, { headers: { range: "bytes=1-2" } }),
      await app.ask(app.place({ entry: fileOf("b.bin", 5), link: direct }, "d")),
      await app.ask("/p/nonsense"),
    ];
    expect(asked.map(({ status }) => status)).toEqual([206, 302, 403]);
    for (const { headers } of asked) {
      expect(headers["access-control-allow-origin"]).toBe("*");
      expect(headers["access-control-expose-headers"]).toContain("Content-Range");
    }
    expect((await app.ask("/s/nonsense")).headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("who has no good ticket", () => {
  test("a forged ticket is 403, one that is over 410, a withdrawn one 410, a vanished file 404", async () => {
    let withdrawn = false;
    const app = await openTestApp({ revoked: async () => withdrawn });
    const entry = fileOf("a.bin", 5);
    const path = app.place({ entry, link: direct }, "d");
    expect((await app.ask(path.replace(/.(?=\/a\.bin$)/, "!"))).status).toBe(403);
    expect((await app.ask("/d/nonsense")).status).toBe(403);
    expect((await app.ask("/d/")).status).toBe(403);
    const over = app.place({ entry, link: direct }, "d", { expiresAt: Date.now() - 1 });
    expect((await app.ask(over)).status).toBe(410);
    app.drive.delete(entry.id);
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

  test("a refusal is a page in the person's language in a browser, JSON in a program", async () => {
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
  ["POST", "/d/x", "GET, HEAD, OPTIONS"],
  ["PUT", "/p/x", "GET, HEAD, OPTIONS"],
  ["DELETE", "/w/x", "GET, HEAD"],
  ["PATCH", "/s/x", "GET, HEAD, POST"],
  ["GET", "/api/fs/link", "POST"],
  ["POST", "/healthz", "GET, HEAD"],
  ["OPTIONS", "/metrics", "GET, HEAD"],
])("a request of %s %s is 405 and says what is allowed", async (method, path, allow) => {
  const app = await openTestApp();
  const refused = await app.ask(path, { method });
  expect([refused.status, refused.headers.allow]).toEqual([405, allow]);
});

test.each(["/", "/x", "/api", "/api/fs/list", "/w/x/y", "/favicon.ico", "//d/x"])(
  "the path %s leads nowhere",
  async (path) => {
    const app = await openTestApp();
    expect((await app.ask(path, path.startsWith("/api") ? { method: "POST" } : {})).status).toBe(404);
  },
);

test("no page of the gateway is for search engines", async () => {
  const app = await openTestApp();
  expect((await app.ask("/robots.txt")).text).toContain("Disallow: /");
  expect((await app.ask("/d/x", { headers: browser })).headers["x-robots-tag"]).toContain("noindex");
});
