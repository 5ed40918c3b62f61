import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { createFileBytes } from "../../src/gateway/bytes.ts";
import { createLimits } from "../../src/gateway/limits.ts";
import { createProxy } from "../../src/gateway/proxy.ts";
import { createUpstream } from "../../src/gateway/upstream/upstream.ts";
import type { Link } from "../../src/storage/driver.ts";
import { StorageError } from "../../src/storage/error.ts";

const size = 3_000_000;
const content = Buffer.alloc(size, Array.from({ length: 251 }, (_, n) => n).join(","));
const sha = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

type Host = (request: IncomingMessage, response: ServerResponse) => void;
const open: { server: Server; close(): void }[] = [];
afterEach(() => {
  for (const { server, close } of open.splice(0)) {
    close();
    server.closeAllConnections();
    server.close();
  }
});

/** Serves the part that was asked for; `until` = and breaks off there. */
function part(request: IncomingMessage, response: ServerResponse, until = size): void {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const isPart = request.headers.range !== undefined;
  response.writeHead(isPart ? 206 : 200, {
    "content-length": size - from,
    ...(isPart && { "content-range": `bytes ${from}-${size - 1}/${size}` }),
  });
  response.write(content.subarray(from, Math.max(from, until)), () => {
    if (until < size) response.destroy();
    else response.end();
  });
}

async function station(
  host: Host,
  links: (fresh: boolean, url: string) => Link = (_fresh, url) => ({ kind: "url", url }),
) {
  const asked: (string | undefined)[] = [];
  const askers: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.range);
    host(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const upstream = createUpstream({ reach: "anywhere" });
  open.push({ server, close: () => upstream.close() });
  const counted = { sent: 0, relinked: 0, resumed: 0, cut: [] as unknown[] };
  const limits = createLimits({ streamsPerPerson: 1 });
  const bytes = createFileBytes({
    proxy: createProxy({
      upstream,
      limits,
      meters: {
        sent: (amount) => (counted.sent += amount),
        relinked: () => (counted.relinked += 1),
        resumed: () => (counted.resumed += 1),
        cut: (why) => counted.cut.push(why),
      },
      wait: async () => undefined,
    }),
    storage: {
      link: async (_mount, _entry, { refused, asker } = {}) => {
        askers.push(asker);
        return links(refused !== undefined, `http://127.0.0.1:${port}/file`);
      },
    },
  });
  const stop = new AbortController();
  const ask = (more: { readonly from?: number } = {}) =>
    bytes.open({ id: "mount" }, { id: "entry" }, { person: "telegram:1", signal: stop.signal, ...more });
  return { asked, askers, upstream, counted, bytes, stop, ask, limits, url: `http://127.0.0.1:${port}/file` };
}

async function whole(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

test("a file comes whole, with its size, and is counted in the person's name until its end", async () => {
  const at = await station((request, response) => part(request, response));
  const { stream, size: told } = await at.ask();
  expect(told).toBe(size);
  await expect(at.ask()).rejects.toMatchObject({ code: "proxy-full" });
  expect(sha(await whole(stream))).toBe(sha(content));
  await expect.poll(() => at.counted.sent).toBe(size);
  expect(at.limits.streams).toBe(0);
});

test("a file goes on at its byte where the host breaks off, as often as it must", async () => {
  let breaks = 0;
  const at = await station((request, response) => part(request, response, breaks++ < 3 ? breaks * 600_000 : size));
  const { stream } = await at.ask();
  expect(sha(await whole(stream))).toBe(sha(content));
  expect(at.counted.resumed).toBe(3);
  expect(at.asked.slice(1)).toEqual([600_000, 1_200_000, 1_800_000].map((from) => `bytes=${from}-${size - 1}`));
});

test("a link that went stale on the way is replaced, and the file goes on at its byte", async () => {
  let served = 0;
  const at = await station(
    (request, response) => {
      if (request.url === "/file" && served++ > 0) response.writeHead(403).end();
      else part(request, response, served === 1 && request.url === "/file" ? 1_000_000 : size);
    },
    (fresh, url) => ({ kind: "url", url: fresh ? `${url}?new` : url }),
  );
  const { stream } = await at.ask();
  expect(sha(await whole(stream))).toBe(sha(content));
  expect(at.counted.relinked).toBe(1);
});

test("a link is asked for in the name of whoever the bytes are for", async () => {
  const at = await station((request, response) => part(request, response));
  await whole((await at.ask()).stream);
  expect(at.askers).toEqual(["telegram:1"]);
});

test("a file can begin at any byte", async () => {
  const at = await station((request, response) => part(request, response));
  const { stream, size: told } = await at.ask({ from: 1_234_567 });
  expect(told).toBe(size);
  expect(sha(await whole(stream))).toBe(sha(content.subarray(1_234_567)));
});

test("a file that cannot be had any more ends with a failure of the drive", async () => {
  const at = await station((request, response) => part(request, response, 500_000));
  const { stream } = await at.ask();
  const error = await whole(stream).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StorageError);
  expect(error).toMatchObject({ code: "unreachable" });
  await expect.poll(() => at.counted.cut).toHaveLength(1);
  expect(at.limits.streams).toBe(0);
});

test("a file that is refused is refused at once, in the drive's words", async () => {
  const at = await station((_request, response) => response.writeHead(404).end());
  await expect(at.ask()).rejects.toMatchObject({ code: "no-link" });
  expect(at.limits.streams).toBe(0);
});

test("an empty file is an empty stream, and no host is asked", async () => {
  const at = await station(
    () => undefined,
    () => ({ kind: "empty" }),
  );
  const { stream, size: told } = await at.ask();
  expect(told).toBe(0);
  expect(await whole(stream)).toHaveLength(0);
  expect(at.asked).toEqual([]);
});

test.each(["the signal", "closing the stream"] as const)(
  "%s closes the host's connection within a second",
  async (by) => {
    const gone = Promise.withResolvers<number>();
    const at = await station((_request, response) => {
      response.writeHead(200, { "content-length": size });
      response.write(content.subarray(0, 500_000));
      response.on("close", () => gone.resolve(performance.now()));
    });
    const { stream } = await at.ask();
    stream.on("error", () => undefined);
    await new Promise((resolve) => stream.once("readable", resolve));
    stream.read(1000);
    const since = performance.now();
    if (by === "the signal") at.stop.abort(new Error("cancelled"));
    else stream.destroy();
    expect((await gone.promise) - since).toBeLessThan(1000);
    await expect.poll(() => at.upstream.connections).toBe(0);
    await expect.poll(() => at.limits.streams).toBe(0);
    expect(at.counted.cut).toEqual([]);
  },
);

test("a slow reader makes the host wait, and nothing piles up here", async () => {
  const at = await station((request, response) => part(request, response));
  const { stream } = await at.ask();
  await new Promise((resolve) => stream.once("readable", resolve));
  // What a reader that reads nothing lets in is bounded, however long it takes.
  await sleep(200);
  expect(stream.readableLength).toBeLessThan(1_000_000);
  expect(sha(await whole(stream))).toBe(sha(content));
});

test("a picture comes by its address, unless it is too large", async () => {
  const at = await station((_request, response) => response.end(content.subarray(0, 5000)));
  const asking = { person: "telegram:1", signal: at.stop.signal };
  expect(await at.bytes.picture(at.url, { ...asking, limit: 5000 })).toHaveLength(5000);
  await expect(at.bytes.picture(at.url, { ...asking, limit: 4999 })).rejects.toMatchObject({ code: "upstream" });
});
