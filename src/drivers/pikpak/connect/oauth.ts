import { createHash } from "node:crypto";
import { z } from "zod";
import type { DriverContext } from "../../../storage/driver.ts";
import { StorageError } from "../../../storage/error.ts";
import { readReply, type Reply } from "../failure.ts";
import type { Exchange, Received, Transport } from "../transport.ts";
import { readGranted, type Granted } from "./granted.ts";

/** What the issuer says of itself; read at run time, for nobody has written all of it down. */
export interface Issuer {
  readonly issuer: string;
  readonly authorization: string;
  readonly token: string;
  /** Absent = clients cannot register themselves. */
  readonly registration: string | undefined;
  /** The return address is told who issued the code. */
  readonly saysIssuer: boolean;
  /** What tokens are asked for. */
  readonly resource: string;
}

/** A sign-in on its way through the person's browser. Plain data; the verifier is a secret. */
export interface PendingSignIn {
  readonly issuer: Issuer;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly verifier: string;
}

interface Asking extends Pick<DriverContext, "now"> {
  readonly transport: Transport;
  readonly signal?: AbortSignal | undefined;
}

const resourceShape = z.looseObject({ resource: z.string(), authorization_servers: z.array(z.string()).min(1) });
const issuerShape = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  registration_endpoint: z.string().optional().catch(undefined),
  code_challenge_methods_supported: z.array(z.string()).catch(["S256"]),
  authorization_response_iss_parameter_supported: z.boolean().catch(false),
});

/** The issuer of tokens for the MCP server, by the two documents that name it. */
export async function readIssuer(mcpUrl: string, asking: Asking): Promise<Issuer> {
  const server = new URL(mcpUrl);
  const wellKnown = `${server.origin}/.well-known/oauth-protected-resource${server.pathname.replace(/\/$/, "")}`;
  const resource = read(resourceShape, await get(wellKnown, asking));
  if (resource.resource !== mcpUrl) throw unfit("the metadata speak of another resource");
  const named = resource.authorization_servers[0] ?? "";
  const trusted = (address: string) => assertSafe(address, server);
  trusted(named);
  const found = read(issuerShape, await get(`${named.replace(/\/$/, "")}/.well-known/openid-configuration`, asking));
  if (found.issuer !== named) throw unfit("the metadata speak of another issuer");
  if (!found.code_challenge_methods_supported.includes("S256")) throw unfit("the issuer takes no S256 challenge");
  for (const address of [found.authorization_endpoint, found.token_endpoint, found.registration_endpoint])
    if (address !== undefined) trusted(address);
  return {
    issuer: found.issuer,
    authorization: found.authorization_endpoint,
    token: found.token_endpoint,
    registration: found.registration_endpoint,
    saysIssuer: found.authorization_response_iss_parameter_supported,
    resource: resource.resource,
  };
}

/** Tokens go over TLS, except where the server itself is spoken to without. */
function assertSafe(address: string, server: URL): void {
  const url = URL.parse(address);
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && server.protocol === "http:");
  if (!isSafe) throw unfit("the metadata name an address that is not safe");
}

const registered = z.looseObject({ client_id: z.string().min(1) });

/** Registers us with the issuer; the client's id, to be kept for this issuer and return address. */
export async function registerClient(issuer: Issuer, redirectUri: string, asking: Asking): Promise<string> {
  if (issuer.registration === undefined) throw unfit("the issuer takes no registrations");
  const body = {
    client_name: "ChatDrive",
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
    application_type: "web",
  };
  const received = await send({ method: "POST", url: issuer.registration, headers: {}, body }, asking);
  const reply = readReply({ ...received, mayBeEmpty: false });
  if (reply.is !== "answer") throw refusedBy(reply, "a registration");
  return read(registered, reply.body).client_id;
}

interface Beginning extends Pick<DriverContext, "randomHex"> {
  readonly clientId: string;
  /** Exactly as it was registered. */
  readonly redirectUri: string;
}

