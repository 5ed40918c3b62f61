import { createHash } from "node:crypto";

/** A file's bytes: given, or a pattern that is a function of the position alone, so that no size needs storing. */
export type Content = { readonly bytes: Buffer } | { readonly start: number; readonly size: number };

/** A length that divides no power of two, so that a shifted block never looks right. */
const patternLength = 1_048_573;
const pattern = makePattern();

/** The content of a file nobody stored. */
export function patternOf(seed: string, size: number): Content {
  return { start: createHash("sha1").update(seed).digest().readUInt32BE(0) % patternLength, size };
}

/** The bytes from `from` to `to` (not included), in pieces. */
export function* bytesOf(content: Content, from: number, to: number): Generator<Buffer> {
  if ("bytes" in content) {
    yield content.bytes.subarray(from, to);
    return;
  }
  let at = from;
  while (at < to) {
    const inside = (content.start + at) % patternLength;
    const length = Math.min(patternLength - inside, to - at);
    yield pattern.subarray(inside, inside + length);
    at += length;
  }
}

function makePattern(): Buffer {
  const bytes = Buffer.alloc(patternLength);
  // xorshift32: fast, and the same on every machine.
  let x = 2_463_534_242;
  for (let n = 0; n < patternLength; n++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[n] = x & 0xff;
  }
  return bytes;
}

/** Patterns larger than this are not read to make a hash: a listing shows 500 of them. */
const hashedUpTo = 64 * 1024;

/** The service's content hash; a made-up one for large patterns, which nobody can check without reading them. */
export function gcidOf(content: Content, size: number, seed: string): string {
  if (!("bytes" in content) && size > hashedUpTo) return createHash("sha1").update(seed).digest("hex").toUpperCase();
  return gcid(Buffer.concat([...bytesOf(content, 0, size)]));
}

/** SHA-1 over the raw SHA-1 digests of the blocks. */
export function gcid(bytes: Buffer): string {
  const block = blockSize(bytes.length);
  const outer = createHash("sha1");
  for (let at = 0; at < bytes.length; at += block)
    outer.update(
      createHash("sha1")
        .update(bytes.subarray(at, at + block))
        .digest(),
    );
  return outer.digest("hex").toUpperCase();
}

/** 256 KiB, doubled while a file has more than 512 blocks, up to 2 MiB. */
export function blockSize(size: number): number {
  let block = 262_144;
  while (size / block > 512 && block < 2_097_152) block *= 2;
  return block;
}

/** Up to this many bytes the cheap hash reads everything. */
const wholeUpTo = 0xf000;
const window = 0x5000;

/** The cheap look-up hash: SHA-1 over everything, or over three windows at the start, a third and the end. */
export function cidOf(content: Content, size: number): string {
  const starts = [0, Math.floor(size / 3), size - window];
  const spans = size <= wholeUpTo ? [[0, size]] : starts.map((at) => [at, at + window]);
  const hash = createHash("sha1");
  for (const [from = 0, to = 0] of spans) for (const piece of bytesOf(content, from, to)) hash.update(piece);
  return hash.digest("hex").toUpperCase();
}
