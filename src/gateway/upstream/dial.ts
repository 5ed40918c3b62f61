import { lookup as systemLookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket, type TcpNetConnectOpts as TcpOptions } from "node:net";
import { connect as connectTls, createSecureContext, type ConnectionOptions as TlsOptions } from "node:tls";
import ipaddr from "ipaddr.js";
import { UpstreamError } from "./error.ts";

/** Which addresses bytes are fetched from. `anywhere` is for emulators and file hosts inside one's own network. */
export type Reach = "public" | "anywhere";

/** Names to addresses. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** What `net.connect` and `tls.connect` take as `onread`. */
export interface ReadInto {
  readonly buffer: () => Buffer;
  readonly callback: (length: number) => boolean;
}

/** Opens a socket to an address, which is read as a stream where there is no `onread`; given instead of the real ones where a test watches what would be connected to. */
export type Connect = (place: Place, onread?: ReadInto) => Socket;

/** A socket to be opened. */
export interface Place {
  readonly address: string;
  readonly port: number;
  /** Present for https: the name the certificate must be for. */
  readonly tlsName?: string;
  /** An earlier TLS session of this host, to save a round trip. */
  readonly session?: Buffer;
}

/** Whether an address belongs to the public internet; v4 inside v6 is looked at as v4. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

/** All addresses of a host we may fetch from. Throws `forbidden` when it has others only, `connect` when it has none. */
export async function resolveHost(
  url: URL,
  { reach, lookup }: { readonly reach: Reach; readonly lookup: Lookup },
): Promise<string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(host) ? [host] : await named(host, lookup);
  const permitted = reach === "anywhere" ? [...addresses] : addresses.filter(isPublic);
  if (permitted.length === 0) throw new UpstreamError("forbidden", "the file host is not on the public internet");
  return permitted;
}

async function named(host: string, lookup: Lookup): Promise<readonly string[]> {
  const addresses = await lookup(host).catch((cause: unknown) => {
    throw new UpstreamError("connect", "the file host has no address", { cause });
  });
  if (addresses.length === 0) throw new UpstreamError("connect", "the file host has no address");
  return addresses;
}

/** The system's resolver. */
export const lookupHost: Lookup = async (host) => {
  const found = await systemLookup(host, { all: true, order: "ipv4first" });
  return found.map(({ address }) => address);
};

export interface Standing {
  readonly isTls: boolean;
  /** Milliseconds until it must. */
  readonly within: number;
  readonly signal: AbortSignal;
  readonly reach: Reach;
}

/**
 * Resolves when a socket stands, its certificate was believed, and its other end is one we may fetch from: a second look,
 * at what was really connected to. Rejects with `connect` or `forbidden`.
 */
export function stand(socket: Socket, { isTls, within, signal, reach }: Standing): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (error: unknown): void => {
    reject(error);
    socket.destroy();
  };
  const give = (cause?: unknown): void =>
    fail(new UpstreamError("connect", "the file host cannot be reached", { cause }));
  const meet = (): void => {
    if (reach === "anywhere" || isPublic(socket.remoteAddress ?? "")) resolve();
    else fail(new UpstreamError("forbidden", "the file host is not on the public internet"));
  };
  const abort = (): void => fail(signal.reason);
  const event = isTls ? "secureConnect" : "connect";
  const late = setTimeout(give, within);
  signal.addEventListener("abort", abort, { once: true });
  socket.once(event, meet).once("error", give).once("close", give);
  return promise.finally(() => {
    clearTimeout(late);
    signal.removeEventListener("abort", abort);
    socket.off(event, meet).off("error", give).off("close", give);
  });
}

/** Tries addresses one after another; throws what the last one failed with. */
export async function firstThatStands<T>(
  addresses: readonly string[],
  signal: AbortSignal,
  connect: (address: string) => Promise<T>,
): Promise<T> {
  let failure: unknown;
  for (const address of addresses) {
    signal.throwIfAborted();
    try {
      return await connect(address);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** Real sockets. `ca`: the certificates to believe instead of the usual ones. */
export function connectWith({ ca }: { readonly ca?: string } = {}): Connect {
  // Made once: reading the usual certificates takes milliseconds.
  const secureContext = createSecureContext(ca === undefined ? {} : { ca });
  return ({ address, port, tlsName, session }, onread) => {
    const reading = onread === undefined ? {} : { onread };
    if (tlsName === undefined) return connectTcp({ host: address, port, noDelay: true, ...reading });
    // The types do not know that tls.connect takes onread like net.connect, on which it builds.
    const options: TlsOptions & Pick<TcpOptions, "onread" | "noDelay"> = {
      secureContext,
      host: address,
      port,
      // SNI takes names only.
      ...(isIP(tlsName) ? {} : { servername: tlsName }),
      ALPNProtocols: ["http/1.1"],
      ...reading,
      noDelay: true,
      ...(session ? { session } : {}),
    };
    return connectTls(options);
  };
}
