import type { IncomingMessage } from "node:http";
import { isRecord, type Given } from "./check.ts";
import { readForm, type FormLimits } from "./multipart.ts";
import { badRequest, refusals } from "./refusal.ts";

/** Bytes of a request without files. */
const maxBytes = 1024 * 1024;

/** What a request carries, in any of the four ways: query, form, multipart form, JSON. */
export async function readBody(request: IncomingMessage, limits: FormLimits): Promise<Given> {
  const query = Object.fromEntries(addressOf(request).searchParams);
  const type = request.headers["content-type"] ?? "";
  if (request.method === "GET") return { values: query, textual: true, uploads: new Map() };
  if (request.method !== "POST") throw refusals.notFound();
  if (/^multipart\/form-data/i.test(type)) {
    if (Number(request.headers["content-length"] ?? 0) > limits.file + maxBytes) throw refusals.tooLarge();
    const { values, uploads } = await readForm(request as AsyncIterable<Buffer>, type, limits);
    return { values: { ...query, ...values }, textual: true, uploads };
  }
  const text = await textOf(request);
  if (/^application\/json/i.test(type))
    return { values: { ...read(query), ...parsed(text) }, textual: false, uploads: new Map() };
  return { values: { ...query, ...Object.fromEntries(new URLSearchParams(text)) }, textual: true, uploads: new Map() };
}

/** The address of a request, whatever a client made of it. */
export function addressOf({ url = "/" }: IncomingMessage): URL {
  return URL.parse(`http://telegram${url}`) ?? new URL("http://telegram/");
}

/** Numbers in a query beside JSON are numbers. */
function read(query: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, /^-?\d{1,15}$/.test(value) ? Number(value) : value]),
  );
}

function parsed(text: string): Record<string, unknown> {
  if (text.trim() === "") return {};
  try {
    const value = JSON.parse(text) as unknown;
    if (isRecord(value)) return value;
  } catch {
    // The same words for what is no JSON and for what is no object.
  }
  throw badRequest("can't parse JSON object");
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxBytes) throw refusals.tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
