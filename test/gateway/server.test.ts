import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { GatewayError } from "../../src/gateway/server.ts";
import { createVisitors, type Visitors } from "../../src/gateway/visitors.ts";
import { head, serve, type Script } from "./file-host.ts";
import { begin, fileOf, openHost, openTestApp } from "./test-app.ts";

/** Sends raw bytes and gives what comes back until the connection closes or `within` ms are over. */
function raw(url: string, text: string, within = 1000): Promise<string> {
  return new Promise((resolve) => {
    let got = "";
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(text));
    socket.on("data", (bytes) => (got += bytes.toString("latin1")));
    socket.on("close", () => resolve(got));
    socket.on("error", () => resolve(got));
    setTimeout(() => socket.destroy(), within);
  });
}

describe("health", () => {
  test("/healthz says that the process lives, /readyz that it can serve, or each reason why it cannot", async () => {
    let reasons: string[] = [];
    const ready = async () => (reasons.length === 0 ? ({ ok: true } as const) : ({ ok: false, reasons } as const));
    const app = await openTestApp({ ready });
    expect((await app.ask("/healthz")).status).toBe(200);
    const yes = await app.ask("/readyz");
    expect([yes.status, JSON.parse(yes.text)]).toEqual([200, { ok: true }]);
    reasons = ["telegram is not connected"];
    const not = await app.ask("/readyz");
    expect([not.status, not.headers["retry-after"]]).toEqual([503, "5"]);
    expect(JSON.parse(not.text)).toEqual({ ok: false, reasons });
    expect((await app.ask("/readyz", { method: "HEAD" })).body).toHaveLength(0);
    expect((await app.ask("/healthz")).status).toBe(200);
  });

  test("/metrics speaks Prometheus, to this machine alone where no token is set", async () => {
    const app = await openTestApp();
    const told = await app.ask("/metrics");
    expect(told.headers["content-type"]).toContain("version=0.0.4");
    expect(told.text).toContain("# TYPE chatdrive_gateway_requests_total counter");
    // Through a proxy on this machine it is somebody else who asks, whatever they call themselves.
    for (const header of ["x-forwarded-for", "forwarded", "x-real-ip", "via"]) {
      expect((await app.ask("/metrics", { headers: { [header]: "127.0.0.1" } })).status).toBe(404);
    }
  });

  test("/metrics wants its token where one is set, and a token that is guessed at is not looked at any more", async () => {
    const app = await openTestApp({ metricsToken: "letmein", visitors: { guesses: 2 } });
    const withToken = (token: string) => app.ask("/metrics", { headers: { authorization: `Bearer ${token}` } });
    expect((await withToken("letmein")).status).toBe(200);
    expect((await app.ask("/metrics")).status).toBe(401);
    expect((await withToken("other")).status).toBe(401);
    expect((await withToken("letmein")).status).toBe(429);
  });
});

