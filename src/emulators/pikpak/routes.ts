import type { IncomingHttpHeaders } from "node:http";
import { about, fileDetail, listFiles, userMe, vip, type ListRules } from "./drive.ts";
import { Refusal, refusals, type Host } from "./refusal.ts";
import type { Addresses } from "./shapes.ts";
import { openShare, shareFile, shareFolder } from "./shares.ts";
import type { Account, State } from "./state.ts";
import { text, type Body, type DeviceHeaders, type TokenRules, type Tokens } from "./tokens.ts";

export interface RouteRules extends ListRules, TokenRules {
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
  readonly base: string;
  readonly userBase: string;
  readonly addresses: Addresses;
}

/** The answer's body, or a `Refusal`. */
export async function answerFor(service: Service, asked: Asked): Promise<object> {
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

function answerDrive(service: Service, asked: Asked): object {
  const headers = deviceOf(asked);
  // The gateway's order: device, captcha, bearer.
  if (headers.deviceId === "") throw new Refusal({ bare: { detail: "device_id is empty" } });
  if (asked.path === "/drive/v1/share" || asked.path.startsWith("/drive/v1/share/"))
    return answerShare(service, asked, headers);
  checkCaptcha(service, asked, headers);
  const account = service.tokens.account(headerOf(asked, "authorization"));
  return answerAccount(service, asked, account);
}

function answerAccount({ state, rules }: Service, asked: Asked, account: Account): object {
  const { addresses } = asked;
  const file = /^\/drive\/v1\/files\/([^/:]+)$/.exec(asked.path);
  if (asked.method === "GET" && file) return fileDetail(state, account, decodeURIComponent(file[1] ?? ""), addresses);
  switch (`${asked.method} ${asked.path}`) {
    case "GET /drive/v1/files":
      return listFiles(state, account, asked.query, { addresses, rules });
    case "GET /drive/v1/about":
      return about(account);
    case "GET /drive/v1/privilege/vip":
      return vip(account);
    default:
      throw refusals.noEndpoint();
  }
}

function answerShare(service: Service, asked: Asked, headers: DeviceHeaders): object {
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
  const parts = { addresses: asked.addresses, rules, prohibited: rules.sharesProhibited };
  switch (`${asked.method} ${asked.path}`) {
    case "GET /drive/v1/share":
      return openShare(state, asked.query, parts);
    case "GET /drive/v1/share/detail":
      return shareFolder(state, asked.query, parts);
    case "GET /drive/v1/share/file_info":
      return shareFile(state, asked.query, parts);
    default:
      throw refusals.noEndpoint();
  }
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
