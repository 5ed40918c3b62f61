import { createHash } from "node:crypto";
import { isKnownClient } from "../captcha.ts";
import { Refusal } from "../refusal.ts";
import type { Account, State } from "../state.ts";
import { idsIn, text, type Body } from "../text.ts";
import { allScopes, type Scope, type Tokens } from "../tokens.ts";
import type { ConnectRules } from "./rules.ts";

/** How apps get a person's agreement: by a code on a device, or by the web with PKCE. */
export interface Grants {
  /** `POST /v1/auth/device/code`. */
  beginDevice(body: Body, page: string): object;
  /** What a code on a device asks for, as the approval page shows it; undefined = no such code, or over. */
  device(userCode: string): DeviceRequest | undefined;
  decideDevice(userCode: string, decision: Decision): boolean;
  /** `POST /v1/clients-registrations/openid-connect`. */
  register(body: Body): object;
  /** Checks a request for the code flow: who asks, and where an answer may go. */
  authorization(query: URLSearchParams): AuthorizationRequest;
  /** The address the person's browser goes on to. */
  decideAuthorization(request: AuthorizationRequest, decision: Decision, issuer: string): string;
  /** `POST /v1/auth/token` for the two flows; undefined = another grant. */
  exchange(body: Body): object | undefined;
}

/** The account of the person who agrees; undefined = they refuse. */
export type Decision = Account | undefined;

export interface DeviceRequest {
  readonly userCode: string;
  readonly app: string;
  readonly scope: string;
}

export interface AuthorizationRequest {
  readonly app: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string | null;
  readonly scope: string;
  readonly challenge: string;
  readonly resource: string;
  /** What the return address is told at once instead of asking the person. */
  readonly fault: string | undefined;
}

interface Client {
  readonly name: string;
  readonly redirectUris: readonly string[];
}

interface DeviceCode extends DeviceRequest {
  readonly clientId: string;
  /** ms since the epoch */
  readonly until: number;
  /** Seconds */
  interval: number;
  polledAt: number;
  /** null = nobody decided yet, undefined = refused. */
  decision: Account | undefined | null;
  isUsed: boolean;
}

interface AuthorizationCode {
  readonly request: AuthorizationRequest;
  readonly account: Account;
  /** ms since the epoch */
  readonly until: number;
  /** What it was used for: everything that came from it ends when it is used again. */
  granted: string | undefined;
}

export const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
const codeLife = 600_000;

/** The agreements of one emulated service. */
export function createGrants(state: State, rules: ConnectRules, tokens: Tokens): Grants {
  const clients = new Map<string, Client>();
  const devices = new Map<string, DeviceCode>();
  const codes = new Map<string, AuthorizationCode>();
  const nameOf = (clientId: string) =>
    clients.get(clientId)?.name ?? (isKnownClient(clientId) ? "PikPak on another device" : undefined);
  const findDevice = (userCode: string) =>
    [...devices.values()].find((one) => one.userCode === userCode.toUpperCase() && one.until > state.now());
  return {
    beginDevice(body, page) {
      const clientId = text(body["client_id"]);
      const app = nameOf(clientId);
      if (app === undefined) throw refused("invalid_client", "client_id is unknown");
      const deviceCode = state.randomHex(32);
      const userCode = userCodeFrom(state.randomHex(8));
      const begun = { userCode, app, scope: text(body["scope"]), clientId, interval: rules.deviceInterval };
      const until = state.now() + rules.deviceLife * 1000;
      devices.set(deviceCode, { ...begun, until, polledAt: Number.NEGATIVE_INFINITY, decision: null, isUsed: false });
      return {
        device_code: deviceCode,
        user_code: userCode,
        verification_uri: page,
        verification_uri_complete: `${page}?user_code=${userCode}`,
        expires_in: rules.deviceLife,
        interval: rules.deviceInterval,
      };
    },
    device: findDevice,
    decideDevice(userCode, decision) {
      const asked = findDevice(userCode);
      if (asked?.decision !== null) return false;
      asked.decision = decision;
      return true;
    },
    register(body) {
      if (!rules.registrationOpen) throw refused("access_denied", "registration is closed", 403);
      const redirectUris = idsIn(body, "redirect_uris");
      if (redirectUris.length === 0 || !redirectUris.every(isAllowedRedirect))
        throw refused("invalid_redirect_uri", "redirect_uris takes https addresses");
      const id = `app_${state.randomHex(10)}`;
      const name = text(body["client_name"]) || "An app";
      clients.set(id, { name, redirectUris });
      return {
        client_id: id,
        client_id_issued_at: Math.floor(state.now() / 1000),
        client_name: name,
        redirect_uris: redirectUris,
        grant_types: ["authorization_code", "refresh_token", deviceGrant],
        response_types: ["code"],
        token_endpoint_auth_method: "none",
        application_type: "web",
      };
    },
    authorization: (query) => checkAuthorization(query, clients),
    decideAuthorization(request, decision, issuer) {
      const iss = rules.authorizationIss ? issuer : undefined;
      if (!decision || request.fault !== undefined)
        return returnTo(request, { error: request.fault ?? "access_denied", iss });
      const code = state.randomHex(20);
      codes.set(code, { request, account: decision, until: state.now() + codeLife, granted: undefined });
      return returnTo(request, { code, iss });
    },
    exchange(body) {
      if (body["grant_type"] === deviceGrant)
        return takeDevice(devices.get(text(body["device_code"])), body, { state, tokens });
      if (body["grant_type"] === "authorization_code")
        return takeCode(codes.get(text(body["code"])), body, { state, tokens });
      return undefined;
    },
  };
}

