import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { Link } from "../storage/driver.ts";
import { judge, type Verdict } from "./conditions.ts";
import { fileHeaders, type ServedFile } from "./file.ts";
import { LimitError, type Limits, type Streaming, type StreamSlot } from "./limits.ts";
import { Outflow } from "./outflow.ts";
import { parseContentRange, rangeHeader } from "./range.ts";
import { createSlots } from "./slots.ts";
import { createSource, type Address, type Opened, type Source } from "./source.ts";
import { extentOf, Transfer, type Extent } from "./transfer.ts";
import { UpstreamError } from "./upstream/error.ts";
import type { ResponseHead } from "./upstream/head.ts";
import type { Upstream } from "./upstream/port.ts";

/** One request for a file's bytes. */
export interface ServeRequest {
  readonly method: "GET" | "HEAD";
  readonly headers: IncomingHttpHeaders;
  readonly response: ServerResponse;
  readonly file: ServedFile;
  readonly link: Link;
  /** In whose name it is counted. */
  readonly person: string;
  /** The same for all streams of one file. */
  readonly download: string;
  /** Gets another link than the one with that address, which was turned away. */
  readonly relink: (refused: string) => Promise<Link>;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** Serves files through us. */
export interface Proxy {
  /**
   * Answers the request. Throws (`UpstreamError`, `LimitError`, or what `relink` throws) only while nothing was sent;
   * after that, trouble that cannot be mended cuts the connection, which is how HTTP says "incomplete".
   */
  serve(request: ServeRequest): Promise<void>;
  /** A small file's bytes; `UpstreamError` beyond `limit`. */
  read(request: ReadRequest): Promise<Buffer>;
  /** A file as a stream, which goes on by itself where its host breaks off. Throws as `serve` does; later trouble ends the stream. */
  open(
    request: StreamRequest,
  ): Promise<{ readonly stream: Readable; /** Of the whole file. */ readonly size: number | undefined }>;
}

/** One file for a part of our own process. */
export interface StreamRequest extends Pick<ServeRequest, "link" | "person" | "download" | "relink" | "signal"> {
  /** First byte wanted; absent = the first there is. */
  readonly from?: number | undefined;
  /** Bytes of the whole file, where the drive tells. */
  readonly size?: number | undefined;
}

/** One small file for ourselves. */
export interface ReadRequest extends Pick<ServeRequest, "link" | "person" | "download" | "relink" | "signal"> {
  /** Most bytes. */
  readonly limit: number;
}

/** What is counted on the way. */
export interface ProxyMeters {
  sent(bytes: number): void;
  relinked(): void;
  resumed(): void;
  cut(why: unknown): void;
}

interface ProxyOptions {
  readonly upstream: Upstream;
  readonly limits: Limits;
  readonly meters: ProxyMeters;
  /** Told of each address that gave bytes. */
  readonly onMet?: (url: string) => void;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds in the queue for a place at a signed address before the client is told to come back. */
  readonly queueFor?: number;
}

/** The file hosts refuse a ninth connection to a signed address. */
const placesPerAddress = 8;
/** And one that has so many in the queue gets no more into it. */
const maxWaiting = 64;

/** The proxy of one process. */
export function createProxy({
  upstream,
  limits,
  meters,
  wait,
  onMet = () => {},
  queueFor = 20_000,
}: ProxyOptions): Proxy {
  const queue = createSlots(placesPerAddress);
  const slots = {
    tryClaim: queue.tryClaim,
    claim: (key: string, signal: AbortSignal) => {
      if (queue.waiting(key) >= maxWaiting) throw new LimitError(503, 5000);
      const late = AbortSignal.timeout(queueFor);
      return queue.claim(key, AbortSignal.any([signal, late])).catch((error: unknown) => {
        throw late.aborted && !signal.aborted ? new LimitError(503, 5000) : error;
      });
    },
  };
  const sourceOf = ({ link, relink, signal }: Pick<ServeRequest, "link" | "relink" | "signal">, place: Place): Source =>
    createSource({
      upstream,
      slots,
      onPlace: () => place.enter(),
      wait,
      signal,
      address: addressOf(link),
      relink: async (refused) => addressOf(await relink(refused)),
      onRelink: meters.relinked,
      onMet,
    });
  const placeOf = (streaming: Streaming): Place => createPlace(streaming, { limits, meters });
  return {
    async open(request) {
      if (request.link.kind === "empty") return { stream: Readable.from([], { objectMode: false }), size: 0 };
      const closed = new AbortController();
      const signal = AbortSignal.any([request.signal, closed.signal]);
      const place = placeOf(request);
      try {
        const source = sourceOf({ ...request, signal }, place);
        const flow = await openFlow({ ...request, signal }, { source, spend: place.spend, meters, wait });
        const stream = new Outflow(() => closed.abort(new Error("nobody reads on")));
        void flow.into(stream).catch(meters.cut).then(place.leave);
        return { stream, size: flow.size };
      } catch (error) {
        place.leave();
        throw error;
      }
    },
    async serve(request) {
      const verdict = judge(request.method, request.headers, request.file);
      if (answersAtOnce(request, verdict)) return;
      const place = placeOf(request);
      const means = { source: sourceOf(request, place), spend: place.spend, meters, wait };
      await stream(request, verdict, means).finally(place.leave);
    },
    async read(request) {
      if (request.link.kind === "empty") return Buffer.alloc(0);
      const place = placeOf(request);
      try {
        const bytes = await readWhole(await sourceOf(request, place).open(undefined), request.limit);
        place.spend(bytes.length);
        return bytes;
      } finally {
        place.leave();
      }
    },
  };
}

/** A stream's place among those of its person, taken when it has one at the file host: what queues there is no stream yet. */
interface Place {
  /** Throws `LimitError`. Does nothing when it was entered. */
  enter(): Promise<void>;
  readonly spend: StreamSlot["spend"];
  readonly leave: () => void;
}

function createPlace(
  streaming: Streaming,
  { limits, meters }: { readonly limits: Limits; readonly meters: ProxyMeters },
): Place {
  let slot: StreamSlot | undefined;
  return {
    async enter() {
      slot ??= await limits.enter(streaming);
    },
    spend(bytes) {
      meters.sent(bytes);
      return slot?.spend(bytes) ?? 0;
    },
    leave: () => slot?.leave(),
  };
}

/** A file whose first answer has come. */
interface Flow {
  readonly size: number | undefined;
  /** Moves everything; what cannot be mended ends the stream, and is told unless nobody reads on. */
  into(stream: Outflow): Promise<void>;
}

async function openFlow({ from = 0, size, signal }: StreamRequest, means: Means): Promise<Flow> {
  const opened = await means.source.open(from === 0 ? undefined : rangeHeader({ from }));
  try {
    const { head } = opened.exchange;
    if (isEncoded(head)) throw new UpstreamError("odd", "the file host encoded a file that was to come as it is");
    const extent = extentOf(head);
    if (extent.start > from) throw unasked();
    const total = extent.total ?? size;
    const end = extent.end ?? size;
    return {
      size: total,
      async into(stream) {
        const transfer = new Transfer({
          ...means,
          start: from,
          end,
          extent,
          response: stream,
          signal,
          pace: means.spend,
          onResume: means.meters.resumed,
        });
        try {
          await transfer.run(opened);
          stream.push(null);
        } catch (error) {
          const isNews = !signal.aborted;
          stream.destroy(error instanceof Error ? error : new Error("the file broke off", { cause: error }));
          if (isNews) throw error;
        }
      },
    };
  } catch (error) {
    opened.close();
    throw error;
  }
}

async function readWhole(opened: Opened, limit: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    await opened.exchange.pour({
      take: (bytes, taken) => {
        length += bytes.length;
        // The slab is read into again once it was taken.
        pieces.push(Buffer.from(bytes));
        taken();
        return length <= limit;
      },
    });
  } finally {
    opened.close();
  }
  if (length > limit) throw new UpstreamError("odd", "the file is larger than it may be");
  return Buffer.concat(pieces);
}

