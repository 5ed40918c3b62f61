import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerTo, type Download } from "./rpc.ts";

/** Somebody's aria2, by its JSON-RPC interface over HTTP POST: as its manual describes it, and aria2 1.36 answers. */
export interface Aria2Emulator {
  readonly address: string;
  readonly secret: string;
  /** What it was given, by its id. */
  readonly downloads: ReadonlyMap<string, Download>;
  /** Requests it had. */
  readonly requests: number;
  readonly rules: Aria2Rules;
  close(): Promise<void>;
}

/** What it does otherwise than aria2 does; all absent at first. */
export interface Aria2Rules {
  /** With the next request: takes it and loses the answer, takes it and never answers, or does not even take it. */
  next?: "lose" | "hold" | "cut" | undefined;
  /** Told when it took files, before it answers. */
  onTaken?: (() => void) | undefined;
  /** The answer to every request, of something that is no aria2. */
  instead?: { readonly status: number; readonly body: string; readonly headers?: Record<string, string> } | undefined;
  /** Files whose path says so are refused with these words. */
  refusing?: { readonly out: RegExp; readonly message: string } | undefined;
}

interface Aria2Options {
  readonly secret?: string;
  /** It asks addresses how much there is, and then goes on as if it fetched that; absent = what it was given waits. */
  readonly fetches?: boolean;
  readonly now?: () => number;
}

/** Bytes a second that it goes on by. */
const speed = 20 * 1024 * 1024;

/** Starts one on loopback. */
export async function startAria2({
  secret = "s3cret",
  fetches = false,
  now = Date.now,
}: Aria2Options = {}): Promise<Aria2Emulator> {
  const downloads = new Map<string, Download>();
  const rules: Aria2Rules = {};
  let requests = 0;
  const begin = (download: Download): void => {
    if (fetches) void fetchAs(download, now);
  };
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    const body = await bodyOf(request);
    const { next, instead } = rules;
    rules.next = undefined;
    if (next === "cut") return void request.socket.destroy();
    if (instead) return void response.writeHead(instead.status, instead.headers).end(instead.body);
    if (request.url !== "/jsonrpc" || request.method !== "POST") return void response.writeHead(404).end();
    const before = downloads.size;
    const { status, answer } = answerTo(body, { secret, downloads, refusing: rules.refusing, begin });
    if (downloads.size > before || next === "hold") rules.onTaken?.();
    if (next === "hold") return;
    if (next === "lose") return void request.socket.destroy();
    response.writeHead(status, { "content-type": "application/json-rpc" }).end(JSON.stringify(answer));
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  // `server.address()` is a text for pipes only.
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/jsonrpc`,
    secret,
    downloads,
    get requests() {
      return requests;
    },
    rules,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request as AsyncIterable<Buffer>) text += piece.toString();
  return text;
}

/** Asks for the first byte, which tells how many there are, and goes on by the clock. */
async function fetchAs(download: Download, now: () => number): Promise<void> {
  try {
    const answer = await fetch(download.url, { headers: { range: "bytes=0-0", "user-agent": "aria2/1.36.0" } });
    await answer.body?.cancel();
    const total = Number(
      answer.headers.get("content-range")?.split("/")[1] ?? answer.headers.get("content-length") ?? 0,
    );
    if (!answer.ok) return void Object.assign(download, failedWith("Resource not found"));
    const begun = now();
    Object.assign(download, { status: "active", total });
    download.done = () => Math.min(total, Math.round(((now() - begun) / 1000) * speed));
  } catch {
    Object.assign(download, failedWith("Failed to establish connection"));
  }
}

function failedWith(message: string): Pick<Download, "status" | "error"> {
  return { status: "error", error: message };
}
