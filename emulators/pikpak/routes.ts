import type { IncomingHttpHeaders } from "node:http";
import { about, areaCountryCode, fileDetail, gcidByCid, listFiles, userMe, vip, type ListRules } from "./drive.ts";
import { batch, deleteForEver, emptyTrash, makeFolder, rename, verbIn } from "./mutations.ts";
import { Refusal, refusals, type Host } from "./refusal.ts";
import type { Addresses } from "./shapes.ts";
import { createShare, deleteShares, listShares, openShare, restoreShare, shareFile, shareFolder } from "./shares.ts";
import type { Account, State } from "./state.ts";
import {
  beginOffline,
  clearTasks,
  deleteTasks,
  listTasks,
  taskObject,
  taskOf,
  taskStatuses,
  type TaskRules,
} from "./tasks.ts";
import { text, type Body, type DeviceHeaders, type TokenRules, type Tokens } from "./tokens.ts";

export interface RouteRules extends ListRules, TokenRules, TaskRules {
  /** Reading shares demands a captcha token, too. */
  shareCaptcha: boolean;
  sharesProhibited: boolean;
}

interface Service {
  readonly state: State;
  readonly rules: RouteRules;
  readonly tokens: Tokens;
}

/** A request, free of sockets. */
export interface Asked {
  readonly host: Host;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly userBase: string;
  readonly addresses: Addresses;
}

/** The answer's body, undefined where the service answers with none; or a `Refusal`. */
export function answerFor(service: Service, asked: Asked): object | undefined {
  return asked.host === "user" ? answerUser(service, asked) : answerDrive(service, asked);
}

function answerUser({ tokens }: Service, asked: Asked): object {
  const headers = deviceOf(asked);
  switch (`${asked.method} ${asked.path}`) {
    case "POST /v1/shield/captcha/init":
      return tokens.initCaptcha({ body: bodyOf(asked), headers, base: asked.userBase });
    case "POST /v1/auth/signin": {
      const body = bodyOf(asked);
      const inHeader = headerOf(asked, "x-captcha-token");
      return tokens.signIn(inHeader === "" ? body : { ...body, captcha_token: inHeader }, headers);
    }
    case "POST /v1/auth/token":
      return tokens.refresh(bodyOf(asked));
    case "GET /v1/user/me":
      return userMe(tokens.account(headerOf(asked, "authorization")));
    default:
      throw refusals.noEndpoint();
  }
}

function answerDrive(service: Service, asked: Asked): object | undefined {
  const headers = deviceOf(asked);
  // The gateway's order: device, captcha, bearer.
  if (headers.deviceId === "") throw new Refusal({ bare: { detail: "device_id is empty" } });
  const read = shareReads[`${asked.method} ${asked.path}`];
  if (read) return answerShare(service, asked, headers, read);
  checkCaptcha(service, asked, headers);
  const account = service.tokens.account(headerOf(asked, "authorization"));
  const place = { ...service, asked, account, language: headerOf(asked, "accept-language") };
  for (const [method, path, answer] of signedIn) {
    const match = asked.method === method && path.exec(asked.path);
    if (match) return answer(place, decodeURIComponent(match[1] ?? ""));
  }
  throw refusals.noEndpoint();
}

interface SignedIn extends Service {
  readonly asked: Asked;
  readonly account: Account;
  readonly language: string;
}

type Route = readonly [
  "GET" | "POST" | "PATCH" | "DELETE",
  RegExp,
  (place: SignedIn, part: string) => object | undefined,
];

