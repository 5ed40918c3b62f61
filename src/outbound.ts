import type { Agent as HttpsAgent } from "node:https";
import { HttpsProxyAgent } from "https-proxy-agent";
import { SocksProxyAgent } from "socks-proxy-agent";
import { Agent, EnvHttpProxyAgent, type Dispatcher } from "undici";
import type { OutboundSettings } from "./config.ts";

/** Who is asked: Telegram may have a way out of its own. */
export type Service = "telegram" | "other";

/** The way to the services this process asks: straight out, or through the operator's proxies. */
export interface Outbound {
  /**
   * A pool of connections of the caller's own, to be closed by it. What is on this machine is always asked straight,
   * and so is whoever `direct` names; a proxy looks up names itself.
   */
  dispatcher(service: Service, options?: Agent.Options): Dispatcher;
  /** For clients over Node's own `https`, as those of websockets are; undefined = the address is asked straight. */
  agent(service: Service, address: string): HttpsAgent | undefined;
}

/** Absent settings = straight out. */
export function createOutbound({ proxy, direct = [], telegramProxy }: OutboundSettings = {}): Outbound {
  const proxyOf = (service: Service) => (service === "telegram" ? (telegramProxy ?? proxy) : proxy);
  return {
    dispatcher(service, options = {}) {
      const way = proxyOf(service);
      if (way === undefined) return new Agent(options);
      const uri = socks5(way);
      const noProxy = [...local, ...direct].join(",");
      return new EnvHttpProxyAgent({ ...options, httpProxy: uri, httpsProxy: uri, noProxy });
    },
    agent(service, address) {
      const way = proxyOf(service);
      if (way === undefined || isDirect(new URL(address), [...local, ...direct])) return undefined;
      // Asked for with the name alone, so that the proxy looks it up.
      return way.startsWith("socks")
        ? new SocksProxyAgent(way.replace(/^socks5:/, "socks5h:"))
        : new HttpsProxyAgent(way);
    },
  };
}

const local: readonly string[] = ["localhost", "127.0.0.1", "::1"];

const portOf: Readonly<Record<string, string>> = { "https:": "443", "wss:": "443", "http:": "80", "ws:": "80" };

/** Whether a host is named, or a domain it is in, in the way undici reads the same list. */
function isDirect({ protocol, hostname, port }: URL, direct: readonly string[]): boolean {
  const host = hostname.replaceAll(/^\[|\]$/g, "").toLowerCase();
  return direct.some((named) => {
    const [, bracketed, plain = named, wanted] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(named) ?? [];
    const name = (bracketed ?? plain).toLowerCase();
    if (wanted !== undefined && wanted !== (port || portOf[protocol])) return false;
    const domain = name.replace(/^\*?\./, "");
    return name === "*" || (host === domain && !name.startsWith("*")) || host.endsWith(`.${domain}`);
  });
}

/** curl's name for "the proxy looks names up", which undici always lets it. */
function socks5(address: string): string {
  return address.replace(/^socks5h:/, "socks5:");
}
