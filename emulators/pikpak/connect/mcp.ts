import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { Bases } from "../place.ts";
import { Refusal } from "../refusal.ts";
import type { Rules } from "../rules.ts";
import type { Addresses } from "../shapes.ts";
import type { State } from "../state.ts";
import { text } from "../text.ts";
import type { Credential, Tokens } from "../tokens.ts";
import { tools, type Arguments, type Tool } from "./tools.ts";

/** The hosted MCP server: JSON-RPC over POST, in the era of handshakes, the one after it, or both. */
export interface McpServer {
  handle(request: IncomingMessage, response: ServerResponse, call: McpCall): void;
  /** Forgets every session, as a restart of the real server does. */
  dropSessions(): void;
  /** How often `initialize` was answered. */
  readonly handshakes: number;
}

interface McpCall {
  readonly body: string;
  readonly bases: Bases;
  readonly addresses: Addresses;
  /** Only half of the answer is sent, or none. */
  readonly cut: "half" | "lost" | undefined;
}

interface McpParts {
  readonly state: State;
  readonly rules: Rules;
  readonly tokens: Tokens;
}

interface RpcRequest {
  readonly id: string | number | undefined;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** An answer that is not a result: a JSON-RPC error, with the HTTP status it comes with. */
class RpcError extends Error {
  readonly status: number;
  readonly code: number;
  readonly extra: object | undefined;

  constructor(code: number, message: string, { status = 200, extra }: { status?: number; extra?: object } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
  }
}

/** Not allowed, told by HTTP and not in the result. */
class InsufficientScope extends Error {}

const legacyVersions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
const modernVersion = "2026-07-28";
const serverInfo = { name: "pikpak", version: "1.0.0" };

export function createMcpServer({ state, rules, tokens }: McpParts): McpServer {
  /** Versions by session. */
  const sessions = new Map<string, string>();
  let handshakes = 0;
  const handshake = (params: RpcRequest["params"], response: ServerResponse): object => {
    handshakes += 1;
    const asked = text(params["protocolVersion"]);
    const known = legacyVersions.includes(asked) && asked <= rules.mcpVersion;
    const version = known ? asked : rules.mcpVersion;
    if (rules.mcpSessions) {
      const session = state.randomHex(16);
      sessions.set(session, version);
      response.setHeader("mcp-session-id", session);
    }
    return { protocolVersion: version, capabilities: { tools: {} }, serverInfo };
  };
  const place = (credential: Credential, { addresses }: McpCall, request: IncomingMessage): Calling => ({
    state,
    rules,
    credential,
    account: credential.account,
    addresses,
    language: text(request.headers["accept-language"]),
  });
  const answer = (request: IncomingMessage, response: ServerResponse, call: McpCall): object | undefined => {
    const rpc = readRpc(call.body);
    const credential = tokens.credential(text(request.headers.authorization));
    const isModern = checkEra(request, rpc, rules);
    if (!isModern && rpc.method === "initialize") return handshake(rpc.params, response);
    if (!isModern) checkSession(request, { sessions, rules });
    if (rpc.id === undefined) return undefined;
    return resultOf(rpc, isModern, place(credential, call, request));
  };
  return {
    handle(request, response, call) {
      const refused = gate(request, response, { sessions, rules, tokens, bases: call.bases });
      if (refused) return;
      try {
        const result = answer(request, response, call);
        if (call.cut === "lost") return void response.destroy();
        if (result === undefined) return void response.writeHead(202).end();
        const { id } = readRpc(call.body);
        return send(response, { jsonrpc: "2.0", id, result }, { rules, half: call.cut === "half" });
      } catch (error) {
        return refuse(error, response, call);
      }
    },
    dropSessions: () => sessions.clear(),
    get handshakes() {
      return handshakes;
    },
  };
}

interface Gate {
  readonly sessions: Map<string, string>;
  readonly rules: Rules;
  readonly tokens: Tokens;
  readonly bases: Bases;
}

/** What is settled before the body is looked at: the token, then the verb, then the types. True = answered. */
function gate(request: IncomingMessage, response: ServerResponse, { sessions, rules, tokens, bases }: Gate): boolean {
  const held = tokens.find(text(request.headers.authorization));
  const isGood = held && held.kind !== "session" && !held.family.revoked && isCurrent(held, tokens, request);
  const end = (status: number, headers: Record<string, string> = {}) => {
    response.writeHead(status, headers).end();
    return true;
  };
  if (!isGood) {
    const invalid = request.headers.authorization === undefined ? "" : ', error="invalid_token"';
    const metadata = `resource_metadata="${bases.mcp}/.well-known/oauth-protected-resource/mcp"`;
    return end(401, { "www-authenticate": `Bearer ${metadata}${invalid}` });
  }
  if (request.method === "DELETE") {
    if (rules.mcpEra === "modern" || !rules.mcpSessions) return end(405, { allow: "POST" });
    return end(sessions.delete(text(request.headers["mcp-session-id"])) ? 200 : 404);
  }
  if (request.method !== "POST") return end(405, { allow: "POST" });
  const accept = request.headers.accept ?? "";
  if (!accept.includes("application/json") || !accept.includes("text/event-stream")) return end(406);
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) return end(415);
  return false;
}

