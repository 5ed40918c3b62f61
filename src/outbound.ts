import { Agent as HttpAgent } from "node:https";
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
  /** For clients over Node's own `https`, as those of websockets are. */
  agent(service: Service): HttpAgent;
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
    agent(service) {
      const way = proxyOf(service);
      if (way === undefined) return new HttpAgent();
      // Asked for with the name alone, so that the proxy looks it up.
      return way.startsWith("socks")
        ? new SocksProxyAgent(way.replace(/^socks5:/, "socks5h:"))
        : new HttpsProxyAgent(way);
    },
  };
}

const local: readonly string[] = ["localhost", "127.0.0.1", "::1"];

/** curl's name for "the proxy looks names up", which undici always lets it. */
function socks5(address: string): string {
  return address.replace(/^socks5h:/, "socks5:");
}
