import { z } from "zod";
import type { DriverContext, Vault } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import { joined } from "../../storage/joined.ts";
import { readReply, reactTo } from "./failure.ts";
import type { Gate } from "./gate.ts";
import { captchaSign, userAgentOf, type Identity } from "./identity.ts";
import type { Received, Transport } from "./transport.ts";

/** Captcha tokens of one device: in memory only, renewed before they end, one request for all who wait. */
export interface CaptchaTokens {
  /** The token for drive calls; made for `action` when there is none. */
  forAction(action: string, userId: string, signal?: AbortSignal): Promise<string>;
  /** A fresh one made with the login's own meta, which is what sign-in demands. */
  forSignIn(username: string): Promise<string>;
  /** Forgets a token that was refused. */
  drop(token: string): void;
}

export interface CaptchaParts {
  /** Base of the account host, without a trailing slash. */
  readonly userUrl: string;
  readonly identity: Identity;
  readonly deviceId: () => Promise<string>;
  /** What tokens for drive calls wait at. */
  readonly gate: Gate;
  /** What tokens for signing in wait at. */
  readonly signInGate: Gate;
  readonly transport: Transport;
  readonly vault: Vault;
  /** Shares read on with the token that comes beside a challenge, until one is refused; accounts stop and show it. */
  readonly challenge: "stop" | "ignore";
  readonly context: Pick<DriverContext, "now" | "monotonic" | "owner">;
}

/** ms a token is taken to live where the answer does not say. */
const usualLife = 300_000;
/** A token is not used any more this long before its end, or when nine tenths of a short life are over. */
const margin = 30_000;
/** Where a solved challenge leads: a page whose address shows the token. */
const returnTo = "https://mypikpak.com/loading?state=getcaptcha";

const issued = z.looseObject({
  captcha_token: z.string().min(1),
  expires_in: z.coerce
    .number()
    .positive()
    .catch(usualLife / 1000),
  url: z.string().catch(""),
});
type Issued = z.infer<typeof issued>;

/** The tokens of one device and identity. */
export function createCaptchaTokens(parts: CaptchaParts): CaptchaTokens {
  let current: Held | undefined;
  let asking: Promise<string> | undefined;
  let refusedBesideChallenge = false;
  const clock: ServiceClock = { apart: 0 };
  const renew = async (action: string, userId: string): Promise<string> => {
    const solved = await solvedToken(parts.vault);
    if (solved !== undefined) {
      current = { token: solved, until: endOf(usualLife, parts.context.monotonic()), challenged: false };
      return solved;
    }
    const answer = await init(parts, parts.gate, {
      action,
      clock,
      meta: () => signedMeta(parts, userId, parts.context.now() + clock.apart),
    });
    if (parts.challenge === "stop" || refusedBesideChallenge) stopAtChallenge(answer);
    current = heldOf(answer, parts.context.monotonic());
    return current.token;
  };
  return {
    async forAction(action, userId, signal) {
      signal?.throwIfAborted();
      if (current && current.until > parts.context.monotonic()) return current.token;
      asking ??= renew(action, userId).finally(() => (asking = undefined));
      return joined(asking, signal);
    },
    async forSignIn(username) {
      const solved = await solvedToken(parts.vault);
      if (solved !== undefined) return solved;
      const answer = await init(parts, parts.signInGate, {
        action: "POST:/v1/auth/signin",
        clock,
        meta: async () => loginMeta(username),
      });
      stopAtChallenge(answer);
      return answer.captcha_token;
    },
    drop(token) {
      if (current?.token !== token) return;
      refusedBesideChallenge = current.challenged;
      current = undefined;
    },
  };
}

interface Held {
  readonly token: string;
  /** When it is to be renewed, by the monotonic clock. */
  readonly until: number;
  /** It came beside a challenge nobody has solved. */
  readonly challenged: boolean;
}

function heldOf({ captcha_token: token, expires_in: seconds, url }: Issued, now: number): Held {
  return { token, until: endOf(seconds * 1000, now), challenged: url !== "" };
}

function endOf(life: number, now: number): number {
  return now + life - Math.min(margin, life / 10);
}

/** A human is wanted; the error says where. */
function stopAtChallenge({ url }: Issued): void {
  if (url !== "") throw new StorageError("verification-needed", { verify: url, message: "PikPak wants a human" });
}

/** The token a person brought from the challenge page; good for one use. */
async function solvedToken(vault: Vault): Promise<string | undefined> {
  const { captchaToken } = await vault.read();
  if (captchaToken === undefined) return undefined;
  await vault.write({ captchaToken: "" });
  return captchaToken;
}

