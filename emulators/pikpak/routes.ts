import type { IncomingHttpHeaders } from "node:http";
import { about, areaCountryCode, inviteCode, quantityList, userMe, vip, vipInfo } from "./account-data.ts";
import type { DeviceHeaders } from "./captcha.ts";
import { decompress, listArchive } from "./decompress.ts";
import { fileDetail, listFiles } from "./drive.ts";
import { clearEvents, deleteEvents, listEvents } from "./events.ts";
import { batch, deleteForEver, emptyTrash, makeFolder, rename, verbIn } from "./mutations.ts";
import type { Bases } from "./place.ts";
import { Refusal, refusals, type Host } from "./refusal.ts";
import { gcidByCid, listResources, resourceStatus } from "./resources.ts";
import type { Rules } from "./rules.ts";
import type { Addresses } from "./shapes.ts";
import { createShare, deleteShares, listShares, openShare, restoreShare, shareFile, shareFolder } from "./shares.ts";
import type { Account, State } from "./state.ts";
import {
  beginOffline,
  clearTasks,
  deleteTasks,
  listTasks,
  retryTask,
  taskObject,
  taskOf,
  taskStatuses,
} from "./tasks.ts";
import { decoded, readBody, text, type Body } from "./text.ts";
import type { Credential, Scope, Tokens } from "./tokens.ts";
import { beginUpload } from "./upload.ts";

interface Service {
  readonly state: State;
  readonly rules: Rules;
  readonly tokens: Tokens;
  /** Grants of connected apps at the token endpoint; undefined = a grant it does not know. */
  connect(body: Body): object | undefined;
}

/** A request, free of sockets. */
export interface Asked {
  readonly host: Host;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bases: Bases;
  addressesFor(by: "owner" | "share" | "app"): Addresses;
}

/** The answer's body, undefined where the service answers with none; or a `Refusal`. */
export function answerFor(service: Service, asked: Asked): object | undefined {
  return asked.host === "user" ? answerUser(service, asked) : answerDrive(service, asked);
}

function answerUser({ tokens, connect }: Service, asked: Asked): object {
  const headers = deviceOf(asked);
  switch (`${asked.method} ${asked.path}`) {
    case "POST /v1/shield/captcha/init":
      return tokens.initCaptcha({ body: readBody(asked.body), headers, base: asked.bases.user });
    case "POST /v1/auth/signin": {
      const body = clientBody(asked);
      const inHeader = headerOf(asked, "x-captcha-token");
      return tokens.signIn(inHeader === "" ? body : { ...body, captcha_token: inHeader }, headers);
    }
    case "POST /v1/auth/token":
      return answerToken(tokens, clientBody(asked), connect);
    case "GET /v1/user/me":
      return userMe(tokens.credential(headerOf(asked, "authorization")).account);
    default:
      throw refusals.noEndpoint();
  }
}

/** The client may also be named in the query alone. */
function clientBody(asked: Asked): Body {
  const body = readBody(asked.body);
  return { ...body, client_id: text(body["client_id"]) || asked.query.get("client_id") };
}

function answerToken(tokens: Tokens, body: Body, connect: Service["connect"]): object {
  const granted = body["grant_type"] === "refresh_token" ? tokens.refresh(body) : connect(body);
  if (granted) return granted;
  // The old password grant has ended (recorded 2024-08).
  if (body["grant_type"] === "password") throw refusals.argument("currently not supported");
  throw new Refusal({ error: "invalid_request", code: 3, description: "grant_type is not supported" });
}

function answerDrive(service: Service, asked: Asked): object | undefined {
  const authorization = headerOf(asked, "authorization");
  const found = service.tokens.find(authorization);
  const isApp = found !== undefined && found.kind !== "session";
  // The gateway's order: device, captcha, bearer. A connected app needs neither of the first two.
  const headers = deviceOf(asked);
  if (isApp && found.kind === "pat" && !service.rules.patOnDrive) throw refusals.unauthenticated();
  if (!isApp && headers.deviceId === "" && !isForeignToken(authorization, found))
    throw new Refusal({ bare: { detail: "device_id is empty" } });
  if (`${asked.method} ${asked.path}` === "GET /drive/v1/resource/status") return resourceStatus(asked.query);
  const read = shareReads[`${asked.method} ${asked.path}`];
  if (read) return answerShare(service, asked, { headers, read, signedIn: authorization !== "" });
  return answerSignedIn(service, asked, headers);
}

