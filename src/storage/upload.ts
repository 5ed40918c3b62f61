import type { Entry } from "./entry.ts";

/** A file that is to be put into a drive. */
export interface UploadSource {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes from an offset on. Each call opens them anew: a drive may want them twice. */
  open(from: number, options: { readonly signal?: AbortSignal | undefined }): AsyncIterable<Uint8Array>;
}

/**
 * What a driver wants back to go on where an attempt ended. Plain JSON, and a secret: whoever has it may write what is
 * uploaded. Nobody but the driver reads it.
 */
export type PendingUpload = Readonly<Record<string, unknown>>;

/** What came of it. `present`: the very same file is there already; `taken`: another of that name is, and nothing was sent. */
export type Uploaded =
  | { readonly is: "done"; readonly entry: Entry; readonly instant: boolean }
  | { readonly is: "present" | "taken"; readonly entry: Entry };
