import type { Words } from "../i18n/words.ts";
import { json, languageOf, type Asked, type Reply } from "./asked.ts";
import { isCrawler } from "./crawler.ts";
import { createFallbacks, type Fallbacks, type OnFallback } from "./fallbacks.ts";
import { servedFile } from "./file.ts";
import { fsLink, type LinkByPath } from "./fs-link.ts";
import { createGivenGate, type GivenGate, type GivenLinks, type GivenTicket } from "./given-link.ts";
import { postedInteraction, type TakeInteraction } from "./interactions.ts";
import type { HostCheck } from "./host-check.ts";
import { createHookRoute, type HookRoute, type HookTaker } from "./hook.ts";
import { html, page, pageHeaders } from "./html.ts";
import type { OpenLimiter } from "./limiter.ts";
import type { Pages } from "./pages.ts";
import type { Proxy } from "./proxy.ts";
import { equalTexts } from "./equal-texts.ts";
import { proxyUrl } from "./proxy-url.ts";
import { LinkOver, refusals, refuse, type Refusal } from "./refusal.ts";
import type { Resolve, Resolved } from "./resolve.ts";
import type { Ticket, Tickets } from "./ticket.ts";
import { returnPage, type TakeReturn } from "./return-page.ts";
import { watchPage, type Look } from "./watch.ts";

/** Everything the handler leans on. */
export interface HandlerParts {
  readonly words: Words;
  /** Counts what is tried, for several processes; absent = in this one. */
  readonly limiter?: OpenLimiter | undefined;
  readonly tickets: Tickets;
  readonly resolve: Resolve;
  readonly proxy: Proxy;
  /** Whether a ticket was withdrawn. */
  readonly revoked?: (ticket: Ticket) => Promise<boolean>;
  /** When links of a mount and person were last taken back; absent = never. */
  readonly takenBack?: (ticket: Pick<Ticket, "mount" | "person">) => Promise<number>;
  /** The links people gave away; absent = there are none. */
  readonly given?: GivenLinks | undefined;
  /** Where people reach us, without a trailing slash. */
  readonly address: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether the process can serve. */
  readonly ready: () => Promise<Readiness>;
  readonly metrics: () => Promise<string>;
  /** Asked for as a bearer token before numbers are told; absent = they are told on this machine alone. */
  readonly metricsToken?: string | undefined;
  /** What is known of the file hosts. */
  readonly hosts: HostCheck;
  /** What `/d/` does where the file host does not say a file's name: `always` = streams; otherwise redirects. */
  readonly namedDownloads?: "offer" | "always" | "off" | undefined;
  readonly pages?: Pick<Pages, "answer"> | undefined;
  /** For browsers that come back from a sign-in elsewhere; absent = none is sent there. */
  readonly takeReturn?: TakeReturn | undefined;
  /** For calls of people's hooks; absent = there are none. */
  readonly hooks?: HookTaker | undefined;
  /** For interactions that Discord posts; absent = it posts none. */
  readonly takeInteraction?: TakeInteraction | undefined;
  readonly downloadProxy?: { readonly url: string; readonly token: string } | undefined;
  readonly linkByPath?: LinkByPath;
  /** For the watch page; absent = there is none. */
  readonly look?: (ticket: Ticket, options: { readonly signal: AbortSignal }) => Promise<Look>;
  /** A redirect would not have worked, so the bytes go through us: told once a day for each mount and reason. */
  readonly onFallback?: OnFallback;
}

/** Whether the process can serve; if not, each reason in a few words for the operator: `telegram: not reached (ECONNREFUSED)`. */
export type Readiness = { readonly ok: true } | { readonly ok: false; readonly reasons: readonly string[] };

/** Request in, reply out; no socket in sight. Throws what `refusalOf` reads. */
export type Handler = (asked: Asked) => Promise<Reply>;

/** The part of the path that names the route, for metrics and logs. */
export function routeOf(path: string): string {
  const [, first = ""] = path.split("/");
  return Object.hasOwn(routeMethods, first) && first !== "robots.txt" ? first : "other";
}

