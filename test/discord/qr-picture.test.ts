import { crc32, inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { qrPicture } from "../../src/discord/qr-picture.ts";

const address = "https://mypikpak.com/drive/device?user_code=ABCD-EFGH";

/** The chunks of a PNG by type, each with its check looked at. */
function chunksOf(png: Buffer): Map<string, Buffer> {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.toString("latin1", 0, 4), body.subarray(4));
    at += 12 + length;
  }
  return chunks;
}

test("an address is a PNG whose three corners a phone finds, within a white edge", () => {
  const png = qrPicture(address) ?? Buffer.alloc(0);
  expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
  const chunks = chunksOf(png);
  expect([...chunks.keys()]).toEqual(["IHDR", "IDAT", "IEND"]);
  const size = chunks.get("IHDR")?.readUInt32BE(0) ?? 0;
  const lines = inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0));
  expect(lines.length).toBe(size * (size + 1));
  const modules = size / 6;
  const isDark = (row: number, column: number) => lines[row * 6 * (size + 1) + 1 + column * 6] === 0;
  const rowOf = (row: number, from: number) => Array.from({ length: 7 }, (_, n) => (isDark(row, from + n) ? "#" : "."));
  const last = modules - 4 - 7;
  for (const [row, column] of [
    [4, 4],
    [4, last],
    [last, 4],
  ] as const) {
    const finder = Array.from({ length: 7 }, (_, n) => rowOf(row + n, column).join(""));
    expect(finder).toEqual(["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"]);
  }
  for (let n = 0; n < modules; n += 1) for (const edge of [0, 3, modules - 1]) expect(isDark(edge, n)).toBe(false);
});

test("an address too long to be read from a screen has no picture", () => {
  expect(qrPicture(`${address}&x=${"y".repeat(600)}`)).toBeUndefined();
});
