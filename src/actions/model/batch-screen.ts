import type { Entry } from "../../storage/entry.ts";
import type { Destination } from "../../users/destinations.ts";
import type { MountTag } from "./mount-tag.ts";
import type { ViewRef } from "./session.ts";
import type { TransferFailure } from "./upload.ts";

/**
 * Several files on their way into the chat, or into another one. Presses: `cancel-batch` while it is waiting or running; then `open-unsent` by the index
 * of a file that did not come, `retry-batch` where trying again can help, `back` to the folder.
 */
export interface BatchScreen {
  readonly show: "batch";
  readonly view: ViewRef;
  readonly mount: MountTag;
  /** The folder they were asked for in. */
  readonly trail: readonly string[];
  /** The chat they go to; absent = this one. */
  readonly destination?: Destination | undefined;
  /** Files in it. */
  readonly count: number;
  /** There are more than one batch takes. */
  readonly more: boolean;
  /** Files that are in the chat. */
  readonly done: number;
  readonly state: BatchState;
  /** Files that did not come, in their order. */
  readonly unsent: readonly UnsentFile[];
}

export type BatchState =
  /** Another batch of the person's comes first, or it is about to begin. */
  | { readonly is: "waiting" }
  /** `number` of `upTo`: the first and the last file that are on their way now, from 1; bytes as of one file. */
  | {
      readonly is: "running";
      readonly number: number;
      readonly upTo: number;
      readonly name: string;
      readonly done: number;
      readonly total?: number | undefined;
      readonly speed?: number | undefined;
      readonly left?: number | undefined;
    }
  | { readonly is: "over" }
  | { readonly is: "cancelled" }
  /** Nobody knows how far it was. */
  | { readonly is: "lost" };

export interface UnsentFile {
  readonly entry: Entry;
  readonly why:
    | { readonly is: "cancelled" }
    /** The process ended when the platform had every byte: nobody knows whether it is there. */
    | { readonly is: "interrupted" }
    | {
        readonly is: "failed";
        /** The locale key is `transfer-failed-<code>`, or `error-<code>` for storage errors. */
        readonly code: TransferFailure;
        readonly retryAfter?: number | undefined;
        /** Bytes the place takes at most, where the file is larger. */
        readonly limit?: number | undefined;
        /** Logged with a failure nobody foresaw. */
        readonly reference?: string;
      };
}
