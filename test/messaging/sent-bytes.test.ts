import { LRUCache } from "lru-cache";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { receive } from "../../src/discord/received.ts";
import { sentBytes } from "../../src/messaging/sent-bytes.ts";

const bytes = Buffer.from("0123456789");
let server: Server;
let url: string;
let answer: (range: string | undefined) => {
  status: number;
  headers?: Record<string, string>;
  body: Buffer;
  cut?: true;
};
const way = { userAgent: "test" };
const signal = new AbortController().signal;

beforeEach(async () => {
  answer = (range) => {
    if (range === undefined) return { status: 200, body: bytes };
    const from = Number(/\d+/.exec(range)?.[0]);
    return { status: 206, headers: { "content-range": `bytes ${from}-9/10` }, body: bytes.subarray(from) };
  };
  server = createServer(({ headers }, response) => {
    const { status, headers: more, body, cut } = answer(headers.range);
    response.writeHead(status, { "content-length": cut ? bytes.length : body.length, ...more });
    response.write(body);
    if (cut) setImmediate(() => response.destroy());
    else response.end();
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-token/file`;
});
afterEach(() => void server.close());

async function read(from: number): Promise<string> {
  const { stream } = await sentBytes(url, { from, signal }, way);
  return Buffer.concat(await Array.fromAsync(stream)).toString();
}

test("a sent file is read from an offset on, whether its server knows ranges or not", async () => {
  expect(await read(0)).toBe("0123456789");
  expect(await read(4)).toBe("456789");
  answer = () => ({ status: 200, body: bytes });
  expect(await read(4)).toBe("456789");
});

test("a sent file's size is told, of all of it", async () => {
  expect(await sentBytes(url, { from: 0, signal }, way)).toMatchObject({ size: 10 });
  expect(await sentBytes(url, { from: 4, signal }, way)).toMatchObject({ size: 10 });
});

test.each([
  [404, "source-gone"],
  [403, "source-gone"],
  [429, "source-out-of-reach"],
  [502, "source-out-of-reach"],
])("status %i of a sent file is %s, and says nothing of its address", async (status, code) => {
  answer = () => ({ status, body: Buffer.from("no") });
  const error: unknown = await read(0).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code });
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("secret-token");
});

test("a sent file that breaks off is out of reach, and says nothing of its address", async () => {
  answer = () => ({ status: 200, body: bytes.subarray(0, 3), cut: true });
  const error: unknown = await read(0).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "source-out-of-reach" });
  expect(String(error)).not.toContain("secret-token");
});

test.each([
  "http://127.0.0.1/x",
  "https://169.254.169.254/latest/meta-data",
  "https://cdn.discordapp.com.evil.example/x",
  "http://cdn.discordapp.com/attachments/1/2/x",
  "not an address",
])("an attachment is read from no other place than Discord's own: %s", async (id) => {
  const file = { id, name: "x", size: 1 };
  const rest = { get: () => Promise.reject(new Error("nothing is asked")) };
  const parts = { apiRoot: "https://discord.com/api", renewed: new LRUCache<string, string>({ max: 1 }), rest };
  const reading = async () => receive(parts, file, { from: 0, signal });
  await expect(reading()).rejects.toMatchObject({ code: "source-gone" });
});
