import { fork } from "node:child_process";
import { createHash, randomFillSync } from "node:crypto";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeSync } from "node:fs";
import { createServer as createPlain, type Server } from "node:http";
import { createServer as createSecure } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate, type Certificate } from "./certificate.ts";
import { nginxVersion, startNginx } from "./nginx.ts";

/** The upstream of all contenders. */
export interface Origin {
  /** Addresses by name: `http/big`, `http/huge`, `http/endless`, and the same of https where a certificate could be made. */
  readonly urls: Readonly<Record<string, string>>;
  /** File of the certificate to believe, PEM; absent where none could be made. */
  readonly ca?: string;
  /** SHA-256 of `big`, hex. */
  readonly digest: string;
  /** Resolves when the connection that now streams `endless` is closed from the other side. */
  closed(): Promise<void>;
  stop(): Promise<void>;
}

export const bigBytes = 1024 ** 3;
const hugeBytes = 5 * 1024 ** 3;
const ports = { http: 18_480, https: 18_443 };

/** nginx with files in memory, because its sending costs least; and an endless stream that tells when it is left. */
export async function startOrigin(): Promise<Origin> {
  const home = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "chatdrive-bench-"));
  const digest = writeBig(join(home, "big"));
  const huge = join(home, "huge");
  closeSync(openSync(huge, "w"));
  truncateSync(huge, hugeBytes);
  const certificate = makeCertificate(home);
  const stopFiles =
    nginxVersion() === undefined ? await serveFiles(home, certificate) : await serveFast(home, certificate);
  let onClosed: (() => void) | undefined;
  const onRequest = streamEndlessly(() => onClosed?.());
  const plain = await listen(createPlain(onRequest));
  const secrets = certificate && { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) };
  const hidden = secrets && (await listen(createSecure(secrets, onRequest)));
  return {
    digest,
    ...(certificate && { ca: certificate.cert }),
    urls: {
      ...addresses("http", ports.http, plain.port),
      ...(hidden && addresses("https", ports.https, hidden.port)),
    },
    closed: () => new Promise((resolve) => (onClosed = resolve)),
    stop: async () => {
      await stopFiles();
      plain.server.closeAllConnections();
      plain.server.close();
      hidden?.server.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function serveFast(home: string, certificate: Certificate | undefined): Promise<() => Promise<void>> {
  const secure =
    certificate &&
    `server { listen 127.0.0.1:${ports.https} ssl; root ${home}; ssl_certificate ${certificate.cert}; ssl_certificate_key ${certificate.key}; ssl_protocols TLSv1.2 TLSv1.3; }`;
  const nginx = await startNginx(
    `sendfile on; sendfile_max_chunk 1m; output_buffers 2 128k; default_type application/octet-stream;
server { listen 127.0.0.1:${ports.http}; root ${home}; }
${secure ?? ""}`,
    ports.http,
  );
  return () => nginx.stop();
}

async function serveFiles(home: string, certificate: Certificate | undefined): Promise<() => Promise<void>> {
  const start = async (port: number, more: readonly string[]) => {
    const told = [String(port), join(home, "big"), String(hugeBytes), ...more];
    const child = fork(join(import.meta.dirname, "file-server.ts"), told);
    await once(child, "message");
    return child;
  };
  const children = [await start(ports.http, [])];
  if (certificate) children.push(await start(ports.https, [certificate.cert, certificate.key]));
  return async () => {
    for (const child of children) {
      child.kill();
      await once(child, "exit");
    }
  };
}

function addresses(scheme: string, port: number, endlessPort: number): Record<string, string> {
  return {
    [`${scheme}/big`]: `${scheme}://127.0.0.1:${port}/big`,
    [`${scheme}/huge`]: `${scheme}://127.0.0.1:${port}/huge`,
    [`${scheme}/endless`]: `${scheme}://127.0.0.1:${endlessPort}/endless`,
  };
}

function writeBig(path: string): string {
  const hash = createHash("sha256");
  const file = openSync(path, "w");
  const piece = Buffer.alloc(16 * 1024 * 1024);
  for (let written = 0; written < bigBytes; written += piece.length) {
    randomFillSync(piece);
    hash.update(piece);
    writeSync(file, piece);
  }
  closeSync(file);
  return hash.digest("hex");
}

type OnRequest = NonNullable<Parameters<typeof createPlain>[1]>;

function streamEndlessly(onClosed: () => void): OnRequest {
  const piece = Buffer.alloc(64 * 1024);
  return (_request, response) => {
    response.writeHead(200, { "content-length": 1024 ** 4 });
    const fill = (): void => {
      while (!response.destroyed && response.write(piece));
    };
    response.on("drain", fill);
    response.on("close", onClosed);
    response.on("error", () => {});
    fill();
  };
}

async function listen<T extends Server>(server: T): Promise<{ server: T; port: number }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // Bound to a port, so it has an address with one.
  return { server, port: (server.address() as AddressInfo).port };
}
