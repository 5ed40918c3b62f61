/**
 * The texts inside a ticket, packed so that ids cost no more in base64url than they are long: letters and digits of
 * the base64url alphabet take six bits each, chat ids the bytes of their number. Anything else is kept as UTF-8.
 *
 * Each text is a byte of kind (two bits) and length (six bits; 63 = two length bytes follow), then its bytes. An absent
 * text is the byte 0x00, an empty one is "packed, 0".
 */
export function packTexts(texts: readonly (string | undefined)[]): Buffer {
  return Buffer.concat(texts.map(pack));
}

/** The texts again, or undefined when the bytes are not what `packTexts` writes. */
export function unpackTexts(bytes: Buffer): (string | undefined)[] | undefined {
  const texts: (string | undefined)[] = [];
  let at = 0;
  while (at < bytes.length) {
    const part = unpack(bytes, at);
    if (!part) return undefined;
    texts.push(part.text);
    at = part.end;
  }
  return texts;
}

const plain = 0;
const packed = 1;
/** Chats whose ids are numbers: `telegram:1001` is a kind of its own. */
const numbered: readonly (readonly [kind: number, prefix: string])[] = [
  [2, "telegram:"],
  [3, "discord:"],
];
const longLength = 63;

function pack(text: string | undefined): Buffer {
  if (text === undefined) return Buffer.from([0]);
  for (const [kind, prefix] of numbered) {
    const digits = text.slice(prefix.length);
    if (text.startsWith(prefix) && /^[1-9][0-9]{0,30}$/.test(digits)) {
      const bytes = numberBytes(BigInt(digits));
      return Buffer.concat([mark(kind, bytes.length), bytes]);
    }
  }
  if (/^[A-Za-z0-9_-]*$/.test(text)) return Buffer.concat([mark(packed, text.length), sixBits(text)]);
  const bytes = Buffer.from(text, "utf8");
  return Buffer.concat([mark(plain, bytes.length), bytes]);
}

function mark(kind: number, length: number): Buffer {
  if (length < longLength) return Buffer.from([(kind << 6) | length]);
  if (length > 0xff_ff) throw new RangeError("an id of more than 65535 characters does not fit a ticket");
  return Buffer.from([(kind << 6) | longLength, length >> 8, length & 0xff]);
}

function numberBytes(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
}

function sixBits(text: string): Buffer {
  return Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, "A"), "base64url").subarray(
    0,
    sixBitLength(text.length),
  );
}

function sixBitLength(characters: number): number {
  return Math.ceil((characters * 6) / 8);
}

function unpack(bytes: Buffer, at: number): { text: string | undefined; end: number } | undefined {
  const first = bytes[at] ?? 0;
  if (first === 0) return { text: undefined, end: at + 1 };
  const kind = first >> 6;
  const isLong = (first & 0x3f) === longLength;
  const start = at + (isLong ? 3 : 1);
  const length = isLong ? ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0) : first & 0x3f;
  const end = start + (kind === packed ? sixBitLength(length) : length);
  if (end > bytes.length) return undefined;
  return { text: textOf(kind, bytes.subarray(start, end), length), end };
}

function textOf(kind: number, bytes: Buffer, length: number): string {
  if (kind === packed) return bytes.toString("base64url").slice(0, length);
  const prefix = numbered.find(([code]) => code === kind)?.[1];
  return prefix === undefined
    ? bytes.toString("utf8")
    : prefix + BigInt(`0x${bytes.toString("hex") || "0"}`).toString();
}