function addressOf(link: Link): Address {
  if (link.kind === "empty") throw new UpstreamError("odd", "the file has become empty");
  return link;
}

/** Sends what needs no file host: conditions that are not met, heads and emptiness of files whose size is known. */
function answersAtOnce(request: ServeRequest, verdict: Verdict): boolean {
  const { method, response, file, link } = request;
  const headers = () => headersOf(request);
  switch (verdict.send) {
    case "precondition-failed":
      response.writeHead(412, { "content-length": 0 }).end();
      return true;
    case "not-modified":
      response.writeHead(304, pick(headers(), ["etag", "last-modified", "cache-control"])).end();
      return true;
    case "unsatisfiable":
      response
        .writeHead(416, { ...headers(), "content-range": `bytes */${file.size ?? 0}`, "content-length": 0 })
        .end();
      return true;
    case "whole":
      if (link.kind !== "empty" && (method !== "HEAD" || file.size === undefined)) return false;
      response.writeHead(200, { ...headers(), "content-length": file.size ?? 0 }).end();
      return true;
    case "part":
    case "asked":
      return false;
  }
}

function headersOf({ file, headers }: ServeRequest): Record<string, string> {
  return fileHeaders(file, headers["user-agent"]);
}

function pick(headers: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));
}

/** Milliseconds a head waits for the first bytes, to go out in one packet with them. */
const headWaits = 20;

