import { UpstreamError } from "./error.ts";

/** The status line and fields of a response. */
export interface ResponseHead {
  /** Minor version: 0 or 1. */
  readonly minor: number;
  readonly status: number;
  /** Values by lower-case name; a repeated field is joined by `, ` (RFC 9110 §5.3). */
  readonly fields: ReadonlyMap<string, string>;
}

/** How the end of a body is told (RFC 9112 §6.3). */
export type BodyShape =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until-close" };

/** No honest file host needs more. */
const longestHead = 32 * 1024;
const maxFields = 200;

const CR = 13;
const LF = 10;

const statusLine = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const fieldLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)$/;

/**
 * Reads a head at the start of `bytes`; undefined while its end has not come. Strict: a bare CR or LF, a folded line,
 * a space before the colon, a control character or too long a head throw `odd` — whatever two readers could take
 * differently is not read at all.
 */
export function parseHead(bytes: Buffer): { head: ResponseHead; length: number } | undefined {
  const length = endOfHead(bytes);
  if (length === undefined) {
    if (bytes.length >= longestHead) throw odd("a head that does not end");
    return undefined;
  }
  const [first = "", ...lines] = bytes.toString("latin1", 0, length - 4).split("\r\n");
  const match = statusLine.exec(first);
  if (!match) throw odd("no HTTP/1 status line");
  return { head: { minor: Number(match[1]), status: Number(match[2]), fields: readFields(lines) }, length };
}

/** Index after the empty line. Looks at every line end on the way, so that a wrong one is found when it comes. */
function endOfHead(bytes: Buffer): number | undefined {
  let lineStart = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (at === 0 || bytes[at - 1] !== CR) throw odd("a line that ends in a bare LF");
    if (at + 1 > longestHead) throw odd("too long a head");
    if (at - 1 === lineStart) {
      if (lineStart === 0) throw odd("an empty line for a status line");
      return at + 1;
    }
    lineStart = at + 1;
  }
  return undefined;
}

function readFields(lines: readonly string[]): Map<string, string> {
  if (lines.length > maxFields) throw odd("too many fields");
  const fields = new Map<string, string>();
  for (const line of lines) {
    const match = fieldLine.exec(line);
    if (!match) throw odd("a line that is no field");
    const [, rawName = "", rawValue = ""] = match;
    const name = rawName.toLowerCase();
    const value = rawValue.replace(/^[\t ]+|[\t ]+$/g, "");
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return fields;
}

/** How the body of this answer to a GET is framed. Throws `odd` where two rules contradict each other. */
export function bodyShape({ minor, status, fields }: ResponseHead): BodyShape {
  const coding = fields.get("transfer-encoding");
  const lengths = fields.get("content-length");
  if (coding !== undefined) {
    if (lengths !== undefined) throw odd("both a length and a transfer coding");
    if (minor === 0) throw odd("a transfer coding in HTTP/1.0");
    if (coding.toLowerCase() !== "chunked") throw odd("a transfer coding other than chunked");
  }
  if (status === 204 || status === 304) return { kind: "none" };
  if (coding !== undefined) return { kind: "chunked" };
  if (lengths !== undefined) return { kind: "length", length: readLength(lengths) };
  return { kind: "until-close" };
}

/** A length may be repeated, but only as the same number. */
function readLength(text: string): number {
  const values = new Set(text.split(",").map((value) => value.trim()));
  const [value = ""] = values;
  if (values.size !== 1 || !/^[0-9]{1,15}$/.test(value)) throw odd("a length that is no number");
  return Number(value);
}

/** Whether the connection may carry another request after this answer. */
export function staysOpen({ minor, fields }: ResponseHead): boolean {
  const options = (fields.get("connection") ?? "").toLowerCase().split(",");
  return minor === 1 && !options.some((option) => option.trim() === "close");
}

function odd(what: string): UpstreamError {
  return new UpstreamError("odd", `the file host sent ${what}`);
}
