import type { CallOptions, DriverContext } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Auth } from "./auth.ts";
import type { CaptchaTokens } from "./captcha.ts";
import { permissionMissing, purposeOf } from "./connect/permission.ts";
import { readReply, reactTo, type Failure, type Reaction } from "./failure.ts";
import type { Gate } from "./gate.ts";
import { userAgentOf, type Identity } from "./identity.ts";
import type { Exchange, Peek, Received, Transport } from "./transport.ts";

/** A call on the drive host, already free of hosts, headers and tokens. */
interface Call extends CallOptions {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** `/drive/v1/files` */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Shown what has come of a good answer; anew where the call is sent again. */
  readonly peek?: Peek | undefined;
}

/**
 * As whom calls are made: a session of PikPak's own clients (or nobody) is asked for a captcha token all the time; an app a
 * person approved only where the service wants one; a personal token never, and it is no client's.
 */
type Caller = "session" | "app" | "personal";

/** One request: pace, sign, send, pass the captcha, refresh, and once more at the most. */
export interface Client {
  /** The answer's JSON. Throws `StorageError`, or the reason of an aborted signal. */
  call(call: Call): Promise<unknown>;
}

export interface ClientParts {
  /** Base of the drive host, without a trailing slash. */
  readonly driveUrl: string;
  readonly identity: Identity;
  readonly deviceId: () => Promise<string>;
  readonly gate: Gate;
  readonly transport: Transport;
  readonly captcha: CaptchaTokens;
  /** Absent = anonymous (shares). */
  readonly auth?: Auth;
  /** Absent = `session`. */
  readonly caller?: Caller;
  readonly context: Pick<DriverContext, "now" | "monotonic" | "owner" | "wait" | "log">;
}

/** What may still be tried for one call; each only once, whatever the answers. */
interface Budget {
  captcha: number;
  /** The service wants a captcha token for this call. */
  wantsCaptcha: boolean;
  token: number;
  waits: number;
  resends: number;
}

/** A Retry-After this short is waited for instead of told. */
const shortWait = 5000;

/** A client of one account, or of nobody. */
export function createClient(parts: ClientParts): Client {
  const { caller = "session" } = parts;
  const usual = { captcha: caller === "personal" ? 0 : 1, wantsCaptcha: caller === "session", token: 1, waits: 5 };
  return { call: (call) => attempt(parts, call, { ...usual, resends: call.method === "GET" ? 2 : 0 }) };
}

async function attempt(parts: ClientParts, call: Call, budget: Budget): Promise<unknown> {
  for (;;) {
    // Whoever has to sign in first takes no turn for it; what was renewed while others were served is what this goes with.
    await credentialsFor(parts, call, budget);
    await turnOf(parts, call);
    const credentials = await credentialsFor(parts, call, budget);
    const received = await exchanged(parts, call, credentials, budget);
    if (!received) continue;
    const reply = readReply({ ...received, mayBeEmpty: call.method !== "GET" });
    if (reply.is === "answer") return reply.body;
    if (reply.is === "garbled") {
      await resendOrThrow(
        parts,
        call,
        budget,
        new StorageError("upstream", { message: `PikPak answered ${reply.status} without JSON` }),
      );
      continue;
    }
    const done = await react(parts, call, {
      reaction: reactTo(reply.failure),
      failure: reply.failure,
      credentials,
      budget,
    });
    if (done) return {};
  }
}

interface Credentials {
  readonly deviceId: string;
  readonly captchaToken: string | undefined;
  readonly accessToken?: string;
  readonly userId: string;
}

async function credentialsFor(
  { auth, captcha, deviceId }: ClientParts,
  call: Call,
  { wantsCaptcha }: Budget,
): Promise<Credentials> {
  const session = await auth?.session(call.signal);
  const device = await deviceId();
  const userId = session?.userId ?? "";
  const captchaToken = wantsCaptcha ? await captcha.forAction(actionOf(call), userId, call.signal) : undefined;
  return { deviceId: device, captchaToken, userId, ...(session && { accessToken: session.accessToken }) };
}

/** The action a captcha token is asked for: method and path. */
function actionOf({ method, path }: Call): string {
  return `${method}:${path}`;
}

function turnOf({ gate, context }: ClientParts, { asker = context.owner, background, signal }: Call): Promise<void> {
  return gate.pass({ asker, background, signal });
}