interface Means {
  readonly source: Source;
  /** Counts bytes that go out; gives the milliseconds to hold back after them. */
  readonly spend: StreamSlot["spend"];
  readonly meters: ProxyMeters;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A request whose host has answered, and what is said of the file whatever part of it goes out. */
interface Answering extends ServeRequest {
  readonly opened: Opened;
  readonly common: Readonly<Record<string, string>>;
}

async function stream(request: ServeRequest, verdict: Verdict, means: Means): Promise<void> {
  const opening = means.source.open(wantedRange(request, verdict));
  // Put into words while the file host looks for the bytes: done before or after, it would be waited for.
  const [opened, words] = await both(opening, () => headersOf(request));
  try {
    return await answer(
      { ...request, opened, common: typed(words, request.file, opened.exchange.head) },
      verdict,
      means,
    );
  } finally {
    opened.close();
  }
}

/** An exchange, and what is worked out until it comes; where that fails the exchange is dropped. */
async function both<T>(opening: Promise<Opened>, work: () => T): Promise<[Opened, T]> {
  try {
    const result = work();
    return [await opening, result];
  } catch (error) {
    void opening.then(
      (opened) => opened.close(),
      () => undefined,
    );
    throw error;
  }
}

async function answer(answering: Answering, verdict: Verdict, means: Means): Promise<void> {
  const { method, opened, response, signal } = answering;
  const { head } = opened.exchange;
  if (head.status === 416) return refuseRange(answering);
  if (method === "HEAD") return tellSize(answering, isEncoded(head) ? { start: 0 } : extentOf(head));
  if (isEncoded(head)) return passEncoded(answering, means.spend);
  const extent = extentOf(head);
  const part = partToSend(extent, verdict, answering.file);
  writeHead(answering, { ...part, extent });
  const transfer = new Transfer({
    ...part,
    ...means,
    extent,
    response,
    signal,
    pace: means.spend,
    onResume: means.meters.resumed,
  });
  const finished = finish(answering, transfer, means.meters);
  if (transfer.sent > 0) return finished;
  // Most heads leave together with the first bytes; one whose bytes let themselves be waited for goes ahead.
  const goesAhead = setTimeout(() => transfer.sent === 0 && response.flushHeaders(), headWaits);
  return finished.finally(() => clearTimeout(goesAhead));
}

function wantedRange({ method }: ServeRequest, verdict: Verdict): string | undefined {
  // One byte tells the size of a file that nobody wants to have yet.
  if (method === "HEAD") return "bytes=0-0";
  if (verdict.send === "part") return rangeHeader({ from: verdict.start, to: verdict.end });
  return verdict.send === "asked" ? rangeHeader(verdict.spec) : undefined;
}

interface Part {
  readonly start: number;
  /** After the last byte; undefined = only the end of the connection will tell. */
  readonly end: number | undefined;
  readonly status: 200 | 206;
}

/**
 * What the client gets out of an answer; a host that ignored the range is read up to where it begins. Where the host does
 * not say how long the file is, the drive does: what then ends too soon is not taken for the whole.
 */
function partToSend(extent: Extent, verdict: Verdict, { size }: ServedFile): Part {
  const last = extent.end ?? size;
  const isWhole = extent.start === 0 && extent.end === extent.total;
  switch (verdict.send) {
    case "part": {
      const until = Math.min(verdict.end + 1, extent.end ?? Number.POSITIVE_INFINITY);
      if (extent.start > verdict.start || until <= verdict.start) throw unasked();
      return { status: 206, start: verdict.start, end: until };
    }
    case "asked":
      return { status: isWhole ? 200 : 206, start: extent.start, end: last };
    case "whole":
    case "unsatisfiable":
    case "not-modified":
    case "precondition-failed":
      if (!isWhole) throw unasked();
      return { status: 200, start: 0, end: last };
  }
}

function unasked(): UpstreamError {
  return new UpstreamError("odd", "the file host sent a part nobody asked for");
}

function writeHead(
  { response, file, common }: Answering,
  { status, start, end, extent }: Part & { readonly extent: Extent },
): void {
  const total = extent.total ?? file.size;
  response.writeHead(status, {
    ...common,
    ...(end === undefined ? {} : { "content-length": end - start }),
    ...(status === 206 && end !== undefined ? { "content-range": `bytes ${start}-${end - 1}/${total ?? "*"}` } : {}),
  });
}

function tellSize({ response, common }: Answering, { total }: Extent): void {
  response.writeHead(200, { ...common, ...(total === undefined ? {} : { "content-length": total }) }).end();
}

function typed(headers: Record<string, string>, { type }: ServedFile, head: ResponseHead): Record<string, string> {
  return type === undefined ? { ...headers, "content-type": hostType(head) } : headers;
}

/** A rendition's type is known to its host alone; what is no film or music there is still not to be run here. */
function hostType({ fields }: ResponseHead): string {
  const type = fields.get("content-type") ?? "";
  return /^(video|audio)\/[a-z0-9.+-]+$/i.test(type) ? type : "application/octet-stream";
}

async function finish({ response, signal, opened }: Answering, transfer: Transfer, meters: ProxyMeters): Promise<void> {
  try {
    await transfer.run(opened);
    response.end();
  } catch (error) {
    if (!signal.aborted) meters.cut(error);
    response.destroy();
  }
}

function refuseRange({ method, response, file, common, opened }: Answering): void {
  const total = parseContentRange(opened.exchange.head.fields.get("content-range"))?.total ?? file.size;
  if (method === "HEAD") {
    // Not even the first byte is there.
    response.writeHead(200, { ...common, "content-length": total ?? 0 }).end();
    return;
  }
  const range = total === undefined ? {} : { "content-range": `bytes */${total}` };
  response.writeHead(416, { ...common, ...range, "content-length": 0 }).end();
}

function isEncoded({ fields }: ResponseHead): boolean {
  return !["", "identity"].includes((fields.get("content-encoding") ?? "").toLowerCase());
}

/** A host that encodes although asked not to: passed on as it is, whole, without ranges, which would count other bytes. */
async function passEncoded({ response, common, opened }: Answering, spend: StreamSlot["spend"]): Promise<void> {
  const { head } = opened.exchange;
  if (head.status !== 200) throw new UpstreamError("odd", "the file host sent a part of an encoded file");
  const { etag: _etag, ...untagged } = common;
  response.writeHead(200, {
    ...untagged,
    "accept-ranges": "none",
    "content-encoding": head.fields.get("content-encoding"),
  });
  await opened.exchange
    .pour({
      take: (bytes, taken) => {
        spend(bytes.length);
        response.write(bytes, taken);
        return true;
      },
    })
    .then(
      () => response.end(),
      () => response.destroy(),
    );
}
