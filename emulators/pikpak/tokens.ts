import {
  assertKnownClient,
  createCaptchas,
  findAccount,
  type Captchas,
  type CaptchaRules,
  type DeviceHeaders,
} from "./captcha.ts";
import { Refusal, refusals } from "./refusal.ts";
import { timeText } from "./shapes.ts";
import type { Account, State } from "./state.ts";
import { text, type Body } from "./text.ts";

/** Captcha, access and refresh tokens, and the rules by which they are given and taken. */
export interface Tokens {
  initCaptcha: Captchas["init"];
  solve: Captchas["solve"];
  checkCaptcha: Captchas["check"];
  signIn(body: Body, headers: DeviceHeaders): object;
  refresh(body: Body): object;
  /** Tokens for an account that agreed by another way than its password. */
  grant(account: Account, to: Grantee): Granted;
  /** A personal access token, which lives until it is over or taken back. */
  issue(account: Account, seed: PatSeed): PersonalToken;
  /** The credential a bearer header holds, whatever state it is in; undefined = none that was ever given. */
  find(authorization: string): Credential | undefined;
  /** The credential behind a bearer header; refuses like the drive host. */
  credential(authorization: string): Credential;
  /** Takes an access or refresh token back; nothing happens where there is none. */
  revoke(token: string): void;
  /** Ends every access token of a session at once. */
  expireAccess(): void;
  /** Ends every captcha token at once. */
  expireCaptcha(): void;
}

/** To whom tokens are given, and what they may be used for. */
interface Grantee extends Pick<Credential, "clientId" | "kind" | "scopes"> {
  /** Absent = a new one. */
  readonly family?: Family | undefined;
}

interface Granted {
  readonly token_type: "Bearer";
  readonly access_token: string;
  readonly refresh_token: string;
  /** Seconds */
  readonly expires_in: number;
  readonly sub: string;
}

/** What a credential may do. Permanent deletion and invitations cannot be granted to a personal token. */
export type Scope = "read" | "write" | "manage" | "cloud_download" | "share" | "purge" | "invite";

export const allScopes: readonly Scope[] = ["read", "write", "manage", "cloud_download", "share", "purge", "invite"];

/** What stands behind a bearer token. */
export interface Credential {
  readonly account: Account;
  readonly clientId: string;
  /** A session of a password, an app somebody agreed to, or a personal access token. */
  readonly kind: "session" | "oauth" | "pat";
  readonly scopes: ReadonlySet<Scope>;
  /** ms since the epoch */
  until: number;
  readonly family: Family;
}

/** Everything that came from one agreement, through all rotations; it is taken back together. */
interface Family {
  revoked: boolean;
}

export interface PatSeed {
  /** The permissions as they are stored; `purge` and `invite` are dropped. */
  readonly scopes: readonly Scope[];
  /** Days until it is over; absent = 90, as the page has it preset. */
  readonly days?: number | undefined;
}

export interface PersonalToken {
  readonly token: string;
  readonly credential: Credential;
}

export interface TokenRules extends CaptchaRules {
  /** Seconds an access token lives. */
  accessLife: number;
}

interface RefreshToken {
  readonly account: Account;
  readonly clientId: string;
  readonly kind: Credential["kind"];
  readonly scopes: ReadonlySet<Scope>;
  usedAt: number | undefined;
  readonly family: Family;
}

const day = 86_400_000;