/** The address the person opens, and what has to be kept until they come back. */
export function beginSignIn(
  issuer: Issuer,
  { clientId, redirectUri, randomHex }: Beginning,
): { readonly address: string; readonly pending: PendingSignIn } {
  const pending: PendingSignIn = { issuer, clientId, redirectUri, state: randomHex(16), verifier: randomHex(32) };
  const address = new URL(issuer.authorization);
  const asked = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: "user",
    state: pending.state,
    code_challenge: createHash("sha256").update(pending.verifier).digest("base64url"),
    code_challenge_method: "S256",
    resource: issuer.resource,
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  return { address: address.toString(), pending };
}

interface Finishing extends Asking {
  /** Told that the issuer knows our client no more. */
  onUnknownClient?(): Promise<void>;
}

/** Takes what the person came back with. `approval-denied` where they refused; nothing is asked of a return that is not ours. */
export async function finishSignIn(pending: PendingSignIn, back: URLSearchParams, asking: Finishing): Promise<Granted> {
  const { issuer, clientId, redirectUri, verifier } = pending;
  const iss = back.get("iss");
  if (back.get("state") !== pending.state) throw unfit("another state came back");
  if (iss === null ? issuer.saysIssuer : iss !== issuer.issuer) throw unfit("another issuer answered");
  if (back.get("error") === "access_denied") throw new StorageError("approval-denied");
  const code = back.get("code");
  if (code === null || back.has("error")) throw unfit(`the issuer answered ${back.get("error") ?? "without a code"}`);
  const form = {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: verifier,
    resource: issuer.resource,
  };
  const reply = await postForm(issuer.token, form, asking);
  if (isUnknownClient(reply)) await asking.onUnknownClient?.();
  if (reply.is !== "answer") throw refusedBy(reply, "a code");
  return readGranted(reply.body, { way: "oauth", clientId }, asking);
}

/** As a form, which is how OAuth has it; as JSON, which is how this service's own clients have it, where a form is not understood. */
async function postForm(url: string, form: Readonly<Record<string, string>>, asking: Asking): Promise<Reply> {
  const first = await send({ method: "POST", url, headers: {}, body: new URLSearchParams(form) }, asking);
  const reply = readReply({ ...first, mayBeEmpty: false });
  const isMisread = first.status === 415 || (first.status === 400 && !isRefusalOfGrant(reply));
  if (!isMisread) return reply;
  return readReply({ ...(await send({ method: "POST", url, headers: {}, body: form }, asking)), mayBeEmpty: false });
}

function isUnknownClient(reply: Reply): boolean {
  return reply.is === "failure" && /^(invalid|unauthorized)_client$/.test(reply.failure.error);
}

/** A code that was refused as such is spent: it is not sent again in another form. */
function isRefusalOfGrant(reply: Reply): boolean {
  return (
    reply.is === "failure" && /^(invalid_(grant|client|target|scope)|unauthorized_client)$/.test(reply.failure.error)
  );
}

async function get(url: string, asking: Asking): Promise<unknown> {
  const reply = readReply({ ...(await send({ method: "GET", url, headers: {} }, asking)), mayBeEmpty: false });
  if (reply.is !== "answer") throw refusedBy(reply, "metadata");
  return reply.body;
}

function send(exchange: Omit<Exchange, "signal">, { transport, signal, now }: Asking): Promise<Received> {
  return transport.send({ ...exchange, signal }, now());
}

function read<T>(shape: z.ZodType<T>, body: unknown): T {
  const result = shape.safeParse(body);
  if (result.success) return result.data;
  throw new StorageError("approval-refused", { message: "metadata that say too little", cause: result.error });
}

function refusedBy(reply: Exclude<Reply, { is: "answer" }>, what: string): StorageError {
  const told = reply.is === "failure" ? `${reply.failure.status} ${reply.failure.error}` : String(reply.status);
  return unfit(`${what} was answered ${told}`);
}

function unfit(message: string): StorageError {
  return new StorageError("approval-refused", { message });
}
