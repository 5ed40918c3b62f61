import { createHash } from "node:crypto";
import identities from "./identities.json" with { type: "json" };
import { Refusal, refusals } from "./refusal.ts";
import type { Account, State } from "./state.ts";
import { text, type Body } from "./text.ts";

/** Captcha tokens: given for a signed request or a login's name, and asked for again by both hosts. */
export interface Captchas {
  init(request: CaptchaRequest): object;
  /** A person solved the challenge of this token; gives the address their browser ends on. */
  solve(token: string): string | undefined;
  /** Refuses a token that is made up, over, or of another device or client. */
  check(token: string, headers: DeviceHeaders, use?: { readonly pending: boolean }): void;
  /** Signing in wants a token made for signing in, with the login's own name, on this device. */
  checkSignIn(token: string, login: Login): void;
  /** Ends every token at once. */
  expire(): void;
}

export interface DeviceHeaders {
  readonly deviceId: string;
  readonly clientId: string;
}

export interface CaptchaRequest {
  readonly body: Body;
  readonly headers: DeviceHeaders;
  /** Base of the account host, for the challenge page. */
  readonly base: string;
}

export interface CaptchaRules {
  /** Every captcha request is answered with a challenge. */
  challengeAll: boolean;
  /** `captcha_sign` and the timestamp are checked. */
  checkSign: boolean;
  /** Captcha answers do without `expires_in`, as has been seen. */
  captchaWithoutExpiry: boolean;
}

interface Login {
  readonly headers: DeviceHeaders;
  readonly clientId: string;
  readonly username: string;
}

interface CaptchaToken {
  readonly clientId: string;
  readonly deviceId: string;
  readonly action: string;
  readonly meta: Readonly<Record<string, string>>;
  readonly until: number;
  readonly redirect: string;
  readonly pending: boolean;
}

const captchaLife = 300_000;
const solvedLife = 600_000;
const window = 600_000;
/** By path or whole address; below a prefix of the one-port mode, too. */
const signInAction = /^POST:(https?:\/\/[^/]+)?(\/user-host)?\/v1\/auth\/signin$/;

/** The captcha tokens of one emulated service. */
export function createCaptchas(state: State, rules: CaptchaRules): Captchas {
  const tokens = new Map<string, CaptchaToken>();
  const give = (token: CaptchaToken): string => {
    const name = tokenText(state, token);
    tokens.set(name, token);
    return name;
  };
  return {
    init(request) {
      const meta = checkMeta(request, state.now(), rules.checkSign);
      const action = text(request.body["action"]);
      const pending = rules.challengeAll || (signInAction.test(action) && challenged(state, meta));
      const token = give({
        clientId: text(request.body["client_id"]),
        deviceId: request.headers.deviceId,
        action,
        meta,
        until: state.now() + captchaLife,
        redirect: text(request.body["redirect_uri"]),
        pending,
      });
      const answer = {
        captcha_token: token,
        ...(!rules.captchaWithoutExpiry && { expires_in: captchaLife / 1000 }),
      };
      return pending ? { ...answer, url: challengeUrl(request, token) } : answer;
    },
    solve(token) {
      const asked = tokens.get(token);
      if (!asked?.pending) return undefined;
      tokens.delete(token);
      const solved = give({ ...asked, pending: false, until: state.now() + solvedLife });
      const glue = asked.redirect.includes("?") ? "&" : "?";
      return `${asked.redirect}${glue}captcha_token=${solved}&expires_in=600`;
    },
    check(token, headers, { pending } = { pending: false }) {
      const held = tokens.get(token);
      if (!held) throw refusals.captcha("failed to decode");
      if (held.until < state.now() || (held.pending && !pending)) throw refusals.captcha("captcha_token expired");
      if (held.deviceId !== headers.deviceId) throw refusals.captcha("device_id not match");
      if (held.clientId !== headers.clientId && headers.clientId !== "") throw refusals.captcha("client_id not match");
    },
    checkSignIn: (token, login) => checkLogin(tokens.get(token), login, state.now()),
    expire: () => tokens.clear(),
  };
}

function challenged(state: State, meta: Readonly<Record<string, string>>): boolean {
  const name = meta["email"] ?? meta["phone_number"] ?? meta["username"] ?? "";
  return findAccount(state, name)?.challenged ?? false;
}

/** An account by any of its login names, in any case. */
export function findAccount(state: State, name: string): Account | undefined {
  const wanted = name.toLowerCase();
  return [...state.accounts.values()].find((account) =>
    [account.username, account.email, account.phone].some((own) => own?.toLowerCase() === wanted),
  );
}

/** Who asks must be known, and a signed request must be signed right. */
function checkMeta({ body, headers }: CaptchaRequest, now: number, strict: boolean): Readonly<Record<string, string>> {
  const clientId = text(body["client_id"]);
  assertKnownClient(clientId);
  if (headers.deviceId === "" || text(body["device_id"]) !== headers.deviceId)
    throw refusals.argument("device_id does not match");
  if (!/^[A-Z]+:/.test(text(body["action"]))) throw refusals.argument("action is not METHOD:path");
  const meta = metaOf(body);
  if ("captcha_sign" in meta) {
    const known = identities.filter((candidate) => candidate.clientId === clientId);
    if (strict) checkSign(meta, { known, deviceId: headers.deviceId, now });
    return meta;
  }
  const names = ["email", "phone_number", "username"].filter((name) => name in meta);
  if (names.length !== 1) throw refusals.argument("meta takes exactly one of email, phone_number, username");
  return meta;
}

export function isKnownClient(clientId: string): boolean {
  return identities.some((candidate) => candidate.clientId === clientId);
}

export function assertKnownClient(clientId: string): void {
  if (!isKnownClient(clientId)) throw refusals.argument("client_id is unknown");
}

/** `ck0.` and two parts, the last of which tells whom it was made for. */
function tokenText(
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

function checkLogin(held: CaptchaToken | undefined, { headers, clientId, username }: Login, now: number): void {
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
  if (!signInAction.test(held.action) || named !== username)
    throw refused(`meta.username expect ****, but got ${got}, please check captcha init params`);
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
