import type { Capability, Driver, DriverContext, DriverKind, Recognised } from "../../storage/driver.ts";
import type { Reading } from "../../storage/form.ts";
import type { Field, Values } from "../../storage/field.ts";
import { plainText } from "../../storage/plain-text.ts";
import { openAccount } from "./account.ts";
import { folderIdOf, shareAddressesIn, shareAddressIn, type ShareAddress } from "./address.ts";
import { createAuth } from "./auth.ts";
import { createBucket } from "./bucket.ts";
import { createCaptchaTokens, solvedTokenIn } from "./captcha.ts";
import { createClient } from "./client.ts";
import { connectedDrive, type Connection } from "./connect/connected-drive.ts";
import { browserWay } from "./connect/browser-way.ts";
import { deviceApproval } from "./connect/device-approval.ts";
import { createPersonalAuth } from "./connect/personal-auth.ts";
import { isJwtOfOurs, isPersonalToken, readPersonalToken } from "./connect/personal-token.ts";
import { revoke } from "./connect/revoke.ts";
import { withheldBy } from "./connect/route.ts";
import { createGate, lateGate, type Gate } from "./gate.ts";
import { hostsOf, isOwnSite, type HostSettings } from "./hosts.ts";
import { loadIdentities, offeredPlatforms, type Identity } from "./identity.ts";
import { passCodeIn } from "./pass-code.ts";
import { openShare } from "./share.ts";
import { createSharedReads, type SharedReads } from "./shared-reads.ts";
import { createSignIns, digestOf } from "./sign-ins.ts";
import { createTransport, type TransportOptions } from "./transport.ts";
import { createTurns, type Turns } from "./turns.ts";

/** Ways to use the token of a connected app. */
export const routes = ["auto", "drive", "mcp"] as const;

/** Where PikPak is and what we are to it. */
export interface PikPakSettings extends HostSettings {
  /** Identity of mounts that do not name one. */
  readonly platform: string;
  /** How tokens of connected apps are used; absent = `auto`. */
  readonly route?: (typeof routes)[number] | undefined;
  /** The hosted MCP server, without a trailing slash. */
  readonly mcpUrl: string;
  /** The OAuth code flow is offered; it needs an address that people come back to. Absent = it is not. */
  readonly oauth?: boolean | undefined;
  /** The client of the OAuth code flow; absent = we register one. */
  readonly oauthClientId?: string | undefined;
  /** Where browsers come back to from the OAuth code flow; absent = it is not offered. */
  readonly returnUrl?: string | undefined;
  /** The way to the API hosts; absent = straight out. */
  readonly openPool?: TransportOptions["openPool"];
  /** JSON that replaces or adds identities. */
  readonly identitiesFile?: string | undefined;
}

/** What a human ended with who was asked to prove to be one; good for one use. */
const verification: Field = {
  name: "captchaToken",
  kind: "secret",
  role: "proof",
  required: false,
  aside: true,
  maxLength: 8000,
};

/** Refresh tokens as they are told from a password: those of the service have some 90 characters. */
const tokenShape = "os\\.[A-Za-z0-9_-]{40,}";

const accountFields = (platforms: readonly string[]): readonly Field[] => [
  {
    name: "username",
    kind: "text",
    role: "login",
    required: true,
    instead: "refreshToken",
    unless: ["personalToken"],
    maxLength: 200,
    copied: {
      labels: [
        "username",
        "user",
        "account",
        "email",
        "mail",
        "e-mail",
        "phone",
        "login",
        "账号",
        "帐号",
        "用户名",
        "邮箱",
        "手机号",
      ],
      next: "password",
    },
  },
  {
    name: "password",
    kind: "secret",
    role: "credential",
    required: true,
    instead: "refreshToken",
    unless: ["personalToken"],
    maxLength: 4000,
    copied: { labels: ["password", "pwd", "passwd", "密码", "密碼"] },
  },
  {
    name: "refreshToken",
    kind: "secret",
    role: "credential",
    required: false,
    aside: true,
    maxLength: 4000,
    copied: { labels: ["refresh token", "token", "刷新令牌", "令牌"], shape: tokenShape },
  },
  {
    name: "personalToken",
    kind: "secret",
    role: "credential",
    required: false,
    aside: true,
    maxLength: 4000,
    copied: { labels: ["access token", "personal access token", "pat", "访问令牌", "个人访问令牌"] },
  },
  { name: "rootFolder", kind: "folder", role: "root", required: false, aside: true, maxLength: 500 },
  { name: "platform", kind: "choice", required: false, aside: true, choices: platforms, maxLength: 50 },
  verification,
];

