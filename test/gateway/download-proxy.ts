import { createHmac } from "node:crypto";
import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A download proxy as people run one beside AList or OpenList, behaving as observed (nothing of it is ours). */
export interface DownloadProxy {
  readonly url: string;
}

interface DownloadProxyOptions {
  /** The base of who knows the links, without a trailing slash. */
  readonly address: string;
  readonly token: string;
}

/** Starts one; it stops with the test. */
export async function startDownloadProxy(options: DownloadProxyOptions): Promise<DownloadProxy> {
  const server = createServer((request, response) => void handle(options, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // Bound to a port, so it has an address with one.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function handle(
  options: DownloadProxyOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://proxy");
  const path = decodeURIComponent(url.pathname);
  const problem = verify(options.token, path, url.searchParams.get("sign") ?? "");
  if (problem !== "") return void response.end(JSON.stringify({ code: 401, message: problem }));
  const found = await postLink(options, path);
  if (found.code !== 200) return void response.end(JSON.stringify(found));
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) if (name !== "host") headers[name] = String(value);
  for (const [name, values] of Object.entries(found.data?.header ?? {})) {
    for (const value of values) headers[name] = value;
  }
  const upstream = sendRequest(found.data?.url ?? "", { method: request.method ?? "GET", headers }, (answer) => {
    const { "set-cookie": _cookies, ...rest } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, { ...rest, "access-control-allow-origin": "*" });
    answer.pipe(response);
  });
  upstream.end();
}

/** Empty when the sign is good. */
function verify(token: string, path: string, sign: string): string {
  const written = sign.split(":").at(-1) ?? "";
  if (written === "") return "expire missing";
  const expire = Number.parseInt(written, 10);
  if (Number.isNaN(expire)) return "expire invalid";
  if (expire !== 0 && expire < Date.now() / 1000) return "expire expired";
  const mac = createHmac("sha256", token).update(`${path}:${expire}`).digest("base64");
  return sign === `${mac.replaceAll("+", "-").replaceAll("/", "_")}:${expire}` ? "" : "sign mismatch";
}

interface Found {
  readonly code: number;
  readonly message: string;
  readonly data?: { readonly url: string; readonly header: Readonly<Record<string, readonly string[]>> | null };
}

async function postLink({ address, token }: DownloadProxyOptions, path: string): Promise<Found> {
  const response = await fetch(`${address}/api/fs/link`, {
    method: "POST",
    headers: { "content-type": "application/json;charset=UTF-8", authorization: token },
    body: JSON.stringify({ path }),
  });
  // What it relies on, and does not check either.
  return (await response.json()) as Found;
}