function isCurrent(held: Credential, tokens: Tokens, request: IncomingMessage): boolean {
  try {
    return tokens.credential(text(request.headers.authorization)) === held;
  } catch {
    return false;
  }
}

const rpcShape = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: z.record(z.string(), z.unknown()).optional(),
});

function readRpc(body: string): RpcRequest {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new RpcError(-32_700, "Parse error", { status: 400 });
  }
  const call = rpcShape.safeParse(json);
  if (!call.success) throw new RpcError(-32_600, "Invalid Request", { status: 400 });
  const { id, method, params = {} } = call.data;
  return { id, method, params };
}

const versionKey = "io.modelcontextprotocol/protocolVersion";

/** Which era a request speaks, checked against what the server speaks. True = the one without handshakes. */
function checkEra(request: IncomingMessage, { method, params }: RpcRequest, rules: Rules): boolean {
  const header = text(request.headers["mcp-protocol-version"]);
  const meta = params["_meta"];
  const told = typeof meta === "object" && meta !== null ? text((meta as Record<string, unknown>)[versionKey]) : "";
  const isModern = told !== "" || header === modernVersion || method === "server/discover";
  if (!isModern && rules.mcpEra === "modern")
    throw new RpcError(-32_020, "MCP-Protocol-Version and _meta are missing", { status: 400 });
  if (!isModern) return false;
  if (rules.mcpEra === "legacy") throw new RpcError(-32_000, "Bad Request: no session", { status: 400 });
  const same = header === told && text(request.headers["mcp-method"]) === method;
  const named = method !== "tools/call" || text(request.headers["mcp-name"]) === text(params["name"]);
  if (!same || !named) throw new RpcError(-32_020, "a header does not match the body, or is missing", { status: 400 });
  if (header !== modernVersion) {
    const extra = { data: { supported: supportedBy(rules), requested: header } };
    throw new RpcError(-32_022, "Unsupported protocol version", { status: 400, extra });
  }
  return true;
}

function supportedBy(rules: Rules): string[] {
  const older = rules.mcpEra === "both" ? legacyVersions.filter((version) => version <= rules.mcpVersion) : [];
  return [modernVersion, ...older.toReversed()];
}

