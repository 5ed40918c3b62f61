import type { Entry } from "../../storage/entry.ts";
import type { StorageErrorCode } from "../../storage/error.ts";

/** Where one address of a batch is. */
export interface DownloadItem {
  /** As the drive calls it, or as the address does. */
  readonly name: string;
  readonly state: DownloadState;
}

export type DownloadState =
  | { readonly is: "waiting" }
  /** `progress` of a hundred; `speed` in bytes a second and `left` in ms where they can be told; `still`: ms since it last got on, where that is long. */
  | {
      readonly is: "running";
      readonly progress: number;
      readonly size?: number | undefined;
      readonly speed?: number | undefined;
      readonly left?: number | undefined;
      readonly still?: number | undefined;
    }
  /** `stayed`: why it could not be moved to the folder that was chosen while it was fetched. */
  | {
      readonly is: "done";
      readonly entry?: Entry | undefined;
      readonly stayed?: StorageErrorCode | undefined;
    }
  | { readonly is: "cancelled" }
  /** Its task was removed elsewhere. */
  | { readonly is: "gone" }
  | { readonly is: "failed"; readonly code: StorageErrorCode; readonly retryAfter?: number | undefined };
