import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UpstreamError } from "../../../src/gateway/upstream/error.ts";
import { createFraming } from "../../../src/gateway/upstream/framing.ts";
import { bodyShape, parseHead, staysOpen } from "../../../src/gateway/upstream/head.ts";

const body = Buffer.from("The quick brown fox jumps over the lazy dog.");
const pieces = ["The quick ", "brown fox", " jumps over the lazy dog."];
const chunked = Buffer.from(
  `${pieces.map((piece, index) => `${piece.length.toString(16)}${index === 1 ? ';name="value"' : ""}\r\n${piece}\r\n`).join("")}0\r\nExpires: never\r\n\r\n`,
);

/** Feeds the decoder these cuts of the bytes, each into a buffer of its own, as reads come. */
function decodeInCuts(bytes: Buffer, cuts: readonly number[]): { text: string; done: boolean } {
  const framing = createFraming({ kind: "chunked" });
  let text = "";
  const edges = [0, ...cuts.toSorted((one, other) => one - other), bytes.length];
  for (const [index, end] of edges.slice(1).entries()) {
    const start = edges[index] ?? 0;
    const read = Buffer.concat([Buffer.from("###"), bytes.subarray(start, end), Buffer.from("###")]);
    const length = framing.decode(read, 3, 3 + end - start);
    text += read.toString("latin1", 3, 3 + length);
    expect(read.toString("latin1", 0, 3)).toBe("###");
  }
  return { text, done: framing.done };
}

/** True for what is so, and for what is refused as odd; any other error is a bug. */
function refusesOr(isSo: () => boolean): boolean {
  try {
    return isSo();
  } catch (error) {
    return error instanceof UpstreamError && error.trouble === "odd";
  }
}

describe("chunks", () => {
  test("chunks give the same bytes wherever a read ends", () => {
    for (let cut = 0; cut <= chunked.length; cut += 1) {
      expect(decodeInCuts(chunked, [cut])).toEqual({ text: body.toString(), done: true });
    }
    expect(decodeInCuts(chunked, [...chunked.keys()])).toEqual({ text: body.toString(), done: true });
  });

  test("chunks of any sizes, cut anywhere, give back what was put in", () => {
    const chunk = fc.uint8Array({ minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 20 }), fc.array(fc.nat(3000), { maxLength: 30 }), (chunks, cuts) => {
        const sent = Buffer.concat([
          ...chunks.flatMap((bytes) => [Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]),
          Buffer.from("0\r\n\r\n"),
        ]);
        const read = decodeInCuts(sent, [...new Set(cuts.filter((cut) => cut < sent.length))]);
        expect(read).toEqual({ text: Buffer.concat(chunks).toString("latin1"), done: true });
      }),
      { numRuns: 300 },
    );
  });

  test("chunks that are garbage are refused or read, and never anything else", () => {
    const check = (): void =>
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 400 }), (garbage) => {
          const bytes = Buffer.from(garbage);
          const framing = createFraming({ kind: "chunked" });
          return refusesOr(
            () => framing.decode(bytes, 0, bytes.length) <= bytes.length && framing.rest <= bytes.length,
          );
        }),
        { numRuns: 2000 },
      );
    expect(check).not.toThrow();
  });

  test.each([
    ["a size that is no number", "xyz\r\n"],
    ["no size", "\r\nabc"],
    ["a sign before the size", "+5\r\nhello\r\n"],
    ["a space before the size", " 5\r\nhello\r\n"],
    ["a hexadecimal mark", "0x5\r\nhello\r\n"],
    ["a size nobody could mean", "fffffffffffffff\r\n"],
    ["a bare LF after the size", "5\nhello\r\n"],
    ["more data than it says", "5\r\nhello!\r\n"],
    ["a bare CR in an extension", "5;a\rb\r\nhello\r\n"],
    ["an endless extension", `5;${"a".repeat(5000)}`],
    ["endless trailers", `0\r\n${"a: b\r\n".repeat(5000)}`],
  ])("chunks with %s are refused", (_what, text) => {
    const bytes = Buffer.from(text);
    expect(() => createFraming({ kind: "chunked" }).decode(bytes, 0, bytes.length)).toThrow(UpstreamError);
  });

  test("chunks leave what follows the last one alone", () => {
    const bytes = Buffer.concat([chunked, Buffer.from("HTTP/1.1 200")]);
    const framing = createFraming({ kind: "chunked" });
    framing.decode(bytes, 0, bytes.length);
    expect(framing.done).toBe(true);
    expect(framing.rest).toBe(chunked.length);
  });
});

