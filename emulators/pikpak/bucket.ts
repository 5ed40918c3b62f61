import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { signatureFault } from "./bucket-sign.ts";
import { bucketName } from "./place.ts";
import type { State, Upload } from "./state.ts";
import { decoded } from "./text.ts";
import { finishUpload, policySignature, type UploadRules } from "./upload.ts";

interface BucketParts {
  readonly state: State;
  readonly rules: UploadRules;
  /** The path without a prefix of the one-port mode. */
  readonly path: string;
  readonly body: Buffer;
  /** What was asked for happens, and the connection ends before the answer. */
  readonly isLost: boolean;
}

/** What the bucket answers. */
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The bucket that upload tickets lead to: one object a ticket, whole or in parts, by OSS or S3 signatures, or by a form. */
export function answerBucket(request: IncomingMessage, response: ServerResponse, parts: BucketParts): void {
  const { status, headers = {}, body = "" } = answerOf(request, parts);
  if (parts.isLost) return void request.socket.destroy();
  const type = body.startsWith("{") ? "application/json" : "application/xml";
  response
    .writeHead(status, {
      ...(body !== "" && { "content-type": type }),
      "x-oss-request-id": parts.state.randomHex(12).toUpperCase(),
      ...headers,
    })
    .end(body);
}

function answerOf(request: IncomingMessage, parts: BucketParts): Answer {
  const [rawPath = "/", rawQuery = ""] = (request.url ?? "/").split("?");
  const type = request.headers["content-type"] ?? "";
  if (request.method === "POST" && type.startsWith("multipart/form-data")) return takeForm(type, parts);
  const upload = parts.state.uploads.get(keyIn(parts.path));
  if (!upload) return refused(404, "NoSuchKey");
  const { method = "", headers } = request;
  const fault = parts.rules.checkUploadSign
    ? signatureFault({ method, rawPath, rawQuery, headers }, upload, parts.state.now())
    : undefined;
  if (fault !== undefined) return refused(403, fault);
  return act(method, upload, new URLSearchParams(rawQuery), parts);
}