/** A token that was never given here, and says no client of PikPak's own: of an app. The answer is the session's, not the gateway's. */
function isForeignToken(authorization: string, found: Credential | undefined): boolean {
  return found === undefined && /^Bearer [\w-]+\.[\w-]+\.[\w-]+$/i.test(authorization);
}

function answerSignedIn(service: Service, asked: Asked, headers: DeviceHeaders): object | undefined {
  const route = routeOf(asked);
  checkAccountCaptcha(service, asked, { headers, demanded: route?.captcha === true });
  const credential = service.tokens.credential(headerOf(asked, "authorization"));
  if (!route) throw refusals.noEndpoint();
  const scope = typeof route.scope === "function" ? route.scope(asked) : route.scope;
  if (!credential.scopes.has(scope))
    throw service.rules.scopeRefusal === "forbidden"
      ? refusals.forbidden(`the token lacks ${scope}`)
      : refusals.unauthenticated();
  const isApp = credential.kind !== "session";
  return route.answer(
    {
      ...service,
      asked,
      credential,
      account: credential.account,
      addresses: asked.addressesFor(isApp ? "app" : "owner"),
      language: headerOf(asked, "accept-language"),
    },
    decoded(route.path.exec(asked.path)?.[1] ?? ""),
  );
}

interface SignedIn extends Service {
  readonly asked: Asked;
  readonly credential: Credential;
  readonly account: Account;
  readonly addresses: Addresses;
  readonly language: string;
}

interface Route {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: RegExp;
  /** What a connected app's token has to be allowed. */
  readonly scope: Scope | ((asked: Asked) => Scope);
  /** A detail, a creation or a deletion: where the rule says so a captcha token is demanded. */
  readonly captcha?: boolean;
  answer(place: SignedIn, part: string): object | undefined;
}

function routeOf({ method, path }: Asked): Route | undefined {
  return signedIn.find((route) => route.method === method && route.path.test(path));
}

const batchScopes = {
  batchMove: "manage",
  batchCopy: "manage",
  batchTrash: "manage",
  batchUntrash: "manage",
  batchDelete: "purge",
  star: "write",
  unstar: "write",
} as const;