describe("request targets", () => {
  test("a request target in absolute form means the same", async () => {
    const app = await openTestApp();
    const text = "GET http://whatever.example/healthz HTTP/1.1\r\nHost: whatever.example\r\nConnection: close\r\n\r\n";
    expect(await raw(app.url, text)).toMatch(/^HTTP\/1\.1 200/);
  });

  test.each(["OPTIONS *", "GET /d/%00", "GET /d/%zz", "GET /p/..%2f..%2f", "GET /\u00ff", "GET ?x"])(
    "a request target of %j is answered, not crashed on",
    async (target) => {
      const app = await openTestApp();
      const text = `${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
      expect(await raw(app.url, text)).toMatch(/^HTTP\/1\.1 40[0-9]/);
      expect((await app.ask("/healthz")).status).toBe(200);
    },
  );

  test("CONNECT opens no tunnel", async () => {
    const app = await openTestApp();
    expect(await raw(app.url, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n")).not.toContain(" 200 ");
  });

  test("a request target below a public address with a path of its own is read without it", async () => {
    const app = await openTestApp({ publicUrl: "https://example.com/drive" });
    expect((await app.ask("/drive/healthz")).status).toBe(200);
    expect((await app.ask("/healthz")).status).toBe(200);
    expect(app.gateway.address()).toBe("https://example.com/drive");
  });
});

describe("who sends badly", () => {
  test("a head that is too large is refused", async () => {
    const app = await openTestApp();
    const text = `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: ${"a".repeat(40_000)}\r\n\r\n`;
    expect(await raw(app.url, text)).toMatch(/^HTTP\/1\.1 431/);
  });

  test("a length and chunks together are refused", async () => {
    const app = await openTestApp();
    const text =
      "POST /api/fs/link HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /";
    expect(await raw(app.url, text)).toMatch(/^HTTP\/1\.1 400/);
  });

  test("a body beyond the limit gets its 413 while it is still being sent, also in chunks", async () => {
    const app = await openTestApp({
      downloadProxy: { url: "http://x", token: "t" },
      linkByPath: async () => ({ kind: "empty" }),
    });
    const start = "POST /api/fs/link HTTP/1.1\r\nHost: x\r\nAuthorization: t\r\n";
    expect(await raw(app.url, `${start}Content-Length: 999999999\r\n\r\n{`)).toMatch(/^HTTP\/1\.1 413/);
    const chunk = `10000\r\n${"a".repeat(65_536)}\r\n`;
    expect(await raw(app.url, `${start}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}`)).toMatch(
      /^HTTP\/1\.1 413/,
    );
  });

  test("an address that forges tickets waits, while its genuine ones and everybody else's go on working", async () => {
    const app = await openTestApp({ visitors: { guesses: 5 } });
    const good = app.place({ entry: fileOf("a", 0), link: () => ({ kind: "empty" }) });
    const from = (address: string) => ({ headers: { "x-forwarded-for": `9.9.9.9, ${address}` } });
    for (let turn = 0; turn < 5; turn += 1) expect((await app.ask("/d/guess", from("8.8.8.8"))).status).toBe(403);
    const waiting = await app.ask("/d/guess", from("8.8.8.8"));
    expect(waiting.status).toBe(429);
    expect(Number(waiting.headers["retry-after"])).toBeGreaterThan(0);
    expect((await app.ask(good, from("8.8.8.8"))).status).toBe(200);
    expect((await app.ask("/d/guess", from("8.8.4.4"))).status).toBe(403);
  });

  test("an address that forges tickets keeps nobody behind the same proxy from showing a right token", async () => {
    const app = await openTestApp({ metricsToken: "letmein", visitors: { guesses: 3 } });
    for (let turn = 0; turn < 3; turn += 1) expect((await app.ask("/d/guess")).status).toBe(403);
    expect((await app.ask("/d/guess")).status).toBe(429);
    const metrics = await app.ask("/metrics", { headers: { authorization: "Bearer letmein" } });
    expect(metrics.status).toBe(200);
  });

  test("links that ended and files that vanished are nobody's guesses", async () => {
    const app = await openTestApp({ visitors: { guesses: 3 } });
    const over = app.place({ entry: fileOf("a", 1), link: () => ({ kind: "empty" }) }, "d", { expiresAt: 1 });
    for (let turn = 0; turn < 10; turn += 1) {
      expect((await app.ask(over)).status).toBe(410);
      expect((await app.ask("/favicon.ico")).status).toBe(404);
    }
    expect((await app.ask("/d/guess")).status).toBe(403);
  });

  test("an address that asks too often waits", async () => {
    const app = await openTestApp({ visitors: { requests: 10, guesses: 100 } });
    const statuses = [];
    for (let turn = 0; turn < 12; turn += 1) statuses.push((await app.ask("/robots.txt")).status);
    expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
  });

  test("a forwarded address is believed as far as trusted proxies wrote it", () => {
    const from = (remoteAddress: string, forwarded?: string, trusted?: readonly string[]): string =>
      createVisitors({ trusted }).of({
        // All that is looked at.
        socket: { remoteAddress } as Parameters<Visitors["of"]>[0]["socket"],
        headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
      }).key;
    expect(from("::ffff:127.0.0.1", "1.1.1.1, 8.8.8.8")).toBe("8.8.8.8");
    expect(from("10.0.0.2", "8.8.8.8")).toBe("10.0.0.2");
    expect(from("10.0.0.2", "8.8.8.8", ["private"])).toBe("8.8.8.8");
    expect(from("203.0.113.7", "1.1.1.1, 8.8.8.8, 203.0.113.9", ["203.0.113.0/24"])).toBe("8.8.8.8");
    expect(from("203.0.113.7", "8.8.8.8", ["203.0.113.8"])).toBe("203.0.113.7");
    expect(from("9.9.9.9", "8.8.8.8")).toBe("9.9.9.9");
    expect(from("127.0.0.1", "nonsense")).toBe("127.0.0.1");
    expect(from("2606:4700::1")).toBe(from("2606:4700::2"));
  });
});

test.each([
  ["half a head", "GET /healthz HTTP/1.1\r\nHost:"],
  ["half a body", "POST /api/fs/link HTTP/1.1\r\nHost: x\r\nAuthorization: t\r\nContent-Length: 10\r\n\r\n{"],
])("a client that sends %s is given up, and holds up nobody", async (_what, text) => {
  const app = await openTestApp({
    timeouts: { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 30 },
    downloadProxy: { url: "http://x", token: "t" },
    linkByPath: async () => ({ kind: "empty" }),
  });
  const slow = raw(app.url, text, 5000);
  expect((await app.ask("/healthz")).status).toBe(200);
  expect(await slow).toMatch(/^HTTP\/1\.1 408/);
});

describe("trouble nobody foresaw", () => {
  test("a trouble nobody foresaw is 500 with a reference, which the log has too, and nothing of the cause", async () => {
    const app = await openTestApp();
    const link = (): never => {
      throw new Error("secret detail");
    };
    const failed = await app.ask(app.place({ entry: fileOf("a", 1), link }));
    expect(failed.status).toBe(500);
    expect(failed.text).not.toContain("secret detail");
    const { reference } = JSON.parse(failed.text) as { reference: string };
    expect(reference).toMatch(/^[0-9a-f]{8}$/);
    expect(app.logged.find(({ level }) => level === "error")?.fields).toMatchObject({ reference, route: "p" });
  });

  test("no log line holds a ticket", async () => {
    const app = await openTestApp();
    const path = app.place({ entry: fileOf("a", 1), link: () => ({ kind: "empty" }) });
    await app.ask(path);
    await app.ask(path.replace("/p/", "/d/"));
    await vi.waitFor(() => expect(app.logged.filter(({ event }) => event === "answered")).toHaveLength(2));
    expect(JSON.stringify(app.logged)).not.toContain(path.split("/")[2]);
  });
});

describe("the webhook of a chat", () => {
  async function withWebhook() {
    const heard: string[] = [];
    const app = await openTestApp({
      webhook: {
        path: "/telegram",
        secret: "swordfish",
        handle: async (request, response) => {
          for await (const piece of request as AsyncIterable<Buffer>) heard.push(piece.toString());
          response.writeHead(204).end();
        },
      },
    });
    const start = "POST /telegram HTTP/1.1\r\nHost: x\r\n";
    const secret = (word: string) => `X-Telegram-Bot-Api-Secret-Token: ${word}\r\n`;
    return { app, heard, start, secret };
  }

  test("a call with the secret reaches the chat as it was sent, and is answered by it", async () => {
    const { app, heard } = await withWebhook();
    const headers = { "x-telegram-bot-api-secret-token": "swordfish" };
    const body = JSON.stringify({ update_id: 1, text: "电影".repeat(5000) });
    expect((await app.ask("/telegram", { method: "POST", headers, body })).status).toBe(204);
    expect(heard.join("")).toBe(body);
  });

  test("a call without the secret is turned away before a byte of its body is read", async () => {
    const { app, heard, start, secret } = await withWebhook();
    for (const line of ["", secret("other")]) {
      expect(await raw(app.url, `${start}${line}Content-Length: 300000000\r\n\r\n`)).toMatch(/^HTTP\/1\.1 401/);
    }
    expect(heard).toEqual([]);
  });

  test("a call to the webhook with a body without end is turned away, however it is sent", async () => {
    const { app, heard, start, secret } = await withWebhook();
    const good = start + secret("swordfish");
    expect(await raw(app.url, `${good}Content-Length: 300000000\r\n\r\n{`)).toMatch(/^HTTP\/1\.1 413/);
    const chunk = `10000\r\n${"a".repeat(65_536)}\r\n`;
    expect(await raw(app.url, `${good}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}`)).toMatch(
      /^HTTP\/1\.1 413/,
    );
    expect(heard).toEqual([]);
  });
});

describe("stopping", () => {
  test("stopping lets what is under way end, and takes nothing new", async () => {
    const bytes = Buffer.alloc(400_000, 1);
    const script: Script = (_asked, socket) => {
      socket.write(head(200, { "content-length": bytes.length }));
      setTimeout(() => socket.write(bytes), 300);
    };
    const host = await openHost(script);
    const app = await openTestApp();
    const path = app.place({
      entry: fileOf("a.bin", bytes.length),
      link: () => ({ kind: "url", url: `${host.url}/f` }),
    });
    const running = app.ask(path);
    await vi.waitFor(() => expect(host.asked).toHaveLength(1));
    const stopped = app.gateway.stop({ grace: 5000 });
    expect((await running).body).toHaveLength(bytes.length);
    await stopped;
    await expect(app.ask("/healthz")).rejects.toThrow("ECONNREFUSED");
  });

  test("stopping cuts what does not end in time, and its host's connection with it", async () => {
    const host = await openHost((_asked, socket) => void socket.write(head(200, { "content-length": 1000 })));
    const app = await openTestApp({ upstream: { reach: "anywhere" } });
    const path = app.place({ entry: fileOf("a.bin", 1000), link: () => ({ kind: "url", url: `${host.url}/f` }) });
    const response = await begin(app.url + path);
    response.on("error", () => {});
    const began = performance.now();
    await app.gateway.stop({ grace: 100 });
    expect(performance.now() - began).toBeLessThan(2000);
    await vi.waitFor(() => expect(host.open).toBe(0));
  });

  test("a port that is taken is said with the variable that mends it", async () => {
    const app = await openTestApp();
    const second = openTestApp({ port: Number(new URL(app.url).port) });
    await expect(second).rejects.toThrow(GatewayError);
    await expect(second).rejects.toThrow(/GATEWAY_PORT/);
  });
});

test("a hundred clients that come and go leave no connection behind", async () => {
  const bytes = Buffer.alloc(3_000_000, 7);
  const host = await openHost(serve(bytes));
  const app = await openTestApp({ limits: { streamsPerPerson: 200 } });
  await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const path = app.place({
        entry: fileOf("a.bin", bytes.length),
        link: () => ({ kind: "url", url: `${host.url}/f${index}` }),
      });
      const response = await begin(app.url + path);
      response.on("error", () => {});
      response.once("data", () => setTimeout(() => response.destroy(), index % 7));
      await sleep(20);
    }),
  );
  await vi.waitFor(() => expect(host.open).toBeLessThanOrEqual(8), { timeout: 2000 });
  expect((await app.ask("/metrics")).text).toContain("chatdrive_gateway_streams 0");
});
