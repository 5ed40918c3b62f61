import { LRUCache } from "lru-cache";
import { UpstreamError } from "./error.ts";
import type { Exchange } from "./exchange.ts";

/** One GET, and where it may lead. */
export interface Asking {
  readonly headers: Readonly<Record<string, string>>;
  /** Sends it to one address, and follows nothing. */
  ask(url: URL, headers: Readonly<Record<string, string>>): Promise<Exchange>;
}

const maxRedirects = 3;

/** Some nodes serve what names itself a program badly; this is what a browser says. */
const browser =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

/** Asks until an answer is no redirect; what only the first host may know stays with it. */
export async function follow(first: URL, { headers, ask }: Asking): Promise<Exchange> {
  let url = first;
  let sent = headers;
  for (let hops = 0; ; hops += 1) {
    const exchange = await ask(url, sent);
    const target = redirectTarget(exchange, url);
    if (!target) return exchange;
    exchange.drop();
    if (hops === maxRedirects) throw new UpstreamError("odd", "the file host redirects without end");
    if (target.origin !== url.origin) sent = withoutSecrets(sent);
    url = target;
  }
}

/** Takes addresses apart, and remembers those it took apart lately: a player that seeks asks at the same one again and again. */
export function createUrlReader(): (address: string) => URL {
  const known = new LRUCache<string, URL>({ max: 1000, ttl: 5 * 60_000 });
  return (address) => {
    const seen = known.get(address);
    if (seen) return seen;
    const url = readUrl(address);
    known.set(address, url);
    return url;
  };
}

function readUrl(address: string): URL {
  const url = URL.parse(address);
  if (!url || !/^https?:$/.test(url.protocol)) throw new UpstreamError("forbidden", "a link that is not http or https");
  return url;
}

function redirectTarget({ head }: Exchange, from: URL): URL | undefined {
  const location = head.fields.get("location");
  if (![301, 302, 303, 307, 308].includes(head.status) || location === undefined) return undefined;
  return readUrl(URL.parse(location, from.href)?.href ?? "");
}

/** What is ours to say, or about the connection and not the request (RFC 9110 §7.6.1). */
const ours = new Set([
  "host",
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
  "accept-encoding",
  "expect",
]);

/** The fields of a request for bytes as they are, by lower-case name. Throws `forbidden` where a link's own could smuggle others. */
export function requestFields(headers: Readonly<Record<string, string>>): Record<string, string> {
  const fields: Record<string, string> = { "user-agent": browser, accept: "*/*" };
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new UpstreamError("forbidden", `a link with an impossible header ${JSON.stringify(name)}`);
    }
    if (!ours.has(name.toLowerCase())) fields[name.toLowerCase()] = value;
  }
  return { ...fields, "accept-encoding": "identity" };
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(authorization|cookie)$/i.test(name)));
}
