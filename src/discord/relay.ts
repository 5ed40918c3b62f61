import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Agent } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer, type RawData } from "ws";

/**
 * A way for a websocket that cannot be told by which agent it connects, which is so of discord.js: it connects to a
 * listener on this machine, which connects on by the agent and passes everything through in both directions.
 */
export interface Relay {
  /** The address on this machine that leads to a websocket's address; one that leads there already stays. */
  through(address: string): string;
  close(): Promise<void>;
}

/** Opens a relay on a free port of loopback. Its addresses hold a secret, so that nobody else here uses it. */
export async function openRelay(agentFor: (address: string) => Agent | undefined): Promise<Relay> {
  const secret = randomBytes(16).toString("base64url");
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    verifyClient: ({ req }: { readonly req: { readonly url?: string | undefined } }) =>
      targetOf(req.url, secret) !== undefined,
  });
  server.on("connection", (near, { url }) => {
    const target = targetOf(url, secret);
    if (target !== undefined) pass(near, new WebSocket(target, { agent: agentFor(target) }));
  });
  await once(server, "listening");
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    through(address) {
      const own = `ws://127.0.0.1:${port}/${secret}/`;
      if (address.startsWith(own)) return address;
      const { protocol, host } = new URL(address);
      return `${own}${protocol.slice(0, -1)}/${host}`;
    },
    async close() {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, "close");
    },
  };
}

/** The address a request for the relay is meant for; undefined = it does not know the secret. */
function targetOf(url: string | undefined, secret: string): string | undefined {
  const { pathname, search } = new URL(url ?? "/", "http://relay");
  const [, known, protocol, host] = pathname.split("/");
  return known === secret && (protocol === "ws" || protocol === "wss") ? `${protocol}://${host}/${search}` : undefined;
}

function pass(near: WebSocket, far: WebSocket): void {
  const early: [RawData, boolean][] = [];
  near.on("message", (data, isBinary) => {
    if (far.readyState === far.CONNECTING) early.push([data, isBinary]);
    else if (far.readyState === far.OPEN) far.send(data, { binary: isBinary });
  });
  far.on("open", () => {
    for (const [data, isBinary] of early.splice(0)) far.send(data, { binary: isBinary });
  });
  far.on("message", (data, isBinary) => {
    if (near.readyState === near.OPEN) near.send(data, { binary: isBinary });
  });
  endTogether(near, far);
  endTogether(far, near);
}

/** Codes that no side may send: they say how a connection broke. */
const unsendable: ReadonlySet<number> = new Set([1004, 1005, 1006, 1015]);

function endTogether(one: WebSocket, other: WebSocket): void {
  one.on("error", () => other.terminate());
  one.on("close", (code, reason) => {
    if (unsendable.has(code)) other.terminate();
    else other.close(code, reason);
  });
}
