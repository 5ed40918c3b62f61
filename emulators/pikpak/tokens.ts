import { createHash } from "node:crypto";
import identities from "./identities.json" with { type: "json" };
import { Refusal } from "./refusal.ts";
import { timeText } from "./shapes.ts";
import type { Account, State } from "./state.ts";

/** Captcha, access and refresh tokens, and the rules by which they are given and taken. */
export interface Tokens {
  initCaptcha(request: CaptchaRequest): object;
  /** A person solved the challenge of this token; gives the address their browser ends on. */
  solve(token: string): string | undefined;
  signIn(body: Body, headers: DeviceHeaders): object;
  refresh(body: Body): object;
  /** The account behind a bearer token; refuses like the drive host. */
  account(authorization: string): Account;
  /** Refuses a captcha token that is missing, made up, over, or of another device or client. */
  checkCaptcha(token: string, headers: DeviceHeaders): void;
  /** Ends every access token at once. */
  expireAccess(): void;
  /** Ends every captcha token at once. */
  expireCaptcha(): void;
}

export type Body = Readonly<Record<string, unknown>>;

export interface DeviceHeaders {
  readonly deviceId: string;
  readonly clientId: string;
}

interface CaptchaRequest {
  readonly body: Body;
  readonly headers: DeviceHeaders;
  /** Base of the account host, for the challenge page. */
  readonly base: string;
}

export interface TokenRules {
  /** Seconds an access token lives. */
  accessLife: number;
  /** Every captcha request is answered with a challenge. */
  challengeAll: boolean;
  /** `captcha_sign` and the timestamp are checked. */
  checkSign: boolean;
  /** Captcha answers do without `expires_in`, as has been seen. */
  captchaWithoutExpiry: boolean;
}

interface CaptchaToken {
  readonly clientId: string;
  readonly deviceId: string;
  readonly action: string;
  readonly meta: Readonly<Record<string, string>>;
  readonly until: number;
  readonly redirect: string;
  pending: boolean;
}

interface RefreshToken {
  readonly userId: string;
  readonly clientId: string;
  usedAt?: number;
}

const captchaLife = 300_000;
const solvedLife = 600_000;
const window = 600_000;
const signInAction = /^POST:(https?:\/\/[^/]+)?\/v1\/auth\/signin$/;