/** The object's name: slashes may be escaped, and the bucket may stand before it. */
function keyIn(path: string): string {
  const key = decoded(path).replace(/^\//, "");
  return key.startsWith(`${bucketName}/`) ? key.slice(bucketName.length + 1) : key;
}

function act(method: string, upload: Upload, query: URLSearchParams, parts: BucketParts): Answer {
  const uploadId = query.get("uploadId") ?? "";
  const begun = upload.parts.get(uploadId);
  if (method === "POST" && query.has("uploads")) return begin(upload, parts);
  if (uploadId === "") return method === "PUT" ? putWhole(upload, parts) : refused(405, "MethodNotAllowed");
  if (!begun) return refused(404, "NoSuchUpload");
  switch (method) {
    case "PUT":
      return putPart(begun, Number(query.get("partNumber") ?? ""), parts.body);
    case "POST":
      return complete(upload, begun, parts);
    case "GET":
      return listParts(upload, { uploadId, begun, query }, parts.state.now());
    case "DELETE":
      upload.parts.delete(uploadId);
      return { status: 204 };
    default:
      return refused(405, "MethodNotAllowed");
  }
}

function putWhole(upload: Upload, { state, rules, body }: BucketParts): Answer {
  finishUpload(state, upload, body, rules);
  return { status: 200, headers: { etag: `"${md5(body)}"` } };
}

function begin(upload: Upload, { state }: BucketParts): Answer {
  const uploadId = state.randomHex(16).toUpperCase();
  upload.parts.set(uploadId, new Map());
  return { status: 200, body: xml("InitiateMultipartUploadResult", { ...named(upload), UploadId: uploadId }) };
}

const maxPart = 10_000;
/** Every part but the last one. */
const minPartSize = 100 * 1024;

function putPart(begun: Map<number, Buffer>, number: number, body: Buffer): Answer {
  if (!Number.isInteger(number) || number < 1 || number > maxPart) return refused(400, "InvalidArgument");
  begun.set(number, body);
  return { status: 200, headers: { etag: `"${md5(body)}"` } };
}

/** The parts the client lists, in rising order and with the entity tags they were answered with. */
function complete(upload: Upload, begun: ReadonlyMap<number, Buffer>, { state, rules, body }: BucketParts): Answer {
  const listed = partsIn(body.toString("utf8"));
  if (listed.length === 0) return refused(400, "MalformedXML");
  if (listed.some(({ number }, n) => number <= (listed[n - 1]?.number ?? 0))) return refused(400, "InvalidPartOrder");
  const pieces = listed.map(({ number, tag }) => {
    const piece = begun.get(number);
    return piece && md5(piece) === tag ? piece : undefined;
  });
  const whole = pieces.filter((piece) => piece !== undefined);
  if (whole.length < pieces.length) return refused(400, "InvalidPart");
  if (whole.slice(0, -1).some((piece) => piece.length < minPartSize)) return refused(400, "EntityTooSmall");
  const bytes = Buffer.concat(whole);
  finishUpload(state, upload, bytes, rules);
  const tag = `"${md5(bytes)}-${whole.length}"`;
  if (rules.completionAnswer === "json") return { status: 200, headers: { etag: tag }, body: '{"result":"OK"}' };
  return {
    status: 200,
    headers: { etag: tag },
    body: xml("CompleteMultipartUploadResult", { ...named(upload), ETag: tag }),
  };
}

function partsIn(body: string): { readonly number: number; readonly tag: string }[] {
  return [...body.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = ""]) => ({
    number: Number(/<PartNumber>\s*(\d+)\s*<\/PartNumber>/.exec(part)?.[1] ?? "0"),
    tag: (/<ETag>\s*(.*?)\s*<\/ETag>/s.exec(part)?.[1] ?? "").replace(/&(quot|#34|#x22);|"/g, "").toUpperCase(),
  }));
}

/** Parts a list gives at once. */
const partsPerPage = 1000;

interface Listed {
  readonly uploadId: string;
  readonly begun: ReadonlyMap<number, Buffer>;
  readonly query: URLSearchParams;
}

function listParts(upload: Upload, { uploadId, begun, query }: Listed, now: number): Answer {
  const most = Math.min(partsPerPage, Number(query.get("max-parts") ?? partsPerPage));
  const marker = Number(query.get("part-number-marker") ?? "0");
  const left = [...begun].toSorted(([a], [b]) => a - b).filter(([number]) => number > marker);
  const page = left.slice(0, most);
  const listed = page.map(([number, piece]) =>
    xmlPart({
      PartNumber: String(number),
      LastModified: new Date(now).toISOString().replace(/\.\d+Z$/, ".000Z"),
      ETag: `"${md5(piece)}"`,
      Size: String(piece.length),
    }),
  );
  const head = inner({
    ...named(upload),
    UploadId: uploadId,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(page.at(-1)?.[0] ?? marker),
    MaxParts: String(most),
    IsTruncated: String(left.length > page.length),
  });
  return { status: 200, body: document("ListPartsResult", head + listed.join("")) };
}

const boundary = /name="([^"]+)"[^\r\n]*(?:\r\n[^\r\n]+)*\r\n\r\n/;

/** `UPLOAD_TYPE_FORM`: the ticket's own fields, and the bytes in `file`. */
function takeForm(type: string, { state, rules, body }: BucketParts): Answer {
  const fields = fieldsIn(type, body);
  const upload = state.uploads.get(fields.get("key")?.toString("utf8") ?? "");
  const file = fields.get("file");
  if (!upload) return refused(404, "NoSuchKey");
  if (!file) return refused(400, "IncorrectNumberOfFilesInPOSTRequest");
  const isSigned = fields.get("Signature")?.toString("utf8") === policySignature(upload);
  if (rules.checkUploadSign && !isSigned) return refused(403, "SignatureDoesNotMatch");
  finishUpload(state, upload, file, rules);
  return { status: 204, headers: { etag: `"${md5(file)}"` } };
}

/** The fields of a multipart body, by name, as bytes. */
function fieldsIn(type: string, body: Buffer): Map<string, Buffer> {
  const line = /boundary="?([^";]+)"?/.exec(type)?.[1] ?? "";
  const sections = body.toString("latin1").split(`--${line}`).slice(1, -1);
  return new Map(
    sections.flatMap((section) => {
      const head = boundary.exec(section);
      if (!head) return [];
      const content = section.slice(head.index + head[0].length).replace(/\r\n$/, "");
      return [[head[1] ?? "", Buffer.from(content, "latin1")] as const];
    }),
  );
}

function named(upload: Upload) {
  return { Bucket: bucketName, Key: upload.key };
}

function md5(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex").toUpperCase();
}

function refused(status: number, code: string): Answer {
  return { status, body: xml("Error", { Code: code, Message: code }) };
}

function xml(name: string, fields: Readonly<Record<string, string>>): string {
  return document(name, inner(fields));
}

function xmlPart(fields: Readonly<Record<string, string>>): string {
  return `<Part>${inner(fields)}</Part>`;
}

function inner(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<${name}>${value.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</${name}>`)
    .join("");
}

function document(name: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}>${content}</${name}>`;
}
