import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { HttpsProxyAgent } from "https-proxy-agent";
import { ProxyAgent } from "undici";
import { afterEach, expect, test } from "vitest";
import { openTestApp, type TestApp } from "./test-app.ts";

// The operator's way out: everything Discord is asked goes through it, the gateway's socket as well.

let app: TestApp;
let proxy: Server;
const tunnels: string[] = [];

afterEach(async () => {
  await app.close();
  proxy.closeAllConnections();
  proxy.close();
  tunnels.length = 0;
});

/** A proxy on loopback that connects to whatever it is asked for. */
async function openProxy(): Promise<string> {
  proxy = createServer();
  proxy.on("connect", (request, near) => {
    tunnels.push(request.url ?? "");
    const [host = "", port = ""] = (request.url ?? "").split(":");
    const far = connect(Number(port), host, () => {
      near.write("HTTP/1.1 200 Connection established\r\n\r\n");
      far.pipe(near);
      near.pipe(far);
    });
    far.on("error", () => near.destroy());
    near.on("error", () => far.destroy());
    near.on("close", () => far.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

test("requests and the gateway's socket go through the operator's proxy, also after the connection broke", async () => {
  const address = await openProxy();
  const dispatcher = new ProxyAgent({ uri: address, proxyTunnel: true });
  app = await openTestApp({ outbound: { dispatcher, agent: () => new HttpsProxyAgent(address) } });
  await app.discord.start();
  await app.known();
  const before = tunnels.length;
  expect(before).toBeGreaterThanOrEqual(2);
  await app.mia.uses("/help");
  await app.mia.waitsFor("What I can do");
  app.emulator.gateway.drop();
  await expect.poll(() => app.emulator.gateway.connections()).toBe(0);
  await app.emulator.ready();
  expect(tunnels.length).toBeGreaterThan(before);
  await app.mia.uses("/settings");
  await app.mia.waitsFor("Language");
  const notified = { show: "notice", notice: "saved", level: "done" } as const;
  const sent = await app.discord.messenger.notify(`discord:${app.mia.user.id}`, notified, { language: "en" });
  expect(sent.is).toBe("sent");
  await app.discord.stop();
  await dispatcher.close();
}, 20_000);
