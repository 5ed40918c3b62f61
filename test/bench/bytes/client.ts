import { connect, type Socket } from "node:net";

/** One request over a connection of its own. */
export interface Fetching {
  readonly port: number;
  readonly path: string;
  /** `bytes=0-99`. */
  readonly range?: string;
  /** Called with each piece of the body; the piece is overwritten afterwards. */
  readonly onBody?: (piece: Buffer) => void;
}

interface Head {
  readonly status: number;
  readonly length: number;
  /** Bytes of the head itself. */
  readonly size: number;
}

// Shared by all connections: what was read is done with before the next read.
const place = Buffer.allocUnsafeSlow(1024 * 1024);

/** A client that costs next to nothing: it reads into one place and counts. Resolves with the bytes of the body. */
export function download({ port, path, range, onBody }: Fetching): Promise<number> {
  return new Promise((resolve, reject) => {
    let head: Head | undefined;
    let got = 0;
    const take = (length: number): boolean => {
      let body = place.subarray(0, length);
      if (!head) {
        head = readHead(body);
        body = body.subarray(head.size);
      }
      got += body.length;
      onBody?.(body);
      if (got === head.length) {
        socket.destroy();
        resolve(got);
      }
      return true;
    };
    const socket: Socket = connect({ port, host: "127.0.0.1", onread: { buffer: place, callback: take } });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`cut after ${got} of ${head?.length ?? "?"} bytes`)));
    socket.write(requestText(path, range));
  });
}

/** One connection on which one part after another is asked for. */
export interface Seeker {
  /** Milliseconds until the whole part was there. */
  seek(path: string, start: number, end: number): Promise<number>;
  close(): void;
}

export function createSeeker(port: number): Seeker {
  let head: Head | undefined;
  let got = 0;
  let done: ((error?: Error) => void) | undefined;
  const own = Buffer.allocUnsafeSlow(1024 * 1024);
  const take = (length: number): boolean => {
    let body = own.subarray(0, length);
    if (!head) {
      head = readHead(body);
      body = body.subarray(head.size);
    }
    got += body.length;
    if (got >= head.length) done?.(head.status === 206 ? undefined : new Error(`status ${head.status}`));
    return true;
  };
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, onread: { buffer: own, callback: take } });
  socket.on("close", () => done?.(new Error("cut")));
  socket.on("error", () => {});
  return {
    seek: (path, start, end) =>
      new Promise((resolve, reject) => {
        head = undefined;
        got = 0;
        const began = performance.now();
        done = (error) => (error ? reject(error) : resolve(performance.now() - began));
        socket.write(requestText(path, `bytes=${start}-${end}`));
      }),
    close: () => socket.destroy(),
  };
}

/** A reader that takes one piece each `every` milliseconds and then looks away. */
export function readSlowly(port: number, path: string, every: number): () => void {
  const own = Buffer.allocUnsafeSlow(64 * 1024);
  const socket = connect({ port, host: "127.0.0.1", onread: { buffer: own, callback: () => false } });
  socket.on("error", () => {});
  socket.write(requestText(path));
  const clock = setInterval(() => socket.resume(), every);
  return () => {
    clearInterval(clock);
    socket.destroy();
  };
}

function requestText(path: string, range?: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${range === undefined ? "" : `Range: ${range}\r\n`}\r\n`;
}

function readHead(bytes: Buffer): Head {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) throw new Error("a head in pieces");
  const text = bytes.toString("latin1", 0, end);
  return {
    status: Number(text.slice(9, 12)),
    length: Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? Number.NaN),
    size: end + 4,
  };
}
