import type { Entry } from "../../storage/entry.ts";
import type { StorageErrorCode } from "../../storage/error.ts";
import type { SentFile } from "./sent-file.ts";

/** A file of a batch that is over: what is in the drive, or a file that is not, and why. */
export type SettledFile = Entry | LeftFile;

export interface LeftFile {
  readonly file: SentFile;
  readonly state: Exclude<UploadState, { is: "done" | "present" | "running" | "waiting" }>;
}

/** Where one file of a batch is. */
export interface UploadItem {
  readonly name: string;
  readonly state: UploadState;
}

export type UploadState =
  | { readonly is: "waiting" }
  /** `reading`: what it is is found out; `sending`: the drive gets it. Bytes, of `size`; `speed` in bytes a second and `left` in ms where they can be told. */
  | {
      readonly is: "running";
      readonly doing: "reading" | "sending";
      readonly done: number;
      readonly size: number;
      readonly speed?: number | undefined;
      readonly left?: number | undefined;
    }
  /** `kept`: why what it was to replace is still there. */
  | { readonly is: "done"; readonly entry: Entry; readonly kept?: StorageErrorCode | undefined }
  /** The very same file was there before. */
  | { readonly is: "present"; readonly entry: Entry }
  /** Another of that name is there, and nobody has said what is to become of it. */
  | { readonly is: "taken"; readonly entry: Entry }
  | { readonly is: "skipped" }
  | { readonly is: "cancelled" }
  /** It was not followed to its end. */
  | { readonly is: "lost" }
  | { readonly is: "failed"; readonly code: UploadProblem; readonly retryAfter?: number | undefined };

/** `too-large-here`: the operator takes no file of that size; `allowance-used`: no more goes through us in this person's name today. */
export type UploadProblem = StorageErrorCode | "too-large-here" | "allowance-used";
