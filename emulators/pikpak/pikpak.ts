import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { answerAdmin } from "./admin.ts";
import { answerBucket } from "./bucket.ts";
import { createConnect, type Connect } from "./connect/connect.ts";
import { createDownloadHost, type DownloadHost } from "./download.ts";
import { createFaults, type Fault, type Faults } from "./faults.ts";
import { showPage } from "./pages.ts";
import { placeOf, type Place } from "./place.ts";
import { envelope, Refusal, type Host } from "./refusal.ts";
import { answerFor } from "./routes.ts";
import { usualRules, type Rules } from "./rules.ts";
import { createSchedule } from "./schedule.ts";
import type { Addresses } from "./shapes.ts";
import { createBuilder, type Builder } from "./builder.ts";
import type { State } from "./state.ts";
import { createTokens, type Tokens } from "./tokens.ts";
import { createTree } from "./tree.ts";

/** A PikPak on loopback, strict like the real one. */
export interface PikPakEmulator {
  /** Where it listens. */
  readonly url: string;
  /** The drive and account hosts as bases on the one port; clients append `/drive/v1/…` and `/v1/…`. */
  readonly driveUrl: string;
  readonly userUrl: string;
  /** The hosted MCP server. */
  readonly mcpUrl: string;
  /** The bucket uploads go to; a ticket's key follows. Tickets themselves name `endpoint`, the port alone. */
  readonly bucketUrl: string;
  /** Where a person types the code of a device, and approves. */
  readonly deviceUrl: string;
  readonly build: Builder;
  readonly state: State;
  readonly tokens: Tokens;
  /** Connected apps: agreements a test decides without the page, and the MCP server's sessions. */
  readonly connect: Pick<Connect, "grants" | "mcp">;
  /** Switches; change them at any time. */
  readonly rules: Rules;
  /** What was asked for, oldest first: there as soon as it arrived. Holds no secret. */
  readonly calls: readonly Call[];
  /** Told of every call that is over. */
  onCall(listener: (call: Call) => void): () => void;
  /** The next requests that fit go wrong. */
  fail(fault: Fault): void;
  /** Nothing goes wrong any more that has not yet. */
  heal(): void;
  /** Things a client did that a good one does not. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

interface Call {
  readonly at: number;
  readonly host: Place["host"];
  readonly method: string;
  readonly path: string;
  /** 0 = not answered yet, or never. */
  status: number;
  ms: number;
}

interface Options {
  /** 0 or absent = any free port. */
  readonly port?: number;
  now?(): number;
  randomHex?(bytes: number): string;
}

