import { z } from "zod";
import { StorageError } from "../../storage/error.ts";
import type { Exchange, Received, Transport } from "./transport.ts";

/** What an upload's bytes are put into the bucket with. A secret, good for 12 hours. */
export const ticketShape = z.object({
  access_key_id: z.string().min(1),
  access_key_secret: z.string().min(1),
  security_token: z.string(),
  bucket: z.string().regex(/^[a-z0-9.-]+$/i),
  endpoint: z.string().regex(/^[a-z0-9.-]+(:\d{1,5})?$/i),
  key: z.string().min(1),
});
export type Ticket = z.infer<typeof ticketShape>;

/** A part that the bucket has. */
export interface Part {
  readonly number: number;
  readonly size: number;
  readonly tag: string;
}

/** One object of a bucket, put there in parts. Every call may be done twice. */
export interface Bucket {
  /** Begins: an id. */
  begin(ticket: Ticket, signal?: AbortSignal): Promise<string>;
  /** The parts that are there, by their numbers. */
  parts(ticket: Ticket, id: string, signal?: AbortSignal): Promise<readonly Part[]>;
  /** Puts a part there, or again in its place. Numbers begin with 1. */
  put(ticket: Ticket, id: string, part: PartBytes, signal?: AbortSignal): Promise<Part>;
  /** Makes one object of the parts. */
  complete(ticket: Ticket, id: string, parts: readonly Part[], signal?: AbortSignal): Promise<void>;
  /** Lets go of the parts. */
  abort(ticket: Ticket, id: string, signal?: AbortSignal): Promise<void>;
}

interface PartBytes {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** `over`: the ticket is good no more; `unknown`: the bucket does not know this upload, or has made an object of it. */
export class BucketRefusal extends Error {
  override readonly name = "BucketRefusal";
  readonly why: "over" | "unknown";