test("a body with a length ends at its length", () => {
  const framing = createFraming({ kind: "length", length: 5 });
  expect(framing.decode(Buffer.from("hel"), 0, 3)).toBe(3);
  expect(framing.done).toBe(false);
  expect(framing.decode(Buffer.from("lo, and more"), 0, 12)).toBe(2);
  expect(framing.done).toBe(true);
  expect(framing.rest).toBe(2);
});

const honest = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/10\r\nX-Twice: a\r\nx-twice:  b \r\n\r\n";

describe("a head", () => {
  test("a head is read once its end is there, and not a byte sooner", () => {
    for (let cut = 0; cut < honest.length; cut += 1) {
      expect(parseHead(Buffer.from(honest.slice(0, cut)))).toBeUndefined();
    }
    const parsed = parseHead(Buffer.from(`${honest}body`));
    expect(parsed?.length).toBe(honest.length);
    expect(parsed?.head).toMatchObject({ minor: 1, status: 206 });
    expect(parsed?.head.fields.get("x-twice")).toBe("a, b");
  });

  test("a head that is garbage is refused or waited for, and never anything else", () => {
    const line = fc.oneof(
      fc.constantFrom("HTTP/1.1 200 OK", "Content-Length: 5", "Transfer-Encoding: chunked", "", "a:b", "\r", " folded"),
      fc.string({ maxLength: 40 }),
    );
    const check = (): void =>
      fc.assert(
        fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom("\r\n", "\n", "\r"), (lines, end) => {
          return refusesOr(() => {
            const parsed = parseHead(Buffer.from(`${lines.join(end)}${end}${end}`));
            return !parsed || bodyShape(parsed.head).kind !== undefined;
          });
        }),
        { numRuns: 3000 },
      );
    expect(check).not.toThrow();
  });

  test.each([
    ["no HTTP at all", "SSH-2.0-OpenSSH_9.9\r\n\r\n"],
    ["HTTP of another major version", "HTTP/2.0 200 OK\r\n\r\n"],
    ["a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"],
    ["a space before a colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n"],
    ["a folded line", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"],
    ["a bare LF", "HTTP/1.1 200 OK\nContent-Length: 5\r\n\r\n"],
    ["a bare CR in a value", "HTTP/1.1 200 OK\r\nA: b\rContent-Length: 5\r\n\r\n"],
    ["a NUL", "HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n"],
    ["an empty first line", "\r\nHTTP/1.1 200 OK\r\n\r\n"],
    ["a field without a name", "HTTP/1.1 200 OK\r\n: b\r\n\r\n"],
    ["more fields than anybody needs", `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(300)}\r\n`],
    ["no end", "HTTP/1.1 200 OK\r\nA: ".padEnd(40_000, "b")],
  ])("a head with %s is refused", (_what, text) => {
    expect(() => parseHead(Buffer.from(text))).toThrow(UpstreamError);
  });
});

function shapeOf(lines: string, status = "HTTP/1.1 200 OK"): unknown {
  const parsed = parseHead(Buffer.from(`${status}\r\n${lines}\r\n`));
  return parsed && bodyShape(parsed.head);
}

test("the end of a body is told as RFC 9112 says", () => {
  expect(shapeOf("Content-Length: 5\r\n")).toEqual({ kind: "length", length: 5 });
  expect(shapeOf("Content-Length: 5, 5\r\n")).toEqual({ kind: "length", length: 5 });
  expect(shapeOf("Transfer-Encoding: Chunked\r\n")).toEqual({ kind: "chunked" });
  expect(shapeOf("")).toEqual({ kind: "until-close" });
  expect(shapeOf("Content-Length: 5\r\n", "HTTP/1.1 304 Not Modified")).toEqual({ kind: "none" });
});

test.each([
  ["two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n", undefined],
  ["a negative length", "Content-Length: -5\r\n", undefined],
  ["a length in hex", "Content-Length: 0x10\r\n", undefined],
  ["a length beyond counting", "Content-Length: 99999999999999999999\r\n", undefined],
  ["a length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", undefined],
  ["a coding besides chunked", "Transfer-Encoding: gzip, chunked\r\n", undefined],
  ["chunks in HTTP/1.0", "Transfer-Encoding: chunked\r\n", "HTTP/1.0 200 OK"],
])("an answer with %s is refused: two readers could see two different bodies", (_what, lines, status) => {
  expect(() => shapeOf(lines, status)).toThrow(UpstreamError);
});

test.each([
  ["HTTP/1.1 200 OK", "", true],
  ["HTTP/1.1 200 OK", "Connection: x, Close\r\n", false],
  ["HTTP/1.0 200 OK", "Connection: keep-alive\r\n", false],
])("a connection of %s with %j stays open: %s", (status, lines, open) => {
  const parsed = parseHead(Buffer.from(`${status}\r\n${lines}\r\n`));
  expect(parsed && staysOpen(parsed.head)).toBe(open);
});