/** What wants a session; the first that fits answers. */
const signedIn: readonly Route[] = [
  [
    "GET",
    /^\/drive\/v1\/files$/,
    ({ state, account, asked, rules }) => listFiles(state, account, asked.query, { addresses: asked.addresses, rules }),
  ],
  ["POST", /^\/drive\/v1\/files$/, create],
  ["PATCH", /^\/drive\/v1\/files\/trash:empty$/, ({ state, account, rules }) => emptyTrash(state, account, rules)],
  [
    "GET",
    /^\/drive\/v1\/files\/([^/:]+)$/,
    ({ state, account, asked }, id) => fileDetail(state, account, { id, query: asked.query }, asked.addresses),
  ],
  [
    "PATCH",
    /^\/drive\/v1\/files\/([^/:]+)$/,
    (place, id) => rename(place.state, place.account, { id, body: bodyOf(place.asked) }, mutationParts(place)),
  ],
  ["DELETE", /^\/drive\/v1\/files\/([^/:]+)$/, ({ state, account }, id) => void deleteForEver(state, account, id)],
  ["POST", /^\/drive\/v1\/files:(\w+)$/, runBatch],
  [
    "GET",
    /^\/drive\/v1\/tasks$/,
    ({ state, account, asked, language }) => listTasks(state, account, asked.query, language),
  ],
  ["DELETE", /^\/drive\/v1\/tasks$/, ({ state, account, asked }) => void deleteTasks(state, account, asked.query)],
  ["POST", /^\/drive\/v1\/tasks:clear$/, ({ state, account }) => void clearTasks(state, account)],
  [
    "GET",
    /^\/drive\/v1\/tasks\/([^/:]+)$/,
    ({ state, account, language }, id) => taskObject(state, taskOf(state, account, id), { language, withFile: true }),
  ],
  [
    "GET",
    /^\/drive\/v1\/task\/([^/:]+)\/statuses$/,
    ({ state, account }, id) => taskStatuses(state, taskOf(state, account, id)),
  ],
  ["POST", /^\/drive\/v1\/task$/, retryTask],
  ["POST", /^\/drive\/v1\/share$/, ({ state, account, asked }) => createShare(state, account, bodyOf(asked))],
  [
    "POST",
    /^\/drive\/v1\/share\/restore$/,
    ({ state, account, asked, rules, language }) =>
      restoreShare(state, account, bodyOf(asked), { rules, prohibited: rules.sharesProhibited, language }),
  ],
  ["GET", /^\/drive\/v1\/share\/list$/, ({ state, account, asked }) => listShares(state, account, asked.query)],
  [
    "POST",
    /^\/drive\/v1\/share:batchDelete$/,
    ({ state, account, asked }) => deleteShares(state, account, bodyOf(asked)),
  ],
  ["GET", /^\/drive\/v1\/about$/, ({ state, account }) => about(state, account)],
  ["GET", /^\/drive\/v1\/privilege\/vip$/, ({ account }) => vip(account)],
  ["GET", /^\/drive\/v1\/privilege\/area_country_code$/, () => areaCountryCode()],
  ["GET", /^\/drive\/v1\/resource\/cid$/, ({ state, asked }) => gcidByCid(state, asked.query)],
];

function mutationParts({ asked, rules }: SignedIn) {
  return { addresses: asked.addresses, rules };
}

/** A folder, or an offline download; this service takes no uploads. */
function create(place: SignedIn): object {
  const { state, account, asked, rules, language } = place;
  const body = bodyOf(asked);
  if (body["kind"] === "drive#folder") return makeFolder(state, account, body, mutationParts(place));
  if (body["upload_type"] !== "UPLOAD_TYPE_URL") throw refusals.argument("upload_type is not supported here");
  return beginOffline(state, account, body, { rules, language });
}

function runBatch({ state, account, asked, rules }: SignedIn, word: string): object {
  const verb = verbIn(word);
  if (!verb) throw refusals.noEndpoint();
  return batch(state, account, { verb, body: bodyOf(asked) }, rules);
}

/** RETRY has been measured to fail always; a client submits the URL again. */
function retryTask({ state, account, asked }: SignedIn): object {
  taskOf(state, account, text(bodyOf(asked)["id"]));
  throw refusals.argument("the task cannot be retried");
}

/** What needs no session. */
const shareReads: Readonly<Record<string, typeof openShare>> = {
  "GET /drive/v1/share": openShare,
  "GET /drive/v1/share/detail": shareFolder,
  "GET /drive/v1/share/file_info": shareFile,
};

function answerShare(service: Service, asked: Asked, headers: DeviceHeaders, read: typeof openShare): object {
  const { state, rules } = service;
  if (headers.clientId === "") {
    throw new Refusal({
      error: "captcha_invalid",
      code: 9,
      description: "Verification code is invalid",
      detail: "client_id not match",
    });
  }
  if (rules.shareCaptcha) checkCaptcha(service, asked, headers);
  const language = headerOf(asked, "accept-language");
  return read(state, asked.query, { addresses: asked.addresses, rules, prohibited: rules.sharesProhibited, language });
}

function checkCaptcha({ tokens }: Service, asked: Asked, headers: DeviceHeaders): void {
  const token = headerOf(asked, "x-captcha-token") || (asked.query.get("captcha_token") ?? "");
  if (token === "") throw new Refusal({ bare: { detail: "captcha_token is empty" } });
  tokens.checkCaptcha(token, headers);
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

/** JSON, or a form: the service looks at the body and not at its label. */
function bodyOf({ body }: Asked): Body {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json === "object" && json !== null) return { ...json };
  } catch {
    if (/^[\w.]+=/.test(body)) return Object.fromEntries(new URLSearchParams(body));
  }
  throw refusals.argument("the body is neither JSON nor a form");
}