/** The tokens of one emulated service. */
export function createTokens(state: State, rules: TokenRules): Tokens {
  const captchas = createCaptchas(state, rules);
  const refreshes = new Map<string, RefreshToken>();
  const accesses = new Map<string, Credential>();
  const grant: Tokens["grant"] = (account, { clientId, kind, scopes, family = { revoked: false } }) => {
    const until = state.now() + rules.accessLife * 1000;
    const access = jwtOf(state, account, { aud: clientId, until });
    const refresh = `os.${state.randomHex(24)}`;
    accesses.set(access, { account, clientId, kind, scopes, until, family });
    refreshes.set(refresh, { account, clientId, kind, scopes, usedAt: undefined, family });
    return {
      token_type: "Bearer",
      access_token: access,
      refresh_token: refresh,
      expires_in: rules.accessLife,
      sub: account.userId,
    };
  };
  return {
    initCaptcha: (request) => captchas.init(request),
    solve: (token) => captchas.solve(token),
    checkCaptcha: (...asked) => captchas.check(...asked),
    grant,
    signIn(body, headers) {
      const username = text(body["username"]);
      const clientId = text(body["client_id"]);
      assertKnownClient(clientId);
      const captcha = text(body["captcha_token"]);
      if (captcha === "") throw new Refusal({ error: "captcha_required", code: 9, description: "please add captcha" });
      // The token stays good: a client goes on to use it for its first drive call (seen 2026-11).
      captchas.checkSignIn(captcha, { headers, clientId, username });
      const account = checkPassword(findAccount(state, username), body["password"]);
      return grant(account, { clientId, kind: "session", scopes: new Set(allScopes) });
    },
    refresh(body) {
      const held = refreshes.get(text(body["refresh_token"]));
      checkRefresh(held, text(body["client_id"]));
      held.usedAt = state.now();
      return grant(held.account, held);
    },
    issue(account, { scopes, days = 90 }) {
      const until = state.now() + days * day;
      const granted = new Set(scopes.filter((scope) => scope !== "purge" && scope !== "invite"));
      const token = jwtOf(state, account, { aud: "connected-apps", until, scope: [...granted].join(" ") });
      const kind = "pat" as const;
      const family = { revoked: false };
      const credential: Credential = { account, clientId: "", kind, scopes: granted, until, family };
      accesses.set(token, credential);
      return { token, credential };
    },
    find: (authorization) => accesses.get(bearerIn(authorization)),
    credential(authorization) {
      const held = accesses.get(bearerIn(authorization));
      if (held && !held.family.revoked && held.until > state.now()) return held;
      throw unauthenticated(held);
    },
    revoke(token) {
      const held = accesses.get(token) ?? refreshes.get(token);
      if (held) held.family.revoked = true;
    },
    expireAccess() {
      for (const held of accesses.values()) if (held.kind === "session") held.until = state.now();
    },
    expireCaptcha: () => captchas.expire(),
  };
}

function bearerIn(authorization: string): string {
  return authorization.replace(/^Bearer /i, "");
}

function unauthenticated(held: Credential | undefined): Refusal {
  const detail =
    held && !held.family.revoked
      ? `oidc: token is expired (Token Expiry: ${new Date(held.until).toISOString()})`
      : "oidc: malformed jwt";
  return refusals.unauthenticated(detail);
}

function checkPassword(account: Account | undefined, password: unknown): Account {
  if (account?.prohibited) throw new Refusal({ error: "invalid_grant", code: 4126, description: "AccessProhibited" });
  if (account?.banned) throw new Refusal({ error: "aborted", code: 10, description: "account is suspended" });
  if (account && account.password !== null && account.password === password) return account;
  throw new Refusal({
    error: "invalid_account_or_password",
    code: 4022,
    description: "Incorrect account or password",
  });
}

/** A refresh token is its client's, and good for one use. */
function checkRefresh(held: RefreshToken | undefined, clientId: string): asserts held is RefreshToken {
  const refused = (description: string) => new Refusal({ error: "invalid_grant", code: 4126, description });
  if (!held || held.family.revoked || held.clientId !== clientId)
    throw refused("invalid refresh token for it may be has been refreshed by other process");
  if (held.usedAt === undefined) return;
  throw refused(`refresh token **** has been refresh at ${timeText(held.usedAt).replace(/\.\d+/, "")}`);
}

interface Claims {
  readonly aud: string;
  readonly until: number;
  readonly scope?: string;
}

function jwtOf(state: State, account: Account, { until, ...more }: Claims): string {
  const salt = state.randomHex(8);
  const claims = {
    iss: "https://user.mypikpak.com",
    sub: account.userId,
    exp: Math.floor(until / 1000),
    iat: Math.floor(state.now() / 1000),
    at_hash: `r.${salt}`,
    ...more,
  };
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString("base64url");
  return `${part({ alg: "RS256", kid: "00" })}.${part(claims)}.${salt.repeat(4)}`;
}
