import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Socket } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { connectWith, type Connect, type Lookup } from "../../src/gateway/upstream/dial.ts";
import { UpstreamError } from "../../src/gateway/upstream/error.ts";
import type { Exchange, Sink } from "../../src/gateway/upstream/exchange.ts";
import { createUpstream } from "../../src/gateway/upstream/upstream.ts";
import { type Upstream, type UpstreamClient, type UpstreamOptions } from "../../src/gateway/upstream/port.ts";
import {
  answer,
  head,
  localPem,
  noise,
  serve,
  startFileHost,
  type FileHost,
  type Script,
} from "../gateway/file-host.ts";

const pem = localPem();
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function host(script: Script, secure = false): Promise<FileHost> {
  const started = await startFileHost(script, secure ? pem : undefined);
  open.push(() => started.close());
  return started;
}

const never = new AbortController().signal;

/** Hashes what comes; holds each piece for `hold` ms, and looks at it only when it lets go of it, as a socket does. */
function hashing(hold: number): { sink: Sink; digest: () => Promise<string>; length: () => number } {
  const hash = createHash("sha256");
  let length = 0;
  let last = Promise.resolve();
  return {
    sink: {
      take: (bytes, taken) => {
        length += bytes.length;
        last = last.then(async () => {
          if (hold > 0) await sleep(hold);
          hash.update(bytes);
          taken();
        });
        return true;
      },
    },
    digest: async () => (await last, hash.digest("hex")),
    length: () => length,
  };
}

async function read(exchange: Exchange): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await exchange.pour({ take: (bytes, taken) => (pieces.push(Buffer.from(bytes)), taken(), true) });
  return Buffer.concat(pieces);
}

const film = noise(24 * 1024 * 1024 + 4321);
const filmDigest = createHash("sha256").update(film).digest("hex");

/** Chunks of sizes that never fall together with reads or records. */
function writeChunked(socket: Socket, bytes: Buffer): void {
  socket.write(head(200, { "transfer-encoding": "chunked" }));
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7 + 3) % 300_007) {
    const piece = bytes.subarray(at, at + (size || 1));
    socket.write(`${piece.length.toString(16)};note=a\r\n`);
    socket.write(piece);
    socket.write("\r\n");
    if (size === 0) size = 1;
  }
  socket.write("0\r\nx-trailer: yes\r\n\r\n");
}

const framings: Readonly<Record<string, Script>> = {
  "a length": (_asked, socket) => answer(socket, { body: film }),
  chunks: (_asked, socket) => writeChunked(socket, film),
  "the connection's end": (_asked, socket) => void socket.end(Buffer.concat([Buffer.from(head(200, {})), film])),
};

