import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { maxTorrent, readTorrent } from "../../src/storage/torrent.ts";

// A torrent as a person sends it, and as somebody makes one to do harm.

type Value = string | number | bigint | Buffer | readonly Value[] | { readonly [key: string]: Value };

/** Bencode, with keys in the order they are given: what writes torrents does not always sort them. */
function encoded(value: Value): Buffer {
  if (typeof value === "number" || typeof value === "bigint") return Buffer.from(`i${value}e`);
  if (typeof value === "string") return encoded(Buffer.from(value));
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from(`${value.length}:`), value]);
  const inner = Array.isArray(value)
    ? (value as readonly Value[]).map(encoded)
    : Object.entries(value).flatMap(([key, one]) => [encoded(key), encoded(one)]);
  return Buffer.concat([Buffer.from(Array.isArray(value) ? "l" : "d"), ...inner, Buffer.from("e")]);
}

const pieces = Buffer.alloc(40, 7);
const sha1 = (bytes: Buffer) => createHash("sha1").update(bytes).digest("hex");
const source = (bytes: Uint8Array) => {
  const reading = readTorrent(bytes);
  return reading.ok ? reading.source : reading.why;
};

test("a torrent is the magnet of its info's very bytes, with its name and trackers", () => {
  const info = { name: "Night train.mkv", length: 1234, "piece length": 16384, pieces };
  const trackers = ["udp://one.example:6969/announce", "https://two.example/announce?passkey=a&b=c"];
  const bytes = encoded({
    announce: trackers[0] ?? "",
    "announce-list": [[trackers[0] ?? ""], [trackers[1] ?? ""]],
    info,
  });
  const query = trackers.map((tracker) => `&tr=${encodeURIComponent(tracker)}`).join("");
  expect(source(bytes)).toEqual({
    kind: "magnet",
    identity: `btih:${sha1(encoded(info))}`,
    name: "Night train.mkv",
    url: `magnet:?xt=urn:btih:${sha1(encoded(info))}&dn=Night%20train.mkv${query}`,
  });
});

test("a hybrid torrent is known by its first hash, and one of the second version alone is told apart", () => {
  const tree = { "a.mkv": { "": { length: 1, "pieces root": Buffer.alloc(32, 1) } } };
  const second = { "file tree": tree, "meta version": 2, name: "a", "piece length": 16384 };
  const hybrid = { ...second, length: 1, pieces };
  expect(source(encoded({ info: hybrid }))).toMatchObject({ identity: `btih:${sha1(encoded(hybrid))}` });
  expect(source(encoded({ info: second }))).toBe("v2-only");
});

test("whatever stands around and within it, the hash is of the info alone", () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }),
    fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
  );
  const { value } = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
    ),
  }));
  const others = fc.dictionary(
    fc.string().filter((key) => !["pieces", "name", "name.utf-8", "info", "announce", "announce-list"].includes(key)),
    value,
    { maxKeys: 5 },
  );
  fc.assert(
    fc.property(others, others, fc.string({ unit: "binary", maxLength: 400 }), (around, within, name) => {
      const info = { ...within, name, pieces };
      const told = source(encoded({ ...around, info }));
      expect(told).toMatchObject({ identity: `btih:${sha1(encoded(info))}` });
      const { url, name: called = "" } = told as Exclude<typeof told, string>;
      expect(called).not.toMatch(/[\p{Cc}\p{Cf}/\\]/u);
      expect(url.length).toBeLessThan(4000);
      expect(url).toMatch(/^magnet:\?[!-~]+$/);
    }),
  );
});

test("bytes of any kind, and torrents with some of them changed, never fail otherwise than as no torrent", () => {
  const whole = encoded({
    announce: "udp://a.example",
    info: { name: "a", pieces, files: [{ length: 1, path: ["b"] }] },
  });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(["no-torrent", "v2-only"]).toContain(source(bytes));
    }),
  );
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
      const changed = Buffer.from(whole.subarray(0, length));
      if (at < changed.length) changed[at] = byte;
      expect(() => readTorrent(changed)).not.toThrow();
      expect(length === whole.length || source(changed) === "no-torrent").toBe(true);
    }),
  );
});

test.each<[what: string, bytes: () => Uint8Array]>([
  ["nothing", () => Buffer.alloc(0)],
  ["a page of the web", () => Buffer.from("<!doctype html><title>404</title>")],
  ["a dictionary without an end", () => Buffer.from("d4:infod")],
  ["a list", () => Buffer.from("l4:infoe")],
  ["a key that is a number", () => Buffer.from("di1ei2ee")],
  ["two infos", () => Buffer.from("d4:infod6:pieces20:01234567890123456789e4:infod6:pieces20:01234567890123456789ee")],
  ["pieces cut short", () => encoded({ info: { name: "a", pieces: Buffer.alloc(19) } })],
  ["no pieces", () => encoded({ info: { name: "a", length: 3 } })],
  ["a string longer than all", () => Buffer.from("d4:info99999999999999999999:ae")],
  ["a number without digits", () => Buffer.from("d1:aie4:infodee")],
  ["lists in lists without end", () => Buffer.from(`d1:a${"l".repeat(1_000_000)}`)],
  [
    "lists in lists that end",
    () => Buffer.from(`d1:a${"l".repeat(200)}${"e".repeat(200)}4:infod6:pieces20:01234567890123456789ee`),
  ],
  ["more than is read", () => Buffer.concat([encoded({ info: { name: "a", pieces } }), Buffer.alloc(maxTorrent)])],
])("%s is no torrent", (_what, bytes) => {
  expect(source(bytes())).toBe("no-torrent");
});

test("100,000 files, endless trackers and names that climb give a short magnet, soon", () => {
  const files = Array.from({ length: 100_000 }, (_, n) => ({ length: n, path: ["..", "..", `${n}`] }));
  const list = Array.from({ length: 3000 }, (_, n) => [
    `udp://${n}.example/${"a".repeat(n % 300)}`,
    "javascript:alert(1)",
  ]);
  const name = "../../etc/\u202Egnp.exe\u0000\n";
  const bytes = encoded({ "announce-list": list, info: { files, name, pieces } });
  const started = performance.now();
  const told = source(bytes);
  expect(performance.now() - started).toBeLessThan(1000);
  expect(told).toMatchObject({ kind: "magnet", name: ".. .. etc gnp.exe" });
  const { url } = told as Exclude<typeof told, string>;
  expect(url.match(/&tr=/g)).toHaveLength(10);
  expect(url).not.toContain("javascript");
});
