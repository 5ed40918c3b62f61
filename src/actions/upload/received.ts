import type { Messengers, Received } from "../../messaging/messenger.ts";
import { StorageError } from "../../storage/error.ts";
import type { UploadSource } from "../../storage/upload.ts";
import type { SentFile } from "../model/sent-file.ts";

interface ReceivedParts {
  readonly messengers: Messengers;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  readonly signal: AbortSignal;
}

/** How often a reading that broke off is taken up again, and ms before that. */
const [maxTries, pause] = [5, 2000];

/** A file somebody sent as something to upload: read from its platform as often as it takes, and nothing of it kept. */
export async function receivedFile(person: string, file: SentFile, parts: ReceivedParts): Promise<UploadSource> {
  const messenger = parts.messengers.of(person);
  // The chat it came from was switched off.
  if (!messenger) throw new StorageError("source-gone", { subject: file.name });
  const open = (from: number) => messenger.receive(file, { from, signal: parts.signal });
  const size = file.size ?? (await sizeOf(open));
  if (size === undefined) throw new StorageError("source-gone", { message: "the platform tells no size" });
  return {
    name: file.name,
    size,
    open: (from) => steady(open, { from, size, ...parts }),
  };
}

type Open = (from: number) => Promise<Received>;

async function sizeOf(open: Open): Promise<number | undefined> {
  const { size, stream } = await open(0);
  await stream[Symbol.asyncIterator]().return?.();
  return size;
}

interface Reading extends Pick<ReceivedParts, "wait" | "signal"> {
  readonly from: number;
  readonly size: number;
}

/** The bytes from an offset on; where they break off they are asked for again from there. */
async function* steady(open: Open, { from, size, wait, signal }: Reading): AsyncIterable<Uint8Array> {
  let at = from;
  for (let tries = 1; ; tries++) {
    try {
      for await (const bytes of (await open(at)).stream) {
        at += bytes.length;
        yield bytes;
      }
      if (at >= size) return;
      throw new StorageError("source-out-of-reach", { message: `a sent file ended after ${at} of ${size} bytes` });
    } catch (error) {
      signal.throwIfAborted();
      const isPassing = error instanceof StorageError && error.code === "source-out-of-reach";
      if (!isPassing || tries >= maxTries) throw error;
      await wait(Math.max(pause, error.retryAfter ?? 0), signal);
    }
  }
}