const shareFields: readonly Field[] = [
  { name: "link", kind: "text", role: "address", required: true, maxLength: 2000 },
  // A code is short; what it is copied out of is not.
  { name: "passCode", kind: "secret", role: "code", required: false, maxLength: 2000 },
  { name: "transcode", kind: "choice", required: false, aside: true, choices: ["no", "yes"], maxLength: 5 },
  verification,
];

/** The two PikPak kinds. Reads the identities file now, so that a wrong one, or an unknown platform, is a start-up failure. */
export function pikPakKinds(settings: PikPakSettings): readonly DriverKind[] {
  const identities = loadIdentities(settings.identitiesFile);
  const usual = identityNamed(identities, settings.platform);
  const dependencies: Dependencies = {
    ...hostsOf(settings),
    openPool: settings.openPool,
    identity: (name) => (name === undefined ? usual : identityNamed(identities, name)),
    gates: createGates(),
    reads: createSharedReads(),
    // Approvals are known to work for the web client alone.
    approving: identityNamed(identities, "web"),
    returnUrl: settings.returnUrl,
    oauthClientId: settings.oauthClientId,
    connection: { route: settings.route ?? "auto", mcpUrl: settings.mcpUrl, eras: new Map() },
  };
  return [accountKind(dependencies, accountFields(offeredPlatforms(identities))), shareKind(dependencies)];
}

interface Dependencies extends Pick<PikPakSettings, "openPool" | "returnUrl" | "oauthClientId"> {
  readonly driveUrl: string;
  readonly userUrl: string;
  identity(name: string | undefined): Identity;
  readonly gates: Gates;
  /** What shares have shown lately. */
  readonly reads: SharedReads;
  /** Whom people are asked to approve. */
  readonly approving: Identity;
  readonly connection: Connection;
}

/** Gates by name, as long as a driver that is open uses them. */
interface Gates {
  /** The gate of a name, the same for whoever borrows it meanwhile. */
  borrow(name: string, context: DriverContext, more?: { readonly isAnonymous: boolean }): Borrowed;
}

interface Borrowed {
  readonly gate: Gate;
  giveBack(): void;
}

/** Requests within any second of everybody who reads shares: to the service they are one caller. */
const anonymousRate = 20;

function createGates(): Gates {
  const lent = new Map<string, { readonly gate: Gate; users: number }>();
  let anonymous: Turns | undefined;
  return {
    borrow(name, context, { isAnonymous } = { isAnonymous: false }) {
      if (isAnonymous) anonymous ??= createTurns({ ...context, name: "shares", rate: anonymousRate });
      const kept = lent.get(name) ?? { gate: createGate(name, context, isAnonymous ? anonymous : undefined), users: 0 };
      kept.users += 1;
      lent.set(name, kept);
      return {
        gate: kept.gate,
        giveBack() {
          kept.users -= 1;
          if (kept.users === 0 && lent.get(name) === kept) lent.delete(name);
        },
      };
    },
  };
}

function identityNamed(identities: ReadonlyMap<string, Identity>, name: string): Identity {
  const found = identities.get(name);
  if (!found) throw new Error(`PIKPAK_PLATFORM: no identity "${name}"; there are ${[...identities.keys()].join(", ")}`);
  return found;
}

