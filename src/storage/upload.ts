import type { CallOptions } from "./driver.ts";
import type { Entry } from "./entry.ts";

/** A file that is to be put into a drive. */
export interface UploadSource {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes from an offset on. Each call opens them anew: a drive may want them twice. */
  open(from: number, options: Pick<CallOptions, "signal">): AsyncIterable<Uint8Array>;
}

/**
 * What a driver wants back to go on where an attempt ended. Plain JSON, and a secret: whoever has it may write what is
 * uploaded. Nobody but the driver reads it.
 */
export type PendingUpload = Readonly<Record<string, unknown>>;

/** How a file is uploaded. */
export interface UploadingOptions extends CallOptions {
  /** Another entry of the folder has the name: it is told (`taken`), or the drive gives the new one another. */
  readonly ifTaken: "tell" | "number";
  /** What an attempt before this one left; absent = there was none. */
  readonly pending?: PendingUpload | undefined;
  /** Awaited whenever there is something another attempt would want: what is told last counts. */
  readonly onPending?: ((pending: PendingUpload) => Promise<void>) | undefined;
  /** Told how many bytes were read to find out what they are, then how many the drive has. */
  readonly onBytes?: ((doing: "reading" | "sending", bytes: number) => void) | undefined;
}

/** What came of it. `present`: the very same file is there already; `taken`: another of that name is, and nothing was sent. */
export type Uploaded =
  | { readonly is: "done"; readonly entry: Entry; readonly instant: boolean }
  | { readonly is: "present" | "taken"; readonly entry: Entry };