/** Undefined = the way there failed and it may be sent again. */
async function exchanged(
  parts: ClientParts,
  call: Call,
  credentials: Credentials,
  budget: Budget,
): Promise<Received | undefined> {
  const { now, monotonic, log } = parts.context;
  const started = monotonic();
  try {
    const received = await parts.transport.send(exchangeOf(parts, call, credentials), now());
    log.debug(
      { method: call.method, path: call.path, status: received.status, ms: monotonic() - started },
      "pikpak call answered",
    );
    return received;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    await resendOrThrow(parts, call, budget, error);
    return undefined;
  }
}

function exchangeOf(
  { driveUrl, identity, caller, context }: ClientParts,
  call: Call,
  credentials: Credentials,
): Exchange {
  const query = new URLSearchParams(call.query).toString();
  return {
    method: call.method,
    url: `${driveUrl}${call.path}${query === "" ? "" : `?${query}`}`,
    headers: {
      accept: "application/json",
      "x-device-id": credentials.deviceId,
      ...(caller !== "personal" && { "x-client-id": identity.clientId }),
      ...(credentials.captchaToken !== undefined && { "x-captcha-token": credentials.captchaToken }),
      "user-agent": userAgentOf(identity, {
        deviceId: credentials.deviceId,
        userId: credentials.userId,
        now: context.now(),
      }),
      ...(credentials.accessToken && { authorization: `Bearer ${credentials.accessToken}` }),
    },
    ...(call.body === undefined ? {} : { body: call.body }),
    peek: call.peek,
    signal: call.signal,
  };
}

async function resendOrThrow({ context }: ClientParts, call: Call, budget: Budget, error: StorageError): Promise<void> {
  if (budget.resends === 0) throw error;
  budget.resends -= 1;
  await context.wait(budget.resends === 0 ? 1000 : 300, call.signal);
}

interface Refused {
  readonly reaction: Reaction;
  readonly failure: Failure;
  readonly credentials: Credentials;
  readonly budget: Budget;
}

/** Prepares another attempt, or throws; true = the refusal was as good as success. */
async function react(
  parts: ClientParts,
  call: Call,
  { reaction, failure, credentials, budget }: Refused,
): Promise<boolean> {
  switch (reaction.react) {
    case "succeed":
      return true;
    case "renew-captcha":
      if (credentials.captchaToken !== undefined) parts.captcha.drop(credentials.captchaToken);
      if (budget.captcha-- <= 0) throw await ended(parts, reaction.error);
      budget.wantsCaptcha = true;
      return false;
    case "renew-token":
      if (!parts.auth || budget.token-- <= 0 || credentials.accessToken === undefined) throw reaction.error;
      await parts.auth.renew(credentials.accessToken, call.signal);
      return false;
    case "wait":
      if (budget.waits-- <= 0 || 5 - budget.waits > reaction.times) throw reaction.error;
      await parts.context.wait(reaction.ms, call.signal);
      return false;
    case "cool-down":
      await coolDown(parts, call, { failure, budget, error: reaction.error });
      return false;
    case "fail":
      throw forCaller(parts, call, reaction.error);
  }
}

/** What an app may do was chosen by a person, who can choose again: the permission is named. */
function forCaller({ caller = "session" }: ClientParts, call: Call, error: StorageError): StorageError {
  return caller !== "session" && error.code === "permission-denied" ? permissionMissing(purposeOf(call)) : error;
}

/** Risk control holds the whole account back for minutes; a captcha refused twice is the end of this call. */
async function ended({ gate }: ClientParts, error: StorageError): Promise<StorageError> {
  if (error.code === "risk-limited") await gate.coolDown(error.retryAfter);
  return error;
}

interface TooOften {
  readonly failure: Failure;
  readonly budget: Budget;
  readonly error: StorageError;
}

async function coolDown(
  { gate, context }: ClientParts,
  call: Call,
  { failure, budget, error }: TooOften,
): Promise<void> {
  const pause = await gate.coolDown(failure.retryAfter);
  const isShort = failure.retryAfter !== undefined && pause <= shortWait && budget.resends > 0;
  if (!isShort) throw new StorageError("too-frequent", { retryAfter: pause, message: error.message });
  budget.resends = 0;
  await context.wait(pause + 1, call.signal);
}