function accountKind(dependencies: Dependencies, fields: readonly Field[]): DriverKind {
  const { returnUrl, oauthClientId: clientId, openPool } = dependencies;
  const openTransport = () => createTransport({ openPool });
  return {
    name: "pikpak",
    added: "sign-in",
    where: "private",
    fields,
    check(given) {
      const rootFolder = folderIdOf(given["rootFolder"] ?? "");
      if (rootFolder === undefined) return { ok: false, problem: { field: "rootFolder", code: "not-a-folder-id" } };
      const { rootFolder: _asTyped, ...values } = tokenForPassword(given);
      const credentials = values["personalToken"] === undefined ? checkSession(values) : checkPersonal(values);
      if (!credentials.ok) return credentials;
      return withToken({ ...credentials.values, ...(rootFolder !== "" && { rootFolder }) });
    },
    holdsCredential: (text) => text.split(aroundTokens).some((word) => isRefreshToken(word) || isJwtOfOurs(word)),
    ways: [
      { is: "approval", name: "approval" },
      { is: "form", name: "access-token", asks: ["personalToken"], aside: ["rootFolder"] },
      {
        is: "form",
        name: "password",
        asks: ["username", "password"],
        aside: ["rootFolder", "platform", "captchaToken"],
      },
      { is: "form", name: "refresh-token", asks: ["refreshToken"], aside: ["rootFolder", "platform"] },
      { is: "browser", name: "browser" },
    ],
    browser:
      returnUrl === undefined
        ? undefined
        : browserWay({ mcpUrl: dependencies.connection.mcpUrl, redirectUri: returnUrl, clientId, openTransport }),
    account: ({ account }) => account,
    permissions: ({ permissions }) => permissions?.split(" "),
    approval: deviceApproval({
      userUrl: dependencies.userUrl,
      clientId: dependencies.approving.clientId,
      openTransport,
    }),
    endsAt: ({ validUntil }) => (validUntil === undefined ? undefined : Number(validUntil)),
    title: () => "PikPak",
    identity({ username, account, rootFolder = "" }) {
      const who = account ?? username?.toLowerCase();
      return who === undefined ? "" : `pikpak:${who}:${rootFolder}`;
    },
    open: (options, context) => openAccountMount(dependencies, options, context),
  };
}

/** The answers with the token out of what was pasted as the outcome of a verification. */
function withToken(values: Values): Reading {
  const { captchaToken: pasted, ...rest } = values;
  if (pasted === undefined) return { ok: true, values };
  const captchaToken = solvedTokenIn(pasted);
  if (captchaToken === undefined)
    return { ok: false, problem: { field: verification.name, code: "not-a-verification" } };
  return { ok: true, values: { ...rest, captchaToken } };
}

/** A token pasted where the password, or another token, was asked for is taken as what it is. */
function tokenForPassword(values: Values): Values {
  const { password, refreshToken, personalToken, ...rest } = values;
  const given = password ?? refreshToken ?? "";
  if (isPersonalToken(given)) return { ...rest, personalToken: given };
  // The access token that was copied together with a refresh token is a session's.
  const isOfSession = personalToken === undefined || !isPersonalToken(personalToken);
  return isOfSession && isRefreshToken(given) ? { ...rest, refreshToken: given } : values;
}

/** The answers of somebody with a session: a password, or a refresh token. */
function checkSession({ username, ...rest }: Values): Reading {
  if (isNoToken(rest["refreshToken"])) return { ok: false, problem: { field: "refreshToken", code: "not-a-token" } };
  if (username === undefined) return { ok: true, values: rest };
  const name = userNameOf(username);
  const { password } = rest;
  const own = password === undefined ? {} : { password: passwordOf(password, name) };
  return { ok: true, values: { ...rest, ...own, username: name } };
}

/** The answers of somebody with an access token: it says itself whose it is, and no verification is asked with it. */
function checkPersonal({ platform, personalToken = "" }: Values): Reading {
  const read = readPersonalToken(personalToken);
  if (!read.ok) return { ok: false, problem: { field: "personalToken", code: read.code } };
  const { token, facts } = read;
  return {
    ok: true,
    values: { way: "access-token", ...facts, personalToken: token, ...(platform !== undefined && { platform }) },
  };
}

