import { Intake, type Upload } from "./files.ts";
import { badRequest, refusals } from "./refusal.ts";

/** Parts of a form: its texts, and its files. */
export interface Form {
  readonly values: Record<string, unknown>;
  readonly uploads: Map<string, Upload>;
}

/** How much of a form is taken in. */
export interface FormLimits {
  /** Bytes one file may have. */
  readonly file: number;
  /** Bytes of files up to this size are kept, of larger ones the size and hash. */
  readonly keep: number;
}

/** Bytes of all texts of a form, and of the headers of a part. */
const maxText = 1024 * 1024;
const maxHeaders = 64 * 1024;

/**
 * Reads `multipart/form-data` as tdlib's `HttpReader` does, which is more lenient than a browser's parser in some places and
 * stricter in others: see `dispositionOf`.
 */
export async function readForm(pieces: AsyncIterable<Buffer>, contentType: string, limits: FormLimits): Promise<Form> {
  const parser = new Parser(boundaryOf(contentType), limits);
  for await (const piece of pieces) parser.feed(piece);
  return parser.end();
}

function boundaryOf(contentType: string): string {
  const given = /boundary=("?)([^";]+)\1/i.exec(contentType)?.[2]?.trim();
  if (given === undefined || given === "") throw badRequest("boundary not found in multipart Content-Type");
  return given;
}

class Parser {
  readonly #delimiter: Buffer;
  readonly #limits: FormLimits;
  readonly #form: Form = { values: {}, uploads: new Map() };
  // As if a line had ended before the first boundary.
  #rest: Buffer = Buffer.from("\r\n");
  #state: "preamble" | "after boundary" | "headers" | "body" | "over" = "preamble";
  #part: Part | undefined;
  #text = 0;

  constructor(boundary: string, limits: FormLimits) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
    this.#limits = limits;
  }

  feed(piece: Buffer): void {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    while (this.#step());
  }

  end(): Form {
    if (this.#state !== "over") throw badRequest("unexpected end of the multipart body");
    return this.#form;
  }

  /** False = more bytes are needed. */
  #step(): boolean {
    switch (this.#state) {
      case "preamble":
      case "body":
        return this.#toBoundary();
      case "after boundary":
        return this.#afterBoundary();
      case "headers":
        return this.#headers();
      case "over":
        this.#rest = Buffer.alloc(0);
        return false;
    }
  }

  #toBoundary(): boolean {
    const at = this.#rest.indexOf(this.#delimiter);
    // What may be the beginning of a boundary is held back.
    const sure = at < 0 ? Math.max(0, this.#rest.length - this.#delimiter.length + 1) : at;
    if (this.#part && sure > 0) this.#take(this.#rest.subarray(0, sure));
    this.#rest = this.#rest.subarray(at < 0 ? sure : at + this.#delimiter.length);
    if (at < 0) return false;
    this.#finish();
    this.#state = "after boundary";
    return true;
  }

  #afterBoundary(): boolean {
    if (this.#rest.length < 2) return false;
    const next = this.#rest.subarray(0, 2).toString("latin1");
    if (next !== "--" && next !== "\r\n") throw badRequest("wrong boundary in the multipart body");
    this.#rest = this.#rest.subarray(2);
    this.#state = next === "--" ? "over" : "headers";
    return true;
  }

  #headers(): boolean {
    const empty = this.#rest.subarray(0, 2).toString("latin1") === "\r\n";
    const end = empty ? 0 : this.#rest.indexOf("\r\n\r\n");
    if (end < 0) {
      if (this.#rest.length > maxHeaders) throw badRequest("headers of a part are too long");
      return false;
    }
    this.#part = partOf(this.#rest.subarray(0, end).toString("utf8"), this.#limits.keep);
    this.#rest = this.#rest.subarray(end + (empty ? 2 : 4));
    this.#state = "body";
    return true;
  }

  #take(bytes: Buffer): void {
    const part = this.#part;
    if (!part) return;
    part.intake.take(bytes);
    if (part.file !== undefined) {
      if (part.intake.size > this.#limits.file) throw refusals.tooLarge();
      return;
    }
    part.texts.push(Buffer.from(bytes));
    this.#text += bytes.length;
    if (this.#text > maxText) throw refusals.tooLarge();
  }

  #finish(): void {
    const part = this.#part;
    this.#part = undefined;
    if (!part) return;
    if (part.file === undefined) this.#form.values[part.name] = Buffer.concat(part.texts).toString("utf8");
    else this.#form.uploads.set(part.name, part.intake.done({ name: part.file, type: part.type }));
  }
}

interface Part {
  readonly name: string;
  /** Absent = a text. */
  readonly file?: string;
  readonly type: string;
  readonly intake: Intake;
  readonly texts: Buffer[];
}

function partOf(headers: string, keep: number): Part {
  const lines = headers.split("\r\n").map((line) => [line.split(":", 1)[0]?.trim().toLowerCase(), line] as const);
  const valueOf = (name: string) =>
    lines
      .find(([key]) => key === name)?.[1]
      .replace(/^[^:]*:/, "")
      .trim();
  const { name, filename } = dispositionOf(valueOf("content-disposition") ?? "");
  return {
    name,
    ...(filename !== undefined && { file: filename }),
    type: valueOf("content-type") ?? "application/octet-stream",
    intake: new Intake(filename === undefined ? 0 : keep),
    texts: [],
  };
}

/**
 * `form-data; name="x"; filename=a b.txt`: a value in quotes ends at the next quote that is not escaped, one without ends at the
 * next semicolon and may hold anything else; both are percent-decoded.
 */
export function dispositionOf(header: string): { readonly name: string; readonly filename?: string } {
  const type = /^form-data\s*;/i.exec(header);
  if (!type) throw badRequest("expected form-data in the Content-Disposition of a part");
  const found: Record<string, string> = {};
  let rest = header.slice(type[0].length).trim();
  while (rest !== "") {
    const equals = rest.indexOf("=");
    if (equals < 0) throw badRequest("expected key=value in the Content-Disposition of a part");
    const key = rest.slice(0, equals).trim().toLowerCase();
    const read = valueIn(rest.slice(equals + 1).trimStart());
    found[key] = decoded(read.value);
    rest = read.rest.trim();
  }
  const { name, filename } = found;
  if (name === undefined || name === "") throw badRequest("a part has no name");
  return { name, ...(filename !== undefined && { filename }) };
}

function valueIn(text: string): { readonly value: string; readonly rest: string } {
  if (!text.startsWith('"')) {
    const end = text.indexOf(";");
    return end < 0 ? { value: text.trim(), rest: "" } : { value: text.slice(0, end).trim(), rest: text.slice(end + 1) };
  }
  const quoted = /^"((?:\\.|[^"\\])*)"\s*(;|$)/s.exec(text);
  if (!quoted) throw badRequest("wrong quotes in the Content-Disposition of a part");
  return { value: (quoted[1] ?? "").replace(/\\(.)/gs, "$1"), rest: text.slice(quoted[0].length) };
}

/** Percent codes are bytes of UTF-8; percent signs that begin nothing stay as they are. */
function decoded(value: string): string {
  const bytes = Buffer.from(value, "utf8")
    .toString("latin1")
    .replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