/** What wants a session; the first that fits answers. */
const signedIn: readonly Route[] = [
  {
    method: "GET",
    path: /^\/drive\/v1\/files$/,
    scope: "read",
    answer: ({ state, account, asked, rules, addresses }) =>
      listFiles(state, account, asked.query, { addresses, rules }),
  },
  { method: "POST", path: /^\/drive\/v1\/files$/, scope: creationScope, captcha: true, answer: create },
  {
    method: "PATCH",
    path: /^\/drive\/v1\/files\/trash:empty$/,
    scope: "purge",
    answer: ({ state, account, rules }) => emptyTrash(state, account, rules),
  },
  {
    method: "GET",
    path: /^\/drive\/v1\/files\/([^/:]+)$/,
    scope: "read",
    captcha: true,
    answer: ({ state, account, asked, addresses }, id) =>
      fileDetail(state, account, { id, query: asked.query }, addresses),
  },
  {
    method: "PATCH",
    path: /^\/drive\/v1\/files\/([^/:]+)$/,
    scope: "write",
    answer: (place, id) => rename(place.state, place.account, { id, body: readBody(place.asked.body) }, place),
  },
  {
    method: "DELETE",
    path: /^\/drive\/v1\/files\/([^/:]+)$/,
    scope: "purge",
    captcha: true,
    answer: ({ state, account }, id) => void deleteForEver(state, account, id),
  },
  {
    method: "POST",
    path: /^\/drive\/v1\/files:(\w+)$/,
    scope: ({ path }) => batchScopes[verbIn(path.split(":")[1] ?? "") ?? "star"],
    answer: runBatch,
  },
  {
    method: "GET",
    path: /^\/drive\/v1\/tasks$/,
    scope: ({ query }) => (query.get("type") === "offline" ? "cloud_download" : "read"),
    answer: ({ state, account, asked, language, rules }) => listTasks(state, account, asked.query, { language, rules }),
  },
  {
    method: "DELETE",
    path: /^\/drive\/v1\/tasks$/,
    scope: "cloud_download",
    answer: ({ state, account, asked }) => void deleteTasks(state, account, asked.query),
  },
  {
    method: "POST",
    path: /^\/drive\/v1\/tasks:clear$/,
    scope: "cloud_download",
    answer: ({ state, account }) => void clearTasks(state, account),
  },
  {
    method: "GET",
    path: /^\/drive\/v1\/tasks\/([^/:]+)$/,
    scope: "read",
    answer: ({ state, account, language }, id) =>
      taskObject(state, taskOf(state, account, id), { language, withFile: true }),
  },
  {
    method: "GET",
    path: /^\/drive\/v1\/task\/([^/:]+)\/statuses$/,
    scope: "read",
    answer: ({ state, account }, id) => taskStatuses(state, taskOf(state, account, id)),
  },
  {
    method: "POST",
    path: /^\/drive\/v1\/task$/,
    scope: "cloud_download",
    answer: (place) => retryTask(place.state, place.account, readBody(place.asked.body), place),
  },
  {
    method: "POST",
    path: /^\/drive\/v1\/resource\/list$/,
    scope: "cloud_download",
    answer: ({ asked, rules }) => listResources(readBody(asked.body), rules),
  },
  {
    method: "GET",
    path: /^\/drive\/v1\/resource\/cid$/,
    scope: "read",
    answer: ({ state, asked }) => gcidByCid(state, asked.query),
  },
  {
    method: "POST",
    path: /^\/drive\/v1\/share$/,
    scope: "share",
    answer: ({ state, account, asked }) => createShare(state, account, readBody(asked.body)),
  },
  {
    method: "POST",
    path: /^\/drive\/v1\/share\/restore$/,
    scope: "write",
    answer: (place) => restoreShare(place.state, place.account, readBody(place.asked.body), place),
  },
  {
    method: "GET",
    path: /^\/drive\/v1\/share\/list$/,
    scope: "share",
    answer: ({ state, account, asked }) => listShares(state, account, asked.query),
  },
  {
    method: "POST",
    path: /^\/drive\/v1\/share:batchDelete$/,
    scope: "share",
    answer: ({ state, account, asked }) => deleteShares(state, account, readBody(asked.body)),
  },
  {
    method: "GET",
    path: /^\/drive\/v1\/events$/,
    scope: "read",
    answer: ({ state, account, asked, addresses }) => listEvents(state, account, asked.query, addresses),
  },
  {
    method: "POST",
    path: /^\/drive\/v1\/events:delete$/,
    scope: "manage",
    answer: ({ state, account, asked }) => deleteEvents(state, account, readBody(asked.body)),
  },
  {
    method: "POST",
    path: /^\/drive\/v1\/events:clear$/,
    scope: "manage",
    answer: ({ state, account }) => clearEvents(state, account),
  },
  {
    method: "GET",
    path: /^\/drive\/v1\/about$/,
    scope: "read",
    answer: ({ state, account }) => about(state, account),
  },
  { method: "GET", path: /^\/drive\/v1\/privilege\/vip$/, scope: "read", answer: ({ account }) => vip(account) },
  { method: "GET", path: /^\/vip\/v1\/vip\/info$/, scope: "read", answer: ({ account }) => vipInfo(account) },
  {
    method: "GET",
    path: /^\/vip\/v1\/quantity\/list$/,
    scope: "read",
    answer: ({ state, account }) => quantityList(state, account),
  },
  {
    method: "GET",
    path: /^\/vip\/v1\/activity\/inviteCode$/,
    scope: "invite",
    answer: ({ account }) => inviteCode(account),
  },
  {
    method: "GET",
    path: /^\/drive\/v1\/privilege\/area_country_code$/,
    scope: "read",
    answer: () => areaCountryCode(),
  },
  {
    method: "POST",
    path: /^\/decompress\/v1\/list$/,
    scope: "read",
    answer: ({ state, account, asked }) => listArchive(state, account, readBody(asked.body)),
  },
  {
    method: "POST",
    path: /^\/decompress\/v1\/decompress$/,
    scope: "write",
    answer: ({ state, account, asked, rules }) => decompress(state, account, readBody(asked.body), rules),
  },
];