/** Eight letters a person can tell apart, in two halves. */
function userCodeFrom(hex: string): string {
  const letters = "BCDFGHJKLMNPQRSTVWXZ";
  const picked = Array.from(Buffer.from(hex, "hex"), (byte) => letters[byte % letters.length]).join("");
  return `${picked.slice(0, 4)}-${picked.slice(4, 8)}`;
}

function isAllowedRedirect(address: string): boolean {
  const url = URL.parse(address);
  if (!url || url.hash !== "") return false;
  return (
    url.protocol === "https:" || (url.protocol === "http:" && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname))
  );
}

/** An unknown client, or an address it did not register, is told to the person and to nobody else. */
function checkAuthorization(query: URLSearchParams, clients: ReadonlyMap<string, Client>): AuthorizationRequest {
  const get = (name: string) => query.get(name) ?? "";
  const client = clients.get(get("client_id"));
  if (!client) throw refused("invalid_client", "client_id is unknown");
  if (!client.redirectUris.includes(get("redirect_uri")))
    throw refused("invalid_request", "redirect_uri is not one of the client's");
  return {
    app: client.name,
    clientId: get("client_id"),
    redirectUri: get("redirect_uri"),
    state: query.get("state"),
    scope: get("scope"),
    challenge: get("code_challenge"),
    resource: get("resource"),
    fault: authorizationFault(get),
  };
}

function authorizationFault(get: (name: string) => string): string | undefined {
  if (get("response_type") !== "code") return "unsupported_response_type";
  const hasChallenge = /^[\w-]{43}$/.test(get("code_challenge")) && get("code_challenge_method") === "S256";
  return hasChallenge ? undefined : "invalid_request";
}

function returnTo(request: AuthorizationRequest, answer: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(request.redirectUri);
  for (const [name, value] of Object.entries({ ...answer, state: request.state ?? undefined }))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.toString();
}

interface Exchange {
  readonly state: State;
  readonly tokens: Tokens;
}

/** What an app of somebody else gets; PikPak's own clients may delete for ever as well (seen 2026-10). */
const appScopes: readonly Scope[] = ["read", "write", "manage", "cloud_download", "share"];

function takeDevice(asked: DeviceCode | undefined, body: Body, { state, tokens }: Exchange): object {
  if (!asked || asked.clientId !== text(body["client_id"]) || asked.isUsed)
    throw refused("invalid_grant", "device_code is unknown");
  const now = state.now();
  if (asked.until <= now) throw refused("expired_token", "device_code is over");
  const isEarly = now - asked.polledAt < asked.interval * 1000;
  asked.polledAt = now;
  if (isEarly) {
    asked.interval += 5;
    throw refused("slow_down", "polled too often");
  }
  if (asked.decision === null) throw refused("authorization_pending", "the person has not decided yet");
  asked.isUsed = true;
  if (!asked.decision) throw refused("access_denied", "the person refused");
  const scopes = isKnownClient(asked.clientId) ? allScopes.filter((scope) => scope !== "invite") : appScopes;
  return tokens.grant(asked.decision, { clientId: asked.clientId, kind: "oauth", scopes: new Set(scopes) });
}

function takeCode(held: AuthorizationCode | undefined, body: Body, { state, tokens }: Exchange): object {
  if (held?.granted !== undefined) {
    tokens.revoke(held.granted);
    throw refused("invalid_grant", "code was used already");
  }
  if (!held || held.until <= state.now()) throw refused("invalid_grant", "code is unknown or over");
  const { request, account } = held;
  const proof = createHash("sha256").update(text(body["code_verifier"])).digest("base64url");
  if (request.clientId !== text(body["client_id"])) throw refused("invalid_grant", "code is another client's");
  if (request.redirectUri !== text(body["redirect_uri"])) throw refused("invalid_grant", "redirect_uri is another");
  if (request.challenge !== proof) throw refused("invalid_grant", "code_verifier does not fit the challenge");
  if (request.resource !== text(body["resource"])) throw refused("invalid_target", "resource is another");
  const scopes = new Set(appScopes);
  const granted = tokens.grant(account, { clientId: request.clientId, kind: "oauth", scopes });
  held.granted = granted.access_token;
  return granted;
}

/** The words are RFC 6749's and 8628's; nobody recorded the numbers beside them. */
function refused(error: keyof typeof codes, description: string, status = 400): Refusal {
  return new Refusal({ status, error, code: codes[error], description });
}

const codes = {
  invalid_client: 3,
  invalid_request: 3,
  invalid_redirect_uri: 3,
  invalid_target: 3,
  invalid_grant: 4126,
  authorization_pending: 14,
  slow_down: 8,
  expired_token: 4,
  access_denied: 7,
} as const;
