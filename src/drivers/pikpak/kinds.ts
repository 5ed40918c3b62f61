import { createHash } from "node:crypto";
import type { Driver, DriverContext, DriverKind, Recognised } from "../../storage/driver.ts";
import type { Field, Reading, Values } from "../../storage/form.ts";
import { plainText } from "../../storage/plain-text.ts";
import { openAccount } from "./account.ts";
import { folderIdOf, shareAddressesIn, shareAddressIn, type ShareAddress } from "./address.ts";
import { createAuth } from "./auth.ts";
import { createCaptchaTokens, solvedTokenIn } from "./captcha.ts";
import { createClient } from "./client.ts";
import { createGate, type Gate } from "./gate.ts";
import { hostsOf, type HostSettings } from "./hosts.ts";
import { loadIdentities, offeredPlatforms, type Identity } from "./identity.ts";
import { passCodeIn } from "./pass-code.ts";
import { openShare } from "./share.ts";
import { createTransport } from "./transport.ts";

/** Where PikPak is and what we are to it. */
export interface PikPakSettings extends HostSettings {
  /** Identity of mounts that do not name one. */
  readonly platform: string;
  /** JSON that replaces or adds identities. */
  readonly identitiesFile?: string;
}

/** What a human ended with who was asked to prove to be one; good for one use. */
const verification: Field = { name: "captchaToken", kind: "secret", required: false, aside: true, maxLength: 8000 };

/** Refresh tokens as they are told from a password: those of the service have some 90 characters. */
const tokenShape = "os\\.[A-Za-z0-9_-]{40,}";

const accountFields = (platforms: readonly string[]): readonly Field[] => [
  {
    name: "username",
    kind: "text",
    required: true,
    instead: "refreshToken",
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
      followedBy: "password",
    },
  },
  {
    name: "password",
    kind: "secret",
    required: true,
    instead: "refreshToken",
    maxLength: 500,
    copied: { labels: ["password", "pwd", "passwd", "密码", "密碼"] },
  },
  {
    name: "refreshToken",
    kind: "secret",
    required: false,
    aside: true,
    maxLength: 4000,
    copied: { labels: ["refresh token", "token", "刷新令牌", "令牌"], shape: tokenShape },
  },
  { name: "rootFolder", kind: "folder", required: false, maxLength: 500 },
  { name: "platform", kind: "choice", required: false, aside: true, choices: platforms, maxLength: 50 },
  verification,
];

const shareFields: readonly Field[] = [
  { name: "link", kind: "text", required: true, maxLength: 2000 },
  { name: "passCode", kind: "secret", required: false, maxLength: 50 },
  { name: "transcode", kind: "choice", required: false, aside: true, choices: ["no", "yes"], maxLength: 5 },
  verification,
];

/** The two PikPak kinds. Reads the identities file now, so that a wrong one, or an unknown platform, is a start-up failure. */
export function pikPakKinds(settings: PikPakSettings): readonly DriverKind[] {
  const identities = loadIdentities(settings.identitiesFile);
  const usual = identityNamed(identities, settings.platform);
  const gates = new Map<string, Gate>();
  const dependencies: Dependencies = {
    ...hostsOf(settings),
    identity: (name) => (name === undefined ? usual : identityNamed(identities, name)),
    gate(account, context) {
      const gate = gates.get(account) ?? createGate(account, context);
      gates.set(account, gate);
      return gate;
    },
  };
  return [accountKind(dependencies, accountFields(offeredPlatforms(identities))), shareKind(dependencies)];
}

interface Dependencies {
  readonly driveUrl: string;
  readonly userUrl: string;
  identity(name: string | undefined): Identity;
  /** One gate an account, whichever mounts use it. */
  gate(account: string, context: DriverContext): Gate;
}

function identityNamed(identities: ReadonlyMap<string, Identity>, name: string): Identity {
  const found = identities.get(name);
  if (!found) throw new Error(`PIKPAK_PLATFORM: no identity "${name}"; there are ${[...identities.keys()].join(", ")}`);
  return found;
}