/** PikPak's time, by which it judges what is signed. */
interface ServiceClock {
  /** Milliseconds it is ahead of this machine's; 0 = nothing else is known. */
  apart: number;
}

/** Milliseconds two clocks may differ by without one of them being wrong. */
const likely = 60_000;

/** Learns from an answer what time it is there; true = this machine's clock, or what was known before, is wrong. */
function learnTime(clock: ServiceClock, { date = "" }: Received["headers"], now: number): boolean {
  const told = Date.parse(date) - now;
  const found = Number.isNaN(told) || Math.abs(told) < likely ? 0 : told;
  const isNew = Math.abs(found - clock.apart) >= likely;
  if (isNew) clock.apart = found;
  return isNew;
}

interface Purpose {
  readonly action: string;
  readonly clock: ServiceClock;
  /** Made when it is sent: the time in it must not be that of the queue. */
  meta(): Promise<object>;
}

/** A refusal that may be for a wrong time is followed by one more, with the time that PikPak told. */
async function init(parts: CaptchaParts, gate: Gate, purpose: Purpose): Promise<Issued> {
  const received = await askInit(parts, gate, purpose);
  const isOfTime = isRefusal(received) && learnTime(purpose.clock, received.headers, parts.context.now());
  return issuedOf(isOfTime ? await askInit(parts, gate, purpose) : received, gate);
}

async function askInit(parts: CaptchaParts, gate: Gate, { action, meta }: Purpose): Promise<Received> {
  const { identity, userUrl, transport, context } = parts;
  const deviceId = await parts.deviceId();
  await gate.pass({ asker: context.owner });
  return transport.send(
    {
      method: "POST",
      url: `${userUrl}/v1/shield/captcha/init?client_id=${identity.clientId}`,
      headers: {
        "x-device-id": deviceId,
        "x-client-id": identity.clientId,
        "user-agent": userAgentOf(identity, { deviceId, userId: "", now: context.now() }),
      },
      body: {
        action,
        captcha_token: "",
        client_id: identity.clientId,
        device_id: deviceId,
        meta: await meta(),
        redirect_uri: `${returnTo}${context.now()}`,
      },
    },
    context.now(),
  );
}

function isRefusal(received: Received): boolean {
  const reply = readReply({ ...received, mayBeEmpty: false });
  return reply.is === "failure" && reply.failure.error === "captcha_invalid";
}

async function issuedOf(received: Received, gate: Gate): Promise<Issued> {
  const reply = readReply({ ...received, mayBeEmpty: false });
  if (reply.is === "answer") return issuedIn(reply.body);
  if (reply.is === "garbled")
    throw new StorageError("upstream", { message: `captcha/init answered ${reply.status} without JSON` });
  const reaction = reactTo(reply.failure);
  if (reaction.react === "cool-down")
    throw new StorageError("too-frequent", { retryAfter: await gate.coolDown(reaction.ms) });
  throw reaction.react === "succeed" ? new StorageError("upstream") : reaction.error;
}

function issuedIn(body: unknown): Issued {
  const answer = issued.safeParse(body);
  if (answer.success) return answer.data;
  throw new StorageError("upstream", { message: "captcha/init answered without a token", cause: answer.error });
}

async function signedMeta({ identity, deviceId }: CaptchaParts, userId: string, now: number): Promise<object> {
  const timestamp = String(now);
  return {
    captcha_sign: captchaSign(identity, await deviceId(), timestamp),
    client_version: identity.clientVersion,
    package_name: identity.packageName,
    timestamp,
    user_id: userId,
  };
}

const mail = /^\w+([-+.]\w+)*@\w+([-.]\w+)*\.\w+([-.]\w+)*$/;
const phone = /^\+?\d{11,18}$/;

/** Exactly one of the three names a person can sign in by; a user name of eleven letters is not a phone number. */
function loginMeta(username: string): object {
  if (mail.test(username)) return { email: username };
  return phone.test(username) ? { phone_number: username } : { username };
}

/** The token out of what a person pastes after a challenge: the address they ended on, or the token itself. */
export function solvedTokenIn(text: string): string | undefined {
  const found = /(?:[?&#]captcha_token=)([^&\s#]+)/.exec(text)?.[1];
  if (found !== undefined) return decoded(found);
  const bare = text.trim();
  return /^ck0\.[\w.=-]{4,4000}$/.test(bare) ? bare : undefined;
}

/** A badly escaped address is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
