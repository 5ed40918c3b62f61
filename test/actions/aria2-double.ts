import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A download it was given. */
export interface Added {
  readonly gid: string;
  readonly url: string;
  readonly out: string;
  status: string;
  total: number;
  done: number;
}

/** aria2's JSON-RPC interface as its manual describes it, over HTTP POST with batches, and as strict as aria2 1.36. */
export interface Aria2Double {
  readonly address: string;
  readonly added: Map<string, Added>;
  /** Requests it had. */
  readonly requests: number;
  /** What it does with the next request instead: takes it and loses the answer, or never gives one, or does not even take it. */
  next: "lose" | "hold" | "cut" | undefined;
  /** Told when it took something, before it answers. */
  onTaken: (() => void) | undefined;
  /** What it answers to every request instead. */
  instead: { readonly status: number; readonly body: string; readonly headers?: Record<string, string> } | undefined;
  /** Files whose address says so are refused with these words. */
  refusing: { readonly url: RegExp; readonly message: string } | undefined;
  close(): Promise<void>;
}

const secret = "s3cret";

export async function startAria2Double({
  token = secret,
}: { readonly token?: string | undefined } = {}): Promise<Aria2Double> {
  const added = new Map<string, Added>();
  let requests = 0;
  const double: Aria2Double = {
    get address() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jsonrpc`;
    },
    get requests() {
      return requests;
    },
    added,
    next: undefined,
    onTaken: undefined,
    instead: undefined,
    refusing: undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    requests += 1;
    const body = await bodyOf(request);
    const { next, instead } = double;
    double.next = undefined;
    if (next === "cut") return request.socket.destroy();
    if (instead) return response.writeHead(instead.status, instead.headers).end(instead.body);
    const answers = answer(double, body, token);
    if (body.includes("aria2.addUri")) double.onTaken?.();
    if (next === "hold") return;
    if (next === "lose") return request.socket.destroy();
    return response.writeHead(200, { "content-type": "application/json-rpc" }).end(JSON.stringify(answers));
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return double;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return text;
}

interface Call {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: readonly unknown[];
}

function answer(double: Aria2Double, body: string, token: string): readonly object[] {
  const calls = JSON.parse(body) as readonly Call[];
  return calls.map(({ jsonrpc, id, method, params = [] }) => {
    const says = (message: string) => ({ jsonrpc: "2.0", id, error: { code: 1, message } });
    if (jsonrpc !== "2.0" || typeof id !== "string") return says("Invalid Request.");
    const [first, ...rest] = params;
    if (first !== `token:${token}`) return says("Unauthorized");
    const came = call(double, String(method), rest);
    return typeof came === "string" ? says(came) : { jsonrpc: "2.0", id, result: came.result };
  });
}

/** A result, or aria2's words for why there is none. */
function call(double: Aria2Double, method: string, params: readonly unknown[]): { readonly result: unknown } | string {
  const { added, refusing } = double;
  switch (method) {
    case "aria2.getVersion":
      return { result: { version: "1.36.0", enabledFeatures: [] } };
    case "aria2.addUri": {
      const [uris, options] = params as [readonly string[], { gid: string; out: string }];
      const [url = ""] = uris;
      if (!/^[0-9a-f]{16}$/.test(options.gid)) return `Invalid GID ${options.gid}`;
      if (!URL.canParse(url) || added.has(options.gid)) return "No URI to download.";
      if (refusing?.url.test(options.out)) return refusing.message;
      added.set(options.gid, { gid: options.gid, url, out: options.out, status: "waiting", total: 0, done: 0 });
      return { result: options.gid };
    }
    case "aria2.tellStatus": {
      const found = added.get(String(params[0]));
      if (!found) return `GID ${String(params[0])} is not found`;
      const { status, total, done } = found;
      const numbers = { totalLength: String(total), completedLength: String(done), downloadSpeed: "1024" };
      return { result: { status, ...numbers, ...(status === "error" && { errorMessage: "Resource not found" }) } };
    }
    default:
      return `No such method: ${method}`;
  }
}