/** What stands around a token that was copied out of something. */
const aroundTokens = /[\s"'`,;:<>{}[\]()]+/;

function isRefreshToken(text: string): boolean {
  return new RegExp(`^${tokenShape}$`).test(text);
}

/** Words, or the access token that stands beside it (a JWT): PikPak would refuse it for certain. */
function isNoToken(token: string | undefined): boolean {
  return token !== undefined && (/\s/.test(token) || token.startsWith("eyJ"));
}

/** A password behind the very name it was copied with. */
function passwordOf(typed: string, username: string): string {
  const isKnown = /@|^\+?\d+$/.test(username) && typed.toLowerCase().startsWith(username.toLowerCase());
  return (isKnown && /^\s*(?:[:：|]|-{2,}|\s)\s*(\S.*)$/u.exec(typed.slice(username.length))?.[1]) || typed;
}

/** A mail address without what stands around it, a phone number as PikPak takes it: figures alone, with `+` for `00`. */
function userNameOf(typed: string): string {
  const text = plainText(typed).trim();
  const [mail, ...others] = text.match(/[^\s:<>()[\]"',;]+@[^\s:<>()[\]"',;]+\.\p{L}{2,}/gu) ?? [];
  if (mail !== undefined && others.every((other) => other === mail)) return mail;
  const digits = text.replaceAll(/[\s().-]/g, "");
  return /^\+?\d{9,18}$/.test(digits) ? digits.replace(/^00/, "+") : text;
}

function openAccountMount(dependencies: Dependencies, options: Values, context: DriverContext): Driver {
  const { username, way } = options;
  const { userUrl, driveUrl, openPool, connection } = dependencies;
  const identity = identityFor(dependencies, options);
  const deviceId = deviceIdIn(context);
  const account = username === undefined ? options["account"] : digestOf(username.toLowerCase());
  const gates = lendGates(dependencies.gates, context);
  const gate = gates.named(async () => account ?? deviceId());
  const signInGate = gates.named(async () => `sign-in:${account ?? (await deviceId())}:${digestOf(context.owner)}`);
  const signIns = createSignIns({ ...context, account: account ?? "" });
  const transport = createTransport({ openPool, onSend: () => context.count?.("calls") });
  const shared = { userUrl, identity, deviceId, transport, vault: context.vault, context };
  const captcha = createCaptchaTokens({ ...shared, gate, signInGate, challenge: "stop" });
  const auth =
    way === "access-token"
      ? createPersonalAuth(shared)
      : createAuth({ ...shared, gate: signInGate, signIns, username, captcha });
  const caller = way === undefined ? "session" : way === "access-token" ? "personal" : "app";
  const client = createClient({ ...shared, gate, driveUrl, captcha, auth, caller });
  const root = folderIdOf(options["rootFolder"] ?? "") ?? "";
  const forBytes = createTransport({ timeout: uploadTimeout, openPool });
  const drive = openAccount({
    client,
    root,
    context,
    bucket: createBucket({ ...context, transport: forBytes, driveUrl }),
    tellsPlan: caller === "session",
    async close() {
      await Promise.all([transport.close(), forBytes.close(), auth.settled()]);
      gates.giveBack();
    },
  });
  const driver =
    caller === "session"
      ? drive
      : connectedDrive({
          connection,
          openPool,
          drive,
          root,
          auth,
          gate,
          withheld: withheldFor(caller, options),
          account: async () => account ?? deviceId(),
          context,
        });
  return { ...driver, revoke: (call) => revoke({ ...shared, clientId: identity.clientId }, call) };
}

/** What is not offered, because the credential does not give it. */
function withheldFor(caller: "personal" | "app", { permissions }: Values): ReadonlySet<Capability> {
  const lacking = withheldBy(permissions?.split(" "));
  return caller === "personal" ? new Set([...neverOfTokens, ...lacking]) : lacking;
}

/** ms until the answer to a part of an upload has to begin, once its bytes are sent, and that all of it may take. */
const uploadTimeout = { begin: 60_000, whole: 15 * 60_000 };

/** What PikPak's page grants to no personal token: nothing is deleted for ever by one. */
const neverOfTokens: ReadonlySet<Capability> = new Set(["remove", "emptyTrash"]);

/** Tokens an app was given are refreshed as that app, which has no secret. */
function identityFor({ identity, approving }: Dependencies, { way, client, platform }: Values): Identity {
  if (client === undefined || way === undefined) return identity(platform);
  return client === approving.clientId ? approving : { ...approving, clientId: client, clientSecret: undefined };
}

interface LentGates {
  /** A gate whose name is found out when it is passed first. */
  named(name: () => Promise<string>): Gate;
  giveBack(): void;
}

/** The gates one driver uses, given back with it. */
function lendGates(gates: Gates, context: DriverContext, more?: { readonly isAnonymous: boolean }): LentGates {
  const borrowed: Borrowed[] = [];
  return {
    named(name) {
      let finding: Promise<Gate> | undefined;
      const find = async () => {
        const one = gates.borrow(await name(), context, more);
        borrowed.push(one);
        return one.gate;
      };
      return lateGate(
        () =>
          (finding ??= find().catch((error: unknown) => {
            finding = undefined;
            throw error;
          })),
      );
    },
    giveBack() {
      for (const one of borrowed.splice(0)) one.giveBack();
    },
  };
}

/** The mount's device: made once, kept in the vault, never changed silently. */
function deviceIdIn({ vault, randomHex, exclusive }: DriverContext): () => Promise<string> {
  const find = async (): Promise<string> => {
    const { deviceId } = await vault.read();
    if (deviceId !== undefined) return deviceId;
    const made = randomHex(16);
    await vault.write({ deviceId: made });
    return made;
  };
  return kept(() => exclusive("device-id", find));
}

/** Found out once; what could not be found out is asked for again by the next. */
function kept(find: () => Promise<string>): () => Promise<string> {
  let known: Promise<string> | undefined;
  return () =>
    (known ??= find().catch((error: unknown) => {
      known = undefined;
      throw error;
    }));
}

function shareKind(dependencies: Dependencies): DriverKind {
  return {
    name: "pikpak-share",
    added: "link",
    where: "anywhere",
    fields: shareFields,
    recognise: (text, options) => shareAddressesIn(text, options).map(recognised),
    ownsPage: isOwnSite,
    check(values) {
      const address = shareAddressIn(values["link"] ?? "", { asked: true });
      if (!address) return { ok: false, problem: { field: "link", code: "not-a-share" } };
      const { link: _asTyped, passCode: typed, ...rest } = values;
      const passCode = typed === undefined ? address.passCode : passCodeIn(typed);
      return withToken({ ...rest, link: linkOf(address), ...(passCode !== undefined && { passCode }) });
    },
    title: (options) => `PikPak ${shareAddressIn(options["link"] ?? "", { asked: true })?.shareId ?? ""}`.trim(),
    identity: (options) => `pikpak-share:${options["link"] ?? ""}`,
    open: (options, context) => openShareMount(dependencies, options, context),
  };
}

function recognised(address: ShareAddress): Recognised {
  const { shareId, inside, passCode, maybe } = address;
  return {
    values: { link: linkOf(address), ...(passCode !== undefined && { passCode }) },
    ...(maybe !== undefined && { maybe: { passCode: maybe } }),
    ...(inside !== undefined && { whole: { link: linkOf({ shareId }) } }),
  };
}

/** A share's address in one form, without its code. */
function linkOf({ shareId, inside }: Pick<ShareAddress, "shareId" | "inside">): string {
  return `https://mypikpak.com/s/${shareId}${inside === undefined ? "" : `/${inside}`}`;
}

function openShareMount(dependencies: Dependencies, options: Values, context: DriverContext): Driver {
  const { shareId = "", inside } = shareAddressIn(options["link"] ?? "", { asked: true }) ?? {};
  const { userUrl, driveUrl } = dependencies;
  const identity = dependencies.identity(options["platform"]);
  const deviceId = deviceIdIn(context);
  const gates = lendGates(dependencies.gates, context, { isAnonymous: true });
  const gate = gates.named(async () => `share:${shareId}:${await deviceId()}`);
  const transport = createTransport({ openPool: dependencies.openPool, onSend: () => context.count?.("calls") });
  const shared = { userUrl, identity, deviceId, gate, transport, vault: context.vault, context };
  const captcha = createCaptchaTokens({ ...shared, signInGate: gate, challenge: "ignore" });
  const client = createClient({ ...shared, driveUrl, captcha });
  return openShare({
    client,
    shareId,
    inside,
    passCode: kept(async () => (await context.vault.read())["passCode"] ?? ""),
    transcode: options["transcode"] === "yes",
    reads: dependencies.reads,
    context,
    async close() {
      await transport.close();
      gates.giveBack();
    },
  });
}