/** The tokens of one emulated service. */
export function createTokens(state: State, rules: TokenRules): Tokens {
  const captchas = new Map<string, CaptchaToken>();
  const refreshes = new Map<string, RefreshToken>();
  const accesses = new Map<string, { readonly userId: string; readonly until: number }>();
  const grant = (account: Account, clientId: string): object => {
    const now = state.now();
    const access = jwtOf(account, { clientId, now, life: rules.accessLife, salt: state.randomHex(8) });
    const refresh = `os.${state.randomHex(24)}`;
    accesses.set(access, { userId: account.userId, until: now + rules.accessLife * 1000 });
    refreshes.set(refresh, { userId: account.userId, clientId });
    return {
      token_type: "Bearer",
      access_token: access,
      refresh_token: refresh,
      expires_in: rules.accessLife,
      sub: account.userId,
    };
  };
  return {
    initCaptcha(request) {
      const meta = checkMeta(request, state.now(), rules.checkSign);
      const action = text(request.body["action"]);
      const { deviceId } = request.headers;
      const token = captchaText(state, { clientId: text(request.body["client_id"]), deviceId, meta });
      const challenge = rules.challengeAll || (signInAction.test(action) && challenged(state, meta));
      const redirect = text(request.body["redirect_uri"]);
      captchas.set(token, {
        clientId: text(request.body["client_id"]),
        deviceId,
        action,
        meta,
        until: state.now() + captchaLife,
        redirect,
        pending: challenge,
      });
      const answer = {
        captcha_token: token,
        ...(!rules.captchaWithoutExpiry && { expires_in: captchaLife / 1000 }),
      };
      return challenge ? { ...answer, url: challengeUrl(request, token) } : answer;
    },
    solve(token) {
      const asked = captchas.get(token);
      if (!asked?.pending) return undefined;
      const solved = captchaText(state, asked);
      captchas.set(solved, { ...asked, pending: false, until: state.now() + solvedLife });
      captchas.delete(token);
      const glue = asked.redirect.includes("?") ? "&" : "?";
      return `${asked.redirect}${glue}captcha_token=${solved}&expires_in=600`;
    },
    signIn(body, headers) {
      const account = findAccount(state, text(body["username"]));
      assertKnownClient(text(body["client_id"]));
      if (text(body["captcha_token"]) === "")
        throw new Refusal({ error: "captcha_required", code: 9, description: "please add captcha" });
      checkSignInCaptcha(captchas.get(text(body["captcha_token"])), {
        headers,
        clientId: text(body["client_id"]),
        username: text(body["username"]),
        now: state.now(),
      });
      captchas.delete(text(body["captcha_token"]));
      if (account?.prohibited)
        throw new Refusal({ error: "invalid_grant", code: 4126, description: "AccessProhibited" });
      if (account?.banned) throw new Refusal({ error: "aborted", code: 10, description: "account is suspended" });
      if (!account || account.password === null || account.password !== body["password"]) {
        throw new Refusal({
          error: "invalid_account_or_password",
          code: 4022,
          description: "Incorrect account or password",
        });
      }
      return grant(account, text(body["client_id"]));
    },
    refresh(body) {
      if (body["grant_type"] !== "refresh_token")
        throw new Refusal({ error: "invalid_request", code: 3, description: "grant_type is not supported" });
      const held = refreshes.get(text(body["refresh_token"]));
      const account = held && state.accounts.get(held.userId);
      if (!held || !account || held.clientId !== body["client_id"]) {
        throw new Refusal({
          error: "invalid_grant",
          code: 4126,
          description: "invalid refresh token for it may be has been refreshed by other process",
        });
      }
      if (held.usedAt !== undefined) {
        throw new Refusal({
          error: "invalid_grant",
          code: 4126,
          description: `refresh token **** has been refresh at ${timeText(held.usedAt).replace(/\.\d+/, "")}`,
        });
      }
      held.usedAt = state.now();
      return grant(account, held.clientId);
    },
    account(authorization) {
      const held = accesses.get(authorization.replace(/^Bearer /, ""));
      const account = held && state.accounts.get(held.userId);
      if (account && held.until > state.now()) return account;
      const detail = held
        ? `oidc: token is expired (Token Expiry: ${new Date(held.until).toISOString()})`
        : "oidc: malformed jwt";
      throw new Refusal({ status: 401, error: "unauthenticated", code: 16, description: "unauthenticated", detail });
    },
    checkCaptcha(token, headers) {
      const held = captchas.get(token);
      const invalid = (detail: string) =>
        new Refusal({ error: "captcha_invalid", code: 9, description: "Verification code is invalid", detail });
      if (!held) throw invalid("failed to decode");
      if (held.until < state.now() || held.pending) throw invalid("captcha_token expired");
      if (held.deviceId !== headers.deviceId) throw invalid("device_id not match");
      if (held.clientId !== headers.clientId && headers.clientId !== "") throw invalid("client_id not match");
    },
    expireAccess: () => accesses.clear(),
    expireCaptcha: () => captchas.clear(),
  };
}

function challenged(state: State, meta: Readonly<Record<string, string>>): boolean {
  const name = meta["email"] ?? meta["phone_number"] ?? meta["username"] ?? "";
  return findAccount(state, name)?.challenged ?? false;
}

function findAccount(state: State, name: string): Account | undefined {
  const wanted = name.toLowerCase();
  return [...state.accounts.values()].find((account) =>
    [account.username, account.email, account.phone].some((own) => own?.toLowerCase() === wanted),
  );
}

/** Who asks must be known, and a signed request must be signed right. */
function checkMeta({ body, headers }: CaptchaRequest, now: number, strict: boolean): Readonly<Record<string, string>> {
  const clientId = text(body["client_id"]);
  assertKnownClient(clientId);
  const known = identities.filter((candidate) => candidate.clientId === clientId);
  if (headers.deviceId === "" || text(body["device_id"]) !== headers.deviceId) {
    throw new Refusal({ error: "invalid_argument", code: 3, description: "device_id does not match" });
  }
  if (!/^[A-Z]+:/.test(text(body["action"])))
    throw new Refusal({ error: "invalid_argument", code: 3, description: "action is not METHOD:path" });
  const meta = metaOf(body);
  if (!("captcha_sign" in meta)) {
    const names = ["email", "phone_number", "username"].filter((name) => name in meta);
    if (names.length !== 1)
      throw new Refusal({
        error: "invalid_argument",
        code: 3,
        description: "meta takes exactly one of email, phone_number, username",
      });
    return meta;
  }
  if (strict) checkSign(meta, { known, deviceId: headers.deviceId, now });
  return meta;
}

function assertKnownClient(clientId: string): void {
  if (!identities.some((candidate) => candidate.clientId === clientId))
    throw new Refusal({ error: "invalid_argument", code: 3, description: "client_id is unknown" });
}

