import type { StorageErrorCode } from "../../storage/error.ts";
import type { MountTag } from "./mount-tag.ts";
import type { ViewRef } from "./session.ts";

/**
 * Files on their way to somebody's own aria2. Presses: `cancel-push` while it is under way; then `push-status` where aria2
 * has some, `retry-push` where it failed or was cancelled, `back`.
 */
export interface PushScreen {
  readonly show: "push";
  readonly view: ViewRef;
  readonly mount: MountTag;
  /** What is pushed, where that is one thing. */
  readonly name?: string | undefined;
  readonly state: PushState;
}

export type PushState =
  /** Folders are looked into. */
  | { readonly is: "reading"; readonly files: number }
  | { readonly is: "sending"; readonly sent: number; readonly of: number }
  | PushAnswer
  | { readonly is: "cancelled" }
  /** It was not followed to its end. */
  | { readonly is: "lost" }
  | { readonly is: "failed"; readonly failure: PushFailure | StorageErrorCode };

/** What aria2 has answered. */
export interface PushAnswer {
  readonly is: "sent";
  /** Files it has taken. */
  readonly taken: number;
  /** Files it would not take, and its words for the first of them. */
  readonly refused: number;
  readonly refusal?: string | undefined;
  /** Files that have no link. */
  readonly leftOut: number;
  /** There were more than are pushed at once. */
  readonly isCut: boolean;
  /** How they are doing; absent = nobody has asked yet. */
  readonly status?: PushStatus | undefined;
}

/** How files are doing at aria2, in its own words for each. */
export interface PushStatus {
  readonly active: number;
  readonly waiting: number;
  readonly complete: number;
  readonly failed: number;
  /** It does not know of them any more. */
  readonly gone: number;
  /** Bytes, of those whose size it knows. */
  readonly done: number;
  readonly total: number;
  /** Bytes a second. */
  readonly speed: number;
  /** Its words for the first that failed. */
  readonly error?: string | undefined;
}

/** Why aria2 could not be asked: the locale key is `push-failed-<code>`. */
export const pushFailures = [
  "not-set",
  "unreachable",
  "forbidden-address",
  "unauthorized",
  "no-aria2",
  "nothing-to-push",
] as const;
export type PushFailure = (typeof pushFailures)[number];
