import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { addressOf, readBody } from "./body.ts";
import type { Bot } from "./bots.ts";
import type { Call, Service } from "./call.ts";
import { checkParameters, type Given } from "./check.ts";
import type { Fault, Faults } from "./faults.ts";
import { handlers } from "./methods/methods.ts";
import { Refusal, refusals, SpecProblem } from "./refusal.ts";
import { methods, type Method } from "./table.ts";

/** A call that was made. Holds no token, no secret and no file. */
export interface CallRecord {
  /** ms since the epoch, by the wall. */
  readonly at: number;
  readonly bot: string;
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly ok: boolean;
  /** The refusal. */
  readonly error?: { readonly code: number; readonly description: string };
  readonly ms: number;
}

/** What the HTTP side is made of. */
export interface ServerParts {
  readonly service: Service;
  readonly faults: Faults;
  record(call: CallRecord): void;
}

/** Answers one HTTP request. */
export async function answer(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = addressOf(request);
  const [, folder, token, rest = ""] = /^\/(file\/)?bot([^/]+)\/(.*)$/.exec(safelyDecoded(pathname)) ?? [];
  if (token === undefined) return send(response, 404, refused(refusals.notFound()));
  const bot = botOf(parts.service, token);
  if (bot instanceof Refusal) {
    request.resume();
    return send(response, bot.code, refused(bot));
  }
  if (folder !== undefined) return sendFile(parts.service, rest, response);
  // Paths of the test environment have one step more: `bot<token>/test/<method>`.
  return answerCall(parts, { bot, name: rest.replace(/^test\//, "") }, request, response);
}

function safelyDecoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Whose token it is; 404 for what never was one. */
function botOf({ world }: Service, token: string): Bot | Refusal {
  if (!/^[0-9]+:[A-Za-z0-9_-]+$/.test(token)) return refusals.notFound();
  return world.bots.find((bot) => bot.token === token && !bot.loggedOut) ?? refusals.unauthorized();
}

interface Envelope {
  readonly ok: boolean;
  readonly [field: string]: unknown;
}

function refused({ code, message, parameters }: Refusal): Envelope {
  return { ok: false, error_code: code, description: message, ...(parameters && { parameters }) };
}

function send(response: ServerResponse, status: number, envelope: Envelope): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(envelope));
}

async function answerCall(
  parts: ServerParts,
  { bot, name }: { bot: Bot; name: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const started = performance.now();
  const method = methodNamed(name);
  const fault = parts.faults.meet(name);
  if (fault?.delay !== undefined) await pause(fault.delay);
  const hungUp = new AbortController();
  response.once("close", () => hungUp.abort());
  const outcome: Outcome =
    fault && !fault.afterwards && isFailure(fault)
      ? { refusal: refusalOf(fault), given: undefined }
      : await carryOut(parts.service, { bot, method, name }, { request, signal: hungUp.signal });
  parts.record({
    at: Date.now(),
    bot: bot.user.username,
    method: method ?? name,
    parameters: recorded(outcome.given),
    ok: outcome.refusal === undefined,
    ...(outcome.refusal && { error: { code: outcome.refusal.code, description: outcome.refusal.message } }),
    ms: performance.now() - started,
  });
  if (fault && isFailure(fault)) return misbehave(fault, request, response);
  finish(outcome, request, response);
}

function finish({ refusal, result }: Outcome, request: IncomingMessage, response: ServerResponse): void {
  if (!refusal) return send(response, 200, { ok: true, result: result ?? true });
  if (refusal.code === 413) {
    // What is still on its way is let through to nowhere, so that the client gets to read the answer.
    request.resume();
    response.setHeader("connection", "close");
  }
  if (refusal.parameters?.retry_after !== undefined) response.setHeader("retry-after", refusal.parameters.retry_after);
  return send(response, refusal.code, refused(refusal));
}

function isFailure({ reset, html, status }: Fault): boolean {
  return reset === true || html !== undefined || status !== undefined;
}

function refusalOf({ status = 502, description = "Bad Gateway" }: Fault): Refusal {
  return new Refusal(status, description);
}

function misbehave(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  if (fault.unread) response.once("finish", () => request.socket.resetAndDestroy());
  else request.resume();
  if (fault.reset) return void request.socket.destroy();
  const { status = 502, description = "Bad Gateway", parameters, html } = fault;
  if (html !== undefined) return void response.writeHead(status, { "content-type": "text/html" }).end(html);
  return send(response, status, { ok: false, error_code: status, description, ...(parameters && { parameters }) });
}

interface Outcome {
  readonly result?: unknown;
  readonly refusal?: Refusal;
  readonly given?: Given | undefined;
}

interface Named {
  readonly bot: Bot;
  /** undefined = no method has this name. */
  readonly method: Method | undefined;
  readonly name: string;
}

async function carryOut(
  service: Service,
  named: Named,
  { request, signal }: { request: IncomingMessage; signal: AbortSignal },
): Promise<Outcome> {
  let given: Given | undefined;
  try {
    given = await readBody(request, { file: service.rules.uploadLimit, keep: service.rules.keepLimit });
    return { result: await run({ ...service, bot: named.bot, signal }, named, given), given };
  } catch (error) {
    if (error instanceof Refusal) {
      if (error instanceof SpecProblem)
        service.complain([named.name, error.path, error.message].filter(Boolean).join(": "));
      return { refusal: error, given };
    }
    if (request.destroyed) return { refusal: new Refusal(400, "Bad Request: the request ended early"), given };
    service.complain(
      `the emulator failed at ${named.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return { refusal: new Refusal(500, "Internal Server Error"), given };
  }
}

async function run(call: Call, { method, name }: Pick<Named, "method" | "name">, given: Given): Promise<unknown> {
  if (!method) throw new SpecProblem(404, name === "" ? "Not Found" : "Not Found: method not found");
  // The table says what a handler takes, and a test holds the table against the types of the handlers.
  const handler = handlers[method] as (call: Call, parameters: Record<string, unknown>) => unknown;
  return handler(call, checkParameters(method, given));
}

/** Carries out a call that came in the answer to a webhook. */
export async function performReply(
  service: Service,
  bot: Bot,
  name: string,
  parameters: Record<string, unknown>,
): Promise<unknown> {
  const signal = new AbortController().signal;
  const given = { values: parameters, textual: false, uploads: new Map() };
  return run({ ...service, bot, signal }, { method: methodNamed(name), name }, given);
}

/** Names of methods are the same in any case. */
function methodNamed(name: string): Method | undefined {
  return byLowerName.get(name.toLowerCase());
}

const byLowerName = new Map((Object.keys(methods) as Method[]).map((method) => [method.toLowerCase(), method]));

/** Parameters fit for a panel: secrets masked, files by their name and size. */
function recorded(given: Given | undefined): Record<string, unknown> {
  if (!given) return {};
  const files = [...given.uploads].map(([part, { name, size, sha256 }]) => [part, { name, size, sha256 }] as const);
  const masked = Object.entries(given.values).map(
    ([name, value]) => [name, name === "secret_token" ? "***" : readable(value, given)] as const,
  );
  return Object.fromEntries([...masked, ...files]);
}

/** What a form wrote out as JSON is shown as what it is. */
function readable(value: unknown, { textual }: Given): unknown {
  if (!textual || typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function sendFile({ files, rules }: Service, path: string, response: ServerResponse): void {
  const file = files.at(path);
  if (!file || file.size > rules.downloadLimit) return send(response, 404, refused(refusals.notFound()));
  if (!file.bytes)
    return send(response, 404, refused(new Refusal(404, "Not Found: the emulator keeps small files only")));
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": file.size }).end(file.bytes);
}