interface Parts extends HandlerParts {
  readonly fallbacks: Fallbacks;
  readonly gate: GivenGate | undefined;
  readonly hook: HookRoute;
}

/** The gateway's routes. */
export function createHandler(handed: HandlerParts): Handler {
  const gate = handed.given && createGivenGate({ ...handed, given: handed.given });
  const parts: Parts = { ...handed, fallbacks: createFallbacks(handed), gate, hook: createHookRoute(handed) };
  return async (asked) => {
    const [, route = "", ...rest] = asked.path.split("/");
    const methods = methodsOf(route);
    if (!methods) return refuse(asked, refusals.noPage, parts.words);
    if (!methods.includes(asked.method) && !isPassword(parts, asked, rest[0]))
      return refuse(asked, wrongMethod(methods), parts.words);
    switch (route) {
      case "d":
      case "p":
        return readable(
          asked.method === "OPTIONS"
            ? preflight
            : await file(parts, asked, { text: rest[0] ?? "", through: route === "p" }),
        );
      case "w":
        return watch(parts, asked, rest);
      case "s":
        return oneTimePage(parts, asked, rest);
      case "oauth":
        return comeBack(parts, asked, rest);
      case "hook":
        return parts.hook(asked, rest);
      case "discord":
        return parts.takeInteraction && rest.join("/") === "interactions"
          ? postedInteraction(asked, parts.takeInteraction)
          : refuse(asked, refusals.noPage, parts.words);
      case "api":
        return rest.join("/") === "fs/link" ? fsLink(parts, asked) : refuse(asked, refusals.noPage, parts.words);
      case "healthz":
        return json(200, { ok: true });
      case "readyz":
        return readiness(await parts.ready());
      case "metrics":
        return metrics(parts, asked);
      default:
        return robots;
    }
  };
}

const reading = ["GET", "HEAD"];

/** What each route takes, by the first part of its path. */
const routeMethods: Readonly<Record<string, readonly string[]>> = {
  d: [...reading, "OPTIONS"],
  p: [...reading, "OPTIONS"],
  s: [...reading, "POST"],
  w: reading,
  oauth: ["GET"],
  hook: ["POST"],
  api: ["POST"],
  discord: ["POST"],
  "robots.txt": reading,
  healthz: reading,
  readyz: reading,
  metrics: reading,
};

/** Routes for this machine and whoever watches over it. */
const ownRoutes = ["healthz", "readyz", "metrics"];

/** Routes for people and their programs, by the first part of the path: what a proxy lets through besides the webhook. */
export const publicRoutes: readonly string[] = Object.keys(routeMethods).filter((route) => !ownRoutes.includes(route));

function methodsOf(route: string): readonly string[] | undefined {
  return Object.hasOwn(routeMethods, route) ? routeMethods[route] : undefined;
}