function accountKind(dependencies: Dependencies, fields: readonly Field[]): DriverKind {
  return {
    name: "pikpak",
    fields,
    check(values) {
      const rootFolder = folderIdOf(values["rootFolder"] ?? "");
      if (rootFolder === undefined) return { ok: false, problem: { field: "rootFolder", code: "not-a-folder-id" } };
      const { rootFolder: _asTyped, username, ...rest } = tokenForPassword(values);
      if (isNoToken(rest["refreshToken"]))
        return { ok: false, problem: { field: "refreshToken", code: "not-a-token" } };
      return withToken({
        ...rest,
        ...(username !== undefined && { username: userNameOf(username) }),
        ...(rootFolder !== "" && { rootFolder }),
      });
    },
    title: (options) => options["username"] ?? "PikPak",
    identity: (options) =>
      options["username"] === undefined
        ? ""
        : `pikpak:${options["username"].toLowerCase()}:${options["rootFolder"] ?? ""}`,
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

/** A refresh token pasted where the password was asked for is taken as what it is. */
function tokenForPassword(values: Values): Values {
  const { password, ...rest } = values;
  const isToken = password !== undefined && new RegExp(`^${tokenShape}$`).test(password);
  return isToken ? { ...rest, refreshToken: password } : values;
}

/** Words, or the access token that stands beside it (a JWT): PikPak would refuse it for certain. */
function isNoToken(token: string | undefined): boolean {
  return token !== undefined && (/\s/.test(token) || token.startsWith("eyJ"));
}

/** A mail address without `mailto:`, a phone number as PikPak takes it: figures alone, with `+` for `00`. */
function userNameOf(typed: string): string {
  const text = plainText(typed)
    .trim()
    .replace(/^mailto:/i, "");
  const digits = text.replaceAll(/[\s().-]/g, "");
  return /^\+?\d{9,18}$/.test(digits) ? digits.replace(/^00/, "+") : text;
}

function openAccountMount(dependencies: Dependencies, options: Values, context: DriverContext): Driver {
  const { username } = options;
  const identity = dependencies.identity(options["platform"]);
  const deviceId = deviceIdIn(context);
  const account =
    username === undefined ? undefined : createHash("sha256").update(username.toLowerCase()).digest("hex").slice(0, 16);
  const gate = account === undefined ? lateGate(dependencies, deviceId, context) : dependencies.gate(account, context);
  const transport = createTransport({ onSend: () => context.count?.("calls") });
  const shared = { userUrl: dependencies.userUrl, identity, deviceId, gate, transport, vault: context.vault, context };
  const captcha = createCaptchaTokens({ ...shared, challenge: "stop" });
  const auth = createAuth({ ...shared, username, captcha });
  const client = createClient({ ...shared, driveUrl: dependencies.driveUrl, captcha, auth });
  return openAccount({
    client,
    root: folderIdOf(options["rootFolder"] ?? "") ?? "",
    context,
    close: async () => void (await Promise.all([transport.close(), auth.settled()])),
  });
}

/** A mount without a user name is paced by its device. */
function lateGate(dependencies: Dependencies, deviceId: () => Promise<string>, context: DriverContext): Gate {
  const gate = async () => dependencies.gate(await deviceId(), context);
  return {
    pass: async (signal) => (await gate()).pass(signal),
    coolDown: async (ms) => (await gate()).coolDown(ms),
    noteSignIn: async (most) => (await gate()).noteSignIn(most),
    holdSignIns: async (code, ms) => (await gate()).holdSignIns(code, ms),
  };
}

/** The mount's device: made once, kept in the vault, never changed silently. */
function deviceIdIn({ vault, randomHex, exclusive }: DriverContext): () => Promise<string> {
  let known: Promise<string> | undefined;
  const find = async (): Promise<string> => {
    const { deviceId } = await vault.read();
    if (deviceId !== undefined) return deviceId;
    const made = randomHex(16);
    await vault.write({ deviceId: made });
    return made;
  };
  return () =>
    (known ??= exclusive("device-id", find).catch((error: unknown) => {
      known = undefined;
      throw error;
    }));
}

function shareKind(dependencies: Dependencies): DriverKind {
  return {
    name: "pikpak-share",
    fields: shareFields,
    recognise: (text, options) => shareAddressesIn(text, options).map(recognised),
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
  const identity = dependencies.identity(options["platform"]);
  const deviceId = deviceIdIn(context);
  const gate = dependencies.gate("anonymous", context);
  const transport = createTransport({ onSend: () => context.count?.("calls") });
  const shared = { userUrl: dependencies.userUrl, identity, deviceId, gate, transport, vault: context.vault, context };
  const captcha = createCaptchaTokens({ ...shared, challenge: "ignore" });
  const client = createClient({ ...shared, driveUrl: dependencies.driveUrl, captcha });
  return openShare({
    client,
    shareId,
    inside,
    passCode: async () => (await context.vault.read())["passCode"] ?? "",
    transcode: options["transcode"] === "yes",
    close: () => transport.close(),
  });
}