/** `ck0.` and two parts, the last of which tells whom it was made for. */
function captchaText(
  state: State,
  { clientId, deviceId, meta }: Pick<CaptchaToken, "clientId" | "deviceId" | "meta">,
): string {
  const { client_version: version = "", package_name: name = "" } = meta;
  const told = JSON.stringify([state.now(), clientId, version, name, deviceId]);
  return `ck0.${state.randomHex(40)}.${Buffer.from(told).toString("base64url")}${state.randomHex(8)}`;
}

interface SignCheck {
  readonly known: typeof identities;
  readonly deviceId: string;
  readonly now: number;
}

function checkSign(meta: Readonly<Record<string, string>>, { known, deviceId, now }: SignCheck): void {
  const refused = (description: string) => new Refusal({ error: "captcha_invalid", code: 4002, description });
  const { timestamp = "", captcha_sign: sign, client_version: version = "", package_name: name = "" } = meta;
  const who = known.find((candidate) => candidate.clientVersion === version && candidate.packageName === name);
  if (!who) throw refused("client_version and package_name do not fit the client");
  if (Math.abs(Number(timestamp) - now) > window || !/^\d+$/.test(timestamp)) throw refused("timestamp is off");
  const start = who.clientId + who.clientVersion + who.packageName + deviceId + timestamp;
  const expected = who.salts.reduce(
    (chain, salt) =>
      createHash("md5")
        .update(chain + salt)
        .digest("hex"),
    start,
  );
  if (sign !== `1.${expected}`) throw refused("captcha_sign is wrong");
}

function metaOf(body: Body): Readonly<Record<string, string>> {
  const { meta } = body;
  if (typeof meta !== "object" || meta === null) return {};
  return Object.fromEntries(Object.entries(meta).map(([name, value]) => [name, text(value)]));
}

interface SignInCheck {
  readonly headers: DeviceHeaders;
  readonly clientId: string;
  readonly username: string;
  readonly now: number;
}

/** Signing in wants a token made for signing in, with the login's own name, on this device. */
function checkSignInCaptcha(held: CaptchaToken | undefined, { headers, clientId, username, now }: SignInCheck): void {
  const refused = (description: string) => new Refusal({ error: "captcha_invalid", code: 4002, description });
  if (!held) throw refused("Code(4002) - captcha_token expired");
  const told = { ...held.meta, result: held.pending ? "review" : "accept" };
  const got = `map[${Object.entries(told)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${name === "result" || value === "" ? value : "****"}`)
    .join(" ")}]`;
  if (held.pending) throw refused(`Code(4002) - captcha_token result:review, ${got}`);
  if (held.until < now) throw refused("Code(4002) - captcha_token expired");
  const named = held.meta["email"] ?? held.meta["phone_number"] ?? held.meta["username"];
  if (!signInAction.test(held.action) || named !== username) {
    throw refused(`meta.username expect ****, but got ${got}, please check captcha init params`);
  }
  if (headers.deviceId !== "" && held.deviceId !== headers.deviceId) throw refused("device_id not match");
  if (held.clientId !== clientId) throw refused("client_id not match");
}

function challengeUrl({ base, body, headers }: CaptchaRequest, token: string): string {
  const query = new URLSearchParams({
    action: text(body["action"]),
    appName: "NONE",
    appid: "XBASE",
    captcha_token: token,
    clientVersion: "NONE",
    client_id: text(body["client_id"]),
    creditkey: token,
    credittype: "1",
    device_id: headers.deviceId,
    deviceid: headers.deviceId,
    event: "signin_check",
    mainHost: new URL(base).host,
    platformVersion: "NONE",
    privateStyle: "",
    traceid: "",
    redirect_uri: text(body["redirect_uri"]),
    state: "harbor",
  });
  return `${base}/captcha/v2/spritePuzzle.html?${query.toString()}`;
}

interface Claims {
  readonly clientId: string;
  readonly now: number;
  readonly life: number;
  readonly salt: string;
}

function jwtOf(account: Account, { clientId, now, life, salt }: Claims): string {
  const seconds = Math.floor(now / 1000);
  const claims = {
    iss: "https://user.mypikpak.com",
    sub: account.userId,
    aud: clientId,
    exp: seconds + life,
    iat: seconds,
    at_hash: `r.${salt}`,
  };
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString("base64url");
  return `${part({ alg: "RS256", kid: "00" })}.${part(claims)}.${salt.repeat(4)}`;
}

export function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
