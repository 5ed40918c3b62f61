import { request, type Dispatcher } from "undici";
import { StorageError } from "../storage/error.ts";
import type { Received, ReceivingOptions } from "./messenger.ts";

interface Way {
  readonly userAgent: string;
  /** Absent = straight. */
  readonly dispatcher?: Dispatcher | undefined;
}

/** ms until a platform's file has to begin to come, and between its pieces. */
const [headersTimeout, bodyTimeout] = [30_000, 60_000];

/**
 * The bytes of a sent file at an address of its platform. The address is in no error: it may hold a bot's token. A server
 * that knows no ranges sends what is not wanted, too.
 */
export async function sentBytes(url: string, { from, signal }: ReceivingOptions, way: Way): Promise<Received> {
  const { dispatcher, userAgent } = way;
  const headers = { "user-agent": userAgent, ...(from > 0 && { range: `bytes=${from}-` }) };
  const answer = await request(url, {
    headers,
    signal,
    headersTimeout,
    bodyTimeout,
    ...(dispatcher && { dispatcher }),
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw outOfReach(error);
  });
  const { statusCode: status, body } = answer;
  if (status !== 200 && status !== 206) {
    await body.dump().catch(() => undefined);
    if (status >= 400 && status < 500 && status !== 429)
      throw new StorageError("source-gone", { message: `${status}` });
    throw new StorageError("source-out-of-reach", { message: `a sent file was answered with ${status}` });
  }
  const size = sizeIn(answer.headers, status);
  return { size, stream: whole(body, { skip: status === 200 ? from : 0, signal }) };
}

function sizeIn(headers: Dispatcher.ResponseData["headers"], status: number): number | undefined {
  const told = status === 206 ? /\/(\d+)$/.exec(String(headers["content-range"]))?.[1] : headers["content-length"];
  return typeof told === "string" && /^\d+$/.test(told) ? Number(told) : undefined;
}

interface Skipping {
  readonly skip: number;
  readonly signal: AbortSignal;
}

async function* whole(body: AsyncIterable<Uint8Array>, { skip, signal }: Skipping): AsyncIterable<Uint8Array> {
  let left = skip;
  try {
    for await (const bytes of body) {
      const wanted = bytes.subarray(Math.min(left, bytes.length));
      left -= bytes.length - wanted.length;
      if (wanted.length > 0) yield wanted;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof StorageError ? error : outOfReach(error);
  }
}

/** The platform does not give it now. What undici says may hold the address. */
export function outOfReach(error: unknown): StorageError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "no answer";
  return new StorageError("source-out-of-reach", { message: `a sent file cannot be read: ${code}` });
}
