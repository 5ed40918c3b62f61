import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { createDownloadHost, type DownloadHost, type DownloadRules } from "./download.ts";
import { createFaults, type Fault, type Faults } from "./faults.ts";
import { envelope, Refusal, refusals, type Host } from "./refusal.ts";
import { answerFor, type RouteRules } from "./routes.ts";
import type { Addresses } from "./shapes.ts";
import { createBuilder, type Builder, type Node, type State } from "./state.ts";
import { createTokens, type Tokens } from "./tokens.ts";

/** A PikPak on loopback, strict like the real one. */
export interface PikPakEmulator {
  /** Where it listens. */
  readonly url: string;
  /** The drive and account hosts as bases on the one port; clients append `/drive/v1/…` and `/v1/…`. */
  readonly driveUrl: string;
  readonly userUrl: string;
  readonly build: Builder;
  readonly state: State;
  readonly tokens: Tokens;
  /** Knobs; change them at any time. */
  readonly rules: Rules;
  /** What was asked for, oldest first. Holds no secret. */
  readonly calls: readonly Call[];
  onCall(listener: (call: Call) => void): () => void;
  /** The next requests that fit go wrong. */
  fail(fault: Fault): void;
  /** Things a client did that a good one does not. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export type Rules = RouteRules & DownloadRules;

export interface Call {
  readonly at: number;
  readonly host: Host | "download" | "page";
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly ms: number;
}

interface Options {
  /** 0 or absent = any free port. */
  readonly port?: number;
  now?(): number;
  randomHex?(bytes: number): string;
}

/** The roots whose hosts it answers to by their `Host` header. */
const roots = ["mypikpak.com", "mypikpak.net", "pikpak.me", "pikpakdrive.com"];

