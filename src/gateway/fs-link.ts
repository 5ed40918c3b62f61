import type { Link } from "../storage/driver.ts";
import type { Words } from "../i18n/words.ts";
import { json, type Asked, type Reply, type WholeReply } from "./asked.ts";
import { equalTexts } from "./equal-texts.ts";
import { readProxyPath, type ProxyTarget } from "./proxy-url.ts";
import { refusalOf, refusals, refuse } from "./refusal.ts";
import type { Tickets } from "./ticket.ts";
import { ticketUrl } from "./ticket-url.ts";

/** The link behind a path of the download proxy. Throws `StorageError`. */
export type LinkByPath = (target: ProxyTarget, options: { readonly signal: AbortSignal }) => Promise<Link>;

interface FsLinkParts {
  readonly words: Words;
  readonly tickets: Tickets;
  readonly address: () => string;
  readonly now: () => number;
  readonly downloadProxy?: { readonly token: string } | undefined;
  readonly linkByPath?: LinkByPath;
}

const longestBody = 64 * 1024;
const anHour = 3_600_000;

/** `POST /api/fs/link`, the one call of a download proxy as AList and OpenList answer it: HTTP 200 always, the outcome is its `code`. */
export async function fsLink(parts: FsLinkParts, asked: Asked): Promise<Reply> {
  const { downloadProxy, linkByPath, words } = parts;
  if (!downloadProxy || !linkByPath) return refuse(asked, refusals.noPage, words);
  if (!equalTexts(asked.headers.authorization ?? "", downloadProxy.token)) {
    return { ...outcome(401, "token is invalidated"), isToGuess: true };
  }
  const path = pathIn((await asked.body(longestBody)).toString("utf8"));
  if (path === undefined) return outcome(400, "a JSON body with a path is needed");
  const target = readProxyPath(path);
  if (!target) return outcome(404, "object not found");
  try {
    return outcome(200, "success", address(parts, target, await linkByPath(target, { signal: asked.signal })));
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    return outcome(refusal.status, words.in("en")(`gateway-${refusal.code}-text`));
  }
}

function pathIn(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== "object" || value === null || !("path" in value)) return undefined;
    return typeof value.path === "string" ? value.path : undefined;
  } catch {
    return undefined;
  }
}

function address({ tickets, now, address }: FsLinkParts, target: ProxyTarget, link: Link): object {
  if (link.kind === "url") {
    const header = Object.entries(link.headers ?? {}).map(([name, value]) => [name, [value]]);
    return { url: link.url, header: Object.fromEntries(header) };
  }
  // A file without bytes has no address at its host; ours serves nothing, successfully.
  const { mount, entry, variant, person } = target;
  const ids = { mount, entry, person, ...(variant !== undefined && { variant }) };
  const ticket = tickets.issue({ ...ids, expiresAt: now() + anHour });
  return { url: ticketUrl(ticket, { publicUrl: address(), way: "p", name: "empty" }), header: {} };
}

function outcome(code: number, message: string, data: object | null = null): WholeReply {
  return json(200, { code, message, data });
}
