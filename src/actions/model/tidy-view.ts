import type { Entry } from "../../storage/entry.ts";
import type { StorageErrorCode } from "../../storage/error.ts";
import type { FileView, FolderView } from "./session.ts";

/** What can be done to a file, a folder or what is chosen. */
export interface TidyView {
  readonly at: "tidy";
  /** `selection`: what the session has chosen. */
  readonly about: "file" | "folder" | "selection";
  /** Where it was opened from: the file or folder it is about. */
  readonly from: FolderView | FileView;
}

/** A page of a folder, to choose from. */
export interface SelectView {
  readonly at: "select";
  readonly folder: FolderView;
}

/** Ways to put entries elsewhere. */
export const carryings = ["move", "copy"] as const;
export type Carrying = (typeof carryings)[number];

/** A page of folders, to choose one to put entries into. */
export interface TargetView {
  readonly at: "target";
  readonly carrying: Carrying;
  /** What is put there. */
  readonly tidy: TidyView;
  readonly folder: FolderView;
  /** It is the first one shown: folders that were chosen lately stand above. */
  readonly first?: boolean | undefined;
}

/** What came of a change; the change itself is in the session. */
export interface TidiedView {
  readonly at: "tidied";
  /** Id of the change. */
  readonly change: string;
  readonly back: FolderView | TrashView;
  /** How many entries it was not done to. */
  readonly left: number;
  /** Why. */
  readonly reason?: { readonly code: StorageErrorCode; readonly retryAfter?: number | undefined } | undefined;
}

/** A page of what lies in a drive's trash, to choose from. */
export interface TrashView {
  readonly at: "trash";
  readonly mount: string;
  /** 1-based. */
  readonly page: number;
  readonly picked: readonly Entry[];
  /** Where it was opened from. */
  readonly folder: FolderView;
}