/** What every client for file hosts promises. */
export function upstreamContract(client: UpstreamClient): void {
  const upstreamTo = (options: Partial<UpstreamOptions> = {}): Upstream => {
    const upstream = createUpstream({
      client,
      reach: "anywhere",
      connect: connectWith(pem ? { ca: pem.cert } : {}),
      ...options,
    });
    open.push(() => upstream.close());
    return upstream;
  };

  /** What would have been connected to; nothing is. */
  const watching = (
    lookup: Lookup = async () => [],
  ): { dialled: string[]; open: (url: string) => Promise<unknown> } => {
    const dialled: string[] = [];
    const connect: Connect = ({ address }) => {
      dialled.push(address);
      return new Socket().destroy(new Error("not in a test"));
    };
    const upstream = createUpstream({ client, reach: "public", lookup, connect });
    return { dialled, open: (url) => upstream.open(url, { signal: never }) };
  };

  describe.each(pem ? ["http", "https"] : ["http"])("over %s", (scheme) => {
    describe.each(Object.entries(framings))("a body that ends by %s", (_framing, script) => {
      test.each([
        ["at once", 0],
        ["slowly", 3],
      ])("a body is the same, byte for byte, for a reader that takes it %s", async (_pace, hold) => {
        const { url } = await host(script, scheme === "https");
        const exchange = await upstreamTo().open(`${url}/film`, { signal: never });
        const { sink, digest, length } = hashing(hold);
        await exchange.pour(sink);
        expect(await digest()).toBe(filmDigest);
        expect(length()).toBe(film.length);
      });
    });

    test("many readers at once, fast and slow, each get their own bytes", async () => {
      const files = Array.from({ length: 12 }, (_, index) => noise(3_000_000 + index * 1013, index + 2));
      const script: Script = (asked, socket) => answer(socket, { body: files[Number(asked.target.slice(1))] ?? "" });
      const { url } = await host(script, scheme === "https");
      const upstream = upstreamTo();
      await Promise.all(
        files.map(async (bytes, index) => {
          const { sink, digest } = hashing(index % 3);
          await (await upstream.open(`${url}/${index}`, { signal: never })).pour(sink);
          expect(await digest()).toBe(createHash("sha256").update(bytes).digest("hex"));
        }),
      );
    });

    test("a reader that stops taking stops the reading, within a bounded window", async () => {
      const { url } = await host(framings["a length"] ?? serve(film), scheme === "https");
      const exchange = await upstreamTo().open(`${url}/film`, { signal: never });
      const held: (() => void)[] = [];
      let length = 0;
      const poured = exchange.pour({ take: (bytes, taken) => ((length += bytes.length), held.push(taken), true) });
      await sleep(300);
      expect(length).toBeGreaterThan(0);
      // A window of 256 KiB, and what TLS had decrypted already when it was full.
      expect(length).toBeLessThan(3 * 1024 * 1024);
      const clock = setInterval(() => held.splice(0).forEach((taken) => taken()), 1);
      await poured;
      clearInterval(clock);
      expect(length).toBe(film.length);
    });

    test("a connection carries one request after another", async () => {
      const files = await host(serve(Buffer.from("0123456789")), scheme === "https");
      const upstream = upstreamTo();
      for (let turn = 0; turn < 5; turn += 1) {
        const exchange = await upstream.open(`${files.url}/f`, { headers: { range: "bytes=2-4" }, signal: never });
        expect((await read(exchange)).toString()).toBe("234");
      }
      // undici takes a connection back a turn of the event loop later, and so takes turns with two.
      expect(files.maxOpen).toBeLessThanOrEqual(client === "own" ? 1 : 2);
      expect(files.asked).toHaveLength(5);
    });
  });

  test("an answer may be cut into reads at any byte", async () => {
    const whole = Buffer.from(
      `HTTP/1.1 103 Early Hints\r\n\r\n${head(200, { "transfer-encoding": "chunked" })}3\r\nabc\r\n2\r\nde\r\n0\r\nx: y\r\n\r\n`,
    );
    const { url } = await host((asked, socket) => {
      const cut = Number(asked.target.slice(1));
      socket.setNoDelay(true);
      socket.write(whole.subarray(0, cut));
      setTimeout(() => socket.write(whole.subarray(cut)), 4);
    });
    const upstream = upstreamTo();
    const bodies = await Promise.all(
      Array.from({ length: whole.length }, async (_, cut) =>
        read(await upstream.open(`${url}/${cut}`, { signal: never })),
      ),
    );
    expect(new Set(bodies.map(String))).toEqual(new Set(["abcde"]));
  });

  describe("an answer that cannot be trusted fails as such", () => {
    const failing = async (text: string | Buffer, then: "end" | "destroy" | "wait" = "end"): Promise<unknown> => {
      const { url } = await host((_asked, socket) => {
        socket.write(text, () => {
          if (then === "end") socket.end();
          else if (then === "destroy") socket.resetAndDestroy();
        });
      });
      const upstream = upstreamTo({ timeout: { stall: 150 } });
      return upstream
        .open(`${url}/f`, { signal: never })
        .then(read)
        .then((bytes) => `read ${bytes.length}`)
        .catch((error: unknown) => (error instanceof UpstreamError ? error.trouble : error));
    };

    test.each([
      ["ends before its length", `${head(200, { "content-length": 100 })}short`, "end", "cut"],
      ["is reset before its length", `${head(200, { "content-length": 100 })}short`, "destroy", "cut"],
      ["ends between chunks", `${head(200, { "transfer-encoding": "chunked" })}3\r\nabc\r\n`, "end", "cut"],
      ["ends inside its head", "HTTP/1.1 200 OK\r\nContent-", "end", "cut"],
      ["says nothing at all", "", "end", "cut"],
      ["stops in the middle", `${head(200, { "content-length": 100 })}short`, "wait", "stalled"],
      ["never begins", "", "wait", "stalled"],
      ["is garbage", Buffer.from(noise(4000)), "wait", "odd"],
      ["switches protocols", head(101, { upgrade: "websocket" }), "wait", "odd"],
      ["is interim for ever", head(103, {}).repeat(20), "wait", "odd"],
      ["has a head without end", `HTTP/1.1 200 OK\r\nA: ${"b".repeat(70_000)}`, "wait", "odd"],
    ] as const)("an answer fails as such that %s", async (_what, text, then, trouble) => {
      expect(await failing(text, then)).toBe(trouble);
    });
  });

  test("bytes beyond an answer are taken for nobody's answer", async () => {
    const files = await host((asked, socket) =>
      socket.write(
        `${head(200, { "content-length": 2 })}ok${asked.nth === 0 ? `${head(200, { "content-length": 4 })}evil` : ""}`,
      ),
    );
    const upstream = upstreamTo();
    expect((await read(await upstream.open(`${files.url}/a`, { signal: never }))).toString()).toBe("ok");
    expect((await read(await upstream.open(`${files.url}/b`, { signal: never }))).toString()).toBe("ok");
    expect(files.maxOpen + files.asked.length).toBeGreaterThan(2);
  });

  test("what comes on an idle connection closes it, and the next request gets a fresh one", async () => {
    const files = await host((_asked, socket) => {
      answer(socket, { body: "ok" });
      setTimeout(() => socket.write(`${head(200, { "content-length": 4 })}evil`), 20);
    });
    const upstream = upstreamTo();
    await read(await upstream.open(`${files.url}/a`, { signal: never }));
    await vi.waitFor(() => expect(upstream.connections).toBe(0));
    expect((await read(await upstream.open(`${files.url}/b`, { signal: never }))).toString()).toBe("ok");
  });

  test("a connection the host closed while it was idle costs one more try and nobody notices", async () => {
    const files = await host((asked, socket) => {
      if (asked.nth === 1) socket.destroy();
      else answer(socket, { body: `answer ${asked.nth}` });
    });
    const upstream = upstreamTo();
    await read(await upstream.open(`${files.url}/a`, { signal: never }));
    expect((await read(await upstream.open(`${files.url}/b`, { signal: never }))).toString()).toBe("answer 2");
  });

  test("the host's connection is closed within a second of the signal, also while nobody reads", async () => {
    const files = await host((_asked, socket) => {
      socket.write(head(200, { "content-length": 1024 ** 4 }));
      const more = (): void => void (socket.destroyed || socket.write(Buffer.alloc(65_536), more));
      more();
    });
    const gone = new AbortController();
    const exchange = await upstreamTo().open(`${files.url}/endless`, { signal: gone.signal });
    const poured = exchange.pour({ take: () => true });
    await sleep(50);
    expect(files.open).toBe(1);
    gone.abort(new Error("left"));
    await expect(poured).rejects.toThrow("left");
    await vi.waitFor(() => expect(files.open).toBe(0), { timeout: 1000 });
  });

  test("a redirect is followed; what only the first host may know stays with it", async () => {
    const target = await host(serve(Buffer.from("there")));
    const first = await host((_asked, socket) =>
      answer(socket, { status: 302, headers: { location: `${target.url}/there` } }),
    );
    const headers = { authorization: "Bearer secret", cookie: "a=b", "x-other": "1" };
    const exchange = await upstreamTo().open(`${first.url}/here`, { headers, signal: never });
    expect((await read(exchange)).toString()).toBe("there");
    expect(first.asked[0]?.headers.get("authorization")).toBe("Bearer secret");
    expect([...(target.asked[0]?.headers.keys() ?? [])]).not.toContain("authorization");
    expect([...(target.asked[0]?.headers.keys() ?? [])]).not.toContain("cookie");
    expect(target.asked[0]?.headers.get("x-other")).toBe("1");
  });

  test("redirects without end are an odd answer", async () => {
    const files = await host((asked, socket) =>
      answer(socket, { status: 302, headers: { location: `${asked.target}a` } }),
    );
    await expect(upstreamTo().open(`${files.url}/a`, { signal: never })).rejects.toMatchObject({ trouble: "odd" });
  });

  test("a header cannot smuggle another, nor change what the request is about", async () => {
    const files = await host(serve(Buffer.from("x")));
    const upstream = upstreamTo();
    await expect(
      upstream.open(files.url, { headers: { "x-a": "b\r\nhost: evil" }, signal: never }),
    ).rejects.toMatchObject({ trouble: "forbidden" });
    await read(
      await upstream.open(files.url, { headers: { Host: "evil", "Transfer-Encoding": "chunked" }, signal: never }),
    );
    expect(files.asked[0]?.headers.get("host")).toBe(new URL(files.url).host);
    expect(files.asked[0]?.headers.has("transfer-encoding")).toBe(false);
  });

  test.runIf(pem)("a certificate nobody vouches for is not believed", async () => {
    const files = await host(serve(Buffer.from("x")), true);
    const upstream = upstreamTo({ connect: connectWith() });
    await expect(upstream.open(files.url, { signal: never })).rejects.toMatchObject({ trouble: "connect" });
    expect(files.asked).toEqual([]);
  });

  test("a host where nobody listens cannot be reached", async () => {
    const files = await startFileHost(serve(Buffer.from("x")));
    await files.close();
    await expect(upstreamTo().open(files.url, { signal: never })).rejects.toMatchObject({ trouble: "connect" });
  });
  test.each([
    "127.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "0x7f.1",
    "2130706433",
    "0.0.0.0",
    "127.1",
    "[::]",
    "0177.0.0.1",
    "10.1.2.3",
    "192.168.0.1",
    "172.31.255.255",
    "169.254.169.254",
    "100.64.0.1",
    "[fe80::1]",
    "[fd00::1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "224.0.0.1",
    "255.255.255.255",
  ])("nothing is ever sent to %s", async (host) => {
    const { dialled, open } = watching();
    await expect(open(`http://${host}/f`)).rejects.toMatchObject({ trouble: "forbidden" });
    expect(dialled).toEqual([]);
  });

  test("a name that leads inside is refused, whatever it is called", async () => {
    const { dialled, open } = watching(async () => ["10.0.0.7", "::1"]);
    await expect(open("https://dl.example.com/f")).rejects.toMatchObject({ trouble: "forbidden" });
    expect(dialled).toEqual([]);
  });

  test("a name that leads in and out is taken only by its way out", async () => {
    const { dialled, open } = watching(async () => ["10.0.0.7", "93.184.215.14"]);
    await expect(open("https://dl.example.com/f")).rejects.toMatchObject({ trouble: "connect" });
    expect(dialled).toEqual(["93.184.215.14"]);
  });

  test("the address that was looked at is the one connected to: a second answer of the resolver is never asked for", async () => {
    const answers = [["93.184.215.14"], ["127.0.0.1"]];
    const { dialled, open } = watching(async () => answers.shift() ?? []);
    await expect(open("http://rebinding.example/f")).rejects.toMatchObject({ trouble: "connect" });
    expect(dialled).toEqual(["93.184.215.14"]);
    expect(answers).toHaveLength(1);
  });

  test.each(["file:///etc/passwd", "ftp://example.com/f", "javascript:1", "not an address"])(
    "%s is no address of a file host",
    async (url) => {
      await expect(watching().open(url)).rejects.toMatchObject({ trouble: "forbidden" });
    },
  );

  test("a connection that ends up at an address inside is given up before anything is sent", async () => {
    const files = await host(serve(Buffer.from("inside")));
    const port = Number(new URL(files.url).port);
    const connect: Connect = (_place, onread) => connectWith()({ address: "127.0.0.1", port }, onread);
    const upstream = upstreamTo({ reach: "public", lookup: async () => ["93.184.215.14"], connect });
    await expect(upstream.open("http://dl.example.com/f", { signal: never })).rejects.toMatchObject({
      trouble: "forbidden",
    });
    expect(files.asked).toEqual([]);
  });

  test("a host that does not answer the dial is given up in time", async () => {
    const connect: Connect = () => new Socket();
    const upstream = upstreamTo({ connect, connectWithin: 50 });
    await expect(upstream.open("http://127.0.0.1:9/f", { signal: never })).rejects.toMatchObject({
      trouble: "connect",
    });
  });

  test("a client that leaves while the host is dialled is not kept waiting", async () => {
    const gone = new AbortController();
    const upstream = upstreamTo({ connect: () => new Socket(), connectWithin: 5000 });
    const opening = upstream.open("http://127.0.0.1:9/f", { signal: gone.signal });
    gone.abort(new Error("left"));
    await expect(opening).rejects.toThrow("left");
  });
}