/** Starts the service, empty. */
export async function startPikPak({
  port = 0,
  now = Date.now,
  randomHex = (bytes) => randomBytes(bytes).toString("hex"),
}: Options = {}): Promise<PikPakEmulator> {
  const state: State = { accounts: new Map(), shares: new Map(), nodes: new Map(), now, randomHex };
  const rules = usualRules();
  const complaints: string[] = [];
  const calls: Call[] = [];
  const listeners = new Set<(call: Call) => void>();
  const tokens = createTokens(state, rules);
  const download = createDownloadHost(state, rules, {
    secret: randomHex(16),
    note: (what) => void complaints.push(what),
  });
  const service: Service = { state, rules, tokens, download, faults: createFaults() };
  const server = createServer((request, response) => {
    const started = performance.now();
    const { host, path } = placeOf(request);
    response.once("close", () => {
      const call: Call = {
        at: Date.now(),
        host,
        method: request.method ?? "",
        path,
        status: response.statusCode,
        ms: performance.now() - started,
      };
      calls.push(call);
      for (const listener of listeners) listener(call);
    });
    handle(service, request, response).catch((error: unknown) => {
      complaints.push(`the emulator failed: ${String(error)}`);
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
    build: createBuilder(state),
    state,
    tokens,
    rules,
    calls,
    complaints,
    onCall: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    fail: (fault) => service.faults.add(fault),
    close: () => closed(server),
  };
}

interface Service {
  readonly state: State;
  readonly rules: Rules;
  readonly tokens: Tokens;
  readonly download: DownloadHost;
  readonly faults: Faults;
}

function usualRules(): Rules {
  return {
    accessLife: 7200,
    challengeAll: false,
    checkSign: true,
    repeatToken: false,
    shareCaptcha: true,
    sharesProhibited: false,
    linkLife: 16 * 3_600_000,
    bandwidth: 0,
    cuts: [],
    stalls: [],
    refuse: false,
    disposition: false,
  };
}

interface Place {
  readonly host: Call["host"];
  /** Without the prefix of the one-port mode. */
  readonly path: string;
  /** The base addresses are built on. */
  readonly base: string;
}

/** Which host is meant: by the prefix on the one port, else by the `Host` header. */
function placeOf(request: IncomingMessage): Place {
  const { pathname } = new URL(request.url ?? "/", "http://pikpak");
  const name = request.headers.host ?? "";
  const base = `http://${name}`;
  const prefixed = /^\/(drive|user)-host(\/.*)$/.exec(pathname);
  if (prefixed) return { host: prefixed[1] === "user" ? "user" : "drive", path: prefixed[2] ?? "/", base };
  const bare = name.split(":")[0] ?? "";
  if (roots.some((root) => bare === `user.${root}`)) return { host: "user", path: pathname, base };
  if (roots.some((root) => bare === `api-drive.${root}`)) return { host: "drive", path: pathname, base };
  return { host: pathname.startsWith("/download/") ? "download" : "page", path: pathname, base };
}

async function handle(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const place = placeOf(request);
  const fault = service.faults.meet(request.method ?? "", place.path);
  if (fault && (await misbehave(fault, place, request, response))) return undefined;
  if (place.host === "download") return service.download.handle(request, response);
  if (place.host === "page") return showPage(service, request, response);
  return answerApi(service, { ...place, host: place.host }, request, response);
}

/** True = the fault was the answer; false = it only came late. */
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
  if (fault.body === undefined && fault.error === undefined && fault.code === undefined && fault.status === undefined)
    return false;
  const refusal = new Refusal({
    error: fault.error ?? "",
    code: fault.code ?? 0,
    description: fault.description ?? "",
  });
  const body = fault.body ?? JSON.stringify(envelope(refusal, place.host === "user" ? "user" : "drive", ""));
  response
    .writeHead(fault.status ?? 400, {
      "content-type": fault.body === undefined ? "application/json" : "text/html",
      ...fault.headers,
    })
    .end(body);
  return true;
}

async function answerApi(
  service: Service,
  place: Place & { readonly host: Host },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const language = request.headers["accept-language"] ?? "";
  try {
    const body = await answerFor(service, {
      host: place.host,
      method: request.method ?? "GET",
      path: place.path,
      query: new URL(request.url ?? "/", "http://pikpak").searchParams,
      headers: request.headers,
      body: await textOf(request),
      base: place.base,
      userBase: request.url?.startsWith("/user-host") ? `${place.base}/user-host` : place.base,
      addresses: addressesOn(service, place.base),
    });
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    response
      .writeHead(error.status, { "content-type": "application/json" })
      .end(JSON.stringify(envelope(error, place.host, language)));
  }
}

function addressesOn({ state, rules, download }: Service, base: string): Addresses {
  return {
    download: (node, variant) => download.sign(node, variant, base),
    expiresAt: state.now() + rules.linkLife,
    thumbnail: (node) => `${base}/v0/screenshot-thumbnails/${node.gcid}/720/2048?id=${node.id}`,
    icon: (node) =>
      `https://static.mypikpak.com/${node.folder ? "7d6933d5cde34f200366685cba0cbc4592cfd363" : "39998a187e280e2ee9ceb5f58315a1bcc744fa64"}`,
  };
}

/** Pictures, and the page where a human proves to be one. */
async function showPage(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://pikpak");
  if (url.pathname.includes("/captcha/v2/")) return showChallenge(service, url, request, response);
  const node = service.state.nodes.get(url.searchParams.get("id") ?? "");
  if (!url.pathname.startsWith("/v0/screenshot-thumbnails/") || !node) {
    const body = JSON.stringify(envelope(refusals.noEndpoint(), "drive", ""));
    return void response.writeHead(404, { "content-type": "application/json" }).end(body);
  }
  return void response.writeHead(200, { "content-type": "image/svg+xml" }).end(pictureOf(node));
}

function showChallenge({ tokens }: Service, url: URL, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== "POST") {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    return void response.end(
      "<!doctype html><title>Slide to verify</title><form method=post><button>I am a human</button></form>",
    );
  }
  const ended = tokens.solve(url.searchParams.get("captcha_token") ?? "");
  if (ended === undefined) return void response.writeHead(400).end("over");
  return void response.writeHead(302, { location: ended }).end();
}

/** A still made of the node's own name, so that two films never look the same. */
function pictureOf(node: Node): string {
  const hue = Number.parseInt(node.id.slice(2, 8), 36) % 360 || 200;
  const sky = `<linearGradient id="s" x2="0" y2="1"><stop stop-color="hsl(${hue} 70% 75%)"/><stop offset="1" stop-color="hsl(${(hue + 40) % 360} 70% 45%)"/></linearGradient>`;
  const hills = `<path d="M0 260 Q120 170 240 240 T480 200 T720 250 V405 H0Z" fill="hsl(${(hue + 90) % 360} 35% 30%)"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 405" width="720" height="405"><defs>${sky}</defs><rect width="720" height="405" fill="url(#s)"/><circle cx="560" cy="110" r="46" fill="#fff" opacity=".85"/>${hills}</svg>`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
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
