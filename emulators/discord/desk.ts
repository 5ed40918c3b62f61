import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import type { Fault, Faults } from "./faults.ts";
import type { Limits, Verdict } from "./limits.ts";
import type { Upload } from "./messages.ts";
import { isSigned } from "./signed-address.ts";
import { receive, type Received } from "./multipart.ts";
import { Refusal, refusals } from "./refusal.ts";
import { routes, type Answer, type Asked, type Route, type Service } from "./rest.ts";
import type { State } from "./state.ts";

export interface Call {
  readonly at: number;
  readonly method: string;
  /** The route's name, with no id or token. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  /** Discord's code, or a fault. */
  readonly note?: string;
}

/** A request as it came, and what it was answered. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly text: string;
  readonly uploads: readonly Upload[];
  readonly status: number;
  readonly answer: string;
}

/** Where requests are taken. */
export interface Desk {
  readonly service: Service;
  readonly rules: { readonly attachmentLimit: number; readonly keepBytes: number; readonly remembered: number };
  readonly limits: Limits;
  readonly faults: Faults;
  isToken(header: string | undefined): boolean;
  readonly calls: Call[];
  readonly requests: Recorded[];
  readonly listeners: Set<(call: Call) => void>;
}

/** What is said back, before it is written. */
interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly type?: string;
  readonly note?: string;
}

/** One request, from its head to its answer and its record. */
export async function handle(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const started = performance.now();
  const target = `http://discord${request.url ?? "/"}`;
  const url = new URL(URL.canParse(target) ? target : "http://discord/");
  if (url.pathname.startsWith("/attachments/")) return sendFile(desk.service.state, url, request, response);
  const { method = "GET" } = request;
  // Clients may write `@original` as `%40original`.
  const path = decoded(url.pathname.replace(/^\/api(?:\/v\d+)?/, ""));
  const found = routes.find((candidate) => candidate.method === method && candidate.pattern.test(path));
  const fault = desk.faults.meet(method, path, isMultipart(request));
  if (fault?.delay !== undefined) await elapsed(desk.service.state.clock, fault.delay);
  const spoiled = fault && (fault.status !== undefined || fault.body !== undefined || fault.reset === true);
  const received = await receiveAll(desk, request);
  const honest =
    spoiled && !fault.after ? undefined : await replyTo(desk, { request, url, path, method, found, received });
  const reply = spoiled ? spoil(fault) : honest;
  if (!reply || (spoiled && fault.reset)) request.socket.destroy();
  else send(response, reply);
  const call: Call = {
    at: desk.service.state.clock.now(),
    method,
    route: found?.name ?? "unknown",
    status: reply?.status ?? 0,
    ms: performance.now() - started,
    ...(reply?.note !== undefined && { note: reply.note }),
  };
  const recorded: Recorded = {
    method,
    path: `${path}${url.search}`,
    text: received instanceof Refusal ? "" : received.text,
    uploads: received instanceof Refusal ? [] : received.uploads,
    status: call.status,
    answer: reply?.text ?? "",
  };
  remember(desk.requests, recorded, desk.rules.remembered);
  remember(desk.calls, call, desk.rules.remembered);
  for (const listener of desk.listeners) listener(call);
}

/** Adds to a list that does not grow beyond a length. */
export function remember<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}

function isMultipart({ headers }: IncomingMessage): boolean {
  return headers["content-type"]?.startsWith("multipart/") ?? false;
}

function elapsed(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}

function spoil(fault: Fault): Reply {
  const status = fault.status ?? 500;
  return {
    status,
    text: fault.body ?? JSON.stringify({ message: `${status}: emulated`, code: fault.code ?? 0 }),
    type: fault.body === undefined ? "application/json" : "text/html",
    note: fault.reset ? "reset on demand" : "on demand",
    ...(fault.headers && { headers: fault.headers }),
  };
}

function receiveAll({ rules }: Desk, request: IncomingMessage): Promise<Received | Refusal> {
  const limits = { file: rules.attachmentLimit, keep: rules.keepBytes, text: 2 * 1_048_576 };
  return receive(request, limits).catch((error: unknown) => {
    if (error instanceof Refusal) return error;
    throw error;
  });
}

interface Handling {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly path: string;
  readonly method: string;
  readonly found: Route | undefined;
  readonly received: Received | Refusal;
}

