import type { Account } from "../../../emulators/pikpak/state.ts";
import type { Scope } from "../../../emulators/pikpak/tokens.ts";
import { rawClient, type Answer, type RawClient } from "./client.ts";

/** A client of the hosted MCP server that knows nothing but HTTP and JSON-RPC. */
export interface ConnectClient extends RawClient {
  readonly otto: Account;
  /** A personal access token of Otto's with these permissions; all there are when absent. */
  pat(scopes?: readonly Scope[], days?: number): string;
  /** A POST to the MCP address, with what every request carries; a header of "" is left out. */
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** A handshake; gives the headers of the session. */
  handshake(token?: string, version?: string): Promise<Record<string, string>>;
  /** A tool called in the era without handshakes; the token may be another than Otto's usual one. */
  tool(name: string, args?: object, token?: string): Promise<ToolResult>;
  /** The same, as it came. */
  call(method: string, params?: object, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

export interface ToolResult {
  readonly isError: boolean;
  /** The structured answer, else the text as JSON, else nothing. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export const everything: readonly Scope[] = ["read", "write", "manage", "cloud_download", "share"];
export const modern = "2026-07-28";
const types = { "content-type": "application/json", accept: "application/json, text/event-stream" };

export async function connectClient(): Promise<ConnectClient> {
  const at = await rawClient();
  const otto = at.pikpak.build.account({ username: "otto@example.com", password: "night-train" });
  const usual = at.pikpak.build.pat(otto, { scopes: everything });
  const pat: ConnectClient["pat"] = (scopes = everything, days) => at.pikpak.build.pat(otto, { scopes, days });
  const post: ConnectClient["post"] = (body, more = {}) => {
    const headers = Object.entries({ ...types, authorization: `Bearer ${usual}`, ...more });
    return at.send("POST", at.pikpak.mcpUrl, {
      headers: Object.fromEntries(headers.filter(([, value]) => value !== "")),
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  };
  const call: ConnectClient["call"] = (method, params = {}, headers = {}) => {
    const name = "name" in params && typeof params.name === "string" ? { "mcp-name": params.name } : {};
    const key = "io.modelcontextprotocol/";
    const meta = {
      [`${key}protocolVersion`]: modern,
      [`${key}clientInfo`]: { name: "test", version: "1" },
      [`${key}clientCapabilities`]: {},
    };
    const told = { "mcp-protocol-version": modern, "mcp-method": method, ...name, ...headers };
    return post({ jsonrpc: "2.0", id: 7, method, params: { ...params, _meta: meta } }, told);
  };
  return {
    ...at,
    otto,
    pat,
    post,
    call,
    async handshake(token = usual, version = "2025-11-25") {
      const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: "test", version: "1" } };
      const authorization = `Bearer ${token}`;
      const answer = await post({ jsonrpc: "2.0", id: 1, method: "initialize", params }, { authorization });
      const { protocolVersion } = resultIn(answer) as { protocolVersion: string };
      const session = answer.headers["mcp-session-id"];
      const headers = { authorization, "mcp-protocol-version": protocolVersion };
      return session === undefined ? headers : { ...headers, "mcp-session-id": String(session) };
    },
    async tool(name, args = {}, token = usual) {
      const answer = await call("tools/call", { name, arguments: args }, { authorization: `Bearer ${token}` });
      return readTool(resultIn(answer));
    },
  };
}

/** The message of an answer, plain or at the end of a stream of events. */
function messageIn({ text, headers, body }: Answer): Readonly<Record<string, unknown>> {
  if (!String(headers["content-type"]).startsWith("text/event-stream")) return body;
  const messages = [...text.matchAll(/^data: (\{.*\})$/gm)].map(
    ([, json = ""]) => JSON.parse(json) as Record<string, unknown>,
  );
  return messages.find((message) => "id" in message) ?? {};
}

export function resultIn(answer: Answer): Readonly<Record<string, unknown>> {
  const { result } = messageIn(answer);
  return typeof result === "object" && result !== null ? { ...result } : {};
}

export function errorIn(answer: Answer): {
  readonly code?: number;
  readonly data?: unknown;
  readonly message?: string;
} {
  return messageIn(answer)["error"] ?? {};
}

function readTool(result: Readonly<Record<string, unknown>>): ToolResult {
  const content = (result["content"] ?? []) as { text: string }[];
  const text = content[0]?.text ?? "";
  const structured = result["structuredContent"] as Record<string, unknown> | undefined;
  return { isError: result["isError"] === true, body: structured ?? parsed(text), text };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