/** Starts the service, empty. Its own endpoint for operators is below `/admin/`. */
export async function startPikPak({
  port = 0,
  now = Date.now,
  randomHex = (bytes) => randomBytes(bytes).toString("hex"),
}: Options = {}): Promise<PikPakEmulator> {
  const state = emptyState(now, randomHex);
  const rules = usualRules();
  const complaints: string[] = [];
  const calls: Call[] = [];
  const listeners = new Set<(call: Call) => void>();
  const tokens = createTokens(state, rules);
  const build = createBuilder(state, tokens);
  const connect = createConnect({ state, rules, tokens });
  const note = (what: string) => void complaints.push(what);
  const download = createDownloadHost(state, rules, { secret: randomHex(16), note });
  const faults = createFaults();
  const service: Service = { state, build, rules, tokens, connect, download, faults, calls, complaints };
  const server = createServer((request, response) => {
    const scheme = String(request.headers["x-forwarded-proto"] ?? "");
    const place = placeOf({ url: request.url ?? "/", hostHeader: request.headers.host ?? "", scheme });
    record(service, { request, response, place }, listeners);
    handle(service, place, request, response).catch((error: unknown) => {
      // A caller that hung up is no failure.
      if (request.destroyed && !request.complete) return;
      note(`the emulator failed: ${String(error)}`);
      response.destroy();
    });
  });
  await listening(server, port);
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : port}`;
  return {
    url,
    driveUrl: `${url}/drive-host`,
    userUrl: `${url}/user-host`,
    mcpUrl: `${url}/mcp`,
    bucketUrl: `${url}/bucket-host`,
    deviceUrl: `${url}/drive/device`,
    build,
    state,
    tokens,
    connect,
    rules,
    calls,
    complaints,
    onCall: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    fail: (fault) => service.faults.add(fault),
    heal: () => service.faults.clear(),
    close: () => closed(server),
  };
}

interface Service {
  readonly state: State;
  readonly build: Builder;
  readonly rules: Rules;
  readonly tokens: Tokens;
  readonly connect: Connect;
  readonly download: DownloadHost;
  readonly faults: Faults;
  readonly calls: Call[];
  readonly complaints: string[];
}

function emptyState(now: () => number, randomHex: (bytes: number) => string): State {
  return {
    accounts: new Map(),
    shares: new Map(),
    nodes: createTree(),
    tasks: new Map(),
    events: [],
    uploads: new Map(),
    schedule: createSchedule(now),
    now,
    randomHex,
  };
}

interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly place: Place;
}

function record(
  { calls, state }: Service,
  { request, response, place }: Arrival,
  listeners: ReadonlySet<(call: Call) => void>,
): void {
  if (place.host === "admin") return;
  const started = performance.now();
  const { host, path } = place;
  const call: Call = { at: state.now(), host, method: request.method ?? "", path, status: 0, ms: 0 };
  calls.push(call);
  response.once("close", () => {
    call.status = response.headersSent ? response.statusCode : 0;
    call.ms = performance.now() - started;
    for (const listener of listeners) listener(call);
  });
}

async function handle(
  service: Service,
  place: Place,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (place.host === "admin") return handleAdmin(service, place, request, response);
  service.state.schedule.run();
  const bytes = await bytesOf(request);
  const body = place.host === "bucket" ? "" : bytes.toString("utf8");
  const fault = service.faults.meet({ method: request.method ?? "", path: place.path, body });
  if (fault && (await misbehave(fault, place, request, response))) return undefined;
  const cut = fault?.lost === true ? "lost" : fault?.half === true ? "half" : undefined;
  const exchange = { request, response, body, cut, restAfter: fault?.restAfter } as const;
  switch (place.host) {
    case "download":
      return service.download.handle(request, response);
    case "bucket":
      return answerBucket(request, response, { ...service, path: place.path, body: bytes, isLost: cut === "lost" });
    case "page":
      return showPage(service, request, response);
    case "connect": {
      const addresses = addressesOn(service, place, "app");
      return service.connect.handle(request, response, { ...place, body, addresses, cut });
    }
    case "user":
    case "drive":
      return answerApi(service, { ...place, host: place.host }, exchange);
  }
}

async function handleAdmin(
  service: Service,
  { path }: Place,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const reply = (status: number, body: object) =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  try {
    const answer = answerAdmin(service, {
      method: request.method ?? "",
      path,
      body: (await bytesOf(request)).toString("utf8"),
    });
    return reply(answer ? 200 : 404, answer ?? { error: "no such endpoint" });
  } catch (error) {
    return reply(400, { error: String(error) });
  }
}

/** True = the fault was the answer; false = it only came late, or the real answer is to be cut. */
async function misbehave(
  fault: Fault,
  place: Place,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (fault.delay !== undefined) await pause(fault.delay);
  if (fault.reset) {
    request.socket.destroy();
    return true;
  }
  const { body, error, code, status, headers } = fault;
  if (body === undefined && error === undefined && code === undefined && status === undefined) return false;
  response
    .writeHead(status ?? 400, {
      "content-type": body === undefined ? "application/json" : "text/html",
      ...headers,
    })
    .end(body ?? JSON.stringify(faultyEnvelope(fault, place.host === "user" ? "user" : "drive", request)));
  return true;
}

function faultyEnvelope({ error = "", code = 0, description = "", odd }: Fault, host: Host, request: IncomingMessage) {
  const refusal = new Refusal({ error, code, description });
  const usual = envelope(refusal, host, request.headers["accept-language"] ?? "");
  switch (odd) {
    case "metadata-list":
      return { ...usual, details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", metadata: [] }] };
    case "no-code":
      return { ...usual, error_code: undefined };
    case "no-details":
      return { ...usual, ...(host === "user" ? { details: [] } : { error_details: [] }) };
    default:
      return usual;
  }
}

interface ApiExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: string;
  /** Only half of the answer is sent, or none of it although everything happened. */
  readonly cut: "half" | "lost" | undefined;
  /** ms between the first 64 KiB of the answer and its rest; undefined = it is sent in one. */
  readonly restAfter: number | undefined;
}

function answerApi(
  service: Service,
  place: Place & { readonly host: Host },
  { request, response, body, cut, restAfter }: ApiExchange,
): void {
  const json = { "content-type": "application/json" };
  try {
    const answer = answerFor(
      { ...service, connect: (grant) => service.connect.grants.exchange(grant) },
      {
        host: place.host,
        method: request.method ?? "GET",
        path: place.path,
        query: new URLSearchParams((request.url ?? "").split("?").slice(1).join("?")),
        headers: request.headers,
        body,
        bases: place.bases,
        addressesFor: (by) => addressesOn(service, place, by),
      },
    );
    const whole = answer === undefined ? "" : JSON.stringify(answer);
    if (cut === "lost") return void response.destroy();
    response.writeHead(200, json);
    if (restAfter !== undefined) return sendInTwo(response, whole, restAfter);
    return void response.end(cut === "half" ? whole.slice(0, whole.length / 2) : whole);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const language = request.headers["accept-language"] ?? "";
    return void response.writeHead(error.status, json).end(JSON.stringify(envelope(error, place.host, language)));
  }
}

function sendInTwo(response: ServerResponse, text: string, ms: number): void {
  const bytes = Buffer.from(text);
  response.write(bytes.subarray(0, 65_536));
  const later = setTimeout(() => response.end(bytes.subarray(65_536)), ms);
  response.once("close", () => clearTimeout(later));
}

function addressesOn({ state, rules, download }: Service, { bases }: Place, by: "owner" | "share" | "app"): Addresses {
  return {
    download: (node, variant, shared) =>
      download.sign(node, variant, { base: bases.download, by: shared ? "share" : by }),
    expiresAt: state.now() + rules.linkLife,
    thumbnail: (node, size) => {
      const measure = size === "SIZE_SMALL" || size === "SIZE_MEDIUM" ? "240/720" : "720/2048";
      return `${bases.thumbnail}/v0/screenshot-thumbnails/${node.gcid}/${measure}?id=${node.id}`;
    },
    icon: (node) =>
      `https://static.mypikpak.com/${node.folder ? "7d6933d5cde34f200366685cba0cbc4592cfd363" : "39998a187e280e2ee9ceb5f58315a1bcc744fa64"}`,
  };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
