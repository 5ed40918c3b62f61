import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import type { Link } from "../../src/storage/driver.ts";
import { StorageError } from "../../src/storage/error.ts";
import { answer, head, localPem, noise, partOf, serve, type AskedOfHost, type Script } from "./file-host.ts";
import { ask, begin, browser, fileOf, openHost, openTestApp, type TestApp } from "./test-app.ts";

const letters = Buffer.from("abcdefghijklmnopqrstuvwxyz");
const film = noise(6 * 1024 * 1024 + 77);
const pem = localPem();

function sha(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A gateway with one file on a host of that script; the path goes through the gateway. */
async function withFile(bytes: Buffer, script: Script = serve(bytes), name = "film.mkv") {
  const host = await openHost(script);
  const app = await openTestApp();
  let link = 0;
  const entry = fileOf(name, bytes.length);
  const path = app.place({ entry, link: () => ({ kind: "url", url: `${host.url}/f?link=${(link += 1)}` }) });
  return { host, app, path, entry };
}

describe("a part of a file", () => {
  test.each([
    ["bytes=0-4", 206, "abcde", "bytes 0-4/26"],
    ["bytes=20-", 206, "uvwxyz", "bytes 20-25/26"],
    ["bytes=20-999", 206, "uvwxyz", "bytes 20-25/26"],
    ["bytes=-3", 206, "xyz", "bytes 23-25/26"],
    ["bytes=-999", 206, letters.toString(), "bytes 0-25/26"],
    ["bytes=25-25", 206, "z", "bytes 25-25/26"],
    ["bytes=0-0, 5-6", 200, letters.toString(), undefined],
    ["bytes=26-", 416, "", "bytes */26"],
    ["bytes=30-40, 50-60", 416, "", "bytes */26"],
    ["bytes=-0", 416, "", "bytes */26"],
    ["bytes=5-2", 200, letters.toString(), undefined],
    ["bytes=a-b", 200, letters.toString(), undefined],
    ["lines=1-2", 200, letters.toString(), undefined],
    ["bytes=99999999999999999999-", 416, "", "bytes */26"],
  ])("a part asked for with %s is answered with %i", async (range, status, body, contentRange) => {
    const { app, path } = await withFile(letters);
    const part = await app.ask(path, { headers: { range } });
    expect(part.status).toBe(status);
    expect(part.text).toBe(body);
    expect(part.headers["content-range"]).toBe(contentRange);
    expect(part.headers["content-length"]).toBe(String(body.length));
    expect(part.headers["accept-ranges"]).toBe("bytes");
  });

  test("a part is sent only of the state If-Range names, else the whole file is", async () => {
    const { app, path } = await withFile(letters);
    const { etag = "", "last-modified": modified = "" } = (await app.ask(path, { method: "HEAD" })).headers;
    const statusWith = async (condition: string): Promise<number> =>
      (await app.ask(path, { headers: { range: "bytes=1-2", "if-range": condition } })).status;
    expect(etag).toMatch(/^"[\x21\x23-\x7e]+"$/);
    expect(await statusWith(etag)).toBe(206);
    expect(await statusWith(modified)).toBe(206);
    expect(await statusWith('"another"')).toBe(200);
    expect(await statusWith(`W/${etag}`)).toBe(200);
    expect(await statusWith("Thu, 01 Jan 1970 00:00:00 GMT")).toBe(200);
  });

  test("a part of a file whose size the drive does not tell is what its host makes of it", async () => {
    const { app, host } = await withFile(letters);
    const { size: _size, ...entry } = fileOf("unknown.bin", 0);
    const path = app.place({ entry, link: () => ({ kind: "url", url: `${host.url}/f` }) });
    expect(await app.ask(path, { headers: { range: "bytes=-2" } })).toMatchObject({
      status: 200,
      text: letters.toString(),
    });
    const part = await app.ask(path, { headers: { range: "bytes=3-5" } });
    expect(part).toMatchObject({ status: 206, text: "def" });
    expect(part.headers["content-range"]).toBe("bytes 3-5/26");
    expect((await app.ask(path, { method: "HEAD" })).headers["content-length"]).toBe("26");
    expect((await app.ask(path, { headers: { range: "bytes=90-" } })).headers["content-range"]).toBe("bytes */26");
  });

  test("a part of a file is cut out of the whole where its host knows no parts", async () => {
    const { app, path } = await withFile(letters, (_asked, socket) => answer(socket, { body: letters }));
    const part = await app.ask(path, { headers: { range: "bytes=5-7" } });
    expect(part).toMatchObject({ status: 206, text: "fgh" });
  });
});

describe("what is said of a file", () => {
  test.each([
    ["film.mkv", "video/x-matroska", "attachment; filename=film.mkv"],
    ["第 1 集.mp4", "video/mp4", `attachment; filename="_ 1 _.mp4"; filename*=UTF-8''%E7%AC%AC%201%20%E9%9B%86.mp4`],
    ["电影.mkv", "video/x-matroska", "attachment; filename=file.mkv; filename*=UTF-8''%E7%94%B5%E5%BD%B1.mkv"],
    [
      "Café déjà vu.txt",
      "text/plain",
      `attachment; filename="Cafe deja vu.txt"; filename*=UTF-8''Caf%C3%A9%20d%C3%A9j%C3%A0%20vu.txt`,
    ],
    [
      'a "b" \\ ; c.txt',
      "text/plain",
      `attachment; filename="a _b_ _ ; c.txt"; filename*=UTF-8''a%20%22b%22%20_%20%3B%20c.txt`,
    ],
    ["../../etc/passwd", "application/octet-stream", "attachment; filename=.._.._etc_passwd"],
    ["x\r\nset-cookie: a=b.bin", "application/octet-stream", 'attachment; filename="x__set-cookie: a=b.bin"'],
    ["invoice\u202Efdp.exe", "application/octet-stream", "attachment; filename=invoicefdp.exe"],
    ["page.html", "text/html", "attachment; filename=page.html"],
  ])("a file called %j keeps its name and has its type", async (name, type, disposition) => {
    const { app, path } = await withFile(letters, serve(letters), name);
    const { headers } = await app.ask(path);
    expect(headers["content-type"]).toContain(type);
    expect(headers["content-disposition"]).toBe(disposition);
    expect(headers["set-cookie"]).toBeUndefined();
    expect(headers["content-security-policy"]).toBe("default-src 'none'; sandbox");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test("HEAD says all of a file and asks the host nothing", async () => {
    const { app, host, path } = await withFile(letters);
    const whole = await app.ask(path, { method: "HEAD" });
    expect(whole.status).toBe(200);
    expect(whole.body).toHaveLength(0);
    expect(whole.headers).toMatchObject({ "content-length": "26", "accept-ranges": "bytes" });
    expect(host.asked).toEqual([]);
  });

  const [before, exactly, after] = ["01 Jan 2026 00:00:00", "02 Jan 2026 03:04:05", "03 Jan 2026 00:00:00"];
  const range = { range: "bytes=0-1" };
  test.each<[Record<string, string>, number, ("GET" | "HEAD")?]>([
    [{ "if-none-match": "TAG" }, 304],
    [{ "if-none-match": "TAG" }, 304, "HEAD"],
    [{ "if-none-match": '"x", TAG' }, 304],
    [{ "if-none-match": "W/TAG" }, 304],
    [{ "if-none-match": "*" }, 304],
    [{ "if-none-match": '"x"' }, 200],
    [{ "if-none-match": "TAG", ...range }, 304],
    [{ "if-none-match": '"x"', "if-modified-since": `Sat, ${after} GMT` }, 200],
    [{ "if-modified-since": `Sat, ${after} GMT` }, 304],
    [{ "if-modified-since": `Fri, ${exactly} GMT` }, 304],
    [{ "if-modified-since": `Thu, ${before} GMT` }, 200],
    [{ "if-modified-since": "Sat Jan  3 00:00:00 2026" }, 304],
    [{ "if-modified-since": "Saturday, 03-Jan-26 00:00:00 GMT" }, 304],
    [{ "if-modified-since": "2999" }, 200],
    [{ "if-modified-since": "2026-01-03T00:00:00Z" }, 200],
    [{ "if-match": "TAG" }, 200],
    [{ "if-match": "*" }, 200],
    [{ "if-match": '"another"' }, 412],
    [{ "if-match": '"another"' }, 412, "HEAD"],
    [{ "if-match": "W/TAG" }, 412],
    [{ "if-match": '"another", TAG', ...range }, 206],
    [{ "if-match": "TAG", "if-unmodified-since": `Thu, ${before} GMT` }, 200],
    [{ "if-unmodified-since": `Thu, ${before} GMT` }, 412],
    [{ "if-unmodified-since": `Fri, ${exactly} GMT` }, 200],
    [{ "if-match": '"another"', "if-none-match": "TAG" }, 412],
    [{ "if-range": "TAG", ...range }, 206],
    [{ "if-range": "W/TAG", ...range }, 200],
    [{ "if-range": '"x"', ...range }, 200],
    [{ "if-range": `Fri, ${exactly} GMT`, ...range }, 206],
    [{ "if-range": `Sat, ${after} GMT`, ...range }, 200],
    [{ "if-range": "nonsense", ...range }, 200],
    [{ "if-range": "TAG", range: "bytes=26-" }, 416],
    [{ "if-range": '"x"', range: "bytes=26-" }, 200],
  ])("a request with %o is answered with %i", async (headers, status, method = "GET") => {
    const { app, host, path } = await withFile(letters);
    const { etag = "" } = (await app.ask(path, { method: "HEAD" })).headers;
    const tagged = Object.entries(headers).map(([name, value]) => [name, value.replace("TAG", etag)]);
    const { status: answered } = await app.ask(path, { method, headers: Object.fromEntries(tagged) });
    expect(answered).toBe(status);
    // A condition that is not met is answered without a host.
    expect(host.asked).toHaveLength(status === 200 || status === 206 ? 1 : 0);
  });

  test("a file without bytes is served, and no host is asked for it", async () => {
    const app = await openTestApp();
    const path = app.place({ entry: fileOf("empty.txt", 0), link: () => ({ kind: "empty" }), method: "redirect" }, "d");
    for (const headers of [{}, { range: "bytes=0-" }]) {
      expect(await app.ask(path, { headers })).toMatchObject({ status: 200, text: "" });
    }
    expect((await app.ask(path, { method: "HEAD" })).headers["content-length"]).toBe("0");
  });
});

test("the host sees nothing of who asked: no cookie, no authorization, no address", async () => {
  const { app, host, path } = await withFile(letters);
  await app.ask(path, {
    headers: {
      cookie: "a=b",
      authorization: "Bearer secret",
      "x-forwarded-for": "1.2.3.4",
      referer: "https://chat.example/",
      "x-captcha-token": "t",
      connection: "x-hop",
      "x-hop": "1",
      "user-agent": "curl/8",
      "accept-encoding": "gzip",
    },
  });
  const sent = Object.fromEntries(host.asked[0]?.headers ?? []);
  expect(Object.keys(sent).toSorted()).toEqual(["accept", "accept-encoding", "connection", "host", "user-agent"]);
  expect(sent["accept-encoding"]).toBe("identity");
  expect(sent["user-agent"]).toMatch(/^Mozilla/);
});

test("headers of the host that are about its connection, or that set cookies, are not passed on", async () => {
  const { app, path } = await withFile(letters, (_asked, socket) =>
    answer(socket, {
      headers: {
        "set-cookie": "a=b",
        "keep-alive": "timeout=1",
        "x-powered-by": "x",
        etag: '"theirs"',
        server: "nginx",
      },
      body: letters,
    }),
  );
  const { headers } = await app.ask(path);
  for (const name of ["set-cookie", "x-powered-by", "server"]) expect(headers[name]).toBeUndefined();
  expect(headers.etag).not.toBe('"theirs"');
});

test("headers that a link needs are sent with it", async () => {
  const host = await openHost(serve(letters));
  const app = await openTestApp();
  const link: Link = { kind: "url", url: `${host.url}/f`, headers: { "X-Need": "this" } };
  await app.ask(app.place({ entry: fileOf("a.bin", 26), link: () => link }));
  expect(host.asked[0]?.headers.get("x-need")).toBe("this");
});

describe.each(pem ? ["http", "https"] : ["http"])("through the gateway from an %s host", (scheme) => {
  const certificate = scheme === "https" ? pem : undefined;

  async function filmApp(script: Script = serve(film)): Promise<{ app: TestApp; path: string }> {
    const host = await openHost(script, certificate);
    const app = await openTestApp(pem ? { pem } : {});
    const path = app.place({
      entry: fileOf("film.mkv", film.length),
      link: () => ({ kind: "url", url: `${host.url}/f` }),
    });
    return { app, path };
  }

  test("a film is the same, byte for byte, for many at once", async () => {
    const { app, path } = await filmApp();
    const bodies = await Promise.all(Array.from({ length: 6 }, () => app.ask(path)));
    expect(new Set(bodies.map(({ body }) => sha(body)))).toEqual(new Set([sha(film)]));
  });

  test("a film is the same, byte for byte, for a client that takes it slowly", async () => {
    const { app, path } = await filmApp();
    const response = await begin(app.url + path);
    const hash = createHash("sha256");
    let turn = 0;
    for await (const piece of response as AsyncIterable<Buffer>) {
      hash.update(piece);
      if ((turn += 1) % 4 === 0) await sleep(2);
    }
    expect(hash.digest("hex")).toBe(sha(film));
  });

  test.each([
    [
      "chunks",
      (socket: Parameters<Script>[1]) => {
        socket.write(head(200, { "transfer-encoding": "chunked" }));
        socket.write(`${film.length.toString(16)}\r\n`);
        socket.write(film);
        socket.write("\r\n0\r\n\r\n");
      },
    ],
    [
      "the end of the connection",
      (socket: Parameters<Script>[1]) => {
        socket.write(head(200, {}));
        socket.end(film);
      },
    ],
  ])("a film that ends by %s arrives whole", async (_how, write) => {
    const { app, path } = await filmApp((_asked, socket) => write(socket));
    expect(sha((await app.ask(path)).body)).toBe(sha(film));
  });
});

/** Serves the film, but each answer ends after that many bytes, in this way. */
function breaking(after: number, how: "end" | "reset" | "silence"): Script {
  return (asked, socket) => {
    const { start, last } = partOf(asked, film.length);
    socket.write(
      head(asked.range ? 206 : 200, {
        "content-length": last + 1 - start,
        ...(asked.range && { "content-range": `bytes ${start}-${last}/${film.length}` }),
      }),
    );
    const part = film.subarray(start, Math.min(last + 1, start + after));
    socket.write(part, () => {
      if (start + part.length > last || how === "silence") return;
      if (how === "end") socket.end();
      else socket.resetAndDestroy();
    });
  };
}

describe("a film goes on at the byte where it broke off", () => {
  test.each(["end", "reset", "silence"] as const)(
    "a film goes on at its byte when the host's connection meets its %s",
    async (how) => {
      const { app, host, path } = await withFile(film, breaking(2_000_000, how));
      const whole = await app.ask(path);
      expect(whole.headers["content-length"]).toBe(String(film.length));
      expect(sha(whole.body)).toBe(sha(film));
      expect(host.asked.length).toBeGreaterThanOrEqual(4);
      // The same link each time: nothing was wrong with it.
      expect(app.asked).toHaveLength(1);
    },
  );

  test.each([401, 403, 404, 410])(
    "a film goes on at its byte when its link goes stale in mid-flight (%i), with one new link",
    async (status) => {
      const script = (asked: AskedOfHost, socket: Parameters<Script>[1]): void => {
        if (asked.nth === 0) breaking(1_000_000, "end")(asked, socket);
        else if (asked.target.endsWith("link=1")) answer(socket, { status });
        else serve(film)(asked, socket);
      };
      const { app, path, host } = await withFile(film, script);
      const whole = await app.ask(path);
      expect(whole.status).toBe(200);
      expect(sha(whole.body)).toBe(sha(film));
      expect(app.asked).toHaveLength(2);
      expect(host.asked.at(-1)?.range?.start).toBeGreaterThan(0);
    },
  );

  test("a film goes on at its byte when another node, with tags of its own, takes over", async () => {
    const script: Script = (asked, socket) => {
      if (asked.nth === 0) {
        socket.write(head(200, { "content-length": film.length, etag: '"node-1"' }));
        socket.end(film.subarray(0, 500_000));
      } else if (asked.target.endsWith("link=1")) answer(socket, { status: 403 });
      else serve(film, { tag: '"node-2"' })(asked, socket);
    };
    const { app, path } = await withFile(film, script);
    expect(sha((await app.ask(path)).body)).toBe(sha(film));
  });

  test("a film goes on at its byte when the host said no length and closed early: the drive knows how long the file is", async () => {
    const script: Script = (asked, socket) => {
      if (asked.nth > 0) return serve(film)(asked, socket);
      socket.write(head(200, { connection: "close" }));
      socket.end(film.subarray(0, 500_000));
    };
    const { app, path } = await withFile(film, script);
    const whole = await app.ask(path);
    expect(whole.headers["content-length"]).toBe(String(film.length));
    expect(sha(whole.body)).toBe(sha(film));
  });

  test("a film that its host cuts off is never taken for the whole, whatever the host says", async () => {
    const script: Script = (_asked, socket) => {
      socket.write(head(200, { connection: "close" }));
      socket.end(film.subarray(0, 500_000));
    };
    const { app, path } = await withFile(film, script);
    await expect(app.ask(path)).rejects.toThrow(/aborted|ECONNRESET/);
  });

  test("a film does not go on when the link was taken back meanwhile", async () => {
    let isTakenBack = false;
    const host = await openHost((asked, socket) => {
      isTakenBack = true;
      if (asked.nth === 0) breaking(1_000_000, "end")(asked, socket);
      else answer(socket, { status: 403 });
    });
    const app = await openTestApp({ revoked: async () => isTakenBack });
    const path = app.place({
      entry: fileOf("film.mkv", film.length),
      link: () => ({ kind: "url", url: `${host.url}/f` }),
    });
    await expect(app.ask(path)).rejects.toThrow(/aborted|ECONNRESET/);
    expect(app.asked).toHaveLength(1);
  });

  test("a film never goes on with bytes of another file", async () => {
    const other = noise(film.length + 1, 9);
    const script: Script = (asked, socket) =>
      asked.nth === 0 ? breaking(1_000_000, "end")(asked, socket) : serve(other)(asked, socket);
    const { app, path } = await withFile(film, script);
    await expect(app.ask(path)).rejects.toThrow(/aborted|ECONNRESET/);
    expect(app.logged.some(({ event }) => event === "stream cut")).toBe(true);
  });

  test("a film does not go on for ever: a host that gives nothing more is given up, and the client sees it", async () => {
    const script: Script = (asked, socket) =>
      asked.nth === 0 ? breaking(1_000_000, "end")(asked, socket) : answer(socket, { status: 403 });
    const { app, path } = await withFile(film, script);
    await expect(app.ask(path)).rejects.toThrow(/aborted|ECONNRESET/);
    expect(app.asked).toHaveLength(2);
  });
});

test("HEAD of a file that its host encodes reads none of it", async () => {
  const host = await openHost((_asked, socket) => {
    socket.write(head(200, { "content-encoding": "gzip", "content-length": film.length }));
    socket.write(film.subarray(0, 1000));
  });
  const app = await openTestApp();
  const { size: _size, ...entry } = fileOf("a.bin", 0);
  const path = app.place({ entry, link: () => ({ kind: "url", url: `${host.url}/f` }) });
  const { status, headers } = await app.ask(path, { method: "HEAD" });
  expect(status).toBe(200);
  expect(headers).not.toHaveProperty("content-length");
});

test("a range of any number of digits is asked for in digits", async () => {
  const host = await openHost(serve(letters));
  const app = await openTestApp();
  const { size: _size, ...entry } = fileOf("a.bin", 0);
  const path = app.place({ entry, link: () => ({ kind: "url", url: `${host.url}/f` }) });
  expect((await app.ask(path, { headers: { range: `bytes=${"9".repeat(30)}-` } })).status).toBe(416);
  expect((await app.ask(path, { headers: { range: `bytes=1-${"9".repeat(30)}` } })).text).toBe(
    "bcdefghijklmnopqrstuvwxyz",
  );
  expect(host.asked.map(({ headers }) => headers.get("range"))).toEqual([
    expect.stringMatching(/^bytes=[0-9]{16}-$/),
    expect.stringMatching(/^bytes=1-[0-9]{16}$/),
  ]);
});

test("a stale link at the start costs one new link, and the client sees none of it", async () => {
  const { app, path } = await withFile(letters, (asked, socket) =>
    asked.target.endsWith("link=1") ? answer(socket, { status: 403 }) : serve(letters)(asked, socket),
  );
  expect(await app.ask(path)).toMatchObject({ status: 200, text: letters.toString() });
  expect(app.asked).toHaveLength(2);
});

test("a link that is refused twice is 502 with Retry-After, and no loop", async () => {
  const { app, host, path } = await withFile(letters, (_asked, socket) => answer(socket, { status: 403 }));
  const refused = await app.ask(path);
  expect(refused.status).toBe(502);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  expect(JSON.parse(refused.text)).toMatchObject({ error: "upstream" });
  expect(host.asked).toHaveLength(2);
});

test("a host with too much to do is asked again, then is 503 with its own Retry-After", async () => {
  const busy = await withFile(letters, (_asked, socket) =>
    answer(socket, { status: 503, headers: { "retry-after": "0" } }),
  );
  const refused = await busy.app.ask(busy.path);
  expect(refused.status).toBe(503);
  expect(refused.headers["retry-after"]).toBeDefined();
  expect(busy.host.asked.length).toBeGreaterThan(1);
  const moment = await withFile(letters, (asked, socket) =>
    asked.nth === 0 ? answer(socket, { status: 503 }) : serve(letters)(asked, socket),
  );
  expect((await moment.app.ask(moment.path)).status).toBe(200);
});

test("a refusal of the drive is said with its own status", async () => {
  const app = await openTestApp();
  const failing = async (error: StorageError) =>
    app.ask(
      app.place({
        entry: fileOf("a.bin", 1),
        link: () => {
          throw error;
        },
      }),
    );
  expect((await failing(new StorageError("not-found"))).status).toBe(404);
  expect((await failing(new StorageError("blocked"))).status).toBe(451);
  const busy = await failing(new StorageError("too-frequent", { retryAfter: 12_345 }));
  expect([busy.status, busy.headers["retry-after"]]).toEqual([503, "13"]);
});

test("the host's connection is closed within a second of the client's hang-up", async () => {
  const { app, host, path } = await withFile(film, (_asked, socket) => {
    socket.write(head(200, { "content-length": film.length }));
    const more = (): void => void (socket.destroyed || socket.write(film.subarray(0, 65_536), more));
    more();
  });
  const response = await begin(app.url + path);
  response.once("data", () => response.destroy());
  response.on("error", () => {});
  await vi.waitFor(() => expect(host.asked).toHaveLength(1));
  await vi.waitFor(() => expect(host.open).toBe(0), { timeout: 1000 });
});

test("a client that takes nothing holds up its host, not the memory", async () => {
  let written = 0;
  const { app, host, path } = await withFile(film, (_asked, socket) => {
    socket.write(head(200, { "content-length": 1024 ** 4 }));
    const more = (): void => {
      written += 65_536;
      if (!socket.destroyed) socket.write(film.subarray(0, 65_536), more);
    };
    more();
  });
  const entry = fileOf("endless.bin", 1024 ** 4);
  const endless = app.place({ entry, link: () => ({ kind: "url", url: `${host.url}/e` }) });
  const response = await begin(app.url + endless);
  response.pause();
  let before = -1;
  await vi.waitFor(
    async () => {
      const seen = written;
      await sleep(100);
      expect([before !== seen || seen === 0, written]).toEqual([false, (before = written)]);
    },
    { timeout: 8000, interval: 50 },
  );
  // The kernel's buffers of two connections, and ours.
  expect(written).toBeLessThan(40 * 1024 * 1024);
  response.destroy();
  expect(path).toBeDefined();
});

test("a signed address has eight connections at once, and the ninth waits its turn", async () => {
  const waiting: (() => void)[] = [];
  const { app, host, path } = await withFile(letters, (asked, socket) => {
    if (host.open > 8) answer(socket, { status: 503 });
    else waiting.push(() => serve(letters)(asked, socket));
  });
  // One link for all of them.
  const link: Link = { kind: "url", url: `${host.url}/one` };
  const shared = app.place({ entry: fileOf("one.bin", 26), link: () => link });
  const answers = Array.from({ length: 12 }, () => app.ask(shared));
  await vi.waitFor(() => expect(waiting).toHaveLength(8));
  await sleep(100);
  expect(host.maxOpen).toBe(8);
  const clock = setInterval(() => waiting.splice(0).forEach((serveOne) => serveOne()), 5);
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  clearInterval(clock);
  expect(statuses).toEqual(Array.from({ length: 12 }, () => 200));
  expect(host.maxOpen).toBe(8);
  expect(path).toBeDefined();
});

test("a host that encodes although asked not to is passed on as it is, without parts", async () => {
  const { app, path } = await withFile(letters, (_asked, socket) =>
    answer(socket, { headers: { "content-encoding": "gzip" }, body: "not really gzip" }),
  );
  const whole = await app.ask(path);
  expect(whole).toMatchObject({ status: 200, text: "not really gzip" });
  expect(whole.headers).toMatchObject({ "content-encoding": "gzip", "accept-ranges": "none" });
});

test("refusals are pages for browsers, in their language, and JSON for programs", async () => {
  const { app, path } = await withFile(letters, (_asked, socket) => answer(socket, { status: 403 }));
  const page = await app.ask(path, { headers: { ...browser, "accept-language": "fr;q=0.9, zh-TW, en;q=0.5" } });
  expect(page.status).toBe(502);
  expect(page.headers["content-type"]).toContain("text/html");
  expect(page.text).toContain('lang="zh"');
  expect(page.text).toContain(app.words.in("zh")("gateway-upstream-title"));
  const program = await app.ask(path, { headers: { accept: "*/*" } });
  expect(program.headers["content-type"]).toContain("application/json");
});

test("a link into one's own network is not fetched, and the client learns nothing of why", async () => {
  const host = await openHost(serve(letters));
  const app = await openTestApp({ upstream: { reach: "public" } });
  const path = app.place({ entry: fileOf("a.bin", 26), link: () => ({ kind: "url", url: `${host.url}/f` }) });
  const refused = await app.ask(path);
  expect(refused.status).toBe(502);
  expect(refused.text).not.toContain("127.0.0.1");
  expect(host.asked).toEqual([]);
});

describe("limits", () => {
  const slow: Script = (_asked, socket) => void socket.write(head(200, { "content-length": 1000 }));

  test("a person with enough streams waits (429), and so does everybody when there are enough (503)", async () => {
    const host = await openHost(slow);
    const app = await openTestApp({ limits: { streamsPerPerson: 2, streams: 3 }, upstream: { reach: "anywhere" } });
    const place = (person: string) =>
      app.place({ entry: fileOf("a.bin", 1000), link: () => ({ kind: "url", url: `${host.url}/f` }) }, "p", {
        person,
      });
    const under = [await begin(app.url + place("telegram:1")), await begin(app.url + place("telegram:1"))];
    const third = await app.ask(place("telegram:1"));
    expect([third.status, third.headers["retry-after"]]).toEqual([429, "5"]);
    under.push(await begin(app.url + place("telegram:2")));
    expect((await app.ask(place("telegram:3"))).status).toBe(503);
    for (const stream of under) stream.on("error", () => {}).destroy();
    await vi.waitFor(() => expect(host.open).toBe(0));
    const next = await begin(app.url + place("telegram:1"));
    expect(next.statusCode).toBe(200);
    next.on("error", () => {}).destroy();
  });

  test("sixteen connections of one download leave their person a turn for a second file", async () => {
    const host = await openHost(slow);
    const app = await openTestApp({ upstream: { reach: "anywhere" } });
    const place = (name: string) =>
      app.place({ entry: fileOf(name, 1000), link: () => ({ kind: "url", url: `${host.url}/${name}` }) });
    const film = place("film.bin");
    const streams = Array.from({ length: 16 }, () => begin(app.url + film).catch(() => undefined));
    // A signed address takes eight; the others queue there.
    await vi.waitFor(() => expect(host.open).toBe(8));
    const second = await begin(app.url + place("second.bin"));
    expect(second.statusCode).toBe(200);
    second.on("error", () => {}).destroy();
    await app.gateway.stop({ grace: 0 });
    for (const stream of await Promise.all(streams)) stream?.on("error", () => {}).destroy();
  });

  test("the last place of a person is kept for another file than the one that has all the others", async () => {
    const host = await openHost(slow);
    const app = await openTestApp({ limits: { streamsPerPerson: 3 }, upstream: { reach: "anywhere" } });
    const place = (name: string) =>
      app.place({ entry: fileOf(name, 1000), link: () => ({ kind: "url", url: `${host.url}/${name}` }) });
    const film = place("film.bin");
    const under = [await begin(app.url + film), await begin(app.url + film)];
    expect((await app.ask(film)).status).toBe(429);
    under.push(await begin(app.url + place("second.bin")));
    expect(under.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect((await app.ask(place("third.bin"))).status).toBe(429);
    for (const stream of under) stream.on("error", () => {}).destroy();
  });

  test("a person's quota is asked before and told after", async () => {
    const spent: [string, number][] = [];
    let ok = true;
    const host = await openHost(serve(letters));
    const app = await openTestApp({
      limits: {
        quota: {
          admit: async () => (ok ? { ok } : { ok, retryAfter: 60_000 }),
          spend: (person, bytes) => void spent.push([person, bytes]),
        },
      },
    });
    const path = app.place({ entry: fileOf("a.bin", 26), link: () => ({ kind: "url", url: `${host.url}/f` }) });
    await app.ask(path, { headers: { range: "bytes=0-9" } });
    await vi.waitFor(() => expect(spent).toEqual([["telegram:1001", 10]]));
    ok = false;
    const refused = await app.ask(path);
    expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "60"]);
  });

  test("bytes a second are held for everybody together", async () => {
    const host = await openHost(serve(film));
    const app = await openTestApp({ limits: { bytesPerSecond: 2_000_000 } });
    const path = app.place({
      entry: fileOf("a.bin", film.length),
      link: () => ({ kind: "url", url: `${host.url}/f` }),
    });
    const began = performance.now();
    const parts = await Promise.all([0, 1].map(() => app.ask(path, { headers: { range: "bytes=0-1999999" } })));
    const seconds = (performance.now() - began) / 1000;
    expect(parts.map(({ body }) => sha(body))).toEqual(Array(2).fill(sha(film.subarray(0, 2_000_000))));
    // The last window of each is not waited for.
    expect(seconds).toBeGreaterThan(0.5);
  });
});

test("bytes that were sent are counted", async () => {
  const { app, path } = await withFile(letters);
  await app.ask(path);
  await vi.waitFor(async () => {
    const { text } = await ask(`${app.url}/metrics`);
    expect(text).toContain("chatdrive_gateway_bytes_total 26");
    expect(text).toMatch(/chatdrive_gateway_requests_total\{route="p",status="200"\} 1/);
  });
});
