import { createCipheriv } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createPlain, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createSecure } from "node:tls";
import { makeCertificate } from "../bench/bytes/certificate.ts";

/** A request as the file host saw it. */
export interface AskedOfHost {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: ReadonlyMap<string, string>;
  /** First and last byte of `Range: bytes=a-b`; the last may be open. */
  readonly range?: { readonly start: number; readonly end?: number };
  /** 0 for the first request the host ever got. */
  readonly nth: number;
}

/** What the host does with a request: anything, on a bare socket. */
export type Script = (asked: AskedOfHost, socket: Socket) => void;

/** A file host that does what a test says, byte by byte. */
export interface FileHost {
  /** Without a trailing slash. */
  readonly url: string;
  readonly asked: readonly AskedOfHost[];
  /** Connections that are open now. */
  readonly open: number;
  /** Most that were open at once. */
  readonly maxOpen: number;
  close(): Promise<void>;
}

/** Certificate and key as PEM, for a host that speaks TLS. */
export interface Pem {
  readonly cert: string;
  readonly key: string;
}

/** A certificate for 127.0.0.1; undefined (and a line that says so) where there is no openssl. */
export function localPem(): Pem | undefined {
  const home = mkdtempSync(join(tmpdir(), "chatdrive-pem-"));
  try {
    const made = makeCertificate(home);
    if (!made) process.stderr.write("tests over TLS are left out: no openssl here\n");
    return made && { cert: readFileSync(made.cert, "utf8"), key: readFileSync(made.key, "utf8") };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

export async function startFileHost(script: Script, pem?: Pem): Promise<FileHost> {
  const asked: AskedOfHost[] = [];
  const sockets = new Set<Socket>();
  let maxOpen = 0;
  const meet = (socket: Socket): void => {
    sockets.add(socket);
    maxOpen = Math.max(maxOpen, sockets.size);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end !== -1; end = text.indexOf("\r\n\r\n")) {
        const request = readRequest(text.slice(0, end), asked.length);
        text = text.slice(end + 4);
        asked.push(request);
        script(request, socket);
      }
    });
  };
  const server: Server = pem ? createSecure(pem, meet) : createPlain(meet);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // Bound to a port, so it has an address with one.
  const { port } = server.address() as AddressInfo;
  return {
    url: `${pem ? "https" : "http"}://127.0.0.1:${port}`,
    asked,
    get open() {
      return sockets.size;
    },
    get maxOpen() {
      return maxOpen;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function readRequest(head: string, nth: number): AskedOfHost {
  const [first = "", ...lines] = head.split("\r\n");
  const [method = "", target = ""] = first.split(" ");
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.get("range") ?? "");
  return {
    method,
    target,
    headers,
    nth,
    ...(range && {
      range: { start: Number(range[1]), ...(range[2] !== "" && { end: Number(range[2]) }) },
    }),
  };
}

interface AnswerOptions {
  readonly status?: number;
  /** Lines beyond what the framing needs. */
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Buffer | string;
}

/** A whole answer with its length. */
export function answer(socket: Socket, { status = 200, headers = {}, body = "" }: AnswerOptions = {}): void {
  const bytes = Buffer.from(body as string);
  socket.write(head(status, { "content-length": bytes.length, ...headers }));
  socket.write(bytes);
}

/** The text of a head. */
export function head(status: number, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Whatever\r\n${lines.join("")}\r\n`;
}

/** Serves a file as an honest host does: 200, 206 with the part, or 416. */
export function serve(bytes: Buffer, { tag }: { readonly tag?: string } = {}): Script {
  return (asked, socket) => {
    const { start, last } = partOf(asked, bytes.length);
    const etag = tag === undefined ? {} : { etag: tag };
    if (!asked.range) return answer(socket, { headers: etag, body: bytes });
    if (start >= bytes.length) {
      return answer(socket, { status: 416, headers: { "content-range": `bytes */${bytes.length}` } });
    }
    answer(socket, {
      status: 206,
      headers: { ...etag, "content-range": `bytes ${start}-${last}/${bytes.length}` },
      body: bytes.subarray(start, last + 1),
    });
  };
}

/** First and last byte asked for of a file of that size. */
export function partOf({ range }: AskedOfHost, size: number): { readonly start: number; readonly last: number } {
  return { start: range?.start ?? 0, last: Math.min(range?.end ?? size - 1, size - 1) };
}

/** Bytes that look random and are the same each time. */
export function noise(length: number, seed = 1): Buffer {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, seed), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(length));
}
