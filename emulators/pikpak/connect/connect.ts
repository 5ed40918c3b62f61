import type { IncomingMessage, ServerResponse } from "node:http";
import type { Bases } from "../place.ts";
import { envelope, Refusal, refusals } from "../refusal.ts";
import type { Rules } from "../rules.ts";
import type { Addresses } from "../shapes.ts";
import type { Account, State } from "../state.ts";
import { readBody, text, type Body } from "../text.ts";
import type { Tokens } from "../tokens.ts";
import { approvalPage, codePage, outcomePage } from "./approval-page.ts";
import { createGrants, type Decision, type Grants } from "./grants.ts";
import { createMcpServer, type McpServer } from "./mcp.ts";
import { issuerMetadata, resourceMetadata } from "./metadata.ts";

/** Everything connected apps talk to, besides the drive API itself. */
export interface Connect {
  readonly grants: Grants;
  readonly mcp: McpServer;
  handle(request: IncomingMessage, response: ServerResponse, call: ConnectCall): void;
}

interface ConnectCall {
  readonly path: string;
  readonly body: string;
  readonly bases: Bases;
  readonly addresses: Addresses;
  readonly cut: "half" | "lost" | undefined;
}

interface ConnectParts {
  readonly state: State;
  readonly rules: Rules;
  readonly tokens: Tokens;
}

export function createConnect(parts: ConnectParts): Connect {
  const { state, rules, tokens } = parts;
  const grants = createGrants(state, rules, tokens);
  const mcp = createMcpServer(parts);
  return {
    grants,
    mcp,
    handle(request, response, call) {
      if (call.path === "/mcp") return mcp.handle(request, response, call);
      try {
        const answer = answerOf(request, call, { state, rules, tokens, grants });
        response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const body = envelope(error, "user", text(request.headers["accept-language"]));
        response.writeHead(error.status, json).end(JSON.stringify(body));
      }
    },
  };
}

interface Answer {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answering extends ConnectParts {
  readonly grants: Grants;
}

const json = { "content-type": "application/json", "cache-control": "no-store" };
const html = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "x-frame-options": "DENY" };

function answerOf(request: IncomingMessage, { path, body, bases }: ConnectCall, parts: Answering): Answer {
  const query = new URLSearchParams((request.url ?? "").split("?")[1] ?? "");
  const isPost = request.method === "POST";
  switch (`${isPost ? "POST" : "GET"} ${path}`) {
    case "GET /.well-known/oauth-protected-resource":
    case "GET /.well-known/oauth-protected-resource/mcp":
      return asJson(resourceMetadata(bases));
    case "GET /.well-known/openid-configuration":
    case "GET /.well-known/oauth-authorization-server":
    case "GET /.well-known/oauth-authorization-server/user-host":
      return asJson(issuerMetadata(bases, parts.rules));
    case "POST /v1/auth/device/code":
      return asJson(parts.grants.beginDevice(deviceBody(request, body), `${bases.web}/drive/device`));
    case "POST /v1/auth/revoke":
      return asJson(revoke(readBody(body), parts));
    case "POST /v1/clients-registrations/openid-connect":
      return { ...asJson(parts.grants.register(readBody(body))), status: 201 };
    case "GET /drive/device":
      return askDevice(query.get("user_code") ?? "", parts);
    case "POST /drive/device":
      return decideDevice(query.get("user_code") ?? "", readBody(body), parts);
    case "GET /drive/auth-center":
      return askAuthorization(query, parts, bases);
    case "POST /drive/auth-center":
      return decideAuthorization(query, readBody(body), { ...parts, issuer: bases.user });
    default:
      throw refusals.noEndpoint();
  }
}

/** The client stands in the body, or in the header alone. */
function deviceBody(request: IncomingMessage, body: string): Body {
  const read = readBody(body);
  return { ...read, client_id: text(read["client_id"]) || text(request.headers["x-client-id"]) };
}

function revoke(body: Body, { rules, tokens }: Answering): object {
  const token = text(body["token"]);
  const held = tokens.find(token);
  if (held?.kind === "pat" && !rules.patsRevocable)
    throw new Refusal({ error: "unsupported_token_type", code: 3, description: "the token is taken back by hand" });
  tokens.revoke(token);
  return {};
}

function askDevice(userCode: string, { state, grants }: Answering): Answer {
  if (userCode === "") return { headers: html, body: codePage() };
  const asked = grants.device(userCode);
  if (!asked) return { status: 404, headers: html, body: outcomePage("This code is unknown or over.") };
  return { headers: html, body: approvalPage({ ...asked, accounts: [...state.accounts.values()] }) };
}

function decideDevice(userCode: string, form: Body, { state, grants }: Answering): Answer {
  const decision = decisionIn(form, state);
  if (!grants.decideDevice(userCode, decision))
    return { status: 410, headers: html, body: outcomePage("This code is over, or was decided already.") };
  const words = decision ? "Approved. You can go back to the app." : "Denied. The app gets nothing.";
  return { headers: html, body: outcomePage(words) };
}

/** A request whose fault the app may be told goes back to it at once. */
function askAuthorization(query: URLSearchParams, { state, grants }: Answering, bases: Bases): Answer {
  const asked = grants.authorization(query);
  if (asked.fault !== undefined) return redirect(grants.decideAuthorization(asked, undefined, bases.user));
  return { headers: html, body: approvalPage({ ...asked, accounts: [...state.accounts.values()] }) };
}

function decideAuthorization(
  query: URLSearchParams,
  form: Body,
  { state, grants, issuer }: Answering & { readonly issuer: string },
): Answer {
  const asked = grants.authorization(query);
  return redirect(grants.decideAuthorization(asked, decisionIn(form, state), issuer));
}

function decisionIn(form: Body, state: State): Decision {
  const account: Account | undefined = state.accounts.get(text(form["account"]));
  return form["decision"] === "approve" ? account : undefined;
}

function redirect(location: string): Answer {
  return { status: 302, headers: { location } };
}

function asJson(body: object): Answer {
  return { headers: json, body: JSON.stringify(body) };
}