/** The password of a link is sent to the link's own address. */
function isPassword({ gate, tickets }: Parts, { method, path }: Asked, text = ""): boolean {
  if (!gate || method !== "POST" || !/^\/[dpw]\//.test(path)) return false;
  const reading = tickets.read(text);
  return reading.ok && isGiven(reading.ticket);
}

function wrongMethod(methods: readonly string[]): Refusal {
  return { code: "wrong-method", status: 405, headers: { allow: methods.join(", ") } };
}

const robots: Reply = {
  kind: "whole",
  status: 200,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: "User-agent: *\nDisallow: /\n",
};

/** Asked by browsers before a script reads bytes from elsewhere. */
const preflight: Reply = {
  kind: "whole",
  status: 204,
  headers: {
    "access-control-allow-methods": reading.join(", "),
    "access-control-allow-headers": "Range, If-Range, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since",
    "access-control-max-age": "86400",
  },
  body: "",
};

/** Whoever has a ticket may read by it, from any page, as a player or a television does: no cookie is looked at here. */
function readable(reply: Reply): Reply {
  return {
    ...reply,
    headers: {
      ...reply.headers,
      "access-control-allow-origin": "*",
      "access-control-expose-headers":
        "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Last-Modified, Retry-After",
      "cross-origin-resource-policy": "cross-origin",
    },
  };
}

async function file(
  parts: Parts,
  asked: Asked,
  { text, through }: { readonly text: string; readonly through: boolean },
): Promise<Reply> {
  const admitted = await admit(parts, asked, text);
  if ("kind" in admitted) return admitted;
  const resolved = await parts.resolve(admitted, { signal: asked.signal });
  countOpening(parts, asked, admitted);
  if (through) {
    if (asked.query.get("why") === "refused") parts.fallbacks.refused(text);
    return stream(parts, asked, admitted, resolved);
  }
  if (resolved.method === "redirect" && resolved.link.kind === "url" && resolved.link.headers) {
    parts.fallbacks.wantsHeaders(resolved);
  }
  const target = await redirectTarget(parts, asked, { ticket: admitted, text, resolved });
  return target === undefined ? stream(parts, asked, admitted, resolved) : redirect(target);
}

/** Who begins with a file opens its link; a player that seeks, or a program's second connection, does not. */
function countOpening({ given }: HandlerParts, { method, headers }: Asked, ticket: Ticket): void {
  const isBegun = /^\s*(bytes\s*=\s*0\s*-.*)?$/i.test(headers.range ?? "");
  if (ticket.given !== undefined && method === "GET" && isBegun) given?.opened(ticket.given);
}

/** The ticket of a text, or the reply to who may not pass. */
async function admit(parts: Parts, asked: Asked, text: string): Promise<Ticket | Reply> {
  const reading = parts.tickets.read(text);
  if (!reading.ok && reading.why === "bad")
    return { ...refuse(asked, refusals.badTicket, parts.words), isToGuess: true };
  if (!reading.ok) return refuse(asked, refusals.expired, parts.words);
  if (await parts.revoked?.(reading.ticket)) return refuse(asked, refusals.expired, parts.words);
  if (isCrawler(asked.headers["user-agent"])) return stub(parts, asked);
  const { ticket } = reading;
  if (isGiven(ticket)) return parts.gate?.admit(asked, ticket) ?? refuse(asked, refusals.expired, parts.words);
  return ticket;
}

function isGiven(ticket: Ticket): ticket is GivenTicket {
  return ticket.given !== undefined;
}

/** Whether a ticket that was admitted leads nowhere any more. */
async function isOver({ revoked, given }: HandlerParts, ticket: Ticket): Promise<boolean> {
  if (await revoked?.(ticket)) return true;
  return ticket.given !== undefined && (await given?.find(ticket.person, ticket.given)) === undefined;
}

/** What link previews see: nothing of the file, and no upstream call. */
function stub({ words }: HandlerParts, asked: Asked): Reply {
  const language = languageOf(asked, words);
  const title = words.in(language)("gateway-preview-title");
  const { headers, body } = page({ language, title, body: html`<h1>${title}</h1>` });
  return { kind: "whole", status: 200, headers, body };
}

interface Redirecting {
  readonly ticket: Ticket;
  /** The ticket as it was written. */
  readonly text: string;
  readonly resolved: Resolved;
}

/** Where a client may fetch the bytes itself; undefined where only we can. */
async function redirectTarget(
  parts: Parts,
  asked: Asked,
  { ticket, text, resolved }: Redirecting,
): Promise<string | undefined> {
  const { downloadProxy, fallbacks, takenBack } = parts;
  const { link, entry, method } = resolved;
  if (link.kind === "empty") return undefined;
  switch (method) {
    case "proxy":
      return undefined;
    case "redirect":
      return link.headers || fallbacks.isRefused(text) ? undefined : directUrl(parts, asked, { ticket, resolved });
    case "proxy-url":
      if (!downloadProxy) return undefined;
      return proxyUrl(
        { ...ticket, takenBack: (await takenBack?.(ticket)) ?? 0 },
        { ...downloadProxy, name: entry.name, expiresAt: proxyEnd(parts, ticket) },
      );
  }
}

/** The proxy asks nothing of a given link: an address there is good for no longer than one of the file host's. */
function proxyEnd({ now }: Parts, { given, expiresAt }: Ticket): number {
  return given === undefined ? expiresAt : Math.min(expiresAt, now() + 3_600_000);
}

/** The file host's own address, looked at anew where it was not for minutes; undefined where a name is wanted that the host does not say. */
async function directUrl(
  { hosts, namedDownloads, resolve }: Parts,
  { signal }: Asked,
  { ticket, resolved: { link, mount } }: Omit<Redirecting, "text">,
): Promise<string | undefined> {
  const wantsName = namedDownloads === "always";
  const good = await hosts.verified(link, {
    mount: mount.id,
    wantsName,
    signal,
    relink: async (refused) => (await resolve(ticket, { refused, signal })).link,
  });
  if (good.kind === "empty" || good.headers || (wantsName && hosts.names(mount.id) !== true)) return undefined;
  return plainUrl(good.url);
}

/** An address as a header can carry it. One that can be carried as it is stays so, to the letter: it is signed. */
function plainUrl(url: string): string {
  return /^[\x21-\x7e]*$/.test(url) ? url : new URL(url).href;
}

function redirect(location: string): Reply {
  return {
    kind: "whole",
    status: 302,
    headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex" },
    body: "",
  };
}

function stream(parts: HandlerParts, asked: Asked, ticket: Ticket, resolved: Resolved): Reply {
  const { entry, link } = resolved;
  return {
    kind: "bytes",
    send: (response) =>
      parts.proxy.serve({
        method: asked.method === "HEAD" ? "HEAD" : "GET",
        headers: asked.headers,
        response,
        link,
        file: servedFile(entry, link, ticket.variant),
        person: ticket.person,
        download: `${ticket.mount} ${ticket.entry} ${ticket.variant ?? ""}`,
        relink: async (refused) => {
          // What was taken back meanwhile is not fetched on.
          if (await isOver(parts, ticket)) throw new LinkOver();
          return (await parts.resolve(ticket, { refused, signal: asked.signal })).link;
        },
        signal: asked.signal,
      }),
  };
}

async function watch(parts: Parts, asked: Asked, [text = "", tail]: readonly string[]): Promise<Reply> {
  const { look } = parts;
  if (!look) return refuse(asked, refusals.noPage, parts.words);
  const admitted = await admit(parts, asked, text);
  if ("kind" in admitted) return admitted;
  const language = languageOf(asked, parts.words);
  return watchPage({ ...parts, look, language }, asked, { ticket: admitted, text, tail });
}

function oneTimePage(
  parts: HandlerParts,
  asked: Asked,
  [code = "", ...more]: readonly string[],
): Promise<Reply> | Reply {
  if (!parts.pages || more.length > 0) return refuse(asked, refusals.noPage, parts.words);
  // A preview must neither see the page nor use it up.
  if (isCrawler(asked.headers["user-agent"])) return stub(parts, asked);
  return parts.pages.answer(code, asked);
}

/** A browser that comes back from a service where somebody has agreed. */
function comeBack(parts: HandlerParts, asked: Asked, [kind = "", ...more]: readonly string[]): Promise<Reply> | Reply {
  if (!parts.takeReturn || more.length > 0) return refuse(asked, refusals.noPage, parts.words);
  return isCrawler(asked.headers["user-agent"])
    ? stub(parts, asked)
    : returnPage(asked, { kind, words: parts.words, take: parts.takeReturn });
}

function readiness(ready: Readiness): Reply {
  return json(ready.ok ? 200 : 503, ready, ready.ok ? {} : { "retry-after": "5" });
}

async function metrics({ metricsToken, metrics, words }: HandlerParts, asked: Asked): Promise<Reply> {
  if (metricsToken === undefined && !asked.isLocal) return refuse(asked, refusals.noPage, words);
  const given = /^Bearer (.+)$/i.exec(asked.headers.authorization ?? "")?.[1] ?? "";
  if (metricsToken !== undefined && !equalTexts(given, metricsToken)) {
    const challenge = { code: "no-page", status: 401, headers: { "www-authenticate": "Bearer" } } as const;
    return { ...refuse(asked, challenge, words), isToGuess: true };
  }
  return {
    kind: "whole",
    status: 200,
    headers: { ...pageHeaders, "content-type": "text/plain; version=0.0.4; charset=utf-8" },
    body: await metrics(),
  };
}
