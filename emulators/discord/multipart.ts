import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Upload } from "./messages.ts";
import { refusals } from "./refusal.ts";

interface Limits {
  /** Bytes of one file; more is refused. */
  readonly file: number;
  /** Bytes of one file that are kept to be shown. */
  readonly keep: number;
  /** Bytes of everything that is no file. */
  readonly text: number;
}

/** What came in a request: the JSON as text, and its files. */
export interface Received {
  readonly text: string;
  readonly uploads: readonly Upload[];
}

/** Reads a request as it arrives; files are measured and hashed, and never held whole unless small. */
export async function receive(request: IncomingMessage, limits: Limits): Promise<Received> {
  const type = request.headers["content-type"] ?? "";
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(type)?.[1];
  return boundary === undefined
    ? { text: await readText(request, limits.text), uploads: [] }
    : readForm(request, boundary, limits);
}

async function readText(request: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= most) chunks.push(chunk);
  }
  if (size > most) throw refusals.tooLarge();
  return Buffer.concat(chunks).toString("utf8");
}

interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  size: number;
  readonly hash: ReturnType<typeof createHash>;
  kept: Buffer[] | undefined;
}

/** A form, part by part. The body is read to its end even when refused, so that the client hears why. */
async function readForm(request: IncomingMessage, boundary: string, limits: Limits): Promise<Received> {
  const mark = Buffer.from(`\r\n--${boundary}`);
  const parts: Part[] = [];
  // The first boundary has no line break before it: lend it one.
  let held: Buffer = Buffer.from("\r\n");
  let part: Part | undefined;
  let state: "preamble" | "head" | "body" | "end" = "preamble";
  let tooLarge = false;
  const feed = (bytes: Buffer) => {
    if (!part) return;
    part.size += bytes.length;
    const most = part.filename === undefined ? limits.text : limits.file;
    if (part.size > most) tooLarge = true;
    else part.hash.update(bytes);
    const keep = part.filename === undefined ? limits.text : limits.keep;
    if (part.size > keep) part.kept = undefined;
    else part.kept?.push(Buffer.from(bytes));
  };
  for await (const chunk of request as AsyncIterable<Buffer>) {
    held = Buffer.concat([held, chunk]);
    for (let going = true; going && state !== "end";) {
      if (state === "head") {
        const end = held.indexOf("\r\n\r\n");
        going = end >= 0;
        if (held.subarray(0, 2).toString() === "--") state = "end";
        else if (going) {
          part = partFrom(held.subarray(0, end).toString("utf8"));
          parts.push(part);
          held = held.subarray(end + 4);
          state = "body";
        }
        continue;
      }
      const at = held.indexOf(mark);
      going = at >= 0;
      const sure = going ? at : Math.max(0, held.length - mark.length);
      if (state === "body") feed(held.subarray(0, sure));
      held = held.subarray(going ? at + mark.length : sure);
      if (going) state = "head";
    }
  }
  if (tooLarge) throw refusals.tooLarge();
  if (state !== "end" && !(state === "head" && held.subarray(0, 2).toString() === "--")) throw refusals.invalidJson();
  return formFrom(parts);
}

function partFrom(head: string): Part {
  const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? "";
  const filename = /;\s*filename="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1];
  const type = /^content-type:\s*(.+?)\s*$/im.exec(head)?.[1];
  return {
    name: unescaped(/;\s*name="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1] ?? ""),
    ...(filename !== undefined && { filename: unescaped(filename) }),
    ...(type !== undefined && { type }),
    size: 0,
    hash: createHash("sha256"),
    kept: [],
  };
}

/** Clients that follow the HTML standard write quotes and line breaks in percent form. */
function unescaped(text: string): string {
  return text.replaceAll("%22", '"').replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll(/\\(.)/g, "$1");
}

function formFrom(parts: readonly Part[]): Received {
  const fields: Record<string, unknown> = {};
  let text: string | undefined;
  const uploads: Upload[] = [];
  for (const part of parts) {
    const n = /^files?\[(\d{1,3})\]$/.exec(part.name)?.[1];
    if (part.filename !== undefined && n !== undefined) uploads.push(uploadFrom(part, Number(n)));
    else if (part.name === "payload_json") text = Buffer.concat(part.kept ?? []).toString("utf8");
    else fields[part.name] = Buffer.concat(part.kept ?? []).toString("utf8");
  }
  return { text: text ?? JSON.stringify(fields), uploads };
}

function uploadFrom({ filename = "", type, size, hash, kept }: Part, n: number): Upload {
  return {
    n,
    name: filename,
    size,
    sha256: hash.digest("hex"),
    ...(type !== undefined && { type }),
    ...(kept && { bytes: Buffer.concat(kept) }),
  };
}
