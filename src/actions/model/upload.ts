import { destinationTroubles } from "../../users/destinations.ts";
import type { Entry } from "../../storage/entry.ts";
import type { StorageErrorCode } from "../../storage/error.ts";
import type { MessageRef, Target } from "./target.ts";

/** A file for a chat, as a frontend puts it there. */
export interface FileToSend {
  /** Name, size and kind; the size is that of these very bytes, and absent where nobody knows it. */
  readonly entry: Entry;
  /** Seconds of playing time. */
  readonly duration?: number | undefined;
  /** Not as something to look at or listen to, which the platform may make smaller. */
  readonly asFile?: boolean | undefined;
  /** The bytes from the first on. Each call opens them anew; they end with an error when the drive fails for good. */
  open(): AsyncIterable<Uint8Array>;
  /** A small picture of it; undefined where there is none to be had. Never fails. */
  picture(limit: number): Promise<Uint8Array | undefined>;
  /** Aborted when nobody wants it any more: let go of everything at once. */
  readonly signal: AbortSignal;
}

/** Where a file goes, and where it is shown how far it is. Plain JSON. */
export interface UploadPlace {
  readonly to: Target;
  readonly shown: MessageRef;
  /** When the platform takes no file for it any more, ms since the epoch; absent = it always does. */
  readonly until?: number | undefined;
}

/** A file on its way, handed to a frontend with the screen that shows it. */
export interface Upload {
  /** Gives it its place in the queue. Call it once, when the screen is there. */
  start(place: UploadPlace): Promise<void>;
}

/** Why a file could not be put into a chat, where the drive is not to blame: the locale key `transfer-failed-<code>`. */
export const uploadFailures = [
  /** The platform did not take the file. */
  "refused",
  /** The bot may not send files there, or was shut out. */
  "forbidden",
  /** The file is larger than the place takes. */
  "too-large",
  /** The platform gives up before such a file is there. */
  "too-slow",
  /** Its turn did not come while the platform would have taken it. */
  "waited",
  /** Nothing moved for minutes. */
  "stalled",
  /** There is nothing in it, and platforms take no empty files. */
  "empty",
  /** The chat takes the next file only after a longer while: slow mode, or too much at once. */
  "slowed",
  ...destinationTroubles,
] as const;
export type UploadFailure = (typeof uploadFailures)[number];

/** Why a transfer failed: the platform's doing, or the drive's. */
export type TransferFailure = UploadFailure | StorageErrorCode;

interface UploadErrorOptions {
  /** Trying once more from the start may work. */
  readonly again?: boolean;
  /** Milliseconds until then. */
  readonly retryAfter?: number | undefined;
  /** Bytes that would have been taken. */
  readonly limit?: number;
  readonly cause?: unknown;
}

/** The platform did not take a file. */
export class UploadError extends Error {
  override readonly name = "UploadError";
  readonly code: UploadFailure;
  readonly again: boolean;
  readonly retryAfter: number;
  readonly limit?: number;

  constructor(code: UploadFailure, { again = false, retryAfter = 0, limit, cause }: UploadErrorOptions = {}) {
    super(`upload ${code}`, { cause });
    this.code = code;
    this.again = again;
    this.retryAfter = retryAfter;
    if (limit !== undefined) this.limit = limit;
  }
}
