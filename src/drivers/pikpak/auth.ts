import type { DriverContext, Vault } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Values } from "../../storage/field.ts";
import { joined } from "../../storage/joined.ts";
import type { CaptchaTokens } from "./captcha.ts";
import { readReply, reactTo, type Failure } from "./failure.ts";
import type { Gate } from "./gate.ts";
import { digestOf, type SignIns } from "./sign-ins.ts";
import { userAgentOf, type Identity } from "./identity.ts";
import type { Transport } from "./transport.ts";
import { readTokens } from "./tokens.ts";

/** Who is signed in. */
interface Session {
  readonly accessToken: string;
  readonly userId: string;
}

/** The one owner of an account's authentication: nobody else reads or renews its tokens. */
export interface Auth {
  /** The session, signing in or refreshing first where there is none. */
  session(signal?: AbortSignal): Promise<Session>;
  /** Renews because `refused` was refused; does nothing when somebody has renewed since. */
  renew(refused: string, signal?: AbortSignal): Promise<void>;
  /** Resolves when no token is under way any more: one that was rotated upstream must still reach the vault. */
  settled(): Promise<void>;
}

export interface AuthParts {
  readonly userUrl: string;
  readonly identity: Identity;
  readonly username: string | undefined;
  readonly deviceId: () => Promise<string>;
  /** Of signing in and refreshing alone: what one person's tries do to it stops nobody who is signed in. */
  readonly gate: Gate;
  readonly signIns: SignIns;
  readonly transport: Transport;
  readonly captcha: CaptchaTokens;
  readonly vault: Vault;
  readonly context: Pick<DriverContext, "now" | "monotonic" | "owner" | "exclusive" | "log">;
}

/** What the service granted and the vault did not take: it is written first thing next time, for the old token is spent. */
interface Unwritten {
  changes?: Values;
}

type Parts = AuthParts & { readonly unwritten: Unwritten };

/** An access token is renewed this long before its end, or when nine tenths of a short life are over. */
const margin = 60_000;
/** No access token is believed to live longer, whatever the clock says of a stored one. */
const longestLife = 24 * 3_600_000;
/** ms without a sign-in after the service refused our address, or the account. */
const refusedHold = 15 * 60_000;
const suspendedHold = 6 * 3_600_000;

/** Authentication over a vault: tokens are written before they are used, under one lock per device. */
export function createAuth(given: AuthParts): Auth {
  const parts: Parts = { ...given, unwritten: {} };
  let known: Held | undefined;
  let working: Promise<Session> | undefined;
  const obtain = (refused: string | undefined): Promise<Session> => {
    working ??= obtainLocked(parts, refused)
      .then((session) => (known = session))
      .finally(() => (working = undefined));
    return working;
  };
  return {
    async session(signal) {
      signal?.throwIfAborted();
      if (known && known.until > parts.context.monotonic()) return known;
      // One whose time is over is not taken from the vault again, whatever the clock says of its end there.
      return joined(obtain(known?.accessToken), signal);
    },
    async renew(refused, signal) {
      if (known && known.accessToken !== refused) return;
      signal?.throwIfAborted();
      known = undefined;
      await joined(obtain(refused), signal);
    },
    settled: async () => void (await working?.catch(() => undefined)),
  };
}

/** `until`: when it is to be renewed, by the monotonic clock. */
type Held = Session & { readonly until: number };

/** Under the lock the vault is read anew: another process may have renewed meanwhile. */
async function obtainLocked(parts: Parts, refused: string | undefined): Promise<Held> {
  const deviceId = await parts.deviceId();
  return parts.context.exclusive(`account:${deviceId}`, async () => {
    if (parts.unwritten.changes) await write(parts, parts.unwritten.changes);
    const vault = await parts.vault.read();
    const kept = heldIn(vault, parts.context);
    if (kept && kept.accessToken !== refused && kept.until > parts.context.monotonic()) return kept;
    const refreshToken = vault["refreshToken"];
    return (refreshToken !== undefined && (await refresh(parts, refreshToken, { mayReread: true }))) || signIn(parts);
  });
}

/** The session in the vault; one that came with another refresh token than the vault's belongs to earlier credentials. */
function heldIn(vault: Values, { now, monotonic }: Parts["context"]): Held | undefined {
  const { accessToken, accessUntil, accessFor, userId = "", refreshToken } = vault;
  if (accessToken === undefined || refreshToken === undefined || accessFor !== digestOf(refreshToken)) return undefined;
  // A stored end is by the clock people set.
  const left = Math.min(Number(accessUntil ?? 0) - now(), longestLife);
  return { accessToken, userId, until: monotonic() + left };
}

