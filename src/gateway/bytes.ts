import { Readable } from "node:stream";
import type { Entry, Variant } from "../storage/entry.ts";
import { StorageError } from "../storage/error.ts";
import type { Mount } from "../storage/mount.ts";
import type { Storage } from "../storage/storage.ts";
import { sizeOf } from "./file.ts";
import { LimitError } from "./limits.ts";
import type { Proxy } from "./proxy.ts";
import { UpstreamError } from "./upstream/error.ts";

/** A file's bytes for a part of our own process, found and kept coming as they are for a client of the gateway. */
export interface FileBytes {
  /** The stream ends with a `StorageError` when the file cannot be brought to its end; so does the promise. */
  open(
    mount: Pick<Mount, "id">,
    entry: Pick<Entry, "id">,
    options: OpenOptions,
  ): Promise<{ readonly stream: Readable; readonly size?: number }>;
  /** A small picture behind an address that anybody may fetch; rejects beyond `limit` bytes. */
  picture(url: string, options: { readonly limit: number } & Asking): Promise<Uint8Array>;
}

interface Asking {
  /** In whose name it is counted. */
  readonly person: string;
  /** Ends everything at once, the connection to the file host first. */
  readonly signal: AbortSignal;
}

interface OpenOptions extends Asking {
  /** Absent = the original. */
  readonly variant?: Pick<Variant, "id"> | undefined;
  /** First byte wanted; absent = the first there is. */
  readonly from?: number | undefined;
}

interface FileBytesParts {
  readonly proxy: Pick<Proxy, "open" | "read">;
  readonly storage: Pick<Storage, "link">;
}

/** Files of all mounts as streams. */
export function createFileBytes({ proxy, storage }: FileBytesParts): FileBytes {
  return {
    open: (mount, entry, { variant, ...options }) =>
      inWordsOfStorage(options.signal, async () => {
        const find = (refused?: string) =>
          storage.link(mount.id, entry.id, {
            signal: options.signal,
            asker: options.person,
            refused,
            prefer: variant?.id,
          });
        const link = await find();
        const { stream, size } = await proxy.open({
          ...options,
          link,
          relink: find,
          download: `${mount.id} ${entry.id} ${variant?.id ?? ""}`,
          size: sizeOf(link, { entry: link.entry, variant: variant?.id }),
        });
        return { stream: translated(stream, options.signal), ...(size !== undefined && { size }) };
      }),
    picture: (url, options) =>
      inWordsOfStorage(options.signal, () => {
        const link = { kind: "url", url } as const;
        return proxy.read({ ...options, link, download: url, relink: async () => link });
      }),
  };
}

async function inWordsOfStorage<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw asStorageError(error);
  }
}

/** The same stream, whose failures anybody can read who knows drives but no gateway. */
function translated(stream: Readable, signal: AbortSignal): Readable {
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    try {
      // A stream without an encoding gives buffers.
      for await (const piece of stream as AsyncIterable<Buffer>) yield piece;
    } catch (error) {
      signal.throwIfAborted();
      throw asStorageError(error);
    }
  };
  return Readable.from(pieces(), { objectMode: false });
}

function asStorageError(error: unknown): unknown {
  if (error instanceof LimitError) {
    return new StorageError("proxy-full", { retryAfter: error.retryAfter, cause: error });
  }
  if (!(error instanceof UpstreamError)) return error;
  const { retryAfter } = error;
  const options = { cause: error, ...(retryAfter !== undefined && { retryAfter }) };
  switch (error.trouble) {
    case "connect":
    case "cut":
    case "stalled":
      return new StorageError("unreachable", options);
    case "refused":
      return new StorageError(error.status === 429 || error.status === 503 ? "too-frequent" : "no-link", options);
    case "forbidden":
    case "odd":
      return new StorageError("upstream", options);
  }
}
