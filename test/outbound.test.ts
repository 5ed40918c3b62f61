import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { request } from "undici";
import { WebSocket, WebSocketServer } from "ws";
import { createOutbound } from "../src/outbound.ts";

// Services stand on loopback under names that only a proxy can look up, so that what arrives came through one.

async function listening(server: Server | TcpServer): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function service(): Promise<number> {
  const server = createServer((_asked, answer) => void answer.end("reached"));
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => socket.send("reached"));
  onTestFinished(() => sockets.close());
  return listening(server);
}

interface Proxy {
  readonly port: number;
  /** `name:port` of each connection that was asked for. */
  readonly asked: string[];
}

function joined(near: Socket, far: Socket): void {
  for (const socket of [near, far]) socket.on("error", () => undefined);
  near.pipe(far).pipe(near);
}

/** An HTTP proxy that knows every name as this machine; asks for credentials when it has some. */
async function httpProxy(credentials?: string): Promise<Proxy> {
  const asked: string[] = [];
  const isRefused = ({ headers }: IncomingMessage) =>
    credentials !== undefined &&
    headers["proxy-authorization"] !== `Basic ${Buffer.from(credentials).toString("base64")}`;
  const server = createServer((incoming, answer) => {
    const { host, port, pathname } = new URL(incoming.url ?? "");
    asked.push(host);
    if (isRefused(incoming)) return void answer.writeHead(407).end();
    httpRequest({ host: "127.0.0.1", port, path: pathname }, (theirs) => theirs.pipe(answer)).end();
  });
  server.on("connect", (incoming: IncomingMessage, near: Socket) => {
    asked.push(incoming.url ?? "");
    if (isRefused(incoming)) return void near.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const far = connect(Number(incoming.url?.split(":").at(-1)), "127.0.0.1", () => {
      near.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      joined(near, far);
    });
  });
  return { port: await listening(server), asked };
}

/** A SOCKS proxy (RFC 1928) without credentials that knows every name as this machine. */
async function socksProxy(): Promise<Proxy> {
  const asked: string[] = [];
  const server = createTcpServer((near) => {
    near.once("data", () => {
      near.write(Buffer.from([5, 0]));
      near.once("data", (wanted: Buffer) => {
        // Version, CONNECT, reserved, type 3 = a name with its length before it.
        expect([...wanted.subarray(0, 4)]).toEqual([5, 1, 0, 3]);
        const length = wanted[4] ?? 0;
        const name = wanted.subarray(5, 5 + length).toString();
        const port = wanted.readUInt16BE(5 + length);
        asked.push(`${name}:${port}`);
        const far = connect(port, "127.0.0.1", () => {
          near.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
          joined(near, far);
        });
      });
    });
  });
  return { port: await listening(server), asked };
}

const kinds = [
  ["http", httpProxy],
  ["socks5", socksProxy],
] as const;

test.each(kinds)("services are asked through a proxy over %s, which looks their names up", async (scheme, start) => {
  const [proxy, port] = [await start(), await service()];
  const outbound = createOutbound({ proxy: `${scheme}://127.0.0.1:${proxy.port}` });
  const dispatcher = outbound.dispatcher("other", { connections: 4 });
  onTestFinished(() => dispatcher.destroy());
  const answer = await request(`http://drive.example:${port}/`, { dispatcher });
  expect(await answer.body.text()).toBe("reached");
  expect(proxy.asked).toEqual([`drive.example:${port}`]);
});

test.each(kinds)("websockets go through a proxy over %s", async (scheme, start) => {
  const [proxy, port] = [await start(), await service()];
  const agent = createOutbound({ proxy: `${scheme}://127.0.0.1:${proxy.port}` }).agent("other", "ws://gateway.example");
  const socket = new WebSocket(`ws://gateway.example:${port}/`, { agent });
  onTestFinished(() => socket.terminate());
  const [said] = (await once(socket, "message")) as [Buffer];
  expect(said.toString()).toBe("reached");
  expect(proxy.asked).toEqual([`gateway.example:${port}`]);
});

test("Telegram goes its own way where it has one, and with the others where it has none", async () => {
  const [all, own, port] = [await httpProxy(), await socksProxy(), await service()];
  const proxy = `http://127.0.0.1:${all.port}`;
  const ask = async (outbound: ReturnType<typeof createOutbound>, from: "telegram" | "other") => {
    const dispatcher = outbound.dispatcher(from);
    onTestFinished(() => dispatcher.destroy());
    await (await request(`http://service.example:${port}/`, { dispatcher })).body.dump();
  };
  const apart = createOutbound({ proxy, telegramProxy: `socks5h://127.0.0.1:${own.port}` });
  await ask(apart, "telegram");
  expect([all.asked.length, own.asked.length]).toEqual([0, 1]);
  await ask(apart, "other");
  expect([all.asked.length, own.asked.length]).toEqual([1, 1]);
  await ask(createOutbound({ proxy }), "telegram");
  expect([all.asked.length, own.asked.length]).toEqual([2, 1]);
});

test("this machine and the hosts that are named are asked straight, and no proxy hears of it", async () => {
  const [proxy, port] = [await httpProxy(), await service()];
  const outbound = createOutbound({ proxy: `http://127.0.0.1:${proxy.port}`, direct: ["localhost.example"] });
  const dispatcher = outbound.dispatcher("other");
  onTestFinished(() => dispatcher.destroy());
  const answer = await request(`http://127.0.0.1:${port}/`, { dispatcher });
  expect(await answer.body.text()).toBe("reached");
  expect(proxy.asked).toEqual([]);
});

test.each([
  ["ws://127.0.0.1:9/", "straight"],
  ["http://[::1]:8081", "straight"],
  ["wss://named.example/", "straight"],
  ["wss://below.named.example/", "straight"],
  ["wss://ported.example:8443/", "straight"],
  ["wss://ported.example/", "through the proxy"],
  ["https://api.below.dotted.example", "straight"],
  ["https://notnamed.example/", "through the proxy"],
  ["wss://gateway.example/", "through the proxy"],
] as const)("a client over Node's own https asks %s %s", (address, way) => {
  const direct = ["named.example", "ported.example:8443", "*.below.dotted.example"];
  const outbound = createOutbound({ proxy: "http://127.0.0.1:9", direct });
  expect(outbound.agent("other", address) ? "through the proxy" : "straight").toBe(way);
});

test("a client over Node's own https asks straight where there is no proxy", () => {
  expect(createOutbound().agent("telegram", "https://api.telegram.org")).toBeUndefined();
});

test("a proxy is given the credentials of its address", async () => {
  const [proxy, port] = [await httpProxy("mia:p@ss"), await service()];
  const outbound = createOutbound({ proxy: `http://mia:p%40ss@127.0.0.1:${proxy.port}` });
  const dispatcher = outbound.dispatcher("other");
  onTestFinished(() => dispatcher.destroy());
  const answer = await request(`http://drive.example:${port}/`, { dispatcher });
  expect([answer.statusCode, await answer.body.text()]).toEqual([200, "reached"]);
});