/** After the handshake every request names its session and the version agreed on. */
function checkSession(request: IncomingMessage, { sessions, rules }: Pick<Gate, "sessions" | "rules">): void {
  const header = text(request.headers["mcp-protocol-version"]);
  const known = legacyVersions.includes(header);
  if (!rules.mcpSessions) {
    if (!known) throw new RpcError(-32_000, "Bad Request: MCP-Protocol-Version is missing or unknown", { status: 400 });
    return;
  }
  const session = text(request.headers["mcp-session-id"]);
  if (session === "") throw new RpcError(-32_000, "Bad Request: Mcp-Session-Id is missing", { status: 400 });
  const version = sessions.get(session);
  if (version === undefined) throw new RpcError(-32_001, "Session not found", { status: 404 });
  if (header !== version)
    throw new RpcError(-32_000, `Bad Request: MCP-Protocol-Version is not ${version}`, { status: 400 });
}

interface Calling {
  readonly state: State;
  readonly rules: Rules;
  readonly credential: Credential;
  readonly account: Credential["account"];
  readonly addresses: Addresses;
  readonly language: string;
}

function resultOf({ method, params }: RpcRequest, isModern: boolean, place: Calling): object {
  const always = isModern ? { resultType: "complete" } : {};
  const cache = isModern ? { ttlMs: 3_600_000, cacheScope: "private" } : {};
  switch (method) {
    case "tools/list":
      return { ...always, ...cache, ...listTools(text(params["cursor"]), place) };
    case "tools/call":
      return { ...always, ...callTool(params, place) };
    case "server/discover":
      if (!isModern) break;
      return {
        ...always,
        ...cache,
        supportedVersions: supportedBy(place.rules),
        capabilities: { tools: {} },
        serverInfo,
      };
    case "ping":
      if (isModern) break;
      return {};
  }
  throw new RpcError(-32_601, `Method not found: ${method}`, { status: isModern ? 404 : 200 });
}

function offered({ rules, credential }: Pick<Calling, "rules" | "credential">): Tool[] {
  return tools
    .filter(({ name }) => !rules.mcpMissingTools.includes(name))
    .filter(({ scope }) => !rules.mcpHidesTools || credential.scopes.has(scope));
}

function listTools(cursor: string, place: Calling): object {
  const all = offered(place);
  const size = place.rules.mcpToolPage || all.length;
  const from = Number(cursor || "0");
  if (!Number.isInteger(from) || from < 0) throw new RpcError(-32_602, "Invalid cursor");
  const more = from + size < all.length ? { nextCursor: String(from + size) } : {};
  return { tools: all.slice(from, from + size).map((tool) => described(tool, place.rules)), ...more };
}

function described(tool: Tool, rules: Rules): object {
  const named = (property: string) => nameFor(tool, property, rules);
  const properties = Object.entries(tool.properties).map(([property, { type }]) => [
    named(property),
    type === "array" ? { type, items: { type: "string" } } : { type },
  ]);
  return {
    name: tool.name,
    description: tool.description,
    inputSchema: {
      type: "object",
      properties: Object.fromEntries(properties),
      required: tool.required.map(named),
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: tool.scope === "read",
      destructiveHint: tool.name === "rm" || tool.name === "task_rm",
    },
  };
}

function nameFor(tool: Tool, property: string, rules: Rules): string {
  return rules.mcpRenamed[`${tool.name}.${property}`] ?? property;
}

function callTool(params: RpcRequest["params"], place: Calling): object {
  const name = text(params["name"]);
  const tool = offered(place).find((candidate) => candidate.name === name);
  if (!tool) throw new RpcError(-32_602, `Unknown tool: ${name}`);
  if (!place.credential.scopes.has(tool.scope)) {
    if (place.rules.mcpDeniedAs === "http") throw new InsufficientScope(tool.scope);
    return failed(`failed to ${tool.name}: [PERMISSION_DENIED] status 403, the token lacks the scope ${tool.scope}`);
  }
  const given: unknown = params["arguments"] ?? {};
  const args = argumentsFor(tool, given, place.rules);
  if (typeof args === "string") {
    if (place.rules.mcpArgumentsAs === "error") throw new RpcError(-32_602, args);
    return failed(args);
  }
  return runTool(tool, args, place);
}