/** A folder and an upload are writing; an offline download has a permission of its own. */
function creationScope({ body }: Asked): Scope {
  return body.includes("UPLOAD_TYPE_URL") ? "cloud_download" : "write";
}

/** A folder, an offline download, or an upload. */
function create(place: SignedIn): object {
  const { state, account, asked, rules, credential } = place;
  const body = readBody(asked.body);
  if (body["kind"] === "drive#folder") return makeFolder(state, account, body, place);
  switch (body["upload_type"]) {
    case "UPLOAD_TYPE_URL":
      return beginOffline(state, account, body, place);
    case "UPLOAD_TYPE_RESUMABLE":
    case "UPLOAD_TYPE_FORM":
      if (credential.kind !== "session" && rules.appAllowanceUsed)
        throw refusals.forbidden("free transfers has been used up");
      return beginUpload(state, account, body, { ...place, bases: asked.bases, clientId: credential.clientId });
    default:
      throw refusals.argument("upload_type is not supported");
  }
}

function runBatch({ state, account, asked, rules }: SignedIn, word: string): object {
  const verb = verbIn(word);
  if (!verb) throw refusals.noEndpoint();
  return batch(state, account, { verb, body: readBody(asked.body) }, rules);
}

/** What needs no session. */
const shareReads: Readonly<Record<string, typeof openShare>> = {
  "GET /drive/v1/share": openShare,
  "GET /drive/v1/share/detail": shareFolder,
  "GET /drive/v1/share/file_info": shareFile,
};

interface ShareRead {
  readonly headers: DeviceHeaders;
  readonly read: typeof openShare;
  readonly signedIn: boolean;
}

/** Read with a session, or anonymously with a client id and, where the rule says so, a captcha token. */
function answerShare(service: Service, asked: Asked, { headers, read, signedIn: isSignedIn }: ShareRead): object {
  const { state, rules, tokens } = service;
  if (headers.clientId === "" && (!isSignedIn || rules.shareClientId === "everybody"))
    throw refusals.captcha("client_id not match");
  const captcha = captchaIn(asked);
  if (captcha === "" && rules.shareCaptcha && !isSignedIn)
    throw new Refusal({ bare: { detail: "captcha_token is empty" } });
  if (captcha !== "" && (rules.shareCaptcha || isSignedIn))
    tokens.checkCaptcha(captcha, headers, { pending: rules.challengedReads });
  if (isSignedIn) tokens.credential(headerOf(asked, "authorization"));
  const language = headerOf(asked, "accept-language");
  const parts = { addresses: asked.addressesFor("share"), rules, prohibited: rules.sharesProhibited, language };
  return read(state, asked.query, parts);
}

interface CaptchaDemand {
  readonly headers: DeviceHeaders;
  readonly demanded: boolean;
}

/** Everyday calls do without a token (seen 2026-11); one that is sent has to be good. */
function checkAccountCaptcha({ tokens, rules }: Service, asked: Asked, { headers, demanded }: CaptchaDemand): void {
  const token = captchaIn(asked);
  if (token !== "") return tokens.checkCaptcha(token, headers);
  const held = tokens.find(headerOf(asked, "authorization"));
  if (demanded && rules.accountCaptcha && held?.kind === "session") throw refusals.captcha("captcha_token is empty");
}

function captchaIn(asked: Asked): string {
  return headerOf(asked, "x-captcha-token") || (asked.query.get("captcha_token") ?? "");
}

/** Device and client may also stand in the query. */
function deviceOf(asked: Asked): DeviceHeaders {
  return {
    deviceId: headerOf(asked, "x-device-id") || (asked.query.get("device_id") ?? ""),
    clientId: headerOf(asked, "x-client-id") || (asked.query.get("client_id") ?? ""),
  };
}

function headerOf({ headers }: Asked, name: string): string {
  return text(headers[name]);
}
