/**
 * The bytes of a SQLite database or of its write-ahead log, as text, without what chance writes there: sealed values,
 * and keys that are hashes. In those any short text may stand; everything else, what was deleted included, is left.
 */
export function withoutRandom(file: Buffer): string {
  return pagesOf(file)
    .map((page) => openText(page))
    .join("\n");
}

/** Offsets are those of https://www.sqlite.org/fileformat2.html; a file of another format is one page. */
function pagesOf(file: Buffer): readonly Buffer[] {
  if (file.subarray(0, 16).toString("latin1") === "SQLite format 3\0") {
    const size = file.readUInt16BE(16);
    return cut(file, { from: 0, head: 0, size: size === 1 ? 65_536 : size });
  }
  const isLog = file.length >= 32 && (file.readUInt32BE(0) & ~1) === 0x37_7f_06_82;
  return isLog ? cut(file, { from: 32, head: 24, size: file.readUInt32BE(8) }) : [file];
}

interface Layout {
  /** Bytes before the first page. */
  readonly from: number;
  /** Bytes before each page. */
  readonly head: number;
  readonly size: number;
}

function cut(file: Buffer, { from, head, size }: Layout): readonly Buffer[] {
  const pages: Buffer[] = [];
  for (let at = from; at < file.length; at += head + size) pages.push(file.subarray(at + head, at + head + size));
  return pages;
}

function openText(page: Buffer): string {
  const text = page.toString("latin1");
  // The page of a tree begins with its kind; one that begins with 0 goes on with a value, after the number of the next.
  const whole = page[0] === 0 ? text.replace(/^([^]{4})[\w-]+(?="(?:[},]|$)|$)/, "$1") : text;
  return whole.replaceAll(sealed, "s1").replaceAll(hashed, "$1");
}

/** Version, key, nonce, tag and text, in base64url. */
const sealed = /s1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]{22}\.[\w-]*/g;

/** SHA-256 in base64url, where it names a record. */
const hashed = /(pages:(?:of )?|returns:|discord:form\/|jobs:removal\/)[\w-]{43}/g;