/** Arguments under the tool's own names; a sentence where they do not fit the schema. */
function argumentsFor(tool: Tool, given: unknown, rules: Rules): Arguments | string {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return "arguments is no object";
  const own = new Map(Object.keys(tool.properties).map((property) => [nameFor(tool, property, rules), property]));
  const args: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const property = own.get(name);
    const type = property === undefined ? undefined : tool.properties[property]?.type;
    if (property === undefined || type === undefined) return `unknown argument ${name} for ${tool.name}`;
    if (!isOf(type, value)) return `argument ${name} of ${tool.name} is no ${type}`;
    args[property] = value;
  }
  const missing = tool.required.find((property) => !(property in args));
  return missing === undefined ? args : `missing argument ${nameFor(tool, missing, rules)} for ${tool.name}`;
}

function isOf(type: string, value: unknown): boolean {
  if (type === "array") return Array.isArray(value) && value.every((one) => typeof one === "string");
  return typeof value === type;
}

function runTool(tool: Tool, args: Arguments, place: Calling): object {
  try {
    const answer = tool.call(place, args);
    if (tool.silent === true && place.rules.mcpProse)
      return { content: [{ type: "text", text: `Done: ${tool.name} was carried out.` }], isError: false };
    const content = [{ type: "text", text: JSON.stringify(answer) }];
    switch (place.rules.mcpContent) {
      case "both":
        return { content, structuredContent: answer, isError: false };
      case "structured":
        return { content: [], structuredContent: answer, isError: false };
      case "text":
        return { content, isError: false };
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return failed(wordsFor(tool, error, place.rules));
  }
}

/** The form the real server's one recorded failure has. */
function wordsFor({ name }: Tool, { status, error, description }: Refusal, rules: Rules): string {
  const told = name.replace("_", " ").replace(/^(task) get$/, "get $1");
  const isQuota = /space|limit|nums/.test(error);
  const number = rules.mcpQuotaAs403 && isQuota ? 403 : name === "get" ? 400 : status;
  return `failed to ${told}: [REQUEST_FAILED] ${told} failed with status ${number}: ${error} ${description}`;
}

function failed(words: string): object {
  return { content: [{ type: "text", text: words }], isError: true };
}

function refuse(error: unknown, response: ServerResponse, { body, bases }: McpCall): void {
  if (error instanceof InsufficientScope) {
    const metadata = `resource_metadata="${bases.mcp}/.well-known/oauth-protected-resource/mcp"`;
    const challenge = `Bearer error="insufficient_scope", scope="${error.message}", ${metadata}`;
    return void response.writeHead(403, { "www-authenticate": challenge }).end();
  }
  if (!(error instanceof RpcError)) throw error;
  const rpc = { jsonrpc: "2.0", id: idIn(body), error: { code: error.code, message: error.message, ...error.extra } };
  response.writeHead(error.status, { "content-type": "application/json" }).end(JSON.stringify(rpc));
}

function idIn(body: string): string | number | null {
  try {
    return readRpc(body).id ?? null;
  } catch {
    return null;
  }
}

interface Sending {
  readonly rules: Rules;
  readonly half: boolean;
}

/** One JSON object, or a stream of events that ends with it. */
function send(response: ServerResponse, message: object, { rules, half }: Sending): void {
  const event = (content: object) => `event: message\ndata: ${JSON.stringify(content)}\n\n`;
  const notice = { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "working" } };
  const prelude = rules.mcpAnswers === "noisy" ? `: hello\n\nid: 0\ndata: \n\n${event(notice)}: still here\n\n` : "";
  const isJson = rules.mcpAnswers === "json";
  const whole = isJson ? JSON.stringify(message) : `${prelude}${event(message)}`;
  response.writeHead(200, { "content-type": isJson ? "application/json" : "text/event-stream" });
  response.end(half ? whole.slice(0, whole.length / 2) : whole);
}