  constructor(why: "over" | "unknown", message: string) {
    super(message);
    this.why = why;
  }
}

interface BucketParts {
  readonly transport: Transport;
  /** Base of the drive host: a bucket beside a service in one's own network is there, too. */
  readonly driveUrl: string;
  now(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Parts a page of their list: what S3 gives at most. */
const partsPerPage = "1000";
/** ms before each further try of a call that the bucket did not answer. */
const pauses = [1000, 3000, 8000];

/** Buckets by S3's protocol, as rclone and older AList put files there: signature 4, the region `pikpak`, payloads unsigned. */
export function createBucket(parts: BucketParts): Bucket {
  return {
    async begin(ticket, signal) {
      const { text } = await ask(parts, ticket, { method: "POST", query: { uploads: "" }, signal });
      const id = fieldIn(text, "UploadId");
      if (id === "") throw new StorageError("upstream", { message: "the bucket named no upload" });
      return id;
    },
    parts: (ticket, uploadId, signal) => listParts(parts, ticket, { uploadId, signal }),
    async put(ticket, uploadId, { number, bytes }, signal) {
      const query = { partNumber: String(number), uploadId };
      const { headers } = await ask(parts, ticket, { method: "PUT", query, body: bytes, signal });
      const tag = headers["etag"] ?? "";
      if (tag === "") throw new StorageError("upstream", { message: "the bucket gave a part no tag" });
      return { number, size: bytes.length, tag };
    },
    async complete(ticket, uploadId, all, signal) {
      const body = Buffer.from(completion(all));
      const { text } = await ask(parts, ticket, { method: "POST", query: { uploadId }, body, signal });
      // The answer is JSON where S3 has XML, and S3 may call a failure 200.
      if (/<Error>/.test(text)) throw new StorageError("upstream", { message: `bucket: ${fieldIn(text, "Code")}` });
    },
    async abort(ticket, uploadId, signal) {
      await ask(parts, ticket, { method: "DELETE", query: { uploadId }, signal });
    },
  };
}

interface Listing {
  readonly uploadId: string;
  readonly signal: AbortSignal | undefined;
}

async function listParts(parts: BucketParts, ticket: Ticket, { uploadId, signal }: Listing): Promise<readonly Part[]> {
  const found: Part[] = [];
  for (let marker = ""; ;) {
    const query = {
      "max-parts": partsPerPage,
      ...(marker !== "" && { "part-number-marker": marker }),
      uploadId,
    };
    const { text } = await ask(parts, ticket, { method: "GET", query, signal });
    found.push(...partsIn(text));
    const next = fieldIn(text, "NextPartNumberMarker");
    if (fieldIn(text, "IsTruncated") !== "true" || Number(next) <= Number(marker)) return found;
    marker = next;
  }
}

function partsIn(text: string): readonly Part[] {
  return [...text.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = ""]) => ({
    number: Number(fieldIn(part, "PartNumber")),
    size: Number(fieldIn(part, "Size")),
    tag: fieldIn(part, "ETag").replaceAll(/&(?:quot|#34|#x22);/g, '"'),
  }));
}

function completion(all: readonly Part[]): string {
  const each = all.map(
    ({ number, tag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${tag.replaceAll(/[<>&]/g, "")}</ETag></Part>`,
  );
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${each.join("")}</CompleteMultipartUpload>`;
}

/** The text of the first element of a name; "" = there is none. */
function fieldIn(text: string, name: string): string {
  return new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(text)?.[1] ?? "";
}

interface Asked {
  readonly method: Exchange["method"];
  readonly query: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal | undefined;
}

/** An answer of the bucket: asked for again where none came. */
async function ask(parts: BucketParts, ticket: Ticket, asked: Asked): Promise<Received> {
  for (let tries = 0; ; tries++) {
    const received = await send(parts, ticket, asked);
    if (received && received.status < 300) return received;
    const refusal = received && refusalIn(received);
    if (refusal) throw refusal;
    const pause = pauses[tries];
    if (pause === undefined)
      // Whether the drive itself can be reached is another matter.
      throw new StorageError("upstream", { message: `the bucket answered ${received?.status ?? "nothing"}` });
    await parts.wait(Math.min(received?.retryAfter ?? pause, 60_000), asked.signal);
  }
}

/** Undefined = no answer came. */
async function send(parts: BucketParts, ticket: Ticket, asked: Asked): Promise<Received | undefined> {
  const { method, query, body, signal } = asked;
  const url = new URL(addressOf(ticket, parts.driveUrl));
  url.search = new URLSearchParams(query).toString();
  const headers = await signed(parts, ticket, { method, url });
  try {
    return await parts.transport.send({ method, url: url.href, headers, body, signal }, parts.now());
  } catch (error) {
    if (error instanceof StorageError && error.code === "unreachable") return undefined;
    throw error;
  }
}

interface Signing {
  readonly method: string;
  readonly url: URL;
}

async function signed({ now }: BucketParts, ticket: Ticket, { method, url }: Signing) {
  // Wanted for uploads alone.
  const { AwsV4Signer } = await import("aws4fetch");
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    accessKeyId: ticket.access_key_id,
    secretAccessKey: ticket.access_key_secret,
    ...(ticket.security_token !== "" && { sessionToken: ticket.security_token }),
    service: "s3",
    region: "pikpak",
    datetime: new Date(now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
  });
  const { headers } = await signer.sign();
  return Object.fromEntries(headers);
}

/** Undefined = it is worth another try. */
function refusalIn({ status, text }: Received): Error | undefined {
  if (status >= 500 || status === 408 || status === 429) return undefined;
  const code = fieldIn(text, "Code");
  const message = `the bucket answered ${status} ${code}`;
  if (code === "NoSuchUpload" || (status === 404 && code === "")) return new BucketRefusal("unknown", message);
  if (status === 401 || status === 403 || status === 404) return new BucketRefusal("over", message);
  return new StorageError("upstream", { message });
}

/** Virtual hosts, unless the endpoint names the bucket's own already, or is an address that has none below it. */
function addressOf({ bucket, endpoint, key }: Ticket, driveUrl: string): string {
  const { protocol } = new URL(driveUrl);
  const path = key.split("/").map(encodeURIComponent).join("/");
  const isAddress = /^(localhost|\d+(\.\d+){3})(:\d+)?$/i.test(endpoint);
  if (isAddress && protocol === "https:")
    throw new StorageError("upstream", { message: "the bucket of an upload is no host of the service" });
  if (isAddress) return `${protocol}//${endpoint}/${bucket}/${path}`;
  const host = endpoint.startsWith(`${bucket}.`) ? endpoint : `${bucket}.${endpoint}`;
  return `${protocol}//${host}/${path}`;
}