async function replyTo(desk: Desk, handling: Handling): Promise<Reply> {
  const { request, url, path, found } = handling;
  let headers: Readonly<Record<string, string>> = {};
  try {
    if (!isBotAgent(request.headers["user-agent"])) return blocked;
    if (!/^\/api\/v(9|10)\//.test(url.pathname)) throw new Refusal(400, 50_041, "Invalid API version");
    if (!found) throw routes.some(({ pattern }) => pattern.test(path)) ? refusals.wrongMethod() : refusals.noRoute();
    if (!found.open && !desk.isToken(request.headers.authorization)) throw refusals.unauthorized();
    const ids = (found.pattern.exec(path) ?? []).slice(1);
    const key = ids.slice(0, found.open ? 2 : 1).join("/");
    const verdict = desk.limits.take({ kind: found.rate ?? found.name, key, interaction: found.open === true });
    ({ headers } = verdict);
    if (verdict.wait !== undefined) return limited(desk, verdict, verdict.wait);
    const { status, body } = await carryOut(desk, handling, { found, ids });
    return body === undefined
      ? { status, headers }
      : { status, headers, text: JSON.stringify(body), type: "application/json" };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.status === 401 || error.status === 403) desk.limits.wasted();
    if (clumsy.has(error.code))
      desk.service.state.complaints.push(
        `${found?.name ?? path} was refused: ${error.code} ${error.message}${detailOf(error)}`,
      );
    const note = error.code === 0 ? error.message : `${error.code} ${error.message}`;
    return { status: error.status, headers, text: JSON.stringify(error), type: "application/json", note };
  }
}

/** Refusals that a client brings on itself: hooks and answers out of their time, and bodies that are none. */
const clumsy = new Set([10_015, 40_060, 50_006, 50_027, 50_035, 50_109]);

function detailOf({ problems: [first] }: Refusal): string {
  return first ? ` (${first.path.join(".")}: ${first.message})` : "";
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** "Clients using the HTTP API must provide a valid User Agent": `DiscordBot ($url, $versionNumber)`. */
function isBotAgent(agent: string | undefined): boolean {
  return agent !== undefined && /^DiscordBot \([^\s,]+, [^)]+\)/.test(agent);
}

/** What the guard before the service answers to those who do not say who they are. */
const blocked: Reply = { status: 403, text: "error code: 1010", type: "text/plain", note: "no valid user agent" };

function limited(desk: Desk, verdict: Verdict, wait: number): Reply {
  desk.limits.wasted();
  const seconds = wait / 1000;
  const headers = { ...verdict.headers, "retry-after": String(Math.ceil(seconds)) };
  if (verdict.banned)
    return {
      status: 429,
      headers,
      text: "<html><title>Access denied</title>1015</html>",
      type: "text/html",
      note: "shut out",
    };
  const body = { message: "You are being rate limited.", retry_after: seconds, global: verdict.global === true };
  return {
    status: 429,
    headers: {
      ...headers,
      via: "1.1 google",
      "x-ratelimit-scope": verdict.global ? "global" : "user",
      ...(verdict.global && { "x-ratelimit-global": "true" }),
    },
    text: JSON.stringify(body),
    type: "application/json",
    note: "rate limited",
  };
}

function carryOut(
  { service }: Desk,
  { method, path, url, received }: Handling,
  { found, ids }: { found: Route; ids: readonly string[] },
): Answer | Promise<Answer> {
  if (received instanceof Refusal) throw received;
  const body = method === "GET" || method === "DELETE" ? undefined : parsed(received.text);
  const asked: Asked = { method, path, query: url.searchParams, body, uploads: received.uploads };
  return found.run(service, asked, ids);
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw refusals.invalidJson();
  }
}

function send(response: ServerResponse, { status, headers = {}, text, type }: Reply): void {
  // An answer without a body must not claim to be JSON: discord.js would parse it.
  response.writeHead(status, { ...(type !== undefined && { "content-type": type }), ...headers }).end(text);
}

/** A file of a message, for those who open it. */
function sendFile(state: State, url: URL, request: IncomingMessage, response: ServerResponse): void {
  const [, , channelId = "", attachmentId = ""] = url.pathname.split("/");
  const channel = state.channels.get(channelId);
  const file =
    channel?.files.get(attachmentId) ??
    channel?.messages
      .filter(({ deleted }) => !deleted)
      .flatMap(({ attachments }) => attachments)
      .find(({ id }) => id === attachmentId);
  request.resume();
  const isGood = isSigned(url, { now: state.clock.now(), key: state.signing });
  if (!file?.bytes || !isGood)
    return void response.writeHead(404, { "content-type": "text/plain" }).end("This content is no longer available.");
  response.writeHead(200, {
    "content-type": file.type ?? "application/octet-stream",
    "content-length": file.bytes.length,
    "x-content-type-options": "nosniff",
  });
  return void response.end(file.bytes);
}