/** Undefined = the token is dead (used, expired, of another client); it is then forgotten. On any other failure it is kept. */
async function refresh(
  parts: Parts,
  refreshToken: string,
  { mayReread }: { readonly mayReread: boolean },
): Promise<Held | undefined> {
  const { identity, vault, context } = parts;
  // The token works once: where nothing can be kept just now, it is not spent.
  await vault.write({});
  const answer = await ask(parts, "/v1/auth/token", {
    client_id: identity.clientId,
    client_secret: identity.clientSecret,
    grant_type: "refresh_token",
    refresh_token: refreshToken,
  });
  if ("accessToken" in answer) return answer;
  const error = await errorOf(parts, answer);
  if (!isDead(answer, error)) throw error;
  const now = await vault.read();
  const other = now["refreshToken"];
  // Another process rotated it between our reading and asking: its session is ours, its token gets one try.
  if (mayReread && other !== undefined && other !== refreshToken) {
    const theirs = heldIn(now, context);
    if (theirs && theirs.until > context.monotonic()) return theirs;
    return refresh(parts, other, { mayReread: false });
  }
  await vault.write({ refreshToken: "", accessToken: "", sessionLost: digestOf(now["password"] ?? "") });
  context.log.warn({ said: answer.description }, "pikpak refresh token is dead");
  return undefined;
}

/** `invalid_grant` (4126) says that the token is dead; with "AccessProhibited" it speaks of our address instead. */
function isDead({ error, code }: Failure, read: StorageError): boolean {
  return (error === "invalid_grant" || code === 4126) && read.code === "signed-out";
}

async function signIn(parts: Parts): Promise<Held> {
  const { username, vault, signIns, context } = parts;
  const { password, passwordRefused, sessionLost } = await vault.read();
  if (username === undefined || password === undefined) {
    if (passwordRefused !== undefined)
      throw new StorageError("wrong-credentials", { message: "the password was refused before" });
    throw new StorageError("signed-out", { message: "no refresh token and no password" });
  }
  // A password that had a session before is used by us; one that had none by the person who just gave it.
  const by = sessionLost === digestOf(password) ? "itself" : "person";
  await signIns.note(by);
  if (by === "itself") context.log.warn({}, "pikpak session lost, signing in with the stored password");
  const answer = await signInOnce(parts, username, password);
  if ("accessToken" in answer) return answer;
  if (!wantsFreshCaptcha(answer)) throw await refusedSignIn(parts, answer);
  const second = await signInOnce(parts, username, password);
  if ("accessToken" in second) return second;
  throw await refusedSignIn(parts, second);
}

/** The captcha token was stale or made with another meta; a new challenge, if there is one, throws by itself. */
function wantsFreshCaptcha(failure: Failure): boolean {
  return reactTo(failure).react === "renew-captcha";
}

async function signInOnce(parts: Parts, username: string, password: string): Promise<Held | Failure> {
  const { identity, captcha } = parts;
  const captchaToken = await captcha.forSignIn(username);
  return ask(parts, "/v1/auth/signin", {
    client_id: identity.clientId,
    client_secret: identity.clientSecret,
    username,
    password,
    captcha_token: captchaToken,
  });
}

/** What was refused for good is not asked again by itself: a wrong password is forgotten, a refused account held off. */
async function refusedSignIn(parts: Parts, failure: Failure): Promise<StorageError> {
  const error = await errorOf(parts, failure);
  const { vault, signIns } = parts;
  if (error.code === "wrong-credentials") await vault.write({ password: "", passwordRefused: "yes" });
  if (error.code === "sign-in-refused") await signIns.hold(error.code, refusedHold);
  if (error.code === "account-suspended") await signIns.hold(error.code, error.retryAfter ?? suspendedHold);
  return error;
}

async function errorOf({ gate }: Parts, failure: Failure): Promise<StorageError> {
  const reaction = reactTo(failure);
  if (reaction.react === "succeed") return new StorageError("upstream");
  if (reaction.react === "cool-down") {
    return new StorageError("too-frequent", {
      retryAfter: await gate.coolDown(reaction.ms),
      message: reaction.error.message,
    });
  }
  return reaction.error;
}

async function ask(parts: Parts, path: string, body: object): Promise<Held | Failure> {
  const { identity, userUrl, transport, gate, context } = parts;
  const deviceId = await parts.deviceId();
  await gate.pass({ asker: context.owner });
  const received = await transport.send(
    {
      method: "POST",
      url: `${userUrl}${path}?client_id=${identity.clientId}`,
      headers: {
        "x-device-id": deviceId,
        "x-client-id": identity.clientId,
        "user-agent": userAgentOf(identity, { deviceId, userId: "", now: context.now() }),
      },
      body,
    },
    context.now(),
  );
  const reply = readReply({ ...received, mayBeEmpty: false });
  if (reply.is === "failure") return reply.failure;
  if (reply.is === "garbled")
    throw new StorageError("upstream", { message: `${path} answered ${reply.status} without JSON` });
  return store(parts, reply.body);
}

/** Write before use: what is not on disk yet is not a token we have. */
async function store(parts: Parts, body: unknown): Promise<Held> {
  const { accessToken, refreshToken, life, account: userId } = readTokens(body, "a sign-in answer");
  const good = life - Math.min(margin, life / 10);
  const until = parts.context.monotonic() + good;
  await write(parts, {
    accessToken,
    accessFor: digestOf(refreshToken),
    accessUntil: String(parts.context.now() + good),
    refreshToken,
    userId,
    passwordRefused: "",
    sessionLost: "",
  });
  return { accessToken, userId, until };
}

async function write({ vault, unwritten }: Parts, changes: Values): Promise<void> {
  unwritten.changes = changes;
  await vault.write(changes);
  delete unwritten.changes;
}
