import { crc32, deflateSync } from "node:zlib";
import createCode from "qrcode-generator";

/** Modules left white around the code (ISO/IEC 18004), and pixels a module. */
const [quiet, scale] = [4, 6];
/** Most bytes of an address that is still read from a screen without trouble. */
const longest = 600;

/** An address as a PNG to be pointed a phone at; undefined where it is too long for that. */
export function qrPicture(address: string): Buffer | undefined {
  if (Buffer.byteLength(address) > longest) return undefined;
  const code = createCode(0, "M");
  code.addData(address);
  code.make();
  const modules = code.getModuleCount();
  const isDark = (row: number, column: number) =>
    row >= 0 && column >= 0 && row < modules && column < modules && code.isDark(row, column);
  const size = (modules + 2 * quiet) * scale;
  const moduleAt = (pixel: number) => Math.floor(pixel / scale) - quiet;
  // Each line begins with its filter, which is none.
  const lines = Array.from({ length: size }, (_, y) => [
    0,
    ...Array.from({ length: size }, (_, x) => (isDark(moduleAt(y), moduleAt(x)) ? 0 : 255)),
  ]);
  return png(size, Buffer.from(lines.flat()));
}

/** A square picture of 8-bit grey (PNG specification, third edition, sections 5 and 11). */
function png(size: number, lines: Buffer): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.writeUInt8(8, 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(lines)), chunk("IEND")]);
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
