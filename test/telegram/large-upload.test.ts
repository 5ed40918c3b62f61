import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startTelegram } from "../../emulators/telegram/telegram.ts";
import { createFileBytes } from "../../src/gateway/bytes.ts";
import { createLimits } from "../../src/gateway/limits.ts";
import { createProxy } from "../../src/gateway/proxy.ts";
import { createUpstream } from "../../src/gateway/upstream/upstream.ts";
import { arrivedBy, file, startUploadApp, share, shelf } from "./upload-app.ts";

const MiB = 1024 * 1024;
const size = 1024 * MiB;
/** A length that divides no power of two, so that a shifted block never looks right. */
const pattern = Buffer.alloc(
  MiB - 3,
  Array.from({ length: 65_521 }, (_, n) => String.fromCharCode(33 + (n % 89))).join(""),
);

/** The bytes from one to another, in pieces. */
function* stretch(from: number, to: number): Generator<Buffer> {
  for (let at = from; at < to;) {
    const inside = at % pattern.length;
    const length = Math.min(pattern.length - inside, to - at);
    yield pattern.subarray(inside, inside + length);
    at += length;
  }
}

// Drive's host, gateway, bot and Telegram all live in this one process, so what it grows by is more than the bot's part.
test("a gigabyte goes through in flat memory, is taken up again where its host broke off, and is the same bytes", async () => {
  const ranges: string[] = [];
  const origin = createServer((request, response) => {
    const range = request.headers.range ?? "";
    ranges.push(range);
    const from = Number(/bytes=(\d+)-/.exec(range)?.[1] ?? 0);
    response.writeHead(range === "" ? 200 : 206, {
      "content-length": size - from,
      ...(range !== "" && { "content-range": `bytes ${from}-${size - 1}/${size}` }),
    });
    const isFirst = ranges.length === 1;
    const pouring = Readable.from(stretch(from, isFirst ? 400 * MiB : size), { objectMode: false });
    pouring.pipe(response, { end: !isFirst });
    if (isFirst) pouring.on("end", () => response.destroy());
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const { port } = origin.address() as AddressInfo;
  const upstream = createUpstream({ reach: "anywhere" });
  const bytes = createFileBytes({
    proxy: createProxy({
      upstream,
      limits: createLimits({}),
      meters: { sent: () => undefined, relinked: () => undefined, resumed: () => undefined, cut: () => undefined },
      wait: async () => undefined,
    }),
    storage: { link: async () => ({ kind: "url", url: `http://127.0.0.1:${port}/film` }) },
  });
  const app = await startUploadApp({
    tree: shelf(file("film.mkv", { size }), file("b.txt")),
    openBytes: bytes.open,
    telegram: await startTelegram({ rules: { uploadLimit: 2000 * MiB } }),
  });
  const mia = app.telegram.person({ name: "Mia" });
  mia.sends(share);
  await mia.waitsFor("films");

  const before = process.memoryUsage().rss;
  let peak = before;
  const watching = new AbortController();
  const watch = async () => {
    while (!watching.signal.aborted) {
      peak = Math.max(peak, process.memoryUsage().rss);
      await sleep(20, undefined, { ref: false });
    }
  };
  void watch();
  const startedAt = performance.now();
  mia.sends("/get film");
  await mia.waitsFor(/Sent in/, { timeout: 160_000 });
  const seconds = (performance.now() - startedAt) / 1000;
  watching.abort();

  const whole = createHash("sha256");
  for (const piece of stretch(0, size)) whole.update(piece);
  expect(arrivedBy(app, "sendVideo")).toEqual([{ name: "film.mkv", size, sha256: whole.digest("hex") }]);
  expect(ranges).toHaveLength(2);
  const grown = Math.round((peak - before) / MiB);
  process.stdout.write(`1 GiB in ${seconds.toFixed(1)} s, at most ${grown} MiB more than before\n`);
  expect(grown).toBeLessThan(256);

  await app.close();
  upstream.close();
  origin.closeAllConnections();
  origin.close();
}, 180_000);
